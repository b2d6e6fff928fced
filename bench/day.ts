/**
 * `deno task bench:day`: a busy project's day in fast motion. Files are dropped, some are too bad, some are reset, undone
 * or replayed; after each hour's work all times are moved back by an hour, and what runs by the clock runs. At the end the
 * size of every table is told, and which of them only time would let grow. Exit 0 measured · 1 could not, or a table grew
 * that should not · 2 wrong usage.
 */
import { parseArgs } from "node:util";
import { writeFile } from "./files.ts";
import { whole } from "./options.ts";
import { type BenchStack, startStack } from "./stack.ts";
import { preparePipeline, upload } from "./ways/pipeline.ts";

const USAGE = `deno task bench:day [--drops 10000] [--hours 24] [--rows 100] [--json]

  --drops   files of the whole day; one in ten is over its budget, one in twenty is reset, one in fifty undone, one in
            fifty replayed
  --hours   steps the day is made in
  --rows    rows of a file`;

const PATIENCE_MS = 600_000;
const LOOK_EVERY_MS = 100;
/** Files stored at once. */
const AT_ONCE = 20;

/** Tables that hold what was delivered and what happened to it: they grow with the work, and only with it. */
const DATA = new Set([
  "public.judgments",
  "public.plaintiffs",
  "intake.simplicity_batches",
  "intake.batch_slices",
  "intake.batch_error_counts",
  "intake.batch_days",
  "intake.error_days",
  "intake.row_errors",
  "intake.row_repairs",
  "intake.uploads",
  "enforcement.stage_sums",
  "enforcement.plaintiff_sums",
  "audit.event_log",
  "ops.job_queue",
  "storage.objects",
]);

/** Columns that are moved back, of tables whose rows are pruned by their age. */
const CLOCKS: readonly (readonly [table: string, columns: readonly string[]])[] = [
  ["cron.job_run_details", ["start_time", "end_time"]],
  ["ops.wake_calls", ["called_at"]],
  ["ops.worker_heartbeats", ["last_seen_at"]],
  ["ops.rate_buckets", ["refilled_at"]],
  ["ops.sentinel_runs", ["ran_at"]],
  ["net._http_response", ["created"]],
];

interface Wanted {
  readonly drops: number;
  readonly hours: number;
  readonly rows: number;
  readonly json: boolean;
}

function readArguments(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      drops: { type: "string", default: "10000" },
      hours: { type: "string", default: "24" },
      rows: { type: "string", default: "100" },
      json: { type: "boolean", default: false },
    },
  });
  return {
    drops: whole("--drops", values.drops, 1, 1_000_000),
    hours: whole("--hours", values.hours, 2, 1_000),
    rows: whole("--rows", values.rows, 20, 100_000),
    json: values.json,
  };
}

/** Waits until no job is left to do. @throws when that takes too long. */
async function idle(stack: BenchStack): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const [row] = await stack.admin`
      select count(*)::int as n from ops.job_queue j
       where j.job_type in ('ingest', 'undo') and j.status in ('pending', 'processing')`;
    if (row?.n === 0) return;
    if (performance.now() > deadline) throw new Error(`Cannot go on: ${row?.n} jobs are left`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

async function call(stack: BenchStack, method: string, path: string, body?: BodyInit): Promise<Response> {
  const response = await fetch(`${stack.apiUrl}/functions/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${stack.operatorKey}`,
      ...(typeof body === "string" ? { "content-type": "application/json" } : {}),
    },
    body,
  });
  if (response.ok) return response;
  throw new Error(`Cannot go on: ${method} ${path} answered ${response.status} ${await response.text()}`);
}

async function batchesOf(stack: BenchStack, hour: number, status: string): Promise<string[]> {
  const rows = await stack.admin`
    select b.id from intake.simplicity_batches b
     where b.storage_path like ${`bench/day-${hour}-%`} and b.status = ${status} order by b.id`;
  return rows.map((row) => String(row.id));
}

/** Puts right what the files have wrong, each of its three kinds: the refused batch then goes on by itself. */
function mended(errors: string): string {
  return errors.replaceAll("twelve hundred", "1200.00").replaceAll("13/45/2024", "2024-01-15")
    .replaceAll(/(-CV-\d{8}),,/g, "$1,Metro Judgment Solutions,");
}

