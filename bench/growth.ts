/**
 * `deno task bench:growth`: the same small drop, the same pages and views, the same run of the sentinel, in systems of
 * growing age, one after the other on one stack. What grows with the system's age is named. Exit 0 measured ·
 * 1 could not, or a ratio is over its bar · 2 wrong usage.
 */
import { parseArgs } from "node:util";
import { methodAndPath, ROUTES } from "../shared/http/routes.ts";
import { spanOf } from "./figures.ts";
import { fill, type Size } from "./fill.ts";
import { writeFile } from "./files.ts";
import { whole } from "./options.ts";
import { type BenchStack, startStack } from "./stack.ts";
import { preparePipeline, runPipeline } from "./ways/pipeline.ts";

const USAGE = `deno task bench:growth [flags]

  --judgments 0,1000000,10000000   sizes, growing; what comes with them is filled at the first that is not 0
  --batches 100000 --events 1000000 --rejects 1000000
  --rows 5000 --runs 5             the drop, and how often everything is measured (medians)
  --plans                          print plans of what is over its bar
  --json                           one JSON object on stdout`;

/** A ratio may be so large, largest system over the first. */
const BARS = { drop: 1.3, page: 2, view: 2, sentinel: 1.5 } as const;
type Kind = keyof typeof BARS;

/** Medians in milliseconds by what was measured, in the order measured. */
type Figures = ReadonlyMap<string, { readonly kind: Kind; readonly ms: number }>;

interface Wanted extends Omit<Size, "judgments"> {
  readonly sizes: readonly number[];
  readonly rows: number;
  readonly runs: number;
  readonly plans: boolean;
  readonly json: boolean;
}

function readArguments(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      judgments: { type: "string", default: "0,1000000,10000000" },
      batches: { type: "string", default: "100000" },
      events: { type: "string", default: "1000000" },
      rejects: { type: "string", default: "1000000" },
      rows: { type: "string", default: "5000" },
      runs: { type: "string", default: "5" },
      plans: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  return {
    sizes: values.judgments.split(",").map((text) => whole("--judgments", text, 0, 100_000_000)),
    batches: whole("--batches", values.batches, 1, 10_000_000),
    events: whole("--events", values.events, 0, 100_000_000),
    rejects: whole("--rejects", values.rejects, 0, 100_000_000),
    rows: whole("--rows", values.rows, 1, 1_000_000),
    runs: whole("--runs", values.runs, 1, 50),
    plans: values.plans,
    json: values.json,
  };
}

