/** Routes of the function `intake`: files in, batches looked at, operators' hands on them. */
import * as z from "zod";
import { DELIMITER_CHARS, ENCODINGS, ESCAPES, NEWLINES, QUOTES } from "../../csv/dialect.ts";
import {
  Batch,
  BatchPage,
  DescribedBatch,
  DuplicateAnswer,
  ErrorPage,
  RowError,
  RowIssue,
  Timeline,
} from "../../intake/record.ts";
import { BATCH_STATES } from "../../intake/states.ts";
import { ROW_CODES } from "../../judgments/codes.ts";
import { FIELDS } from "../../judgments/fields.ts";
import { JudgmentLineage, Known, RowFate, Source, Taken, UploadAddress } from "../answers/intake.ts";
import type { Declared, FileBody, JsonBody, SettingsBody } from "../declaration.ts";
import { named, shownAs } from "../document.ts";
import {
  choice,
  filter,
  flag,
  idOf,
  optional,
  PAGING,
  type PathField,
  REASON,
  REASON_RULE,
  required,
  SOURCE_NAME,
  text,
  wholeNumber,
} from "../fields.ts";
import { CERTIFICATE } from "./certificate.ts";
import { HEALTH } from "./open.ts";

named("Batch", Batch);
named("DescribedBatch", DescribedBatch);
named("BatchPage", BatchPage);
named("RowIssue", RowIssue);
named("RowError", RowError);
named("ErrorPage", ErrorPage);
named("Timeline", Timeline);
named("DuplicateAnswer", DuplicateAnswer);

/** The batch in an address. */
export const BATCH_ID = idOf("The batch.");

const threshold = optional(wholeNumber(0, 100), {
  rule: "a whole number from 0 to 100",
  about:
    "Share of rows that may be rejected before the batch is refused, in percent. A vendor may only lower it.",
  example: 10,
  blank: "null",
});

/**
 * What may be said beside a file. What is not given is the source's own. An empty budget, order or answer to yes or no is
 * a script's variable that was never set: it is refused, and not taken for the default. A form's empty source is none.
 */
export const UPLOAD_FIELDS = {
  error_threshold_percent: threshold,
  priority: optional(wholeNumber(-100, 100), {
    rule: "a whole number from -100 to 100",
    about: "Higher goes first; operators only.",
    example: 0,
    blank: "null",
  }),
  dry_run: optional(flag(), {
    rule: "true or false",
    about: "Read and judge the file, and insert nothing.",
    example: false,
    blank: "null",
  }),
  source_reference: optional(text(200), {
    rule: "at most 200 characters, none of them a control character",
    about: "What the sender calls the file.",
    example: "export-2026-11",
  }),
  source: optional(z.string().regex(SOURCE_NAME), {
    rule: "the name of a known source",
    about: "Whose file it is; `simplicity` for operators, a vendor's own for vendors.",
    example: "simplicity",
  }),
  force: optional(flag(), {
    rule: "true or false",
    about: "Run a completed batch of the same bytes again; operators only.",
    example: false,
    blank: "null",
  }),
};

const FILE = { kind: "file", fields: UPLOAD_FIELDS } as const satisfies FileBody;
const CORRECTIONS = { kind: "file", fields: {} } as const satisfies FileBody;
const FILE_PROBLEMS = [
  "BAD_REQUEST",
  "CONFLICT",
  "ENDED_BY_OPERATOR",
  "REQUEST_TIMEOUT",
  "FILE_TOO_LARGE",
  "UNSUPPORTED_FILE",
  "UNSUPPORTED_MEDIA_TYPE",
  "EMPTY_FILE",
  "INVALID_PARAMETER",
] as const;

const sha256 = shownAs(
  { type: "string", pattern: "^[0-9a-fA-F]{64}$" },
  z.string().toLowerCase().regex(/^[0-9a-f]{64}$/),
);
const HASH = "a SHA-256 of 64 hex digits";
const SOME_HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

const WHY = {
  kind: "json",
  fields: {
    reason: required(REASON, {
      rule: REASON_RULE,
      about: "Why, as others will read it.",
      example: "The vendor has sent a corrected file.",
    }),
  },
} as const satisfies JsonBody;

const wholeId = (rule: string, about: string) =>
  ({
    schema: z.string().regex(/^[1-9]\d{0,14}$/).transform(Number),
    code: "INVALID_ID",
    rule,
    about,
    example: "1",
  }) as const satisfies PathField;

