/**
 * `deno task bench:growth`: the same small drop, the same pages and views, the same run of the sentinel, in a young
 * system and in one that is made older from size to size. Both run beside each other and are measured in turns, by the
 * CPU Postgres uses, so that a slow minute of the machine weighs on nobody. What grows with age is named. Exit 0 measured ·
 * 1 could not, or a ratio is over its bar · 2 wrong usage.
 */
import { parseArgs } from "node:util";
import { methodAndPath, ROUTES } from "../shared/http/routes.ts";
import { ratioOf, spanOf } from "./figures.ts";
import { fill, type Size } from "./fill.ts";
import { writeFile } from "./files.ts";
import { whole } from "./options.ts";
import { type BenchStack, reachStack, startStack } from "./stack.ts";
import { preparePipeline, runPipeline, upload } from "./ways/pipeline.ts";

const USAGE = `deno task bench:growth [flags]

  --judgments 1000000,10000000     sizes of the old system, growing; the young one has none
  --batches 100000 --events 1000000 --rejects 1000000
  --rows 5000 --runs 5             the drop, and how often everything is measured (medians)
  --old NAME                       fill and measure a stack that runs, and leave it: what was cut off is gone on with
  --plans                          print plans of what is over its bar
  --json                           one JSON object a size on stdout`;

/** A ratio may be so large, the old system over the young one. What runs by the clock is only told. */
const BARS = { drop: 1.3, page: 2, view: 2, sentinel: 1.5, clock: Infinity } as const;
type Kind = keyof typeof BARS;

/** What differs by less is no growth: a page more or less in a cache, a longer answer. */
const NOISE_MS = 3;

/** A page of the list is full in the young system too. */
const FILES_AT_FIRST = 60;
const ROWS_AT_FIRST = 20;

interface Wanted extends Omit<Size, "judgments"> {
  readonly sizes: readonly number[];
  readonly rows: number;
  readonly runs: number;
  readonly old: string | null;
  readonly plans: boolean;
  readonly json: boolean;
}

function readArguments(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      judgments: { type: "string", default: "1000000,10000000" },
      batches: { type: "string", default: "100000" },
      events: { type: "string", default: "1000000" },
      rejects: { type: "string", default: "1000000" },
      rows: { type: "string", default: "5000" },
      runs: { type: "string", default: "5" },
      old: { type: "string" },
      plans: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  return {
    sizes: values.judgments.split(",").map((text) => whole("--judgments", text, 1, 100_000_000)),
    batches: whole("--batches", values.batches, 1, 10_000_000),
    events: whole("--events", values.events, 0, 100_000_000),
    rejects: whole("--rejects", values.rejects, 0, 100_000_000),
    rows: whole("--rows", values.rows, 1, 1_000_000),
    runs: whole("--runs", values.runs, 1, 50),
    old: values.old ?? null,
    plans: values.plans,
    json: values.json,
  };
}

/** One thing to measure. */
interface Measure {
  readonly what: string;
  readonly kind: Kind;
  /** Does it once. @returns milliseconds. */
  readonly once: (stack: BenchStack) => Promise<number>;
  /** A statement whose plan shows where the time goes. */
  readonly statement?: string;
}

interface Figure {
  readonly kind: Kind;
  /** Medians: milliseconds of Postgres' CPU, whoever else is on the machine. */
  readonly young: number;
  readonly old: number;
  /** Median of the ratios, run by run. */
  readonly ratio: number;
  /** Medians: milliseconds by the clock. */
  readonly clock: { readonly young: number; readonly old: number };
}

const isOver = ({ kind, young, old, ratio }: Figure) => ratio > BARS[kind] && old - young > NOISE_MS;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function mustAnswer(response: Response, what: string): Promise<void> {
  const text = await response.text();
  if (response.status >= 500) {
    throw new Error(`Cannot measure ${what}: ${response.status} ${text.slice(0, 200)}`);
  }
}

/** A statement alone, in the server. Changes are taken back. */
function inServer(stack: BenchStack, statement: string): Promise<number> {
  return timed(() =>
    stack.admin.begin(async (sql) => {
      await sql.unsafe(statement);
      await sql.unsafe("rollback and chain");
    })
  );
}

/** Milliseconds of CPU that a stack's Postgres has used, all processes that live. */
async function cpuOf(postmaster: number): Promise<number> {
  const children = (await Deno.readTextFile(`/proc/${postmaster}/task/${postmaster}/children`)).trim();
  const used = await Promise.all(
    children.split(" ").map(async (pid) => {
      const text = await Deno.readTextFile(`/proc/${pid}/schedstat`).catch(() => "0"); // gone since
      return Number(text.split(" ")[0]) / 1e6;
    }),
  );
  return used.reduce((sum, one) => sum + one, 0);
}

async function postmasterOf(stack: BenchStack): Promise<number> {
  const [row] = await stack.admin`select split_part(pg_read_file('postmaster.pid'), chr(10), 1)::int as pid`;
  return Number(row?.pid);
}

