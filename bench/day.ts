/**
 * `deno task bench:day`: a busy project's day in fast motion, and a quiet morning behind it. Files are dropped, some are
 * too bad, some are reset, undone or replayed; after each part of the day all times are moved back by as much, and what
 * runs by the clock runs. At the end the size of every table is told: what grew in the morning, when nothing was
 * delivered, grows with time. Exit 0 measured · 1 could not, or a table grew that should not · 2 wrong usage.
 */
import { parseArgs } from "node:util";
import { writeFile } from "./files.ts";
import { whole } from "./options.ts";
import { type BenchStack, startStack } from "./stack.ts";
import { preparePipeline, upload } from "./ways/pipeline.ts";

const USAGE = `deno task bench:day [--drops 10000] [--parts 24] [--rows 100] [--json]

  --drops   files of the whole day; one in ten is over its budget, one in twenty is reset, one in fifty undone, one in
            fifty replayed
  --parts   the day is lived in so many parts
  --rows    rows of a file`;

const DAY_MINUTES = 24 * 60;
/** Of the morning after: what is kept for a day has been full since the night. */
const MORNING_MINUTES = 6 * 60;
/** As cron does (supabase/migrations, cron.schedule). */
const SENTINEL_MINUTES = 5;
const PRUNE_MINUTES = 60;

const PATIENCE_MS = 600_000;
const LOOK_EVERY_MS = 100;
/** Files stored at once. */
const AT_ONCE = 20;

/** Tables that hold what was delivered and what happened to it: they grow with the work, and only with it. */
const DATA: ReadonlySet<string> = new Set([
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
  readonly parts: number;
  readonly rows: number;
  readonly json: boolean;
}

function readArguments(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      drops: { type: "string", default: "10000" },
      parts: { type: "string", default: "24" },
      rows: { type: "string", default: "100" },
      json: { type: "boolean", default: false },
    },
  });
  return {
    drops: whole("--drops", values.drops, 1, 1_000_000),
    parts: whole("--parts", values.parts, 1, DAY_MINUTES),
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

function ask(stack: BenchStack, method: string, path: string, body?: BodyInit): Promise<Response> {
  return fetch(`${stack.apiUrl}/functions/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${stack.operatorKey}`,
      ...(typeof body === "string" ? { "content-type": "application/json" } : {}),
    },
    body,
  });
}

async function call(stack: BenchStack, method: string, path: string, body?: BodyInit): Promise<Response> {
  const response = await ask(stack, method, path, body);
  if (response.ok) return response;
  throw new Error(`Cannot go on: ${method} ${path} answered ${response.status} ${await response.text()}`);
}

async function batchesOf(stack: BenchStack, part: number, status: string): Promise<string[]> {
  const rows = await stack.admin`
    select b.id from intake.simplicity_batches b
     where b.storage_path like ${`bench/day-${part}-%`} and b.status = ${status} order by b.id`;
  return rows.map((row) => String(row.id));
}

/** Puts right what the files have wrong, each of its three kinds: the refused batch then goes on by itself. */
function mended(errors: string): string {
  return errors.replaceAll("twelve hundred", "1200.00").replaceAll("13/45/2024", "2024-01-15")
    .replaceAll(/(-CV-\d{8}),,/g, "$1,Metro Judgment Solutions,");
}

async function work(stack: BenchStack, wanted: Wanted, part: number, folder: string): Promise<void> {
  const files = Math.ceil(wanted.drops / wanted.parts);
  for (let from = 0; from < files; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, files - from) }, (_, i) => from + i);
    await Promise.all(some.map(async (i) => {
      const path = `${folder}/${i}.csv`;
      const first = (part * files + i) * wanted.rows % 90_000_000;
      await writeFile(path, wanted.rows, i % 10 === 0 ? 20 : 4, "all", first);
      await upload(stack, path, `bench/day-${part}-${i}.csv`);
    }));
  }
  await idle(stack);
  const completed = await batchesOf(stack, part, "completed");
  const failed = await batchesOf(stack, part, "failed");
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

