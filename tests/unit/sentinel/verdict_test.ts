/** From checks to one verdict. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import type { Check } from "../../../shared/sentinel/check.ts";
import { type Level, SentinelResult, summarise } from "../../../shared/sentinel/finding.ts";
import { runChecks } from "../../../shared/sentinel/run_checks.ts";
import { watch, type WatchParts } from "../../../shared/sentinel/watch.ts";
import { quietPorts } from "./ports.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

function check(name: string, look: Check["look"]): Check {
  return { name, remedy: "Look at it.", look };
}
const finds = (name: string, level: Level, subject?: string) =>
  check(name, () => Promise.resolve([{ level, message: `${name} is ${level}`, subject }]));

async function verdict(...checks: Check[]) {
  return summarise(await runChecks(checks, quietPorts()), checks.length, "local", NOW);
}

Deno.test("summarise() is healthy without findings, and remarks alone do not change that", async () => {
  const calm = await verdict(check("a", () => Promise.resolve([])));
  assertEquals([calm.overall_status, calm.exit_code], ["healthy", 0]);
  const remark = await verdict(finds("a", "info"));
  assertEquals([remark.overall_status, remark.exit_code], ["healthy", 0]);
  assertEquals(remark.metrics, {
    total_checks: 1,
    alerts_triggered: 1,
    critical_alerts: 0,
    warning_alerts: 0,
  });
});

Deno.test("summarise() is degraded with a warning, critical with anything critical, worst first", async () => {
  const degraded = await verdict(finds("a", "warning"), finds("b", "info"));
  assertEquals([degraded.overall_status, degraded.exit_code], ["degraded", 1]);
  const critical = await verdict(finds("a", "info"), finds("b", "warning"), finds("c", "critical"));
  assertEquals([critical.overall_status, critical.exit_code], ["critical", 2]);
  assertEquals(critical.alerts.map((alert) => alert.check), ["c", "b", "a"]);
  assert(SentinelResult.safeParse(critical).success);
});

Deno.test("runChecks() gives findings about different things different fingerprints", async () => {
  const both = check("beats", () =>
    Promise.resolve([
      { level: "warning", message: "x", subject: "ingest" },
      { level: "warning", message: "y", subject: "enforcement" },
    ]));
  const found = await runChecks([both, finds("alone", "info")], quietPorts());
  assertEquals(found.map((one) => one.fingerprint), ["beats:ingest", "beats:enforcement", "alone"]);
});

Deno.test("runChecks() counts a check that cannot run as critical, runs the others, and repeats no error text", async () => {
  class Refused extends Error {
    readonly code = "57014";
  }
  const broken = check("broken", () => Promise.reject(new Refused("value 'John Smith' violates")));
  const heard: unknown[] = [];
  const [first, second] = await runChecks([broken, finds("other", "info")], quietPorts(), (check, error) => {
    heard.push(check, error instanceof Error && error.message);
  });
  assertEquals([first?.level, first?.could_not_run], ["critical", true]);
  assertEquals(first?.message, "Check broken could not run: it took too long (57014)");
  assertEquals(second?.check, "other");
  assertEquals(heard, ["broken", "value 'John Smith' violates"], "for the log, whole");
});

function parts(over: Partial<WatchParts["database"]>, recorded: string[]): WatchParts {
  return {
    database: {
      clock: () => Promise.resolve({ now: NOW, scale: 0.1 }),
      query: () => Promise.resolve([]),
      record: (result, by) => {
        recorded.push(`${result.overall_status} by ${by}`);
        return Promise.resolve(0);
      },
      ...over,
    },
    checks: [check("waits", async (ports) => {
      await ports.wait(1000);
      return [];
    })],
    probeRest: () => Promise.resolve({ outcome: "answers" }),
    wait: (milliseconds) => {
      recorded.push(`waited ${milliseconds}`);
      return Promise.resolve();
    },
    environment: "local",
    directUntil: null,
    proof: null,
    channels: [],
    onFailure: () => {},
    by: "test",
  };
}

Deno.test("watch() goes by the database's time and scale, and stores what it found", async () => {
  const recorded: string[] = [];
  const result = await watch(parts({}, recorded));
  assertEquals([result.exit_code, result.timestamp], [0, NOW.toISOString()]);
  assertEquals(recorded, ["waited 100", "healthy by test"]);
});

Deno.test("watch() throws when the database does not answer, and stores nothing", async () => {
  const recorded: string[] = [];
  const away = () => Promise.reject(new Error("ECONNREFUSED"));
  await assertRejects(() => watch(parts({ clock: away }, recorded)), Error, "ECONNREFUSED");
  assertEquals(recorded, []);
});
