/**
 * Every problem the HTTP surface can answer with, and the one renderer that turns it into
 * `application/problem+json` (RFC 9457). Owns codes, statuses and words; refuses to let the text of
 * an unknown error, which may hold SQL or secrets, reach a caller.
 */

/** One kind of problem. `fix` says what the caller can do about it, where there is something. */
export interface ProblemEntry {
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly fix?: string;
}

/** The closed catalogue, by status. */
export const PROBLEMS = [
  {
    code: "BAD_REQUEST",
    status: 400,
    title: "The request cannot be read",
    fix: "Send one multipart part named file, or the raw file with ?filename=; other calls take JSON.",
  },
  {
    code: "INVALID_ID",
    status: 400,
    title: "The id is malformed",
    fix: "Use the id exactly as an earlier answer gave it.",
  },
  {
    code: "UNAUTHORIZED",
    status: 401,
    title: "No credential, or a wrong one",
    fix: "Send one valid key or session; a wrong key is refused even beside a valid one.",
  },
  {
    code: "FORBIDDEN",
    status: 403,
    title: "This caller may not do that",
    fix: "Ask an operator, or use a credential that is allowed to.",
  },
  { code: "NOT_FOUND", status: 404, title: "There is no such thing" },
  {
    code: "UPLOAD_PENDING",
    status: 404,
    title: "The upload was announced but its bytes have not arrived",
    fix: "Send the file to its upload_url, then ask again.",
  },
  {
    code: "METHOD_NOT_ALLOWED",
    status: 405,
    title: "The address exists, but not with this method",
    fix: "Use a method that the allow header lists.",
  },
  {
    code: "REQUEST_TIMEOUT",
    status: 408,
    title: "The request arrives too slowly",
    fix:
      "Send the file over a faster line, or straight to storage: POST /intake/upload-url gives an address.",
  },
  {
    code: "WRONG_STATE",
    status: 409,
    title: "It is not in a state that allows this",
    fix: "Wait for, or bring about, one of the states in allowed_from.",
  },
  {
    code: "CONFLICT",
    status: 409,
    title: "Something else stands in the way",
    fix: "Read the detail, clear what stands in the way, and try again.",
  },
  {
    code: "ENDED_BY_OPERATOR",
    status: 409,
    title: "An operator has ended the batch of these bytes",
    fix: "Ask an operator: only an operator can start that batch again.",
  },
  {
    code: "MISSING_CONSENT",
    status: 409,
    title: "The plaintiff has not given the consent this action needs",
    fix: "Register the missing consents with their evidence, then ask again.",
  },
  {
    code: "FILE_TOO_LARGE",
    status: 413,
    title: "The file is too large for this road",
    fix: "Ask POST /intake/upload-url for an address and send the file straight to storage.",
  },
  {
    code: "UNSUPPORTED_FILE",
    status: 415,
    title: "The file is no CSV",
    fix: "Export it as CSV (UTF-8) and send that; spreadsheets and archives are not opened.",
  },
  {
    code: "UNSUPPORTED_MEDIA_TYPE",
    status: 415,
    title: "The content type is not accepted",
    fix:
      "Send multipart/form-data, text/csv, text/plain, text/tab-separated-values or application/octet-stream.",
  },
  {
    code: "EMPTY_FILE",
    status: 422,
    title: "The file is empty",
    fix: "Export the file again and check its size before sending it.",
  },
  {
    code: "INVALID_PARAMETER",
    status: 422,
    title: "A parameter has a value that is not allowed",
    fix: "Correct the parameter named in field.",
  },
  {
    code: "RATE_LIMITED",
    status: 429,
    title: "Too many requests",
    fix: "Wait as many seconds as retry-after says, then go on more slowly.",
  },
  {
    code: "INTERNAL",
    status: 500,
    title: "Something went wrong on our side",
    fix: "Try again; if it stays, report the request_id.",
  },
  {
    code: "UNAVAILABLE",
    status: 503,
    title: "A part of the system does not answer",
    fix: "Try again in a minute; GET /system/readyz shows which part it is.",
  },
] as const satisfies readonly ProblemEntry[];

/** A code of the catalogue. */
export type ProblemCode = (typeof PROBLEMS)[number]["code"];

const BY_CODE: ReadonlyMap<string, ProblemEntry> = new Map(PROBLEMS.map((entry) => [entry.code, entry]));

/** The catalogue's entry for a code. */
export function problemEntry(code: ProblemCode): ProblemEntry {
  const entry = BY_CODE.get(code);
  if (entry === undefined) throw new TypeError(`Cannot find problem ${code}: not in the catalogue`);
  return entry;
}

/** What one occurrence adds to its entry. */
export interface ProblemOptions {
  /** Further members of the body, such as `field` or `allowed_from`. Standard members win over them. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** Headers of the answer, such as `allow` or `retry-after`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** A better next step than the entry's. */
  readonly fix?: string;
  /** What led here, for the log; never rendered. */
  readonly cause?: unknown;
}

/** A problem to be answered. `detail` is read by the caller: this occurrence, in plain words, nothing secret. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly code: ProblemCode;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly fix: string | undefined;
  readonly members: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    const entry = problemEntry(code);
    this.code = code;
    this.status = entry.status;
    this.title = entry.title;
    this.detail = detail;
    this.fix = options.fix ?? entry.fix;
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
  }
}

/** The body of a problem answer. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly request_id: string;
  readonly fix?: string;
  readonly [member: string]: unknown;
}

/** An answer ready to be sent. Header names are lower case. */
export interface RenderedProblem {
  readonly status: number;
  readonly body: ProblemBody;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Renders anything that was thrown. What is no Problem becomes INTERNAL without a word of its own:
 * the log has it, under the same request id.
 */
export function renderProblem(thrown: unknown, requestId: string): RenderedProblem {
  const problem = thrown instanceof Problem
    ? thrown
    : new Problem("INTERNAL", "The request could not be completed.");
  return {
    status: problem.status,
    body: {
      ...problem.members,
      // A name, not an address: there is no page to fetch that would say more than title and fix.
      type: `urn:dragonfly:problem:${problem.code.toLowerCase().replaceAll("_", "-")}`,
      title: problem.title,
      status: problem.status,
      detail: problem.detail,
      code: problem.code,
      request_id: requestId,
      ...(problem.fix === undefined ? {} : { fix: problem.fix }),
    },
    headers: {
      "cache-control": "no-store",
      ...lowerCased(problem.headers),
      "content-type": "application/problem+json",
    },
  };
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