const sourceName = {
  schema: z.string().regex(SOURCE_NAME),
  code: "INVALID_ID",
  rule: "A source is named in 1 to 63 of a-z, 0-9, _ and -, and begins with none of the last two.",
  about: "The source.",
  example: "simplicity",
} as const satisfies PathField;

const PERCENT = z.number().min(0).max(100);
const REJECT_CODES = ROW_CODES.filter((entry) => entry.stage !== "insert").map((entry) => entry.code);

function namesEachOnce(columns: readonly (string | null)[]): boolean {
  const fields = columns.filter((field) => field !== null);
  return fields.length > 0 && new Set(fields).size === fields.length;
}

const Dialect = z.strictObject({
  encoding: z.enum(ENCODINGS),
  delimiter: z.enum(DELIMITER_CHARS),
  quote: z.enum(QUOTES),
  escape: z.enum(ESCAPES),
  newline: z.enum(NEWLINES),
  header_line: z.int().min(1).max(1000),
}).partial();

/** What may be set of a source. */
export const SOURCE_SETTINGS = {
  kind: "settings",
  subject: "a source",
  besides: "source",
  fields: {
    header_map: optional(z.record(text(200).min(1), z.enum(FIELDS).nullable()), {
      rule: `an object of header texts to field names (${FIELDS.join(", ")}) or null`,
      about: "Header text to field; null ignores the column. Goes before the built-in names.",
      example: { "Our Ref": "source_reference" },
    }),
    columns: optional(z.array(z.enum(FIELDS).nullable()).min(1).max(1000).refine(namesEachOnce).nullable(), {
      rule: `a list of field names (${
        FIELDS.join(", ")
      }), none of them twice, with null for a column to ignore; or null`,
      about: "The field of each column, for files without a header.",
      example: ["case_number", "plaintiff_name", "defendant_name", "amount", "judgment_date"],
    }),
    dialect: optional(Dialect, {
      rule: "an object of encoding, delimiter, quote, escape, newline, header_line, as far as they are known",
      about: "Parts of the dialect that are given, not detected.",
      example: { delimiter: ";" },
    }),
    error_threshold_percent: optional(z.int().min(0).max(100), {
      rule: "a whole number from 0 to 100",
      about: "The budget of its files, in percent.",
      example: 10,
    }),
    code_budgets: optional(z.partialRecord(z.enum(REJECT_CODES), PERCENT), {
      rule: `an object of row codes (${REJECT_CODES.join(", ")}) to percentages from 0 to 100`,
      about: "Row code to the share of rows it may reject.",
      example: { FUTURE_DATE: 1 },
    }),
    warn_percent: optional(PERCENT.nullable(), {
      rule: "a number from 0 to 100, or null",
      about: "Above it, and within budget, a source with requires_approval waits for a person.",
      example: 5,
    }),
    requires_approval: optional(z.boolean(), {
      rule: "true or false",
      about: "Whether batches above warn_percent wait for a person.",
      example: true,
    }),
    priority: optional(z.int().min(-100).max(100), {
      rule: "a whole number from -100 to 100",
      about: "Of its batches; higher goes first.",
      example: 0,
    }),
  },
} as const satisfies SettingsBody;

/** What an answer about a file has of it. */
const SENT = {
  batch_id: BATCH_ID.example,
  attempt: 1,
  filename: "march.csv",
  file_hash: SOME_HASH,
  file_size_bytes: 48_211,
};
const STORED = `simplicity/2026/11/27/${BATCH_ID.example}/march.csv`;

const described = (about: string) => ({ kind: "json", schema: DescribedBatch, about }) as const;

/** How an act on a batch can be refused. */
const ACT_PROBLEMS = ["NOT_FOUND", "UPLOAD_PENDING", "WRONG_STATE", "CONFLICT"] as const;

