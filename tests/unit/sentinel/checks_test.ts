/** Levels and words of every check, at and around its limits. */
import { assertEquals } from "deno-std/assert/equals.js";
import type { Observation } from "../../../shared/sentinel/check.ts";
import { tally } from "../../../shared/sentinel/check.ts";
import { CHECKS } from "../../../shared/sentinel/checks.ts";
import { approvalWaiting } from "../../../shared/sentinel/checks/approval_waiting.ts";
import { auditChain } from "../../../shared/sentinel/checks/audit_chain.ts";
import { avgProcessingTime } from "../../../shared/sentinel/checks/avg_processing_time.ts";
import { deadLetters } from "../../../shared/sentinel/checks/dead_letters.ts";
import { directConnection } from "../../../shared/sentinel/checks/direct_connection.ts";
import { errorSpike } from "../../../shared/sentinel/checks/error_spike.ts";
import { fallenGuards } from "../../../shared/sentinel/checks/guard_triggers.ts";
import { headerChanges } from "../../../shared/sentinel/checks/header_changes.ts";
import { queueBacklog } from "../../../shared/sentinel/checks/queue_backlog.ts";
import { queuePaused } from "../../../shared/sentinel/checks/queue_paused.ts";
import { stuckBatches } from "../../../shared/sentinel/checks/stuck_batches.ts";
import { successRate } from "../../../shared/sentinel/checks/success_rate.ts";
import { workerHeartbeats } from "../../../shared/sentinel/checks/worker_heartbeats.ts";
import { GUARDS } from "../../../shared/sentinel/guard_hashes.ts";
import { quietPorts } from "./ports.ts";

const told = (found: readonly Observation[]) => found.map(({ level, message }) => `${level}: ${message}`);
const stuck = (status: string, minutes: number) => ({ batch_id: crypto.randomUUID(), status, minutes });

Deno.test("CHECKS have names of their own, and each a remedy that names something to do", () => {
  assertEquals(new Set(CHECKS.map((check) => check.name)).size, CHECKS.length);
  for (const check of CHECKS) assertEquals(check.remedy.length > 20, true, check.name);
});

Deno.test("stuckBatches is critical beyond 10 minutes, a remark before, and counts by state", () => {
  assertEquals(stuckBatches.judge([]), []);
  assertEquals(
    told(stuckBatches.judge([stuck("validating", 12), stuck("validating", 11), stuck("validating", 99)])),
    [
      "critical: 3 batches stuck > 10m: validating(3)",
    ],
  );
  assertEquals(told(stuckBatches.judge([stuck("staging", 7)])), [
    "info: 1 batch without progress > 5m: staging(1)",
  ]);
  const mixed = [stuck("uploaded", 30), stuck("inserting", 20), stuck("uploaded", 20), stuck("staging", 6)];
  assertEquals(told(stuckBatches.judge(mixed)), [
    "critical: 3 batches stuck > 10m: uploaded(2), inserting(1)",
  ]);
});

Deno.test("what stuckBatches calls critical, the command of its remedy finds", () => {
  const [, threshold] = /^ops fix-stuck-batch --threshold (\d+) /.exec(stuckBatches.remedy) ?? [];
  assertEquals(told(stuckBatches.judge([stuck("uploaded", Number(threshold) + 1)])), [
    `critical: 1 batch stuck > ${threshold}m: uploaded(1)`,
  ]);
});

Deno.test("errorSpike speaks above 15 %, and is critical above 50 %", () => {
  const at = (invalid: number, total: number) => told(errorSpike.judge([{ invalid, total, batches: 1 }]));
  assertEquals(at(0, 0), []);
  assertEquals(at(15, 100), []);
  assertEquals(at(185, 1000), ["warning: Error rate 18.5% > 15.0% threshold"]);
  assertEquals(at(50, 100), ["warning: Error rate 50.0% > 15.0% threshold"]);
  assertEquals(at(51, 100), ["critical: Error rate 51.0% > 50.0% threshold"]);
});

Deno.test("headerChanges remarks on each source, counts its columns and names none", () => {
  const row = (source: string, come: number, gone: number, renamed: number, changes = 1) => ({
    source,
    batch_id: "a",
    compared_with: "b",
    come,
    gone,
    renamed,
    changes,
  });
  assertEquals(headerChanges.judge([]), []);
  const found = headerChanges.judge([row("acme", 1, 2, 3), row("simplicity", 0, 0, 1, 4)]);
  assertEquals(told(found), [
    "info: Source acme changed its columns: 2 missing, 3 renamed, 1 new",
    "info: Source simplicity changed its columns: 1 renamed (the latest of 4 changes in 24h)",
  ]);
  assertEquals(found.map((one) => one.subject), ["acme", "simplicity"]);
});

Deno.test("workerHeartbeats warns of who is silent too long, critical after 5 min, each worker type for itself", () => {
  const row = (worker_type: string, silent_seconds: number, last_seen: string | null = "t") => ({
    worker_type,
    silent_seconds,
    last_seen,
  });
  const found = workerHeartbeats.judge([row("enforcement", 61), row("other", 301, null)]);
  assertEquals(told(found), [
    "warning: Worker enforcement silent > 60s",
    "critical: Worker other silent > 5m, it was never seen",
  ]);
  assertEquals(found.map((one) => one.subject), ["enforcement", "other"]);
});

