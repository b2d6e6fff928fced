/**
 * `deno task bench:poison`: what a vendor notices while another's files are as dear to read as files can be. The dear
 * ones come first and all at once; then small files of the other vendor are dropped, one after the other. Exit 0
 * measured · 1 could not, or a small file did not complete · 2 wrong usage.
 */
import { parseArgs } from "node:util";
import { spanOf } from "./figures.ts";
import { HOSTILE, hostileFile } from "./hostile.ts";
import { usageSince } from "./journal.ts";
import { whole } from "./options.ts";
import { describeUsage } from "./report.ts";
import { type BenchStack, startStack } from "./stack.ts";
import { preparePipeline, uploadBytes } from "./ways/pipeline.ts";

const USAGE = `deno task bench:poison [--poison 16] [--kilobytes 1000] [--small 10] [--rows 100]

  --poison      files that are dear to read, of each shape in turn
  --kilobytes   size of each
  --small       files of the other vendor, dropped one after the other
  --rows        rows of each of those`;

const PATIENCE_MS = 600_000;
const LOOK_EVERY_MS = 50;

interface Wanted {
  readonly poison: number;
  readonly kilobytes: number;
  readonly small: number;
  readonly rows: number;
}

function readArguments(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      poison: { type: "string", default: "16" },
      kilobytes: { type: "string", default: "1000" },
      small: { type: "string", default: "10" },
      rows: { type: "string", default: "100" },
    },
  });
  return {
    poison: whole("--poison", values.poison, 1, 100),
    kilobytes: whole("--kilobytes", values.kilobytes, 1, 8_000),
    small: whole("--small", values.small, 1, 1_000),
    rows: whole("--rows", values.rows, 1, 100_000),
  };
}

/** One that no other has: a first line of its own. */
function poisonFile(at: number, bytes: number): Uint8Array<ArrayBuffer> {
  const shapes = Object.values(HOSTILE);
  const shape = shapes[at % shapes.length];
  if (shape === undefined) throw new Error("Cannot poison: there are no shapes");
  return new Uint8Array(
    hostileFile({ ...shape, line: (n) => n === 0 ? `${at},x,y,1,z\n` : shape.line(n) }, bytes),
  );
}

function smallFile(at: number, rows: number): Uint8Array<ArrayBuffer> {
  const lines = Array.from(
    { length: rows },
    (_, n) => `SMALL-${at}-${n + 1},Metro Judgment Solutions,James Garcia,${100 + n}.50,2024-01-15`,
  );
  const header = "case_number,plaintiff_name,defendant_name,amount,judgment_date";
  return new TextEncoder().encode([header, ...lines, ""].join("\n"));
}

/** Waits until a batch has ended. @returns its milliseconds from the object row's commit. */
async function untilCompleted(stack: BenchStack, path: string): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const [row] = await stack.admin`
      select b.status, ms(b.completed_at - o.created_at) as ms
        from intake.simplicity_batches b
        join storage.objects o on o.bucket_id = b.storage_bucket and o.name = b.storage_path
       where b.storage_path = ${path}`;
    if (row?.status === "completed") return row.ms;
    if (row?.status === "failed") throw new Error(`Cannot measure: ${path} failed`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`Cannot measure: ${path} did not complete in ${PATIENCE_MS / 1000} s`);
}

/** Waits until nothing of the dear files is under way. @returns how each ended, with how many did. */
async function endsOfPoison(stack: BenchStack): Promise<string[]> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const ends = await stack.admin`
      select status || coalesce(' ' || rejection_code, '') as what, count(*)::int as n,
             bool_and(status in ('completed', 'failed', 'skipped')) as over
        from intake.simplicity_batches where source = 'poison' group by 1 order by 1`;
    if (ends.every((one) => one.over)) return ends.map((one) => `${one.n} ${one.what}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  return [`not all in ${PATIENCE_MS / 1000} s`];
}

async function main(wanted: Wanted): Promise<void> {
  const stack = await startStack();
  try {
    await preparePipeline(stack);
    await stack.admin`insert into intake.sources (source) values ('poison'), ('honest')`;
    const { end } = await usageSince(stack.journal, 0);
    const began = performance.now();
    await Promise.all(
      Array.from(
        { length: wanted.poison },
        (_, at) => uploadBytes(stack, poisonFile(at, wanted.kilobytes * 1000), `poison/p${at}.csv`),
      ),
    );
    const took: number[] = [];
    for (let at = 0; at < wanted.small; at++) {
      await uploadBytes(stack, smallFile(at, wanted.rows), `honest/h${at}.csv`);
      took.push(await untilCompleted(stack, `honest/h${at}.csv`));
    }
    const span = spanOf(took);
    const seconds = (ms = 0) => `${(ms / 1000).toFixed(2)} s`;
    console.log(
      `${wanted.small} files of ${wanted.rows} rows beside ${wanted.poison} of ${wanted.kilobytes} kB that are dear ` +
        `to read: median ${seconds(span?.median)}, longest ${seconds(span?.max)}`,
    );
    const ends = await endsOfPoison(stack);
    console.log(`the dear ones ended after ${seconds(performance.now() - began)}: ${ends.join(" · ")}`);
    console.log(describeUsage((await usageSince(stack.journal, end)).usage));
  } finally {
    await stack.stop();
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