export const INTAKE = {
  "GET /intake/health": HEALTH,
  "POST /intake/upload": {
    summary: "Send a file",
    about:
      "Up to 50 MiB, as a form with one part `file` or as the raw bytes with `?filename=`. What is said beside it " +
      "stands in the form or the query. What is wrong inside the file is found by the pipeline, not here.",
    body: FILE,
    answers: {
      200: {
        kind: "json",
        schema: Known,
        about: "These bytes are known: nothing was stored.",
        example: { ...SENT, status: "skipped", duplicate: true, batch_status: "completed" },
      },
      202: {
        kind: "json",
        schema: Taken,
        about: "It came in, or the same bytes begin their next attempt.",
        example: { ...SENT, status: "uploaded", duplicate: false },
      },
    },
    problems: FILE_PROBLEMS,
  },
  "POST /intake/upload-url": {
    summary: "Ask for an address in storage, for a file of any size",
    about:
      "The bytes are sent there with PUT, up to 1 GiB. What arrives must have the announced size and hash.",
    body: {
      kind: "json",
      fields: {
        filename: required(z.string(), {
          rule: "the name of the file",
          about: "Its last part is kept; control characters are dropped.",
          example: "march.csv",
        }),
        size: required(wholeNumber(0, Number.MAX_SAFE_INTEGER), {
          rule: "the size of the file in bytes",
          about: "In bytes.",
          example: 104_857_600,
        }),
        file_hash: optional(sha256, {
          rule: HASH,
          about: "SHA-256 of the bytes. Known ones need not be sent again.",
          example: SOME_HASH,
        }),
        ...UPLOAD_FIELDS,
      },
    },
    answers: {
      200: { kind: "json", schema: Known, about: "These bytes are known." },
      201: {
        kind: "json",
        schema: UploadAddress,
        about: "The address, and until when it holds.",
        example: {
          batch_id: BATCH_ID.example,
          upload_url: `https://ref.supabase.co/storage/v1/object/upload/sign/intake/${STORED}?token=a.b.c`,
          token: "a.b.c",
          path: STORED,
          expires_at: "2026-11-27T14:00:00.000Z",
        },
      },
    },
    problems: ["CONFLICT", "ENDED_BY_OPERATOR", "FILE_TOO_LARGE", "EMPTY_FILE"],
  },
  "POST /intake/check-duplicate": {
    summary: "Whether bytes are known",
    body: {
      kind: "json",
      fields: {
        file_hash: required(sha256, { rule: HASH, about: "SHA-256 of the bytes.", example: SOME_HASH }),
      },
    },
    answers: {
      200: { kind: "json", schema: DuplicateAnswer, about: "Whether they are, and as which batch." },
    },
  },
  "GET /intake/batches": {
    summary: "Batches, newest first",
    query: {
      status: choice(BATCH_STATES, "Only batches in this state."),
      source: filter("Only batches of this source.", "simplicity"),
      q: filter("Part of a file name, or the beginning of an id or hash.", "march"),
      ...PAGING,
    },
    answers: { 200: { kind: "json", schema: BatchPage, about: "One page of them." } },
  },
  "GET /intake/batches/:id": {
    summary: "One batch",
    path: { id: BATCH_ID },
    answers: { 200: described("The batch, with its errors and warnings by code.") },
    problems: ["NOT_FOUND", "UPLOAD_PENDING"],
  },
  "GET /intake/batches/:id/errors": {
    summary: "Rejected rows of a batch, in file order",
    about: "Duplicates are no errors; they are listed when asked for by their code.",
    path: { id: BATCH_ID },
    query: {
      code: choice(ROW_CODES.map(({ code }) => code), "Only rows whose first problem is this one."),
      ...PAGING,
    },
    answers: { 200: { kind: "json", schema: ErrorPage, about: "One page of them." } },
    problems: ["NOT_FOUND", "UPLOAD_PENDING"],
  },
  "GET /intake/batches/:id/errors.csv": {
    summary: "All kept rejects as a file to correct and send back",
    about:
      "Streamed: row_number, error_code, error_message, field, raw_value, then the columns of the file. Cells that a " +
      "spreadsheet would run begin with an apostrophe.",
    path: { id: BATCH_ID },
    query: {
      unresolved: choice(["true", "false"], "Only those that no replay has put right."),
    },
    answers: {
      200: {
        kind: "text",
        contentType: "text/csv; charset=utf-8",
        about: "The file.",
        headers: { "content-disposition": "The name it shall be saved under." },
      },
    },
    problems: ["NOT_FOUND", "UPLOAD_PENDING"],
  },
  "GET /intake/batches/:id/file": {
    summary: "The file of a batch as it came",
    path: { id: BATCH_ID },
    answers: {
      302: {
        kind: "empty",
        about: "To a signed address that holds for 60 s and saves under the file's own name.",
        headers: { location: "The address." },
      },
    },
    problems: ["NOT_FOUND", "UPLOAD_PENDING"],
  },
  "GET /intake/batches/:id/timeline": {
    summary: "The life of a batch: attempts, states, durations, and what people did",
    path: { id: BATCH_ID },
    answers: { 200: { kind: "json", schema: Timeline, about: "From its audit events." } },
    problems: ["NOT_FOUND", "UPLOAD_PENDING"],
  },
  "GET /intake/batches/:id/certificate": {
    summary: "A signed certificate of a batch, to be checked offline",
    about:
      "A tar archive: what is recorded in words and figures, the audit events, their chain to the last exported head, all " +
      "of it by its SHA-256 and signed (Ed25519), time-stamped (RFC 3161) where an authority is configured. A viewer is " +
      "not told the contents of events. docs/proof.md has how it is checked with sha256sum and openssl.",
    path: { id: BATCH_ID },
    answers: { 200: CERTIFICATE },
    problems: ["NOT_FOUND", "UPLOAD_PENDING"],
  },
  "POST /intake/batches/:id/retry": {
    summary: "Begin the next attempt",
    about: "From failed, completed or awaiting_approval.",
    path: { id: BATCH_ID },
    body: { kind: "json", fields: { error_threshold_percent: threshold } },
    answers: { 202: described("The batch in its new attempt.") },
    problems: ACT_PROBLEMS,
  },
  "POST /intake/batches/:id/abort": {
    summary: "Stop a batch",
    about: "From uploaded, staging, validating or awaiting_approval.",
    path: { id: BATCH_ID },
    body: WHY,
    answers: { 200: described("The batch, failed.") },
    problems: ACT_PROBLEMS,
  },
  "POST /intake/batches/:id/approve": {
    summary: "Let a batch that waits for a person be inserted",
    path: { id: BATCH_ID },
    answers: { 202: described("The batch, on its way.") },
    problems: ACT_PROBLEMS,
  },
  "POST /intake/batches/:id/refuse": {
    summary: "Refuse a batch that waits for a person",
    path: { id: BATCH_ID },
    body: WHY,
    answers: { 200: described("The batch, failed.") },
    problems: ACT_PROBLEMS,
  },
  "POST /intake/batches/:id/undo": {
    summary: "Take out exactly what a batch inserted",
    about:
      "A job does it; the batch's `undo` says how far it is. Refused when something was built on the judgments.",
    path: { id: BATCH_ID },
    body: WHY,
    answers: { 202: described("The batch, with its undo.") },
    problems: ACT_PROBLEMS,
  },
  "POST /intake/batches/:id/replay": {
    summary: "Send a corrected errors.csv",
    about: "It becomes a batch of its own that puts rejected rows of this one right.",
    path: { id: BATCH_ID },
    body: CORRECTIONS,
    answers: {
      200: { kind: "json", schema: Known, about: "These corrections came in before." },
      202: { kind: "json", schema: Taken, about: "They came in." },
    },
    problems: ["NOT_FOUND", "WRONG_STATE", ...FILE_PROBLEMS],
  },
  "GET /intake/batches/:id/rows/:row": {
    summary: "What became of a row of a file",
    path: { id: BATCH_ID, row: wholeId("A row number is a whole number from 1.", "The data row, from 1.") },
    answers: { 200: { kind: "json", schema: RowFate, about: "Its fate, and where it stands." } },
    problems: ["NOT_FOUND"],
  },
  "GET /intake/judgments/:id/lineage": {
    summary: "Where a judgment comes from: file, hash, row, line, byte",
    path: { id: wholeId("A judgment id is a whole number.", "The judgment.") },
    answers: { 200: { kind: "json", schema: JudgmentLineage, about: "Its origin." } },
    problems: ["NOT_FOUND"],
  },
  "GET /intake/sources/:name": {
    summary: "Settings of a source",
    path: { name: sourceName },
    answers: { 200: { kind: "json", schema: Source, about: "All of them." } },
    problems: ["NOT_FOUND"],
  },
  "PUT /intake/sources/:name": {
    summary: "Make a source, or change its settings",
    about: "What is absent stays as it is. A file that runs is read by the settings it began with.",
    path: { name: sourceName },
    body: SOURCE_SETTINGS,
    answers: { 200: { kind: "json", schema: Source, about: "All of its settings as they are now." } },
  },
  "DELETE /intake/batches/:id": {
    summary: "Delete the record of a batch",
    about: "Its judgments stay. From any state but inserting.",
    path: { id: BATCH_ID },
    query: {
      storage: choice(["true", "false"], "Whether its file is deleted too."),
      confirm: optional(z.string().refine((name) => name.isWellFormed() && !name.includes("\0")), {
        rule: "the file name of the batch",
        about: "The file name of the batch, to show that it is the one that is meant.",
        example: "march.csv",
      }),
    },
    answers: { 204: { kind: "empty", about: "It is gone." } },
    problems: ["NOT_FOUND", "WRONG_STATE"],
  },
} as const satisfies Declared<"intake">;