/** Pages that list, count or look for something, beside those that stand in the table of routes. */
const MORE_PAGES = [
  "/intake/batches?status=failed",
  "/intake/batches?source=simplicity",
  "/intake/batches?q=early-7",
  "/intake/batches?q=zzz",
  "/enforcement/plaintiffs?q=metro",
];

/** Every page that lists or counts: all GET routes that answer JSON or text out of the database. */
async function pages(stack: BenchStack): Promise<ReadonlyMap<string, string>> {
  const [batch] = await stack.admin`
    select b.id from intake.simplicity_batches b where b.storage_path like 'bench/early-%' order by b.storage_path limit 1`;
  const [judgment] = await stack.admin`select j.id from public.judgments j order by j.id desc limit 1`;
  const routes = Object.values(ROUTES).flatMap((declared) => Object.keys(declared)).map(methodAndPath)
    .filter(({ method, path }) =>
      method === "GET" && !/health$|openapi|keys$|\/file$|\/rows\/|evidence|packet|certificate/.test(path)
    ).map(({ path }) => path);
  const filled = (path: string) =>
    path.replace("judgments/:id", `judgments/${judgment?.id}`)
      .replace("batches/:id", `batches/${batch?.id}`).replace(":name", "simplicity");
  return new Map(
    [...routes, ...MORE_PAGES].map((path) => [path, filled(path)] as const)
      .filter(([, path]) => !path.includes(":")),
  );
}

async function views(stack: BenchStack): Promise<string[]> {
  const rows = await stack.admin`
    select v.schemaname || '.' || v.viewname as view from pg_views v
     where v.schemaname in ('intake', 'ops', 'enforcement', 'public') and v.viewname ~ '^v(iew)?_'
     order by 1`;
  return rows.map((row) => String(row.view));
}

/** What cron calls, as the migrations schedule it. */
const BY_THE_CLOCK = [
  "select intake.sweep()",
  "select enforcement.sweep()",
  "select enforcement.sum_judgments()",
  "select audit.seal()",
  "select ops.prune()",
];

async function measures(stacks: readonly BenchStack[], wanted: Wanted, folder: string): Promise<Measure[]> {
  const [young] = stacks;
  if (young === undefined) return [];
  const drop: Measure = {
    what: `a drop of ${wanted.rows} rows`,
    kind: "drop",
    once: async (stack) => {
      const path = `${folder}/drop.csv`;
      await writeFile(path, wanted.rows, 1, "all", nextNumber(wanted.rows));
      return (await runPipeline(stack, path, `bench/growth-${crypto.randomUUID()}.csv`)).total;
    },
  };
  const paths = new Map(
    await Promise.all(stacks.map(async (stack) => [stack, await pages(stack)] as const)),
  );
  const get = (stack: BenchStack, path: string) =>
    timed(async () =>
      await mustAnswer(
        await fetch(`${stack.apiUrl}/functions/v1${path}`, {
          headers: { authorization: `Bearer ${stack.operatorKey}` },
        }),
        path,
      )
    );
  const look: Measure = {
    what: "a run of the sentinel",
    kind: "sentinel",
    once: (stack) => lookOnce(stack),
  };
  return [
    drop,
    ...[...await pages(young)].map(([name]): Measure => ({
      what: `GET ${name}`,
      kind: "page",
      once: (stack) => get(stack, paths.get(stack)?.get(name) ?? name),
    })),
    ...(await views(young)).map((view): Measure => {
      const statement = `select * from ${view} limit 50`;
      return { what: view, kind: "view", once: (stack) => inServer(stack, statement), statement };
    }),
    ...BY_THE_CLOCK.map((statement): Measure => ({
      what: statement,
      kind: "clock",
      once: (stack) => inServer(stack, statement),
      statement,
    })),
    look, // last: it first has to come to the end of the chain
  ];
}

function lookOnce(stack: BenchStack): Promise<number> {
  return timed(async () =>
    await mustAnswer(
      await fetch(`${stack.apiUrl}/functions/v1/sentinel/run`, {
        method: "POST",
        headers: { authorization: `Bearer ${stack.operatorKey}` },
      }),
      "the sentinel",
    )
  );
}

/** Measures in turns, young and old; the first time is nobody's figure. */
async function compare(
  measure: Measure,
  young: BenchStack,
  old: BenchStack,
  runs: number,
): Promise<Figure> {
  const took = { young: [] as number[], old: [] as number[] };
  const used = { young: [] as number[], old: [] as number[] };
  for (let run = 0; run <= runs; run++) {
    for (const [age, stack] of [["young", young], ["old", old]] as const) {
      const postmaster = await postmasterOf(stack);
      const before = await cpuOf(postmaster);
      const clock = await measure.once(stack);
      const cpu = await cpuOf(postmaster) - before;
      if (run === 0) continue;
      took[age].push(clock);
      used[age].push(Math.max(cpu, 0.01));
    }
  }
  const median = (values: readonly number[]) => spanOf(values)?.median ?? NaN;
  return {
    kind: measure.kind,
    young: median(used.young),
    old: median(used.old),
    ratio: ratioOf(used.old, used.young)?.median ?? NaN,
    clock: { young: median(took.young), old: median(took.old) },
  };
}

