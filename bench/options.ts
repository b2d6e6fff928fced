/** What a run of the bench is asked to measure. */
import { parseArgs } from "node:util";

/** The ways from a file to rows that are compared. */
export const WAYS = ["a", "b", "c", "d", "e"] as const;
export type Way = (typeof WAYS)[number];

export interface Options {
  readonly rows: readonly number[];
  /** Shares of bad rows, in percent. */
  readonly bad: readonly number[];
  readonly runs: number;
  readonly only: readonly Way[];
  /** Way c reads at most so many rows; its time is scaled up, and marked. */
  readonly clientRows: number;
  /** Different plaintiffs in the file. */
  readonly plaintiffs: number;
  readonly json: boolean;
}

export const USAGE = `deno task bench [flags]

  --rows 10000,100000,1000000   rows of the files
  --bad 0,9                     percent of bad rows
  --runs 3                      runs of each way, interleaved; figures are medians
  --only a,b,c,d,e              a COPY into the final table · b COPY to staging + the same insert
                                c Papa, zod and supabase-js inserts of 1,000 · d the pipeline · e pgloader, if installed
  --client-rows 50000           way c reads at most so many rows, the rest is scaled
  --plaintiffs 1000             different plaintiffs in the file; none is known when a run begins
  --json                        one JSON object on stdout`;

/** @throws with what is wrong, in words for the caller. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      rows: { type: "string", default: "10000,100000,1000000" },
      bad: { type: "string", default: "0,9" },
      runs: { type: "string", default: "3" },
      only: { type: "string", default: WAYS.join(",") },
      "client-rows": { type: "string", default: "50000" },
      plaintiffs: { type: "string", default: "1000" },
      json: { type: "boolean", default: false },
    },
  });
  return {
    rows: values.rows.split(",").map((text) => whole("--rows", text, 1, 10_000_000)),
    bad: values.bad.split(",").map((text) => whole("--bad", text, 0, 10)),
    runs: whole("--runs", values.runs, 1, 20),
    only: values.only.split(",").map(way),
    clientRows: whole("--client-rows", values["client-rows"], 1_000, 10_000_000),
    plaintiffs: whole("--plaintiffs", values.plaintiffs, 4, 1_000_000),
    json: values.json,
  };
}

/** @throws in words for the caller, when `text` is no whole number in the range. */
export function whole(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new Error(`Cannot take ${flag} ${text}: whole numbers from ${least} to ${most}`);
  }
  return value;
}

function way(text: string): Way {
  const found = WAYS.find((one) => one === text);
  if (found === undefined) throw new Error(`Cannot take --only ${text}: ways are ${WAYS.join(", ")}`);
  return found;
}
