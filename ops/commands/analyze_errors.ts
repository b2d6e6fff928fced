/** `ops analyze-errors`: what rejected rows have in common, why, and what to do. Playbook, scenario D. */
import type { CodeFigure, ReasonFigure } from "../../shared/data/figures_gateway.ts";
import type { Batch } from "../../shared/intake/record.ts";
import { ADVICE } from "../batches/advice.ts";
import { batchIdOf, describeBatch } from "../batches/ask.ts";
import { countsOf, nameOf, shortId } from "../batches/words.ts";
import { command, type Context, EXIT, type Pen, UsageError } from "../command.ts";
import { grouped, plain, table } from "../../checkout/table.ts";

/** Whole batches where some were looked at; reasons by code where all of a week were. */
interface Analysis {
  readonly scope: "batch" | "recent" | "summary";
  readonly batches: readonly Batch[];
  readonly reasons: readonly (ReasonFigure & { readonly reason: string })[];
  readonly codes: readonly CodeFigure[];
}

const SUMMARY_DAYS = 7;

export const analyzeErrors = command<Analysis>({
  name: "analyze-errors",
  effects: "nothing",
  flags: {
    "batch-id": { type: "string", value: "ID", help: "of this batch" },
    "recent": { type: "string", value: "N", help: "of the N newest batches that failed or had rejects (5)" },
    "summary": { type: "boolean", help: `of all batches of the last ${SUMMARY_DAYS} days` },
  },
  examples: [
    ["--batch-id 3f2a1b2c", "what the rejects of one batch have in common"],
    ["--env prod --summary", "what goes wrong most, and its cure"],
  ],
  async run(context, report) {
    report(await analyse(context));
    return EXIT.fine;
  },
  show,
});

async function analyse({ typed, target }: Context): Promise<Analysis> {
  const named = typed.text("batch-id");
  const recent = typed.whole("recent", { least: 1, most: 100 });
  if ([named !== undefined, recent !== undefined, typed.on("summary")].filter(Boolean).length > 1) {
    throw new UsageError("Choose one of --batch-id, --recent and --summary.");
  }
  const figures = await target.figures();
  if (typed.on("summary")) {
    const ids = await figures.batchesOfDays(SUMMARY_DAYS);
    const reasons = await figures.reasonsOf(ids);
    return {
      scope: "summary",
      batches: [],
      reasons: reasons.map((one) => ({ ...one, reason: ADVICE[one.rejection_code].reason })),
      codes: await figures.codesOf(ids),
    };
  }
  const ids = named === undefined
    ? await figures.troubledBatches(recent ?? 5)
    : [await batchIdOf(target, named)];
  const batches = [];
  for (const id of ids) batches.push(await describeBatch(target, id));
  const scope = named === undefined ? "recent" : "batch";
  return { scope, batches, reasons: [], codes: await figures.codesOf(ids) };
}

function show({ scope, batches, reasons, codes }: Analysis, pen: Pen): string {
  if (batches.length === 0 && reasons.length === 0 && codes.length === 0) {
    return pen.good("No batch failed, no row was rejected.");
  }
  const refused = reasons.map(({ reason, batches: count }) => [count, reason]);
  return [
    ...batches.flatMap((batch) => [...wordsOn(batch, pen), ""]),
    ...(refused.length === 0 ? [] : [
      `Files refused as a whole in the last ${SUMMARY_DAYS} days:`,
      table(["files", "reason"], refused, "", (at) => {
        const code = reasons[at]?.rejection_code;
        return code === undefined ? null : ADVICE[code].next;
      }),
      "",
    ]),
    ...wordsOnCodes(codes, scope, pen),
  ].join("\n").trimEnd();
}

function wordsOn(batch: Batch, pen: Pen): string[] {
  const { rejection_reason: reason, rejection_code: code } = batch;
  const id = shortId(batch.batch_id);
  return [
    `${pen.bold(nameOf(batch))}  ${batch.status}  ${batch.created_at.slice(0, 16).replace("T", " ")} UTC`,
    `    ${countsOf(batch)}`,
    ...(reason === null ? [] : [`    ${pen.bad(plain(reason))}`]),
    ...(code === null ? [] : [`    ${ADVICE[code].next}`]),
    ...(batch.row_count_invalid === 0 ? [] : [pen.dim(`    its rows: ops errors ${id}`)]),
  ];
}

function wordsOnCodes(codes: readonly CodeFigure[], scope: Analysis["scope"], pen: Pen): string[] {
  if (codes.length === 0) return ["No single row was rejected."];
  const all = codes.reduce((sum, one) => sum + one.occurrences, 0);
  const where =
    { batch: "", recent: " in these batches", summary: ` in the last ${SUMMARY_DAYS} days` }[scope];
  return [
    `${grouped(all)} rejected ${all === 1 ? "row" : "rows"}${where}, by code:`,
    "",
    ...codes.flatMap((code) => [
      `${pen.bold(code.error_code)}  ${rowsIn(code, all, scope)}`,
      `    why: ${code.cause}`,
      `    fix: ${code.fix}`,
    ]),
  ];
}

function rowsIn({ occurrences, batches }: CodeFigure, all: number, scope: Analysis["scope"]): string {
  const share = `${(100 * occurrences / all).toFixed(1)} %`;
  const spread = scope === "batch" ? "" : `, in ${batches} ${batches === 1 ? "batch" : "batches"}`;
  return `${grouped(occurrences)} ${occurrences === 1 ? "row" : "rows"}, ${share}${spread}`;
}
