/** One file measured by every way, several times, interleaved. */
import { ratioOf, type Span, spanOf } from "./figures.ts";
import { writeFile } from "./files.ts";
import { type Usage, usageSince } from "./journal.ts";
import type { Options, Way } from "./options.ts";
import type { BenchStack } from "./stack.ts";
import { insertByClient } from "./ways/client.ts";
import { copyAndMove, copyToFinal, emptyTables } from "./ways/copy.ts";
import { loadWithPgloader } from "./ways/pgloader.ts";
import { emptyJudgments, forget, type Passage, runPipeline } from "./ways/pipeline.ts";

/** Everything measured with one file. Times in milliseconds. */
export interface Measured {
  readonly rows: number;
  readonly badPercent: number;
  readonly bytes: number;
  readonly times: Readonly<Partial<Record<Way, Span>>>;
  /** Bytes of WAL that were written meanwhile, by way. */
  readonly wal: Readonly<Partial<Record<Way, Span>>>;
  /** Bytes of public.judgments with its indexes after the pipeline, and of the table that was copied into. */
  readonly tableBytes: Readonly<Partial<Record<Way, number>>>;
  /** Way c was measured with fewer rows and scaled. */
  readonly clientScaled: boolean;
  readonly overCopy: Span | null;
  readonly clientOver: Span | null;
  /** Medians of the pipeline's stages; null when way d was left out. */
  readonly stages: Omit<Passage, "inserted" | "duplicate" | "invalid"> | null;
  /** The largest of all runs. */
  readonly usage: Usage | null;
  /** The same rows once more, in a file with other bytes: all duplicates. */
  readonly duplicatesMs: number | null;
  /** Load average of the last minute, before and after: above the number of cores, figures are not to be trusted. */
  readonly load: readonly [number, number];
}

interface Files {
  readonly all: string;
  readonly good: string;
  readonly client: string;
}

/** Measures rows × bad by the ways asked for. Everything written is taken away again. */
export async function measure(
  stack: BenchStack,
  options: Options,
  rows: number,
  badPercent: number,
  folder: string,
): Promise<Measured> {
  const before = load();
  const files = { all: `${folder}/all.csv`, good: `${folder}/good.csv`, client: `${folder}/client.csv` };
  const { bytes } = await writeFile(files.all, rows, badPercent, "all", 0, options.plaintiffs);
  await writeFile(files.good, rows, badPercent, "good", 0, options.plaintiffs);
  const clientRows = Math.min(rows, options.clientRows);
  await writeFile(files.client, clientRows, badPercent, "all", 0, options.plaintiffs);
  for (const path of Object.values(files)) await Deno.chmod(path, 0o644); // the server reads them as its own user

  const times: Partial<Record<Way, number[]>> = {};
  const wal: Partial<Record<Way, number[]>> = {};
  const tableBytes: Partial<Record<Way, number>> = {};
  const passages: Passage[] = [];
  const usages: Usage[] = [];
  let duplicatesMs: number | null = null;
  for (let run = 0; run < options.runs; run++) {
    for (const way of options.only) {
      await emptyTables(stack.admin);
      const note = (ms: number) => (times[way] ??= []).push(ms);
      const from = await walPosition(stack);
      if (way === "d") {
        const last = run === options.runs - 1;
        const { passage, usage, again, written, size } = await pipelineOnce(
          stack,
          files,
          `bench/${rows}-${badPercent}-${run}.csv`,
          last,
        );
        note(passage.total);
        (wal.d ??= []).push(written);
        tableBytes.d = size;
        passages.push(passage);
        usages.push(usage);
        duplicatesMs = again ?? duplicatesMs;
      } else {
        note(await other(stack, way, files, rows / clientRows));
        if (way !== "a") continue;
        (wal.a ??= []).push(await walPosition(stack) - from);
        tableBytes.a = await sizeOf(stack, "bench.copied");
      }
    }
  }
  for (const path of Object.values(files)) await Deno.remove(path);
  return {
    rows,
    badPercent,
    bytes,
    times: Object.fromEntries(Object.entries(times).map(([way, values]) => [way, spanOf(values)])),
    wal: Object.fromEntries(Object.entries(wal).map(([way, values]) => [way, spanOf(values)])),
    tableBytes,
    clientScaled: clientRows < rows,
    overCopy: ratioOf(times.d ?? [], times.a ?? []),
    clientOver: ratioOf(times.c ?? [], times.d ?? []),
    stages: stagesOf(passages),
    usage: largest(usages),
    duplicatesMs,
    load: [before, load()],
  };
}