async function hourOfWork(stack: BenchStack, wanted: Wanted, hour: number, folder: string): Promise<void> {
  const files = Math.ceil(wanted.drops / wanted.hours);
  for (let from = 0; from < files; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, files - from) }, (_, i) => from + i);
    await Promise.all(some.map(async (i) => {
      const path = `${folder}/${i}.csv`;
      const first = (hour * files + i) * wanted.rows % 90_000_000;
      await writeFile(path, wanted.rows, i % 10 === 0 ? 20 : 4, "all", first);
      await upload(stack, path, `bench/day-${hour}-${i}.csv`);
    }));
  }
  await idle(stack);
  const completed = await batchesOf(stack, hour, "completed");
  const failed = await batchesOf(stack, hour, "failed");
  await stack.admin`
    update intake.simplicity_batches set status = 'uploaded' where id = any(${
    completed.slice(0, Math.ceil(files / 20))
  }::uuid[])`;
  await idle(stack);
  for (const id of completed.slice(-Math.ceil(files / 50))) {
    await (await call(stack, "POST", `/intake/batches/${id}/undo`, '{"reason":"wrong vendor"}')).body
      ?.cancel();
  }
  for (const id of failed.slice(0, Math.ceil(files / 50))) {
    const errors = await (await call(stack, "GET", `/intake/batches/${id}/errors.csv`)).text();
    const form = new FormData();
    form.set("file", new Blob([mended(errors)]), "errors.csv");
    await (await call(stack, "POST", `/intake/batches/${id}/replay`, form)).body?.cancel();
  }
  await idle(stack);
}

/** An hour passes: for what is pruned by age, and for what runs by the clock. */
async function letAnHourPass(stack: BenchStack): Promise<void> {
  for (const [table, columns] of CLOCKS) {
    const moved = columns.map((column) => `${column} = ${column} - interval '1 hour'`).join(", ");
    await stack.admin.unsafe(`update ${table} set ${moved} where true`);
  }
  // what cron would have run in this hour
  for (let minute = 0; minute < 60; minute++) {
    await stack.admin.unsafe("select intake.sweep(), enforcement.sum_judgments(), audit.seal()");
    await stack.admin.unsafe("select ops.wake('worker', 'cron'), ops.wake('worker', 'cron')");
  }
  for (let run = 0; run < 12; run++) {
    await (await call(stack, "POST", "/sentinel/run", "{}")).body?.cancel();
  }
  await stack.admin.unsafe("select ops.prune(), ops.prune_rate_buckets()");
  await stack.admin.unsafe("vacuum"); // autovacuum's part, which a day in minutes gives no time
}

type Sizes = ReadonlyMap<string, { readonly rows: number; readonly bytes: number }>;

async function sizes(stack: BenchStack): Promise<Sizes> {
  const tables = await stack.admin`
    select n.nspname || '.' || c.relname as name, pg_total_relation_size(c.oid)::float8 as bytes
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname in ('intake', 'ops', 'audit', 'evidence', 'legal', 'enforcement', 'public', 'cron',
       'net', 'storage')
     order by 1`;
  const found = new Map<string, { rows: number; bytes: number }>();
  for (const { name, bytes } of tables) {
    const [row] = await stack.admin.unsafe(`select count(*)::float8 as n from ${name}`);
    found.set(String(name), { rows: Number(row?.n), bytes: Number(bytes) });
  }
  return found;
}

/** Tables that hold more than at noon and are no data. A few rows more are no growth. */
function grown(noon: Sizes, night: Sizes): string[] {
  return [...night].filter(([name, { rows, bytes }]) => {
    const before = noon.get(name);
    return !DATA.has(name) && before !== undefined && rows > before.rows * 1.2 + 50 &&
      bytes > before.bytes * 1.2;
  }).map(([name]) => name);
}

async function main(wanted: Wanted): Promise<boolean> {
  const say = wanted.json ? console.error : console.log;
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-bench-" });
  const stack = await startStack();
  try {
    await preparePipeline(stack);
    let noon: Sizes = new Map();
    for (let hour = 0; hour < wanted.hours; hour++) {
      await hourOfWork(stack, wanted, hour, folder);
      await letAnHourPass(stack);
      if (hour + 1 === Math.ceil(wanted.hours / 2)) noon = await sizes(stack);
      console.error(`hour ${hour + 1} of ${wanted.hours}`);
    }
    const night = await sizes(stack);
    const [counts] = await stack.admin`
      select count(*)::int as batches, sum(b.attempt)::int as attempts,
             count(*) filter (where b.status = 'completed')::int as completed,
             count(*) filter (where b.rejection_code = 'UNDONE')::int as undone,
             count(*) filter (where b.replay_of is not null)::int as replays
        from intake.simplicity_batches b`;
    say(
      `${counts?.batches} batches, ${counts?.attempts} attempts, ${counts?.completed} completed, ${counts?.undone} undone, ${counts?.replays} replays`,
    );
    say("table | rows at noon | rows at night | MB at noon | MB at night");
    const megabytes = (bytes: number | undefined) => ((bytes ?? 0) / 1e6).toFixed(2);
    for (const [name, { rows, bytes }] of night) {
      const before = noon.get(name);
      if (rows === 0 && (before?.rows ?? 0) === 0) continue;
      say([name, before?.rows ?? 0, rows, megabytes(before?.bytes), megabytes(bytes)].join(" | "));
    }
    const over = grown(noon, night);
    for (const name of over) say(`GREW WITH TIME: ${name}`);
    if (wanted.json) console.log(JSON.stringify({ counts, tables: Object.fromEntries(night), over }));
    return over.length === 0;
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
if (!await main(wanted)) Deno.exit(1);
