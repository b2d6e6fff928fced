/** `ops batches`: what came in and what became of it, newest first. */
import { type Batch, BatchPage } from "../../shared/intake/record.ts";
import { BATCH_STATES } from "../../shared/intake/states.ts";
import { askIntake } from "../batches/ask.ts";
import { remarkOn, shortId } from "../batches/words.ts";
import { command, EXIT, type Pen, type Typed, UsageError } from "../command.ts";
import { grouped, table } from "../../checkout/table.ts";

export const batches = command<BatchPage>({
  name: "batches",
  effects: "nothing",
  flags: {
    status: { type: "string", value: "STATE", help: `only in this state: ${BATCH_STATES.join(", ")}` },
    source: { type: "string", value: "NAME", help: "only of this source" },
    search: { type: "string", value: "TEXT", help: "part of the file name, or how the id or hash begins" },
    limit: { type: "string", value: "N", help: "so many a page (default 20, at most 200)" },
    page: { type: "string", value: "N", help: "which page (default 1)" },
  },
  examples: [
    ["", "the newest twenty"],
    ["--status failed --search march", "failed ones whose file name has march in it"],
  ],
  async run({ target, typed }, report) {
    report((await askIntake(target, "GET /intake/batches", { query: queryOf(typed) })).body);
    return EXIT.fine;
  },
  show,
});

function queryOf(typed: Typed) {
  const asked = typed.text("status")?.replaceAll("-", "_");
  const status = BATCH_STATES.find((state) => state === asked);
  if (asked !== undefined && status === undefined) {
    throw new UsageError(`--status is one of ${BATCH_STATES.join(", ")}.`);
  }
  return {
    status,
    source: typed.text("source"),
    q: typed.text("search"),
    page: typed.whole("page", { least: 1, most: 1_000_000 }) ?? 1,
    page_size: typed.whole("limit", { least: 1, most: 200 }) ?? 20,
  };
}

function show({ batches, total, page, page_size }: BatchPage, pen: Pen): string {
  const rows = batches.map((one) => [
    shortId(one.batch_id),
    one.created_at.slice(0, 16).replace("T", " "),
    one.status,
    one.row_count_total,
    one.row_count_valid,
    one.row_count_invalid,
    one.row_count_inserted,
    one.row_count_duplicate,
    one.row_count_unread,
    duration(one.parse_duration_ms),
    duration(one.db_duration_ms),
    one.filename,
  ]);
  const heads = [
    "batch",
    "received (UTC)",
    "state",
    "rows",
    "valid",
    "rejected",
    "inserted",
    "duplicate",
    "unread",
    "parse",
    "database",
    "file",
  ];
  const remarks = batches.map(remarkOn);
  const listed = table(heads, rows, "No batch found.", (at) => remarks[at] ?? null);
  return [listed, footer(batches, total, page, page_size, pen)].filter(Boolean).join("\n\n");
}

function footer(shown: readonly Batch[], total: number, page: number, size: number, pen: Pen): string {
  if (shown.length === 0) return "";
  const from = (page - 1) * size;
  const more = from + shown.length < total ? ` The next: --page ${page + 1}` : "";
  return [
    `${grouped(from + 1)} to ${grouped(from + shown.length)} of ${grouped(total)}.${more}`,
    ...(shown.some((one) => one.row_count_invalid > 0)
      ? [pen.dim("Rejected rows: ops errors <batch>. What they have in common: ops analyze-errors")]
      : []),
  ].join("\n");
}

function duration(milliseconds: number | null): string | null {
  if (milliseconds === null) return null;
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
