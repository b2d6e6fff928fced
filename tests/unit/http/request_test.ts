/** What callers write: no more of a body is held than may be, and nothing gets in that Postgres cannot keep. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { assertThrows } from "deno-std/assert/throws.js";
import * as fc from "fast-check";
import { Problem } from "../../../shared/errors.ts";
import { filter, idOf, optional, REASON, REASON_RULE, required, text } from "../../../shared/http/fields.ts";
import { readFields, readPath, readSettings } from "../../../shared/http/read.ts";
import { SOURCE_SETTINGS } from "../../../shared/http/routes/intake.ts";
import { BODY_LIMIT_BYTES, queryOf, readJson } from "../../../supabase/functions/_shared/request.ts";
import { readUploadOptions } from "../../../supabase/functions/intake/parameters.ts";

const WORDS = { rule: REASON_RULE, about: "Why.", example: "because" };
const readReason = (given: Record<string, unknown>) =>
  readFields({ reason: required(REASON, WORDS) }, given).reason;
const readOptionalReason = (given: Record<string, unknown>) =>
  readFields({ reason: optional(REASON, { ...WORDS, blank: "refused" }) }, given).reason;
const readFilter = (given: Record<string, unknown>) => readFields({ q: filter("Some.", "x") }, given).q;
const readSourceSettings = (given: Record<string, unknown>) => readSettings(SOURCE_SETTINGS, given);
const readId = (id: string | undefined) => readPath({ id: idOf("One.") }, { id }).id;

function requestOf(body: BodyInit | null, headers: Record<string, string> = {}): Request {
  return new Request("http://127.0.0.1/x", { method: "POST", body, headers });
}

/** A body without an end, and how many bytes of it were taken. */
function endless() {
  const taken = { bytes: 0, cancelled: false };
  const chunk = new Uint8Array(16_384).fill(0x20);
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      taken.bytes += chunk.length;
      controller.enqueue(chunk);
    },
    cancel() {
      taken.cancelled = true;
    },
  }, { highWaterMark: 0 });
  return { body, taken };
}

Deno.test("readJson() stops at the limit when the request says nothing of its length", async () => {
  const { body, taken } = endless();
  const problem = await assertRejects(() => readJson(requestOf(body)), Problem);
  assertEquals(problem.code, "BAD_REQUEST");
  assert(taken.bytes <= BODY_LIMIT_BYTES + 3 * 16_384, `${taken.bytes} bytes were taken`);
  assert(taken.cancelled, "what is still to come is not read");
});

Deno.test("readJson() reads no byte of a body that says it is too long", async () => {
  const { body, taken } = endless();
  const long = requestOf(body, { "content-length": String(BODY_LIMIT_BYTES + 1) });
  assertEquals((await assertRejects(() => readJson(long), Problem)).code, "BAD_REQUEST");
  assertEquals(taken.bytes, 0);
});

Deno.test("readJson() takes an object of exactly the limit, counted in bytes", async () => {
  const frame = '{"a":""}'.length;
  const most = `{"a":"${"é".repeat((BODY_LIMIT_BYTES - frame) / 2)}"}`;
  assertEquals(new TextEncoder().encode(most).length, BODY_LIMIT_BYTES);
  assertEquals(Object.keys(await readJson(requestOf(most))), ["a"]);
  await assertRejects(() => readJson(requestOf(`${most} `)), Problem, "longer than");
});

Deno.test("readJson() takes no body and white space for an empty object", async () => {
  assertEquals(await readJson(requestOf(null)), {});
  assertEquals(await readJson(requestOf(" \n")), {});
});

for (const body of ["[1]", "1", "null", '"a"', "{", "\x00", new Uint8Array([0x7b, 0xff, 0x7d])]) {
  Deno.test(`readJson() refuses ${typeof body === "string" ? JSON.stringify(body) : "what is not UTF-8"}`, async () => {
    assertEquals((await assertRejects(() => readJson(requestOf(body)), Problem)).code, "BAD_REQUEST");
  });
}

