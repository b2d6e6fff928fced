/**
 * `deno task bench:enforcement`: a page of every view and list that the business reads, in a system of millions of
 * judgments; how long a step of sealing and of verifying the audit chain takes; and what an event costs that is written
 * beside an insert of a million rows. Exit 0 measured · 1 could not, a figure is over its bar, or a view is wrong ·
 * 2 wrong usage.
 */
import { parseArgs } from "node:util";
import postgres from "postgres";
import { type Span, spanOf } from "./figures.ts";
import { sumJudgments } from "./fill.ts";
import { type Extent, fillEnforcement, insertJudgments } from "./fill_enforcement.ts";
import { whole } from "./options.ts";
import { type BenchStack, startStack } from "./stack.ts";

const USAGE = `deno task bench:enforcement [flags]

  --judgments 3000000 --plaintiffs 300000   how large the system is
  --events 100000                           events that are sealed and verified
  --beside 1000000                          rows of the insert that events are written beside
  --runs 5                                  how often a page is asked for (medians)
  --plans                                   print plans of what is over its bar
  --json                                    one JSON object on stdout`;

/** Milliseconds: a page of 50 (median), and a step along the chain (the longest). */
const BARS = { page: 200, step: 1_000 } as const;
/** An event beside a running insert, over one without it; more means that it waits. */
const BESIDE_BAR = 10;
/** As the sentinel walks (shared/sentinel/checks/audit_chain.ts). */
const SLICE_EVENTS = 5_000;

interface Wanted extends Extent {
  readonly events: number;
  readonly beside: number;
  readonly runs: number;
  readonly plans: boolean;
  readonly json: boolean;
}

