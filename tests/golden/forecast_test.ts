/** What the browser says of a file beforehand, for every file whose fate reading alone decides. */
import { assertEquals } from "deno-std/assert/equals.js";
import { z } from "zod";
import { forecast, type Hash, USUAL_RULES } from "../../shared/intake/forecast.ts";
import { FIELDS } from "../../shared/judgments/fields.ts";
import { createHash } from "node:crypto";
import { type Case, CASES, withWords } from "./hunt.ts";
import { readInProcess } from "../../ops/evaluation/in_process.ts";
import { isDecidedAtTheDoor, KINDS } from "./kinds.ts";

const NOW = new Date("2026-11-22T10:00:00Z"); // the same day from here to UTC+14, less one
const LATEST_DATE = "2026-11-23";
const Settings = z.looseObject({ columns: z.array(z.enum(FIELDS).nullable()).nullable().optional() });

function sha256(): Hash {
  const hash = createHash("sha256");
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest("hex") };
}

/** Settings that are more than columns change what is read; those cases go through the pipeline. */
function isPlain({ source_settings, content_type, via, before, expect }: Case): boolean {
  const others = Object.keys(source_settings ?? {}).filter((name) => name !== "columns");
  return others.length === 0 && content_type === "text/csv" && via === "bucket" && before.length === 0 &&
    (expect.status === "completed" || expect.status === "failed");
}

const ALL = [...KINDS.filter((one) => !isDecidedAtTheDoor(one)), ...CASES].filter(isPlain);

Deno.test("there are at least 90 files to foretell", () =>
  assertEquals(ALL.length >= 90, true, String(ALL.length)));

for (const [at, known] of ALL.entries()) {
  Deno.test(`${at} ${known.name} is foretold`, async () => {
    const { filled, bytes } = withWords(known);
    const { columns = null } = Settings.parse(filled.source_settings ?? {});
    const told = await forecast(new Blob([bytes]), {
      rules: { ...USUAL_RULES, columns },
      now: NOW,
      hash: sha256(),
    });
    const read = readInProcess(bytes, { latestDate: LATEST_DATE, columns });
    assertEquals(told.verdict.status, filled.expect.status, told.verdict.reason ?? "");
    assertEquals([told.total, told.invalid, told.repeated], [read.total, read.invalid, read.duplicates]);
    assertEquals(
      Object.fromEntries(told.rejects.map((reject) => [String(reject.row_index + 1), reject.error_code])),
      read.codes,
    );
    assertEquals((told.verdict.reason ?? "").startsWith(filled.expect.rejection_begins ?? ""), true);
    for (const part of ["total", "valid", "invalid", "unread"] as const) {
      if (filled.expect[part] !== undefined) assertEquals(told[part], filled.expect[part], part);
    }
    if (filled.expect.rejection_code !== undefined) {
      assertEquals(told.verdict.code, filled.expect.rejection_code);
    }
  });
}
