/** Problems and how they are rendered. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { Problem, problemEntry, PROBLEMS, renderProblem } from "../../../shared/errors.ts";

const STATUSES: Readonly<Record<string, number>> = {
  BAD_REQUEST: 400,
  INVALID_ID: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  UPLOAD_PENDING: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  WRONG_STATE: 409,
  CONFLICT: 409,
  ENDED_BY_OPERATOR: 409,
  MISSING_CONSENT: 409,
  FILE_TOO_LARGE: 413,
  UNSUPPORTED_FILE: 415,
  UNSUPPORTED_MEDIA_TYPE: 415,
  EMPTY_FILE: 422,
  INVALID_PARAMETER: 422,
  RATE_LIMITED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
};

Deno.test("PROBLEMS answers each code with the status of the contract", () => {
  assertEquals(Object.fromEntries(PROBLEMS.map((entry) => [entry.code, entry.status])), STATUSES);
});

for (const { code, status, title } of PROBLEMS) {
  Deno.test(`renderProblem() renders ${code} whole`, () => {
    const rendered = renderProblem(new Problem(code, "What happened."), "req-1");
    const fix = problemEntry(code).fix;
    assertEquals(rendered.status, status);
    assertEquals(rendered.headers["content-type"], "application/problem+json");
    assertEquals(rendered.body, {
      type: `urn:dragonfly:problem:${code.toLowerCase().replaceAll("_", "-")}`,
      title,
      status,
      detail: "What happened.",
      code,
      request_id: "req-1",
      ...(fix === undefined ? {} : { fix }),
    });
  });
}

Deno.test("renderProblem() carries members and headers, which cannot displace the standard ones", () => {
  const problem = new Problem("WRONG_STATE", "The batch is inserting.", {
    members: { allowed_from: ["failed"], status: 200, code: "OK", request_id: "forged" },
    headers: { Allow: "GET", "Content-Type": "text/html" },
    fix: "Wait a minute.",
  });
  const { status, body, headers } = renderProblem(problem, "req-2");
  assertEquals([status, body.status, body.code, body.request_id], [409, 409, "WRONG_STATE", "req-2"]);
  assertEquals([body.allowed_from, body.fix], [["failed"], "Wait a minute."]);
  assertEquals(headers, {
    "cache-control": "no-store",
    "allow": "GET",
    "content-type": "application/problem+json",
  });
});

const STRANGERS: readonly unknown[] = [
  new Error('relation "secret_table" does not exist'),
  new TypeError("postgres://user:password@host"),
  "a secret string",
  { status: 200, code: "OK", detail: "secret" },
  null,
  undefined,
];

for (const [i, stranger] of STRANGERS.entries()) {
  Deno.test(`renderProblem() tells nothing of an unknown error (${i})`, () => {
    const rendered = renderProblem(stranger, "req-3");
    assertEquals([rendered.status, rendered.body.code], [500, "INTERNAL"]);
    assert(!/secret|password|relation/.test(JSON.stringify(rendered)));
  });
}

Deno.test("renderProblem() never renders a cause", () => {
  const problem = new Problem("UNAVAILABLE", "Storage does not answer.", { cause: new Error("sb_secret_1") });
  assert(!JSON.stringify(renderProblem(problem, "req-4")).includes("sb_secret"));
  assert(problem.cause instanceof Error);
});

Deno.test("Problem is an Error whose message is its detail", () => {
  const problem = new Problem("NOT_FOUND", "No batch has this id.");
  assert(problem instanceof Error);
  assertEquals([problem.name, problem.message, problem.status], ["Problem", "No batch has this id.", 404]);
});