function readArguments(args: readonly string[]): Wanted {
  const { values } = parseArgs({
    args: args.filter((argument) => argument !== "--"),
    options: {
      judgments: { type: "string", default: "3000000" },
      plaintiffs: { type: "string", default: "300000" },
      events: { type: "string", default: "100000" },
      beside: { type: "string", default: "1000000" },
      runs: { type: "string", default: "5" },
      plans: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  return {
    judgments: whole("--judgments", values.judgments, 1_000, 100_000_000),
    plaintiffs: whole("--plaintiffs", values.plaintiffs, 100, 10_000_000),
    events: whole("--events", values.events, 1_000, 10_000_000),
    beside: whole("--beside", values.beside, 1_000, 10_000_000),
    runs: whole("--runs", values.runs, 1, 50),
    plans: values.plans,
    json: values.json,
  };
}

/** What is asked for: as REST asks a view for a page, as the functions ask for a list, as the proofs count. */
const PAGES: Readonly<Record<string, string>> = {
  "v_plaintiffs_overview": "select * from public.v_plaintiffs_overview limit 50",
  "v_plaintiffs_overview, one":
    "select * from public.v_plaintiffs_overview where plaintiff_id = md5('p49')::uuid",
  "v_plaintiffs_overview, by name":
    "select * from public.v_plaintiffs_overview order by plaintiff_name limit 50",
  "v_judgment_pipeline": "select * from public.v_judgment_pipeline limit 50",
  "v_judgment_pipeline, newest":
    "select * from public.v_judgment_pipeline order by judgment_id desc limit 50",
  "v_judgment_pipeline, a stage":
    "select * from public.v_judgment_pipeline where enforcement_stage = 'levy_issued' limit 50",
  "v_judgment_pipeline, a plaintiff's":
    "select * from public.v_judgment_pipeline where plaintiff_id = md5('p49')::uuid limit 50",
  "v_enforcement_overview": "select * from public.v_enforcement_overview limit 50",
  "v_authorized_plaintiffs": "select * from enforcement.v_authorized_plaintiffs limit 50",
  "v_unauthorized_plaintiffs": "select * from enforcement.v_unauthorized_plaintiffs limit 50",
  "plaintiffs, first page": "select enforcement.list_plaintiffs(null, null, null)",
  "plaintiffs, page 100": "select enforcement.list_plaintiffs(null, null, null, 100)",
  "plaintiffs, by name": "select enforcement.list_plaintiffs('creditor 2999', null, null)",
  "plaintiffs, in a state": "select enforcement.list_plaintiffs(null, 'active', null)",
  "plaintiffs, authorised": "select enforcement.list_plaintiffs(null, null, true)",
  "plaintiffs, not authorised": "select enforcement.list_plaintiffs(null, null, false)",
  "plaintiff, one": "select enforcement.plaintiff_record(md5('p49')::uuid)",
  "actions, first page": "select enforcement.list_actions(null, null, null)",
  "actions, blocked": "select enforcement.list_actions('blocked', null, null)",
  "actions, a plaintiff's": "select enforcement.list_actions(null, null, md5('p49')::uuid)",
  "tasks, first page": "select enforcement.list_tasks(null, null)",
  "tasks, open": "select enforcement.list_tasks('open', null)",
};

/** The overview as its definition says it, over every judgment. */
const OVERVIEW = `
  select j.enforcement_stage, public.collectability_tier(j.amount, j.judgment_date) as collectability_tier,
         count(*)::text as case_count, sum(j.amount)::text as total_judgment_amount
    from public.judgments j where not starts_with(lower(j.plaintiff_name), 'dragonfly-proof')
   group by 1, 2 order by 1, 2`;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

interface Figure {
  readonly what: string;
  readonly span: Span;
  readonly bar: number | null;
  /** What the bar is held against. */
  readonly by: "median" | "max";
}

const isOver = ({ span, bar, by }: Figure) => bar !== null && span[by] > bar;

async function pages(sql: postgres.Sql, wanted: Wanted): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [what, statement] of Object.entries(PAGES)) {
    await sql.unsafe(statement); // the first time is nobody's figure
    const took: number[] = [];
    for (let run = 0; run < wanted.runs; run++) took.push(await timed(() => sql.unsafe(statement)));
    figures.push({ what, span: mustSpan(took), bar: BARS.page, by: "median" });
  }
  return figures;
}

/** @throws when the overview tells other sums than the judgments have. */
async function mustBeTrue(sql: postgres.Sql): Promise<void> {
  const told = await sql`
    select enforcement_stage, collectability_tier, case_count::text, total_judgment_amount::text
      from public.v_enforcement_overview order by 1, 2`;
  const summed = await sql.unsafe(OVERVIEW);
  if (JSON.stringify(told) !== JSON.stringify(summed)) {
    throw new Error("Cannot trust v_enforcement_overview: its sums are not those of the judgments");
  }
}

async function chain(sql: postgres.Sql, wanted: Wanted): Promise<Figure[]> {
  const append = (count: number) =>
    sql`select audit.append('bench.done', 'bench', n::text, null, '{"rows": 1}') from generate_series(1, ${count}) n`;
  const single: number[] = [];
  for (let n = 0; n < 200; n++) single.push(await timed(() => append(1)));
  await append(wanted.events);
  const later: number[] = [];
  for (let n = 0; n < 200; n++) later.push(await timed(() => append(1)));
  const seals: number[] = [];
  for (let sealed = 1; sealed > 0;) {
    seals.push(
      await timed(async () => sealed = Number((await sql`select audit.seal() as sealed`)[0]?.sealed)),
    );
  }
  const slices: number[] = [];
  for (let at = { no: 0, hash: "0".repeat(64) };;) {
    const began = performance.now();
    const [slice] = await sql`
      select s.problem, s.checked::int as checked, s.last_no::int as last_no, s.last_hash
        from audit.verify_slice(${at.no}, ${at.hash}, ${SLICE_EVENTS}) s`;
    slices.push(performance.now() - began);
    if (slice?.problem !== null) throw new Error(`Cannot trust the chain: ${slice?.problem}`);
    if (slice?.checked < SLICE_EVENTS) break;
    at = { no: slice.last_no, hash: slice.last_hash };
  }
  return [
    { what: "an event, chain short", span: mustSpan(single), bar: null, by: "median" },
    { what: `an event, ${wanted.events} unsealed`, span: mustSpan(later), bar: null, by: "median" },
    { what: `a step of audit.seal (${seals.length})`, span: mustSpan(seals), bar: BARS.step, by: "max" },
    { what: `a step of verify_slice (${slices.length})`, span: mustSpan(slices), bar: BARS.step, by: "max" },
  ];
}

/** Events written and sealed while another transaction inserts rows: neither waits for it. */
async function beside(stack: BenchStack, sql: postgres.Sql, wanted: Wanted): Promise<Figure[]> {
  const event = () => timed(() => sql`select audit.append('bench.done', 'bench', 'beside', null, null)`);
  const alone: number[] = [];
  for (let n = 0; n < 200; n++) alone.push(await event());
  const giant = postgres(stack.databaseUrl, { max: 1, onnotice: () => {} });
  const during: number[] = [];
  const seals: number[] = [];
  let done = false;
  let rows = 0;
  const inserting = giant.begin(async (tx) => {
    await tx`select ops.set_door('engine'), intake.share_judgments()`;
    await tx`select audit.append('bench.began', 'bench', 'giant', null, null)`;
    await insertJudgments(tx, "G", 0, wanted.beside, wanted.plaintiffs);
    rows = wanted.beside;
  }).finally(() => done = true);
  while (!done) {
    during.push(await event());
    if (during.length % 50 === 0) seals.push(await timed(() => sql`select audit.seal()`));
  }
  await inserting;
  await giant.end();
  if (during.length < 10 || rows === 0) throw new Error("Cannot tell: the insert was too short");
  const wait = mustSpan(alone).median * BESIDE_BAR;
  return [
    { what: "an event, nothing beside it", span: mustSpan(alone), bar: null, by: "median" },
    {
      what: `an event beside an insert of ${rows} rows (${during.length})`,
      span: mustSpan(during),
      bar: wait,
      by: "median",
    },
    ...seals.length === 0 ? [] : [
      { what: "a step of audit.seal beside it", span: mustSpan(seals), bar: BARS.step, by: "max" } as const,
    ],
  ];
}

function mustSpan(values: readonly number[]): Span {
  const span = spanOf(values);
  if (span === null) throw new Error("Cannot tell: nothing was measured");
  return span;
}

function lineOf(figure: Figure): string {
  const { what, span, bar } = figure;
  const told = `${span.median.toFixed(1)} ms (${span.min.toFixed(1)} to ${span.max.toFixed(1)})`;
  return `  ${what.padEnd(52)} ${told}${isOver(figure) ? `   OVER ${bar?.toFixed(0)} ms` : ""}`;
}

async function main(wanted: Wanted): Promise<boolean> {
  const say = wanted.json ? console.error : console.log;
  const stack = await startStack();
  const sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    const took = await timed(() => fillEnforcement(stack.admin, wanted));
    say(
      `${wanted.judgments} judgments of ${wanted.plaintiffs} plaintiffs, filled in ${
        (took / 1000).toFixed(0)
      } s`,
    );
    await mustBeTrue(sql);
    const began = performance.now(); // cron's work
    await sumJudgments(stack.admin);
    say(`summed in ${((performance.now() - began) / 1000).toFixed(1)} s`);
    await mustBeTrue(sql);
    const figures: Figure[] = [];
    for (const measure of [pages, chain, (one: postgres.Sql, of: Wanted) => beside(stack, one, of)]) {
      const found = await measure(sql, wanted);
      for (const figure of found) say(lineOf(figure));
      figures.push(...found);
    }
    await mustBeTrue(sql);
    const over = figures.filter(isOver);
    for (const { what } of wanted.plans ? over : []) {
      const statement = PAGES[what];
      if (statement === undefined) continue;
      for (const row of await sql.unsafe(`explain (analyze, buffers) ${statement}`)) say(row["QUERY PLAN"]);
    }
    if (wanted.json) console.log(JSON.stringify({ ...wanted, figures, over: over.map(({ what }) => what) }));
    return over.length === 0;
  } finally {
    await sql.end({ timeout: 1 });
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
if (!await main(wanted)) Deno.exit(1);
