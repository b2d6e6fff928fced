/** Three lights out of what the system says of itself. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assert } from "deno-std/assert/assert.js";
import { lightOf, lightsOf, STALE_MINUTES } from "../../../dashboard/health/lights.ts";
import { type Level, summarise } from "../../../shared/sentinel/finding.ts";

const NOW = new Date("2026-11-27T12:00:00Z");
const FINE = { ready: { ready: true }, status: { ingest_status: "online" }, now: NOW };

function run(findings: readonly (readonly [check: string, level: Level])[], at = NOW) {
  const found = findings.map(([check, level]) => ({
    check,
    fingerprint: check,
    level,
    message: "",
    remedy: "",
    details: {},
    could_not_run: false,
  }));
  return summarise(found, 19, "local", at);
}

Deno.test("lightsOf() gives each finding to the light it is about", () => {
  assertEquals(lightsOf({ ...FINE, run: run([]) }), { intake: "good", database: "good", workers: "good" });
  const found = run([["stuck_batches", "critical"], ["unread_lines", "warning"], [
    "queue_backlog",
    "warning",
  ]]);
  assertEquals(lightsOf({ ...FINE, run: found }), { intake: "bad", database: "good", workers: "warn" });
  assertEquals(lightsOf({ ...FINE, run: run([["stuck_batches", "info"]]) }).intake, "good");
  assertEquals(lightOf("a check nobody has assigned"), "database");
});

Deno.test("lightsOf() is never green for what nobody has looked at", () => {
  const unseen = { intake: "unknown", database: "unknown", workers: "unknown" };
  assertEquals(lightsOf({ ...FINE, run: null }), unseen);
  const old = new Date(NOW.getTime() - (STALE_MINUTES * 60_000 + 1));
  assertEquals(lightsOf({ ...FINE, run: run([], old) }), unseen);
  const asking = { run: undefined, ready: undefined, status: undefined, now: NOW };
  assertEquals(lightsOf(asking), unseen);
});

Deno.test("lightsOf() goes by what was just asked, whatever the last run found", () => {
  const away = lightsOf({
    run: run([]),
    ready: { ready: false },
    status: { ingest_status: "offline" },
    now: NOW,
  });
  assertEquals(away, { intake: "good", database: "bad", workers: "bad" });
  const silent = lightsOf({ run: run([]), ready: null, status: null, now: NOW });
  assert(silent.database === "bad" && silent.workers === "bad");
});
