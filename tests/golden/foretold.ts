/** What the browser says of a file beforehand, held against what became of it. */
import { assertEquals } from "deno-std/assert/equals.js";
import { createHash } from "node:crypto";
import { z } from "zod";
import { type Forecast, forecast, type Hash } from "../../shared/intake/forecast.ts";
import { parseDialectOptions } from "../../shared/intake/read_dialect.ts";
import { type SourceRules, USUAL_RULES } from "../../shared/intake/source_rules.ts";
import { FIELDS } from "../../shared/judgments/fields.ts";
import type { SharedStack } from "../stack/shared_stack.ts";

/** Reasons that have nothing to do with what stands in a file. */
const NOT_BY_CONTENT = ["UPLOAD_DIFFERS", "UPLOAD_MISSING", "FILE_MISSING", "FILE_CHANGED", "FILE_TOO_LARGE"];

const Settings = z.object({
  header_map: z.record(z.string(), z.enum(FIELDS).nullable()),
  columns: z.array(z.enum(FIELDS).nullable()).nullable(),
  dialect: z.unknown().transform(parseDialectOptions),
  error_threshold_percent: z.int(),
  code_budgets: z.record(z.string(), z.number()),
  warn_percent: z.number().nullable(),
  requires_approval: z.boolean(),
}).partial();

function sha256(): Hash {
  const hash = createHash("sha256");
  return { update: (chunk) => void hash.update(chunk), digest: () => hash.digest("hex") };
}

/** What the browser says of a file. settings: as its source has them, as far as they are not the usual ones. */
export async function foretell(
  bytes: Uint8Array<ArrayBuffer>,
  settings: unknown = {},
  now = new Date(),
): Promise<Forecast> {
  const rules: SourceRules = { ...USUAL_RULES, ...Settings.parse(settings) };
  return await forecast(new Blob([bytes]), { rules, now, hash: sha256(), keepRejects: 100_000 });
}

/** Codes of a forecast's rejects by row number. */
export function foretoldCodes({ rejects }: Forecast): Record<string, string> {
  return Object.fromEntries(rejects.map((reject) => [String(reject.row_index + 1), reject.error_code]));
}

/**
 * Holds a batch that has ended against what was said of its file: end and reason, counts, and every reject by row, line
 * and code. isAlone: no judgment of its case numbers was there before.
 */
export async function checkForetold(
  stack: SharedStack,
  batch: Readonly<Record<string, unknown>>,
  told: Forecast,
  isAlone: boolean,
): Promise<void> {
  if (batch.status === "skipped" || NOT_BY_CONTENT.includes(String(batch.rejection_code))) return;
  const { verdict } = told;
  assertEquals(
    [verdict.status, verdict.reason, verdict.code, told.file_hash],
    [batch.status, batch.rejection_reason, batch.rejection_code, batch.file_hash],
    "foretold",
  );
  assertEquals(
    [told.total, told.valid, told.invalid, told.unread, told.first_unread_line],
    [
      batch.row_count_total,
      batch.row_count_valid,
      batch.row_count_invalid,
      batch.row_count_unread,
      batch.first_unread_line,
    ],
    "foretold counts",
  );
  if (isAlone && batch.status === "completed") assertEquals(told.repeated, batch.row_count_duplicate);
  const rejects = await stack.sql`
    select e.row_index, e.line_number, e.error_code, e.error_message from intake.row_errors e
     where e.batch_id = ${String(batch.id)} and e.error_stage <> 'insert' order by e.row_index`;
  assertEquals(
    told.rejects.map((reject) => [
      reject.row_index,
      reject.line_number,
      reject.error_code,
      reject.error_message,
    ]),
    rejects.map((reject) => [
      reject["row_index"],
      reject["line_number"],
      reject["error_code"],
      reject["error_message"],
    ]),
    "foretold rejects",
  );
}
