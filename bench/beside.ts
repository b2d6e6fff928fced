/**
 * `deno task bench:beside`: what others notice while a giant loads. Small files are dropped in each of its states, its
 * record is read over HTTP all the time, and afterwards many files come at once. Exit 0 measured · 1 could not, or an
 * outcome was wrong · 2 wrong usage.
 */
import { parseArgs } from "node:util";
import * as z from "zod";
import { spanOf } from "./figures.ts";
import { writeFile } from "./files.ts";
import { whole } from "./options.ts";
import { type BenchStack, startStack } from "./stack.ts";
import { emptyJudgments, preparePipeline, upload } from "./ways/pipeline.ts";

const USAGE = `deno task bench:beside [--rows 1000000] [--small 100] [--files 50] [--file-rows 20000] [--json]

  --rows        rows of the giant
  --small       rows of the file that is dropped in each state of the giant
  --files       how many files come at once afterwards, each of --file-rows rows; 0: none`;

const PATIENCE_MS = 900_000;
const LOOK_EVERY_MS = 50;
/** States of the giant in which a small file is dropped. */
const STATES = ["staging", "validating", "inserting"] as const;

interface Wanted {
  readonly rows: number;
  readonly small: number;
  readonly files: number;
  readonly fileRows: number;
  readonly json: boolean;
}

function readArguments(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      rows: { type: "string", default: "1000000" },
      small: { type: "string", default: "100" },
      files: { type: "string", default: "50" },
      "file-rows": { type: "string", default: "20000" },
      json: { type: "boolean", default: false },
    },
  });
  return {
    rows: whole("--rows", values.rows, 1, 10_000_000),
    small: whole("--small", values.small, 1, 10_000_000),
    files: whole("--files", values.files, 0, 1_000),
    fileRows: whole("--file-rows", values["file-rows"], 1, 10_000_000),
    json: values.json,
  };
}

/** A batch by the path of its object. */
interface Found {
  readonly id: string;
  readonly status: string;
  readonly inserted: number;
  readonly attempt: number;
  /** From the object row's commit to completed_at; null while it is not completed. */
  readonly ms: number | null;
}

async function find(stack: BenchStack, path: string): Promise<Found | null> {
  const [row] = await stack.admin`
    select b.id, b.status, b.row_count_inserted as inserted, b.attempt, ms(b.completed_at - o.created_at) as ms
      from intake.simplicity_batches b
      join storage.objects o on o.bucket_id = b.storage_bucket and o.name = b.storage_path
     where b.storage_path = ${path}`;
  return row === undefined
    ? null
    : { id: row.id, status: row.status, inserted: Number(row.inserted), attempt: row.attempt, ms: row.ms };
}

/** Waits until a batch is as asked. @throws when it fails, or takes too long. */
async function until(stack: BenchStack, path: string, asked: (found: Found) => boolean): Promise<Found> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const found = await find(stack, path);
    if (found?.status === "failed") throw new Error(`Cannot measure: ${path} failed`);
    if (found !== null && asked(found)) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`Cannot measure: ${path} was not where it should be in ${PATIENCE_MS / 1000} s`);
}

const completed = (found: Found) => found.status === "completed";

const Record = z.object({ progress: z.number().nullable(), status: z.string() });