const UNKEEPABLE = fc.tuple(
  fc.string({ maxLength: 20 }),
  fc.constantFrom("\0", "\ud800", "\udfff", "\x1b", "\x7f", "\x85", "\b"),
  fc.string({ maxLength: 20 }),
).map(([before, sign, after]) => `${before}x${sign}x${after}`);

const READERS: readonly (readonly [string, string, (value: string) => unknown])[] = [
  ["a reason that must be given", "reason", (reason) => readReason({ reason })],
  ["a reason that may be absent", "reason", (reason) => readOptionalReason({ reason })],
  ["a filter", "q", (q) => readFilter({ q })],
  ["readUploadOptions()", "source_reference", (source_reference) => readUploadOptions({ source_reference })],
  ["readUploadOptions()", "source", (source) => readUploadOptions({ source })],
  [
    "readSettings()",
    "header_map",
    (header) => readSourceSettings({ header_map: { [header]: "amount" } }),
  ],
];
for (const [reader, field, read] of READERS) {
  Deno.test(`${reader} refuses a ${field} that Postgres cannot keep, by its name`, () => {
    fc.assert(fc.property(UNKEEPABLE, (value) => {
      const problem = assertThrows(() => read(value), Problem);
      assertEquals([problem.code, problem.members.field], ["INVALID_PARAMETER", field]);
    }));
  });
}

Deno.test("text() takes tabs, line ends and characters beyond the first plane", () => {
  for (const value of ["a\tb", "a\r\nb", "😀", "Ωé漢"]) assert(text(10).safeParse(value).success, value);
});

Deno.test("REASON counts 1 to 500 characters without the white space around them", () => {
  assertEquals(readReason({ reason: ` ${"x".repeat(499)}` }), "x".repeat(499));
  for (const reason of ["", "  ", "x".repeat(501), 7, null, {}]) {
    assertEquals(assertThrows(() => readReason({ reason }), Problem).code, "INVALID_PARAMETER");
  }
});

Deno.test("idOf() takes ids in either case and nothing else", () => {
  assertEquals(readId("AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee"), "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee");
  for (const id of [undefined, "", "1", "\0", "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee\0"]) {
    assertEquals(assertThrows(() => readId(id), Problem).code, "INVALID_ID");
  }
});

for (const name of ["toString", "constructor", "__proto__", "hasOwnProperty"]) {
  Deno.test(`readSettings() knows no setting ${name}`, () => {
    const given = JSON.parse(`{"${name}":1}`);
    const problem = assertThrows(() => readSourceSettings(given), Problem);
    assertEquals([problem.code, problem.members.field], ["INVALID_PARAMETER", name]);
  });
}

Deno.test("readFields() takes a blank for what nobody filled in, unless it must say something once it is there", () => {
  for (const reason of ["", null]) {
    assertEquals(readFields({ reason: optional(REASON, WORDS) }, { reason }).reason, null);
    assertEquals(assertThrows(() => readOptionalReason({ reason }), Problem).members.field, "reason");
  }
  assertEquals(readOptionalReason({}), null);
});

for (const field of ["error_threshold_percent", "priority", "force", "dry_run"]) {
  Deno.test(`readUploadOptions() refuses an empty ${field}, and takes null for one that was not given`, () => {
    const problem = assertThrows(() => readUploadOptions({ [field]: "" }), Problem);
    assertEquals([problem.code, problem.members.field], ["INVALID_PARAMETER", field]);
    assertEquals(readUploadOptions({ [field]: null }), readUploadOptions({}));
  });
}

Deno.test("queryOf() takes the first of each name, decoded; what is not UTF-8 no field takes", () => {
  const query = queryOf("http://127.0.0.1/x?q=a+b%26c&q=later&none&=x&bad=%ED%A0%80&half=%&toString=1");
  assertEquals(query, { q: "a b&c", none: "", bad: "\ud800", half: "\ud800", toString: "1" });
  assertEquals(text(10).safeParse(query.bad).success, false);
  assertEquals(queryOf("http://127.0.0.1/x"), {});
});