/** Numbers of files: no two drops share a case number, also those of a run before. */
let firstNumber = Math.floor(Math.random() * 20_000_000);
function nextNumber(rows: number): number {
  return firstNumber += rows;
}

/** Brings what every system has: some batches and judgments, a page of each. */
async function begin(stack: BenchStack, folder: string): Promise<void> {
  const [there] = await stack.admin`
    select to_regprocedure('public.ms(interval)') is not null as prepared,
           exists (select from intake.simplicity_batches b where b.storage_path = 'bench/warm.csv') as begun`;
  if (there?.prepared !== true) await preparePipeline(stack);
  if (there?.begun === true) return;
  const plaintiffs = FILES_AT_FIRST * ROWS_AT_FIRST / 3;
  for (let n = 0; n < FILES_AT_FIRST; n++) {
    const path = `${folder}/early.csv`;
    await writeFile(path, ROWS_AT_FIRST, 5, "all", nextNumber(ROWS_AT_FIRST), plaintiffs);
    await upload(stack, path, `bench/early-${n}.csv`);
  }
  await writeFile(`${folder}/warm.csv`, 1_000, 0, "all", nextNumber(1_000));
  await runPipeline(stack, `${folder}/warm.csv`, "bench/warm.csv");
  const deadline = performance.now() + 120_000;
  for (;;) {
    const [row] = await stack.admin`
      select count(*)::int as n from intake.simplicity_batches b where b.status = 'completed'`;
    if (Number(row?.n) > FILES_AT_FIRST) return;
    if (performance.now() > deadline) throw new Error("Cannot begin: the first files were not taken in");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Lets the sentinel come to the end of the chain, both ways: what is measured is a run like any other. */
async function followChain(stack: BenchStack): Promise<void> {
  for (let run = 0; run < 600; run++) {
    await lookOnce(stack);
    const [row] = await stack.admin`
      select count(*) filter (where p.walk = 'newest' and p.seal_no > h.seal_no - 1000) = 1
             and count(*) filter (where p.walk = 'whole' and p.whole_at >= p.started_at) = 1 as there
        from audit.chain_positions p cross join audit.head() h`;
    if (row?.there === true) return;
  }
  throw new Error("Cannot measure the sentinel: it does not come to the end of the chain");
}

/** As it is told: CPU of Postgres, and the time by the clock behind it. */
function lineOf(what: string, figure: Figure): string {
  const told = (cpu: number, clock: number) => `${cpu.toFixed(1)} ms (${clock.toFixed(0)})`;
  const ratio = `${figure.ratio.toFixed(2)}${isOver(figure) ? ` OVER ${BARS[figure.kind]}` : ""}`;
  return [what, told(figure.young, figure.clock.young), told(figure.old, figure.clock.old), ratio].join(
    " | ",
  );
}

async function planOf(stack: BenchStack, statement: string): Promise<string[]> {
  const plan = await stack.admin.unsafe(`explain (analyze, buffers) ${statement}`);
  return plan.map((row) => String(row["QUERY PLAN"]));
}

async function main(wanted: Wanted): Promise<boolean> {
  const say = wanted.json ? console.error : console.log;
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-bench-" });
  const stacks: BenchStack[] = [];
  try {
    const young = await startStack();
    stacks.push(young);
    const old = wanted.old === null ? await startStack() : await reachStack(wanted.old);
    stacks.push(old);
    for (const stack of stacks) await begin(stack, folder);
    const todo = await measures(stacks, wanted, folder);
    let isWithin = true;
    for (const judgments of wanted.sizes) {
      const took = await timed(() => fill(old.admin, { ...wanted, judgments }, say));
      say(`${judgments.toLocaleString("en-US")} judgments: filled in ${(took / 1000).toFixed(0)} s`);
      say("what | young: ms of Postgres' CPU (by the clock) | old | ratio");
      const figures = new Map<string, Figure>();
      for (const measure of todo) {
        if (measure.kind === "sentinel") { for (const stack of stacks) await followChain(stack); }
        const figure = await compare(measure, young, old, wanted.runs);
        figures.set(measure.what, figure);
        say(lineOf(measure.what, figure));
        if (!isOver(figure)) continue;
        isWithin = false;
        if (wanted.plans && measure.statement !== undefined) {
          for (const line of await planOf(old, measure.statement)) say(`    ${line}`);
        }
      }
      if (wanted.json) console.log(JSON.stringify({ judgments, figures: Object.fromEntries(figures) }));
    }
    return isWithin;
  } finally {
    for (const stack of stacks) await stack.stop();
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