/** Reads a batch's record over HTTP, again and again, until told to stop. */
async function readOften(stack: BenchStack, id: string, stop: AbortSignal) {
  const took: number[] = [];
  let wentBack = 0;
  let last = 0;
  while (!stop.aborted) {
    const began = performance.now();
    const response = await fetch(`${stack.apiUrl}/functions/v1/intake/batches/${id}`, {
      headers: { authorization: `Bearer ${stack.operatorKey}` },
    });
    const { progress } = Record.parse(await response.json());
    took.push(performance.now() - began);
    if ((progress ?? 0) < last) wentBack++;
    last = progress ?? 0;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  const sorted = took.toSorted((a, b) => a - b);
  return {
    reads: took.length,
    median: spanOf(took)?.median ?? 0,
    p95: sorted[Math.floor(sorted.length * 0.95)] ?? 0,
    wentBack,
  };
}

/** Drops a giant, small files beside it, and reads its record all the while. */
async function besideGiant(stack: BenchStack, wanted: Wanted, folder: string) {
  await writeFile(`${folder}/giant.csv`, wanted.rows, 1, "all");
  for (const [i, state] of STATES.entries()) {
    await writeFile(`${folder}/${state}.csv`, wanted.small, 0, "all", 90_000_000 + i * wanted.small);
  }
  const giant = "bench/giant.csv";
  await upload(stack, `${folder}/giant.csv`, giant);
  const { id } = await until(stack, giant, () => true);
  const stop = new AbortController();
  const reading = readOften(stack, id, stop.signal);
  try {
    const seen = await dropInEachState(stack, wanted, folder, giant);
    stop.abort();
    return { ...seen, reads: await reading };
  } finally {
    stop.abort(); // whatever went wrong, nobody goes on reading
  }
}

/** Drops the small files, one in each state, and waits for them and for the giant. */
async function dropInEachState(stack: BenchStack, wanted: Wanted, folder: string, giant: string) {
  const small: { state: string; ms: number; giantThen: string }[] = [];
  for (const state of STATES) {
    await until(stack, giant, (found) => found.status === state || completed(found));
    const path = `bench/${state}.csv`;
    await upload(stack, `${folder}/${state}.csv`, path);
    const { ms, inserted } = await until(stack, path, completed);
    if (inserted !== wanted.small) throw new Error(`Cannot trust ${path}: ${inserted} rows inserted`);
    small.push({ state, ms: ms ?? 0, giantThen: (await find(stack, giant))?.status ?? "gone" });
  }
  const { ms, inserted } = await until(stack, giant, completed);
  const good = wanted.rows - Math.floor(wanted.rows / 100);
  if (inserted !== good) throw new Error(`Cannot trust the giant: ${inserted} of ${good} rows inserted`);
  return { giantMs: ms ?? 0, small };
}

/** Drops many files within a second or so, and waits for all. */
async function manyAtOnce(stack: BenchStack, wanted: Wanted, folder: string) {
  await emptyJudgments(stack);
  const paths: string[] = [];
  for (let i = 0; i < wanted.files; i++) {
    const path = `many-${i}.csv`;
    await writeFile(`${folder}/${path}`, wanted.fileRows, 0, "all", i * wanted.fileRows);
    paths.push(path);
  }
  const began = performance.now();
  await Promise.all(paths.map((path) => upload(stack, `${folder}/${path}`, `bench/${path}`)));
  const uploadedMs = performance.now() - began;
  const found: Found[] = [];
  for (const path of paths) found.push(await until(stack, `bench/${path}`, completed));
  const wrong = found.filter((one) => one.inserted !== wanted.fileRows || one.attempt !== 1).length;
  const [rows] = await stack.admin`select count(*)::int as n from public.judgments`;
  if (wrong > 0 || rows?.n !== wanted.files * wanted.fileRows) {
    throw new Error(`Cannot trust the files: ${wrong} with other counts than theirs, ${rows?.n} judgments`);
  }
  return { uploadedMs, allMs: performance.now() - began, ms: spanOf(found.map((one) => one.ms ?? 0)) };
}

async function main(wanted: Wanted): Promise<void> {
  const say = wanted.json ? console.error : console.log;
  const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-bench-" });
  const stack = await startStack();
  try {
    await preparePipeline(stack);
    const giant = await besideGiant(stack, wanted, folder);
    say(`a giant of ${wanted.rows} rows: ${seconds(giant.giantMs)}`);
    for (const one of giant.small) {
      say(
        `  ${wanted.small} rows dropped while it is ${one.state}: ${
          seconds(one.ms)
        } (it was ${one.giantThen} then)`,
      );
    }
    const { reads, median, p95, wentBack } = giant.reads;
    say(
      `  GET /intake/batches/:id meanwhile, ${reads} times: median ${median.toFixed(0)} ms, p95 ${
        p95.toFixed(0)
      } ms; ` +
        `progress went back ${wentBack} times`,
    );
    const many = wanted.files === 0 ? null : await manyAtOnce(stack, wanted, folder);
    if (many !== null) {
      say(
        `${wanted.files} files of ${wanted.fileRows} rows, stored in ${
          seconds(many.uploadedMs)
        }: all completed after ` +
          `${seconds(many.allMs)}, each at its first attempt, none twice; the last after ${
            seconds(many.ms?.max ?? 0)
          }`,
      );
    }
    if (wanted.json) console.log(JSON.stringify({ giant, many }));
  } finally {
    await stack.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

let wanted: Wanted;
try {
  wanted = readArguments(Deno.args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  Deno.exit(2);
}
await main(wanted);
