/** What was measured, for people. */
import type { Span } from "./figures.ts";
import type { Usage } from "./journal.ts";
import type { Measured } from "./measure.ts";
import type { Way } from "./options.ts";

const NAMES: Readonly<Record<Way, string>> = {
  a: "COPY into the final table",
  b: "COPY to staging + the same insert",
  c: "Papa + zod + supabase-js inserts of 1,000",
  d: "the pipeline, from the object row's commit",
  e: "pgloader",
};

/** Bars of this project: over them a line says so. */
const BARS = { overCopy: 2.5, clientOver: 3, cpuMs: 700, rssMb: 200 };

/** Lines on one file's figures. */
export function describe(measured: Measured): string[] {
  const { rows, stages, usage } = measured;
  const lines = [
    "",
    `${grouped(rows)} rows, ${measured.badPercent} % bad, ${(measured.bytes / 1e6).toFixed(1)} MB` +
    `    (load before and after: ${measured.load.map((one) => one.toFixed(1)).join(", ")})`,
  ];
  for (const [way, span] of Object.entries(measured.times) as [Way, Span][]) {
    const scaled = way === "c" && measured.clientScaled ? "  scaled from fewer rows" : "";
    const rate = `${grouped(Math.round(rows / (span.median / 1000)))} rows/s`;
    lines.push(`  ${way}  ${NAMES[way].padEnd(44)}${seconds(span).padEnd(28)}${rate}${scaled}`);
  }
  lines.push(...ratio("d/a", measured.overCopy, (value) => value <= BARS.overCopy, `bar ${BARS.overCopy}`));
  lines.push(
    ...ratio("c/d", measured.clientOver, (value) => value >= BARS.clientOver, `bar ${BARS.clientOver}`),
  );
  if (stages !== null) {
    const share = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
    lines.push(
      `  stages of d: waking ${share(stages.waking)} · staging ${share(stages.staging)} · validating ${
        share(stages.validating)
      } (${stages.slices} slices) · deciding ${share(stages.deciding)} · inserting ${
        share(stages.inserting)
      }`,
    );
  }
  const megabytes = (bytes: number | undefined) =>
    bytes === undefined ? "–" : `${Math.round(bytes / 1e6)} MB`;
  if (measured.wal.d !== undefined) {
    lines.push(
      `  WAL: a ${megabytes(measured.wal.a?.median)} · d ${megabytes(measured.wal.d.median)}    ` +
        `table with its indexes: a ${megabytes(measured.tableBytes.a)} · d ${
          megabytes(measured.tableBytes.d)
        }`,
    );
  }
  if (usage !== null) lines.push(describeUsage(usage));
  if (measured.duplicatesMs !== null) {
    lines.push(`  all rows once more, as duplicates: ${(measured.duplicatesMs / 1000).toFixed(2)} s`);
  }
  return lines;
}

/** One line on what the worker's invocations used. */
export function describeUsage(usage: Usage): string {
  const within = usage.largestCpuMs <= BARS.cpuMs && usage.largestRssMb <= BARS.rssMb && usage.ended === 0;
  return `  largest invocation: ${usage.largestCpuMs} ms CPU, ${usage.largestRssMb} MB resident, of ${usage.invocations}` +
    ` (together ${(usage.cpuMs / 1000).toFixed(1)} s CPU)` +
    (within ? "" : `   OVER THE BAR of ${BARS.cpuMs} ms, ${BARS.rssMb} MB; ended by force: ${usage.ended}`);
}

function ratio(name: string, span: Span | null, within: (value: number) => boolean, bar: string): string[] {
  if (span === null) return [];
  const text = `${span.median.toFixed(2)} (${span.min.toFixed(2)} to ${span.max.toFixed(2)})`;
  return [`  ${name} ${text}${within(span.median) ? "" : `   OVER THE BAR: ${bar}`}`];
}

function seconds(span: Span): string {
  const in_ = (ms: number) => (ms / 1000).toFixed(2);
  return `${in_(span.median)} s (${in_(span.min)} to ${in_(span.max)})`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
