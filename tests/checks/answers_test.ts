/** Answers that are not as declared are told by what is wrong with them. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { type Met, undeclared } from "../support/answers.ts";

const ready = { ready: true, checks: [{ name: "database", ok: true, detail: "Postgres 17" }] };

function met(body: unknown, more: Partial<Met> = {}, headers: Record<string, string> = {}): Met {
  return {
    method: "GET",
    path: "/system/readyz",
    status: 200,
    headers: new Headers({ "x-request-id": "some-request", "content-type": "application/json", ...headers }),
    text: JSON.stringify(body),
    ...more,
  };
}

const problem = {
  type: "urn:dragonfly:problem:not-found",
  title: "There is no such thing",
  status: 404,
  detail: "There is no batch.",
  code: "NOT_FOUND",
  request_id: "some-request",
};
const batch = { method: "GET", path: "/intake/batches/3f2a1b2c-9d4e-4f5a-8b6c-7d8e9f0a1b2c", status: 404 };
const asProblem = { "content-type": "application/problem+json" };

Deno.test("undeclared() finds nothing in what is as declared", () => {
  assertEquals(undeclared(met(ready)), []);
  assertEquals(undeclared(met({ ...ready, ready: false }, { status: 503 })), []);
  assertEquals(undeclared(met({ ...problem, more: 1 }, batch, asProblem)), []);
});

const WRONG: readonly (readonly [what: string, answer: Met, words: RegExp])[] = [
  ["a member renamed", met({ is_ready: true, checks: [] }), /required property 'ready'/],
  ["a member nobody declared", met({ ...ready, mood: "fine" }), /additional properties \(mood\)/],
  ["a member of another type", met({ ...ready, checks: {} }), /\/checks must be array/],
  ["a status", met(ready, { status: 418 }), /answers 418, which is not declared \(200, 500, 503\)/],
  ["a content type", met(ready, {}, { "content-type": "text/plain" }), /as text\/plain, declared is/],
  ["no request id", { ...met(ready), headers: new Headers() }, /without x-request-id/],
  [
    "a code of another route",
    met({ ...problem, code: "CONFLICT" }, batch, asProblem),
    /\/code must be equal to/,
  ],
  ["a route", met(ready, { path: "/system/mood" }), /is not declared, and answers 200/],
  ["no JSON", { ...met(ready), text: "{" }, /no JSON/],
];
for (const [what, answer, words] of WRONG) {
  Deno.test(`undeclared() tells of ${what}`, () => assertMatch(undeclared(answer).join("\n"), words));
}
