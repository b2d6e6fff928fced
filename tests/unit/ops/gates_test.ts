/** Judgements of the gates that need no system: backups, tests, addresses, several looks as one. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertThrows } from "deno-std/assert/throws.js";
import { together } from "../../../ops/checks/asking.ts";
import { unwell, warned, well } from "../../../ops/checks/check.ts";
import { doorsOf, withoutPassword } from "../../../ops/checks/ports.ts";
import { judgeBackups } from "../../../ops/gates/backup.ts";
import { judgeTests } from "../../../ops/gates/tools.ts";
import { CannotRun } from "../../../ops/refusals.ts";

const NOW = new Date("2026-11-27T12:00:00Z");

Deno.test("judgeBackups() wants a whole backup of the last 24 hours", () => {
  const of = (listed: unknown) => judgeBackups(listed, NOW);
  const daily = (inserted_at: string, status = "COMPLETED") => of({ backups: [{ inserted_at, status }] });
  assertEquals(daily("2026-11-26T12:00:00Z"), well("newest backup of 2026-11-26T12:00:00.000Z"));
  assertEquals(daily("2026-11-26T11:59:59Z").passed, false);
  assertEquals(daily("2026-11-27T11:00:00Z", "FAILED").evidence, "there is no backup");
  assertEquals(of({ backups: [] }).passed, false);
  assertEquals(of([]).evidence, "the list of backups cannot be read");
  const physical = { latest_physical_backup_date_unix: NOW.getTime() / 1000 - 60 };
  assertEquals(of({ pitr_enabled: true, backups: [], physical_backup_data: physical }).passed, true);
});

Deno.test("judgeTests() goes by the exit code and the last line", () => {
  assertEquals(judgeTests({ ok: true, said: "…\n12 passed, 0 failed" }), well("12 passed, 0 failed"));
  assertEquals(judgeTests({ ok: false, said: "…\n11 passed, 1 failed" }).evidence, "11 passed, 1 failed");
  assertEquals(judgeTests({ ok: true, said: "nothing ran" }).passed, false);
});

Deno.test("together() tells what is red alone, else what is worth a warning, else everything", () => {
  const [a, b] = [well("a"), well("b")];
  assertEquals(together([a, b]), well("a; b"));
  assertEquals(together([a, warned("late", "hurry")]), warned("late", "hurry"));
  assertEquals(
    together([a, warned("late", "hurry"), unwell("gone", "mend"), unwell("lost", "mend")]),
    unwell("gone\nlost", "mend"),
  );
});

const REF = "abcdefghijabcdefghij";
const PASSWORD = ["p", "ss%40word"].join("a"); // put together: an address with a password is a secret

Deno.test("doorsOf() finds the direct connection of a hosted project, and shows no password", () => {
  const pooler =
    `postgresql://postgres.${REF}:${PASSWORD}@aws-0-us-east-1.pooler.supabase.com:6543/postgres?sslmode=require`;
  const { direct } = doorsOf(pooler, null);
  assertEquals(
    withoutPassword(direct ?? ""),
    `postgresql://postgres:****@db.${REF}.supabase.co:5432/postgres?sslmode=require`,
  );
  assertEquals(new URL(direct ?? "").password, PASSWORD);
  assertEquals(doorsOf("postgresql://postgres:x@127.0.0.1:5433/postgres", null).direct, null);
  assertEquals(doorsOf(pooler, "postgresql://other").direct, "postgresql://other");
  assertThrows(() => doorsOf("nonsense", null), CannotRun);
});
