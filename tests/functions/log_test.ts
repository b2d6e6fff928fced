/** Log lines: one JSON object each, by level, without a secret or a person in them. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { createLogger, type LogLevel, redact } from "../../supabase/functions/_shared/log.ts";

function record(level: LogLevel, secrets: string[] = []) {
  const lines: string[] = [];
  const log = createLogger({
    functionName: "worker",
    level,
    secrets,
    write: (line) => lines.push(line),
    now: () => new Date("2026-01-01T00:00:00Z"),
  });
  return { log, lines };
}

Deno.test("createLogger() writes one JSON line with time, level, function, event and fields", () => {
  const { log, lines } = record("info");
  log.with({ request_id: "r1" }).warn("slice.lost", { batch_id: "b1", rows: 3 });
  assertEquals(lines.map((line) => JSON.parse(line)), [{
    ts: "2026-01-01T00:00:00.000Z",
    level: "warn",
    function: "worker",
    event: "slice.lost",
    request_id: "r1",
    batch_id: "b1",
    rows: 3,
  }]);
});

Deno.test("createLogger() leaves out what is below its level", () => {
  for (const [level, kept] of [["debug", 4], ["info", 3], ["warn", 2], ["error", 1]] as const) {
    const { log, lines } = record(level);
    for (const at of ["debug", "info", "warn", "error"] as const) log[at]("x");
    assertEquals(lines.length, kept);
  }
});

const SECRETS: readonly unknown[] = [
  "key sb_secret_AbC-123 in text",
  "Authorization: Bearer SECRET-abc.def",
  "eyJhbGciOiJIUzI1NiJ9.SECRETpayload.sig",
  "postgresql://postgres:SECRET@db.example.org:6543/postgres",
  "postgres://u:SECRET/with#signs@localhost/db",
  "https://x.example.org/object/sign/a?token=SECRET&b=1",
  { apikey: "SECRET" },
  { nested: [{ "x-dragonfly-api-key": "SECRET" }] },
  { password: "SECRET", DATABASE_URL: "SECRET" },
  { defendant_name: "SECRET", defendant_address: "SECRET", raw_value: "SECRET", email: "SECRET" },
  { row: { raw_data: { any: "SECRET" } } },
  "mail SECRET@example.org",
  new Error("failed with sb_secret_SECRET"),
  new Error("outer", { cause: new Error("Bearer SECRET") }),
];

Deno.test("redact() takes out keys, tokens, passwords and personal fields, however deep", () => {
  for (const value of SECRETS) {
    const text = JSON.stringify(redact(value));
    assert(!text.includes("SECRET") && !text.includes("AbC-123"), text);
  }
});

Deno.test("createLogger() shows none of the values it was told to hide", () => {
  const { log, lines } = record("info", ["dfop_my-own-key"]);
  log.error("x", { why: "called with dfop_my-own-key", error: new TypeError("dfop_my-own-key") });
  assert(!lines.join().includes("dfop_my-own-key"));
});

Deno.test("redact() leaves alone what tells nothing", () => {
  const plain = {
    batch_id: "b",
    token_present: true,
    key_count: 3,
    rows: 10,
    reason: "Empty file",
    filename: "a.csv",
  };
  assertEquals(redact(plain), plain);
});

Deno.test("redact() ends on things that contain themselves", () => {
  const loop: Record<string, unknown> = {};
  loop.self = loop;
  assert(JSON.stringify(redact(loop)).includes("[deeper]"));
});