/** Repeats work and takes the median; the first time is nobody's figure. */
async function median(runs: number, work: () => Promise<number>): Promise<number> {
  await work();
  const took: number[] = [];
  for (let run = 0; run < runs; run++) took.push(await work());
  return spanOf(took)?.median ?? 0;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Every page that lists or counts: all GET routes that answer JSON or text out of the database. */
async function pages(stack: BenchStack): Promise<string[]> {
  const [batch] = await stack.admin`
    select b.id from intake.simplicity_batches b where b.status = 'completed' order by b.created_at desc offset 3 limit 1`;
  const [judgment] = await stack.admin`select j.id from public.judgments j order by j.id desc limit 1`;
  return Object.values(ROUTES).flatMap((routes) => Object.keys(routes)).map(methodAndPath)
    .filter(({ method, path }) =>
      method === "GET" && !/health$|openapi|keys$|\/file$|\/rows\/|evidence|packet|certificate/.test(path)
    )
    .map(({ path }) =>
      path.replace("judgments/:id", `judgments/${judgment?.id}`).replace(":id", String(batch?.id))
        .replace(":name", "simplicity")
    )
    .filter((path) => !path.includes(":"));
}

async function views(stack: BenchStack): Promise<{ schema: string; view: string }[]> {
  const rows = await stack.admin`
    select v.schemaname as schema, v.viewname as view from pg_views v
     where v.schemaname in ('intake', 'ops', 'enforcement', 'public') and v.viewname ~ '^v(iew)?_'
     order by 1, 2`;
  return rows.map((row) => ({ schema: String(row.schema), view: String(row.view) }));
}

async function mustAnswer(response: Response, what: string): Promise<void> {
  const text = await response.text();
  if (response.status >= 500) {
    throw new Error(`Cannot measure ${what}: ${response.status} ${text.slice(0, 200)}`);
  }
}

async function measure(stack: BenchStack, wanted: Wanted, size: number, folder: string): Promise<Figures> {
  const figures = new Map<string, { kind: Kind; ms: number }>();
  let dropped = 0;
  const drop = async () => {
    const path = `${folder}/drop.csv`;
    await writeFile(path, wanted.rows, 1, "all", (sizeSeed++) * wanted.rows);
    return (await runPipeline(stack, path, `bench/growth-${size}-${dropped++}.csv`)).total;
  };
  figures.set(`a drop of ${wanted.rows} rows`, { kind: "drop", ms: await median(wanted.runs, drop) });
  const headers = { authorization: `Bearer ${stack.operatorKey}` };
  for (const page of await pages(stack)) {
    const ms = await median(
      wanted.runs,
      () =>
        timed(async () =>
          await mustAnswer(await fetch(`${stack.apiUrl}/functions/v1${page}`, { headers }), page)
        ),
    );
    figures.set(`GET ${page.replace(/[0-9a-f-]{36}/, ":id").replace(/\/\d+\b/, "/:id")}`, {
      kind: "page",
      ms,
    });
  }
  for (const { schema, view } of await views(stack)) {
    const ms = await median(wanted.runs, () =>
      timed(async () =>
        await mustAnswer(
          await fetch(`${stack.apiUrl}/rest/v1/${view}?limit=50`, {
            headers: { apikey: stack.secretKey, "accept-profile": schema },
          }),
          view,
        )
      ));
    figures.set(`${schema}.${view}`, { kind: "view", ms });
  }
  const look = () =>
    timed(async () =>
      await mustAnswer(
        await fetch(`${stack.apiUrl}/functions/v1/sentinel/run`, { method: "POST", headers }),
        "the sentinel",
      )
    );
  await followChain(stack, look);
  figures.set("a run of the sentinel", { kind: "sentinel", ms: await median(wanted.runs, look) });
  return figures;
}

/** Numbers of files: no two drops share a case number. */
let sizeSeed = 0;

/** Lets the sentinel come to the end of the chain: what is measured is a run like any other. */
async function followChain(stack: BenchStack, look: () => Promise<number>): Promise<void> {
  for (let run = 0; run < 200; run++) {
    await look();
    const [row] = await stack.admin`
      select (select coalesce(max(e.seal_no), 0) from audit.event_log e) -
             (select coalesce(max(p.seal_no), 0) from audit.chain_positions p where p.walk = 'newest') as behind`;
    if (Number(row?.behind) < 1_000) return;
  }
}

function table(wanted: Wanted, all: readonly Figures[]): { lines: string[]; over: string[] } {
  const [first] = all;
  const last = all.at(-1);
  const lines = [["", ...wanted.sizes.map((size) => size.toLocaleString("en-US")), "ratio"].join(" | ")];
  const over: string[] = [];
  for (const [what, { kind, ms }] of first ?? []) {
    const grown = last?.get(what)?.ms ?? NaN;
    const ratio = grown / ms;
    const isOver = ratio > BARS[kind];
    if (isOver) over.push(what);
    const cells = all.map((figures) => `${(figures.get(what)?.ms ?? NaN).toFixed(1)} ms`);
    lines.push([what, ...cells, `${ratio.toFixed(2)}${isOver ? ` OVER ${BARS[kind]}` : ""}`].join(" | "));
  }
  return { lines, over };
}

async function plansOf(stack: BenchStack, over: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  for (const { schema, view } of await views(stack)) {
    if (!over.includes(`${schema}.${view}`)) continue;
    lines.push(`${schema}.${view}:`);
    const plan = await stack.admin.unsafe(
      `explain (analyze, buffers) select * from ${schema}.${view} limit 50`,
    );
    lines.push(...plan.map((row) => `  ${row["QUERY PLAN"]}`));
  }
  return lines;
}

async function main(wanted: Wanted): Promise<boolean> {
  const say = wanted.json ? console.error : console.log;
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-bench-" });
  const stack = await startStack();
  try {
    await preparePipeline(stack);
    await writeFile(`${folder}/warm.csv`, 1_000, 0, "all", 40_000_000);
    await runPipeline(stack, `${folder}/warm.csv`, "bench/warm.csv");
    const all: Figures[] = [];
    let have: Size = { judgments: 0, batches: 0, events: 0, rejects: 0 };
    for (const judgments of wanted.sizes) {
      const want: Size = judgments === 0 ? have : { ...wanted, judgments };
      const took = await timed(() => fill(stack.admin, have, want));
      have = want;
      say(`${judgments.toLocaleString("en-US")} judgments: filled in ${(took / 1000).toFixed(0)} s`);
      all.push(await measure(stack, wanted, judgments, folder));
    }
    const { lines, over } = table(wanted, all);
    for (const line of lines) say(line);
    if (wanted.plans) { for (const line of await plansOf(stack, over)) say(line); }
    if (wanted.json) {
      console.log(
        JSON.stringify({ sizes: wanted.sizes, figures: all.map((one) => Object.fromEntries(one)), over }),
      );
    }
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
