/** `ops errors`: the rejected rows of a batch in plain words, or as the file that is corrected and sent back. */
import type * as z from "zod";
import { Batch, ErrorPage, type RowError } from "../../shared/intake/record.ts";
import { ROW_CODES, type RowCode } from "../../shared/judgments/codes.ts";
import { askIntake, batchIdOf, describeBatch, orDeclined } from "../batches/ask.ts";
import { countsOf, nameOf, shortId, unreadOf } from "../batches/words.ts";
import { command, type Context, EXIT, type Pen, type Typed, UsageError } from "../command.ts";
import { grouped, plain, table } from "../../checkout/table.ts";

const Errors = ErrorPage.extend({ batch: Batch });
type Errors = z.infer<typeof Errors>;

const PAGING = ["code", "limit", "page"] as const;
const VALUE_LIMIT = 80; // characters: a value may be a page of text; errors.csv has it whole
const MESSAGE_LIMIT = 200;

export const errors = command<Errors>({
  name: "errors",
  effects: "nothing",
  words: "<batch>",
  wordCount: [1, 1],
  flags: {
    csv: { type: "boolean", help: "all of them as a CSV file on standard output, to correct and replay" },
    code: { type: "string", value: "CODE", help: "only with this code" },
    limit: { type: "string", value: "N", help: "so many a page (default 20, at most 200)" },
    page: { type: "string", value: "N", help: "which page (default 1)" },
  },
  examples: [
    ["3f2a1b2c", "the first rejected rows of a batch"],
    ["3f2a1b2c --csv > errors.csv", "all of them, to be corrected and replayed"],
  ],
  async run(context, report) {
    const { target, typed } = context;
    const csv = typed.on("csv");
    if (csv && typed.on("json")) throw new UsageError("Choose --csv or --json.");
    if (csv && context.toTerminal) {
      throw new UsageError(
        "--csv is for a file, not for a terminal, which would obey what stands in it: add > errors.csv.",
      );
    }
    if (csv && PAGING.some((flag) => typed.text(flag) !== undefined)) {
      throw new UsageError(
        `--csv gives every row: leave ${PAGING.map((flag) => `--${flag}`).join(", ")} away.`,
      );
    }
    const query = {
      page: typed.whole("page", { least: 1, most: 1_000_000 }) ?? 1,
      page_size: typed.whole("limit", { least: 1, most: 200 }) ?? 20,
      code: codeOf(typed),
    };
    const id = await batchIdOf(target, typed.words[0] ?? "");
    if (csv) await copyCsv(context, id);
    else {
      const { body } = await askIntake(target, "GET /intake/batches/:id/errors", { path: { id }, query });
      report({ batch: await describeBatch(target, id), ...body });
    }
    return EXIT.fine;
  },
  show,
});

/** The code that was asked for. @throws UsageError when there is no such code. */
function codeOf(typed: Typed): RowCode | undefined {
  const asked = typed.text("code")?.toUpperCase().replaceAll("-", "_");
  const code = ROW_CODES.find((entry) => entry.code === asked)?.code;
  if (asked !== undefined && code === undefined) {
    throw new UsageError(`--code is one of ${ROW_CODES.map((entry) => entry.code).join(", ")}.`);
  }
  return code;
}

/** The file as the function streams it, byte by byte. */
async function copyCsv({ target, write, stopping }: Context, id: string): Promise<void> {
  const response = await orDeclined(() =>
    target.open("GET /intake/batches/:id/errors.csv", { path: { id } })
  );
  for await (const chunk of response.body ?? []) {
    if (stopping.aborted) return;
    await write(chunk);
  }
}

function show({ batch, errors, total, page, page_size, truncated }: Errors, pen: Pen): string {
  const head = [`${pen.bold(nameOf(batch))}  ${batch.status}`, countsOf(batch)];
  if (batch.rejection_reason !== null) head.push(pen.bad(plain(batch.rejection_reason)));
  else if (batch.row_count_unread > 0) head.push(pen.warn(unreadOf(batch)));
  if (errors.length === 0) return [...head, "", pen.good("No such row was rejected.")].join("\n");
  const listed = table(
    ["row", "line", "code", "what was found"],
    errors.map((one) => [
      one.row_number,
      one.line_number,
      one.error_code,
      one.resolved_at === null ? foundIn(one) : "repaired by a replay",
    ]),
    "",
  );
  return [...head, "", listed, "", ...fixes(errors), "", ...footer()].join("\n");

  function footer(): string[] {
    const from = (page - 1) * page_size;
    const more = from + errors.length < total ? ` The next: --page ${page + 1}` : "";
    return [
      `${grouped(from + 1)} to ${grouped(from + errors.length)} of ${grouped(total)}.${more}`,
      ...(truncated === true ? ["Only the first rejected rows of the file are kept one by one."] : []),
      ...nextSteps(batch).map(pen.dim),
    ];
  }
}

/** What may be done in the state it is in. */
function nextSteps({ batch_id, status }: Batch): string[] {
  const id = shortId(batch_id);
  if (status === "awaiting_approval") {
    return [`It waits for a person: ops approve ${id}, or ops refuse ${id} --why "…"`];
  }
  return status !== "failed" && status !== "completed" ? [] : [
    `To put them right: ops errors ${id} --csv > errors.csv`,
    `then correct errors.csv, and send it back: ops replay ${id} errors.csv`,
  ];
}

/** `amount "12.345"`; where no one cell is to blame, the words about the row. */
function foundIn({ field, raw_value, error_message, cause, issues }: RowError): string {
  const found = field === null
    ? clipped(error_message ?? cause, MESSAGE_LIMIT)
    : raw_value === null || raw_value === ""
    ? `${field} is empty`
    : `${field} "${clipped(raw_value, VALUE_LIMIT)}"`;
  return issues.length > 1 ? `${found}, and ${issues.length - 1} more` : found;
}

/** Each code once, with its cause and its fix. */
function fixes(errors: Errors["errors"]): string[] {
  const words = new Map(errors.map(({ error_code, cause, fix }) => [error_code, `${cause} ${fix}`]));
  return [...words].map(([code, text]) => `${code}: ${text}`);
}

function clipped(text: string, limit: number): string {
  return text.length > limit ? `${text.slice(0, limit)}…` : text;
}