Deno.test("queueBacklog speaks above 100 due jobs, or when the oldest has been due for more than 30 minutes", () => {
  const at = (due: number, oldest_minutes: number | null) =>
    told(queueBacklog.judge([{ due, oldest_minutes }]));
  assertEquals(at(0, null), []);
  assertEquals(at(100, 30), []);
  assertEquals(at(101, 1), ["warning: Queue backlog: 101 jobs due > 100"]);
  assertEquals(at(1, 45.9), ["warning: Queue backlog: oldest due for 45m > 30m"]);
});

Deno.test("successRate speaks below 90 %, when at least five batches ended", () => {
  const at = (completed: number, ended: number) => told(successRate.judge([{ completed, ended }]));
  assertEquals(at(0, 4), []);
  assertEquals(at(9, 10), []);
  assertEquals(at(4, 5), ["warning: Success rate 80.0% < 90.0% threshold: 4 of 5 batches in 24h"]);
});

Deno.test("avgProcessingTime speaks above 2000 ms per 1,000 rows", () => {
  const at = (ms_per_1000: number | null) => told(avgProcessingTime.judge([{ ms_per_1000, batches: 1 }]));
  assertEquals(at(null), []);
  assertEquals(at(2000), []);
  assertEquals(at(2600.4), ["warning: Average processing time 2600 ms per 1,000 rows > 2000 ms"]);
});

Deno.test("queuePaused tells queues from single jobs, and the breaker from a person", () => {
  const row = (job_type: string, paused: boolean, by_breaker: boolean, held: number) => ({
    job_type,
    paused,
    by_breaker,
    held,
    since: "t",
  });
  assertEquals(queuePaused.judge([row("ingest", false, false, 0)]), []);
  const found = queuePaused.judge([
    row("ingest", true, false, 2),
    row("notify", false, false, 1),
    row("vendor_pull", true, true, 0),
  ]);
  assertEquals(told(found), [
    "warning: Queue ingest is paused",
    "warning: Queue notify: 1 job is paused",
    "warning: Queue vendor_pull is paused by its breaker: five failures in a row",
  ]);
});

Deno.test("deadLetters and approvalWaiting speak of anything they find", () => {
  assertEquals(deadLetters.judge([]), []);
  assertEquals(
    told(deadLetters.judge([{ job_id: "a", job_type: "ingest" }, { job_id: "b", job_type: "ingest" }])),
    [
      "warning: 2 jobs given up in 24h: ingest(2)",
    ],
  );
  assertEquals(approvalWaiting.judge([]), []);
  assertEquals(told(approvalWaiting.judge([{ batch_id: "a" }])), [
    "warning: 1 batch has waited > 24h for approval",
  ]);
});

Deno.test("auditChain without keys and files speaks of whatever verify_chain() finds, and of its silence", async () => {
  const at = async (rows: readonly unknown[]) => told(await auditChain.look(quietPorts(rows)));
  assertEquals(await at([{ ok: true, problem: null, checked: 9 }]), []);
  assertEquals(await at([{ ok: false, problem: "wrong hash at seal_no 3", checked: 9 }]), [
    "critical: Audit chain does not verify: wrong hash at seal_no 3",
  ]);
  assertEquals(await at([]), ["critical: Audit chain does not verify: no verdict"]);
});

Deno.test("fallenGuards() finds guards that are gone, switched off, replaced or changed, and later ones by name", () => {
  const whole = GUARDS.map((guard) => ({ ...guard, state: guard.must_be }));
  assertEquals(fallenGuards(whole), []);
  const [first, ...others] = whole;
  if (first === undefined) throw new Error("no guards are known");
  const at = (change: Partial<typeof first>) => told(fallenGuards([{ ...first, ...change }, ...others]));
  const says = (how: string) => [
    `critical: 1 guard trigger not in force: ${first.trigger} on ${first.table} (${how})`,
  ];
  assertEquals(told(fallenGuards(others)), says("missing"));
  assertEquals(told(fallenGuards([{ ...first, state: "disabled" }, ...others])), says("disabled"));
  assertEquals(at({ body: "x" }), says(`its function ${first.function} was replaced`));
  assertEquals(at({ function: "x.y" }), says(`its function ${first.function} was replaced`));
  assertEquals(at({ definition: "x" }), says("its definition was changed"));
  const later = { ...first, table: "ops.later", trigger: "_100_later" };
  assertEquals(fallenGuards([...whole, { ...later, state: "always" }]), []);
  assertEquals(told(fallenGuards([...whole, { ...later, state: "enabled" }])), [
    "critical: 1 guard trigger not in force: _100_later on ops.later (enabled)",
  ]);
});

Deno.test("directConnection warns as long as the pooler rule is suspended", async () => {
  const now = new Date("2026-11-21T12:00:00Z");
  const until = (directUntil: Date | null) => directConnection.look({ ...quietPorts(), now, directUntil });
  assertEquals(await until(null), []);
  assertEquals(await until(now), []);
  assertEquals(told(await until(new Date("2026-11-21T13:00:00Z"))), [
    "warning: Direct database connections are permitted until 2026-11-21T13:00:00.000Z",
  ]);
});

Deno.test("tally() names the most frequent kind first", () => {
  assertEquals(tally(["b", "a", "b", "c"]), "b(2), a(1), c(1)");
});
