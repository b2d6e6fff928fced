/**
 * `deno task bench:gigabyte`: the largest file there may be, of the shortest rows a vendor would send, so that everything whose
 * cost goes by the row is at its worst. Exit 0 measured · 1 could not, or an outcome was wrong · 2 wrong usage.
 */
import { parseArgs } from "node:util";
import { usageSince } from "./journal.ts";
import { whole } from "./options.ts";
import { describeUsage } from "./report.ts";
import { startStack } from "./stack.ts";
import { preparePipeline, runPipeline } from "./ways/pipeline.ts";

const USAGE = `deno task bench:gigabyte [--megabytes 1000]`;

/** Case numbers in an order that is not theirs; more of them than the largest file has rows. */
const NUMBERS = 20_000_003; // a prime: a step through it comes by every number once
const STEP = 7_919;

/** Writes rows of 55 bytes until the file is full. @returns how many. */
async function writeShortRows(path: string, bytes: number): Promise<number> {
  const file = await Deno.open(path, { create: true, write: true, truncate: true });
  const encoder = new TextEncoder();
  let rows = 0;
  let size = 0;
  for (let lines = ["case_number,plaintiff,defendant,amount,judgment_date"]; size < bytes; lines = []) {
    for (let i = 0; i < 20_000; i++, rows++) {
      const number = (rows * STEP) % NUMBERS;
      const amount = `${100 + number % 90_000}.50`;
      lines.push(
        `${2010 + number % 15}-CV-${String(number).padStart(8, "0")},ACME LLC,J Garcia,${amount},2020-01-15`,
      );
    }
    const block = encoder.encode(lines.join("\n") + "\n");
    for (let at = 0; at < block.length;) at += await file.write(block.subarray(at));
    size += block.length;
  }
  file.close();
  return rows;
}

async function main(megabytes: number): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-bench-" });
  const stack = await startStack();
  try {
    await preparePipeline(stack);
    const path = `${folder}/gigabyte.csv`;
    const rows = await writeShortRows(path, (megabytes - 2) * 1_000_000);
    const passage = await runPipeline(stack, path, "bench/gigabyte.csv");
    if (passage.inserted !== rows) {
      throw new Error(`Cannot trust it: ${passage.inserted} of ${rows} rows inserted`);
    }
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
    console.log(
      `${rows.toLocaleString("en-US")} rows in ${megabytes} MB: ${seconds(passage.total)}, ` +
        `${Math.round(rows / (passage.total / 1000)).toLocaleString("en-US")} rows/s`,
    );
    console.log(
      `  staging ${seconds(passage.staging)} · validating ${
        seconds(passage.validating)
      } (${passage.slices} slices) · ` +
        `inserting ${seconds(passage.inserting)}`,
    );
    console.log(describeUsage((await usageSince(stack.journal, 0)).usage));
  } finally {
    await stack.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

let megabytes: number;
try {
  const { values } = parseArgs({
    args: Deno.args,
    options: { megabytes: { type: "string", default: "1000" } },
  });
  megabytes = whole("--megabytes", values.megabytes, 3, 1024);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  Deno.exit(2);
}
await main(megabytes);