/** Time passes: for what is pruned by age, and for what runs by the clock. @returns how many runs of the sentinel failed. */
async function letPass(stack: BenchStack, minutes: number): Promise<number> {
  let failed = 0;
  for (const [table, columns] of CLOCKS) {
    const moved = columns.map((column) => `${column} = ${column} - interval '${minutes} minutes'`).join(", ");
    await stack.admin.unsafe(`update ${table} set ${moved} where true`);
  }
  for (let minute = 1; minute <= minutes; minute++) {
    await stack.admin.unsafe(
      "select intake.sweep(), enforcement.sweep(), enforcement.sum_judgments(), audit.seal(), " +
        "ops.wake('worker', 'cron'), ops.wake('enforcement', 'cron')",
    );
    if (minute % SENTINEL_MINUTES === 0) {
      const answer = await ask(stack, "POST", "/sentinel/run", "{}");
      if (!answer.ok) failed += 1; // as with cron: the next one is five minutes away
      await answer.body?.cancel();
    }
    if (minute % PRUNE_MINUTES === 0) {
      await stack.admin.unsafe("select ops.prune(), ops.prune_rate_buckets()");
    }
  }
  await stack.admin.unsafe("select ops.prune(), ops.prune_rate_buckets()");
  await stack.admin.unsafe("vacuum"); // autovacuum's part, which a day in minutes gives no time
  return failed;
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

/** Tables that grew though nothing was delivered. A few rows more are no growth, nor is a block more. */
function grown(before: Sizes, after: Sizes): string[] {
  return [...after].filter(([name, { rows, bytes }]) => {
    const was = before.get(name);
    return was !== undefined && (rows > was.rows * 1.1 + 50 || bytes > was.bytes * 1.2 + 100_000) &&
      name !== "audit.event_log"; // what the sentinel and cron did in these hours is an event, and proof
  }).map(([name]) => name);
}

async function main(wanted: Wanted): Promise<boolean> {
  const say = wanted.json ? console.error : console.log;
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-bench-" });
  const stack = await startStack();
  try {
    await preparePipeline(stack);
    const morning = await sizes(stack);
    let failed = 0;
    for (let part = 0; part < wanted.parts; part++) {
      const began = performance.now();
      await work(stack, wanted, part, folder);
      const worked = performance.now();
      failed += await letPass(stack, Math.round(DAY_MINUTES / wanted.parts));
      const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(0)} s`;
      console.error(
        `part ${part + 1} of ${wanted.parts}: work ${seconds(began, worked)}, clock ${
          seconds(worked, performance.now())
        }`,
      );
    }
    const night = await sizes(stack);
    failed += await letPass(stack, MORNING_MINUTES);
    const next = await sizes(stack);
    const [counts] = await stack.admin`
      select count(*)::int as batches, sum(b.attempt)::int as attempts,
             count(*) filter (where b.status = 'completed')::int as completed,
             count(*) filter (where b.rejection_code = 'UNDONE')::int as undone,
             count(*) filter (where b.replay_of is not null)::int as replays,
             sum(b.row_count_inserted)::int as judgments
        from intake.simplicity_batches b`;
    say(
      `${counts?.batches} batches, ${counts?.attempts} attempts, ${counts?.completed} completed, ${counts?.undone} undone, ` +
        `${counts?.replays} replays, ${counts?.judgments} judgments, ${failed} runs of the sentinel failed`,
    );
    say(
      "table | holds | rows in the morning | at night | next morning | MB in the morning | at night | next morning",
    );
    const megabytes = (bytes: number | undefined) => ((bytes ?? 0) / 1e6).toFixed(2);
    for (const [name, { rows, bytes }] of next) {
      const [first, last] = [morning.get(name), night.get(name)];
      if (rows === 0 && (last?.rows ?? 0) === 0) continue;
      say([
        name,
        DATA.has(name) ? "data" : "",
        first?.rows ?? 0,
        last?.rows ?? 0,
        rows,
        megabytes(first?.bytes),
        megabytes(last?.bytes),
        megabytes(bytes),
      ].join(" | "));
    }
    const over = grown(night, next);
    for (const name of over) say(`GREW WITH TIME: ${name}`);
    if (wanted.json) console.log(JSON.stringify({ counts, tables: Object.fromEntries(next), over }));
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