async function other(
  stack: BenchStack,
  way: Exclude<Way, "d">,
  files: Files,
  scale: number,
): Promise<number> {
  switch (way) {
    case "a":
      return await copyToFinal(stack.admin, files.good);
    case "b":
      return await copyAndMove(stack.admin, files.good);
    case "c":
      return await insertByClient(stack, files.client) * scale;
    case "e":
      return await loadWithPgloader(stack, files.all);
  }
}

async function pipelineOnce(stack: BenchStack, files: Files, name: string, withDuplicates: boolean) {
  await emptyJudgments(stack);
  const from = (await Deno.stat(stack.journal)).size;
  const wal = await walPosition(stack);
  const passage = await runPipeline(stack, files.all, name);
  const written = await walPosition(stack) - wal;
  const size = await sizeOf(stack, "public.judgments");
  await mustBeLinked(stack);
  const { usage } = await usageSince(stack.journal, from);
  let again: number | null = null;
  if (withDuplicates) {
    const copy = `${files.all}.again`;
    await Deno.copyFile(files.all, copy);
    await Deno.writeTextFile(copy, "\n", { append: true }); // other bytes, the same rows
    await stack.admin.unsafe("checkpoint");
    const repeated = await runPipeline(stack, copy, `${name}.again.csv`);
    if (repeated.inserted !== 0) {
      throw new Error(`Cannot trust ${name}: ${repeated.inserted} rows went in twice`);
    }
    again = repeated.total;
    await usageSince(stack.journal, from);
    await forget(stack, `${name}.again.csv`);
    await Deno.remove(copy);
  }
  await forget(stack, name);
  await emptyJudgments(stack);
  return { passage, usage, again, written, size };
}

/** How many bytes of WAL there have ever been. */
async function walPosition(stack: BenchStack): Promise<number> {
  const [row] = await stack.admin`select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes`;
  return Number(row?.bytes);
}

async function sizeOf(stack: BenchStack, table: string): Promise<number> {
  const [row] = await stack.admin`select pg_total_relation_size(${table}::regclass)::float8 as bytes`;
  return Number(row?.bytes);
}

/** The time until completed_at is the whole: nothing is left to do for its rows. @throws when something is. */
async function mustBeLinked(stack: BenchStack): Promise<void> {
  const [row] = await stack.admin`
    select (select count(*)::int from public.judgments j where j.plaintiff_id is null) as unlinked,
           (select count(*)::int from ops.job_queue j
             where j.job_type in ('ingest', 'undo') and j.status in ('pending', 'processing')) as jobs`;
  if (row?.unlinked !== 0 || row?.jobs !== 0) {
    throw new Error(
      `Cannot trust the time: ${row?.unlinked} rows have no plaintiff, ${row?.jobs} jobs are left`,
    );
  }
}

function stagesOf(passages: readonly Passage[]): Measured["stages"] {
  if (passages.length === 0) return null;
  const median = (pick: (passage: Passage) => number) => spanOf(passages.map(pick))?.median ?? 0;
  return {
    total: median((one) => one.total),
    waking: median((one) => one.waking),
    staging: median((one) => one.staging),
    validating: median((one) => one.validating),
    deciding: median((one) => one.deciding),
    inserting: median((one) => one.inserting),
    slices: median((one) => one.slices),
  };
}

function largest(usages: readonly Usage[]): Usage | null {
  if (usages.length === 0) return null;
  const most = (pick: (usage: Usage) => number) => Math.max(...usages.map(pick));
  return {
    invocations: most((one) => one.invocations),
    largestCpuMs: most((one) => one.largestCpuMs),
    largestRssMb: most((one) => one.largestRssMb),
    cpuMs: most((one) => one.cpuMs),
    ended: most((one) => one.ended),
  };
}

function load(): number {
  return Deno.loadavg()[0] ?? 0;
}
