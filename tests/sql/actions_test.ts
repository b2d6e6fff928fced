/** The gate: no road leads to executed without consents that hold at that moment. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { type Sql, type TestDatabase, withDatabase } from "../support/database.ts";
import { engine, errorOf } from "./engine.ts";
import {
  actionOf,
  addFile,
  addParty,
  ask,
  begin,
  consent,
  consentToAll,
  execute,
  mustClaimAction,
  type Party,
  revoke,
  workOffActions,
} from "./enforcement.ts";

const tasksOf = async (db: TestDatabase, plaintiff: string) =>
  (await db.sql`select title, status, priority, assigned_role, reason from public.tasks
    where plaintiff_id = ${plaintiff} order by created_at`).map((row) => ({ ...row }));

Deno.test("Block, Cure, Success: blocked with a task, cured by both consents, executed with its packet", () =>
  withDatabase(async (db) => {
    const party = await addParty(db);
    const blocked = await ask(db, party);
    assertEquals([blocked.outcome, blocked.status, blocked.reason, blocked.missing], [
      "blocked",
      "blocked",
      "missing_consent",
      ["fee_agreement", "loa"],
    ]);
    const again = await ask(db, party);
    assertEquals([again.action_id === blocked.action_id, again.remediation_task_id], [
      false,
      blocked.remediation_task_id,
    ]);
    const task = {
      title: "Missing LOA/Fee Agreement",
      status: "open",
      priority: "high",
      assigned_role: "operations",
      reason: "missing_consent",
    };
    assertEquals(await tasksOf(db, party.id), [task]);
    await consent(db, party.id, "loa");
    assertEquals((await ask(db, party)).missing, ["fee_agreement"]);
    await consent(db, party.id, "fee_agreement");
    assertEquals(await tasksOf(db, party.id), [{ ...task, status: "completed" }]);
    const open = await ask(db, party);
    const equal = await ask(db, party);
    assertEquals([open.outcome, equal.outcome, equal.action_id], ["authorized", "open", open.action_id]);
    assertEquals(await workOffActions(db), ["executed"]);
    const done = await actionOf(db, open.action_id);
    assert(done.executed_at !== null && done.evidence_file_id !== null);
    const [judgment] = await db
      .sql`select enforcement_stage from public.judgments where id = ${party.judgment}`;
    assertEquals([done.status, judgment?.enforcement_stage], ["executed", "paperwork_filed"]);
    assertEquals((await actionOf(db, blocked.action_id)).status, "blocked", "blocked is final");
  }));

Deno.test("everything about an action is in the record, by whoever did it", () =>
  withDatabase(async (db) => {
    const party = await addParty(db);
    await consentToAll(db, party.id);
    const { action_id } = await ask(db, party);
    await workOffActions(db);
    const events = await db.sql`
      select action, actor, request_id from audit.event_log where entity_type = 'action' and entity_id = ${action_id} order by id`;
    assertEquals(events.map((row) => [row.action, row.actor, row.request_id]), [
      ["action.authorized", "operator:a@b.org", "req-ask"],
      ["action.executing", "worker", null],
      ["action.executed", "worker", null],
    ]);
    const [stage] = await db.sql`select before, after from audit.event_log where action = 'judgment.stage'`;
    assertEquals([stage?.before.enforcement_stage, stage?.after.enforcement_stage], [
      "pre_enforcement",
      "paperwork_filed",
    ]);
  }));

const LOGINS: Readonly<Record<string, (db: TestDatabase) => Sql>> = {
  "service_role": engine,
  "postgres": (db) => db.sql,
  "a superuser in replica mode": (db) => db.admin,
};
/** Statements somebody may try without consent. `:action` is blocked or was authorised before its consent was revoked. */
const ROADS: readonly string[] = [
  "update enforcement.actions set status = 'executed' where id = ':action'",
  "update enforcement.actions set status = 'executed', evidence_file_id = ':file', executed_at = now() where id = ':action'",
  "update enforcement.actions set status = 'executing' where id = ':action'; " +
  "update enforcement.actions set status = 'executed', evidence_file_id = ':file' where id = ':action'",
  "update enforcement.actions set status = 'authorized', reason = null where id = ':action'; " +
  "update enforcement.actions set status = 'executing' where id = ':action'; " +
  "update enforcement.actions set status = 'executed', evidence_file_id = ':file' where id = ':action'",
  "insert into enforcement.actions (plaintiff_id, judgment_id, action_type, status, evidence_file_id, executed_at) " +
  "values (':plaintiff', :judgment, 'lien', 'executed', ':file', now())",
  "insert into enforcement.actions (plaintiff_id, judgment_id, action_type, status) " +
  "values (':plaintiff', :judgment, 'lien', 'executing')",
  "insert into enforcement.actions (plaintiff_id, judgment_id, action_type, status) " +
  "values (':plaintiff', :judgment, 'lien', 'authorized'); " +
  "update enforcement.actions set status = 'executing' where action_type = 'lien'; " +
  "update enforcement.actions set status = 'executed', evidence_file_id = ':file' where action_type = 'lien'",
  "update enforcement.actions set plaintiff_id = ':friend' where id = ':action'; " +
  "update enforcement.actions set status = 'executing' where id = ':action'",
  "update public.judgments set plaintiff_id = ':friend' where id = :judgment; " +
  "update enforcement.actions set status = 'executing' where id = ':action'",
  "select ops.set_door('engine'); update enforcement.actions set status = 'executing' where id = ':action'; " +
  "update enforcement.actions set status = 'executed', evidence_file_id = ':file' where id = ':action'",
  "update legal.consents set status = 'active' where plaintiff_id = ':plaintiff'; " +
  "update enforcement.actions set status = 'executing' where id = ':action'; " +
  "update enforcement.actions set status = 'executed', evidence_file_id = ':file' where id = ':action'",
];
for (const [login, of] of Object.entries(LOGINS)) {
  Deno.test(`${login} finds no road to executed without consent`, () =>
    withDatabase(async (db) => {
      const friend = await addParty(db);
      await consentToAll(db, friend.id);
      const file = await addFile(db);
      for (const before of ["never given", "revoked"]) {
        for (const road of ROADS) {
          const party = await addParty(db);
          if (before === "revoked") await consentToAll(db, party.id);
          const { action_id } = await ask(db, party);
          if (before === "revoked") {
            const given = await db.sql`select id from legal.consents where plaintiff_id = ${party.id}`;
            for (const row of given) await revoke(db, String(row.id));
          }
          const statements = road.replaceAll(":action", action_id).replaceAll(":file", file)
            .replaceAll(":plaintiff", party.id).replaceAll(":judgment", String(party.judgment))
            .replaceAll(":friend", friend.id).split("; ");
          await of(db).begin(async (sql) => {
            if (login.endsWith("replica mode")) await sql`set local session_replication_role = replica`;
            for (const statement of statements) {
              await sql.savepoint((point) => point.unsafe(statement)).catch(() => {}); // each refusal alone, the rest goes on
            }
          });
          const done = await db.sql`
            select status from enforcement.actions
             where judgment_id = ${party.judgment} and (status in ('executing', 'executed') or executed_at is not null)`;
          assertEquals(done.length, 0, `${before}: ${road}`);
        }
      }
    }));
}

Deno.test("what is executed by hand with consents and a packet is let through, and leaves an event of its own", () =>
  withDatabase(async (db) => {
    const party = await addParty(db);
    await consentToAll(db, party.id);
    const { action_id } = await ask(db, party);
    await db.sql`update enforcement.actions set status = 'executing' where id = ${action_id}`;
    assertMatch(
      await errorOf(db.sql`update enforcement.actions set status = 'executed' where id = ${action_id}`) ?? "",
      /packet is not registered/,
    );
    await db.sql`update enforcement.actions set status = 'executed', evidence_file_id = ${await addFile(db)}
      where id = ${action_id}`;
    assertEquals((await actionOf(db, action_id)).status, "executed");
    const notes = await db.sql`select 1 from audit.event_log where action = 'actions.update'`;
    assertEquals(notes.length, 2);
    for (const status of ["authorized", "executing", "cancelled", "failed", "blocked"]) {
      const error = await errorOf(
        db.sql`update enforcement.actions set status = ${status}, reason = 'x' where id = ${action_id}`,
      );
      assertMatch(error ?? "nothing", /^P0001 Cannot change action/, status);
    }
    assertMatch(
      await errorOf(db.sql`delete from enforcement.actions where id = ${action_id}`) ?? "",
      /^P0001 Cannot delete/,
    );
  }));

Deno.test("an execution under an older snapshot is refused: it would not see what was revoked since", () =>
  withDatabase(async (db) => {
    const party = await addParty(db);
    const { loa } = await consentToAll(db, party.id);
    const { action_id } = await ask(db, party);
    for (const level of ["repeatable read", "serializable"] as const) {
      const error = await errorOf(db.sql.begin(`isolation level ${level}`, async (sql) => {
        await sql`select 1 from public.plaintiffs`;
        if (level === "serializable") await revoke(db, loa);
        await sql`update enforcement.actions set status = 'executing' where id = ${action_id}`;
      }));
      assertMatch(error ?? "nothing", /^(P0001 Cannot execute action|40001)/);
    }
  }));

Deno.test("a consent that ends while its transaction lasts is no consent", () =>
  withDatabase(async (db) => {
    const party = await addParty(db);
    const { loa } = await consentToAll(db, party.id);
    const { action_id } = await ask(db, party);
    await db
      .sql`update legal.consents set valid_until = clock_timestamp() + interval '150 milliseconds' where id = ${loa}`;
    const error = await errorOf(db.sql.begin(async (sql) => {
      await sql`select pg_sleep_until((select valid_until from legal.consents where id = ${loa}))`; // now() stands still
      await sql`update enforcement.actions set status = 'executing' where id = ${action_id}`;
    }));
    assertMatch(error ?? "nothing", /^P0001 Cannot execute action/);
  }));

const LOSSES: Readonly<Record<string, (db: TestDatabase, party: Party, loa: string) => Promise<unknown>>> = {
  consent_revoked: (db, _, loa) => revoke(db, loa),
  consent_expired: (db, _, loa) => db.sql`update legal.consents set valid_until = now() where id = ${loa}`,
  plaintiff_inactive: (db, party) =>
    db.sql`update public.plaintiffs set status = 'inactive' where id = ${party.id}`,
  judgment_gone: (db, party) => db.sql`delete from public.judgments where id = ${party.judgment}`,
};
for (const [reason, lose] of Object.entries(LOSSES)) {
  Deno.test(`an action whose ground is gone before it begins, or while it is in work, is cancelled: ${reason}`, () =>
    withDatabase(async (db) => {
      for (const begun of [false, true]) {
        const party = await addParty(db);
        const { loa } = await consentToAll(db, party.id);
        const { action_id } = await ask(db, party);
        const unit = await mustClaimAction(engine(db));
        if (begun) assertEquals(await begin(engine(db), unit), "go");
        await lose(db, party, loa);
        const outcome = begun
          ? await execute(engine(db), unit, await addFile(db))
          : await begin(engine(db), unit);
        const { status, reason: why } = await actionOf(db, action_id);
        assertEquals([outcome, status, why], ["cancelled", "cancelled", reason]);
        const [job] = await db.sql`select status from ops.job_queue where id = ${unit.job_id}`;
        assertEquals(job?.status, "completed");
      }
    }));
}

Deno.test("an action is its job's: cancelled it is not executed, given up it has failed, without a job it gets one", () =>
  withDatabase(async (db) => {
    const party = await addParty(db);
    await consentToAll(db, party.id);
    const first = await ask(db, party);
    const [row] = await engine(
      db,
    )`select enforcement.cancel_action(${first.action_id}, 'not now', 'ops:me', 'r') as answer`;
    const [twice] = await engine(
      db,
    )`select enforcement.cancel_action(${first.action_id}, 'not now', 'ops:me', 'r') as answer`;
    assertEquals([row?.answer, twice?.answer], [{ outcome: "done" }, {
      outcome: "wrong_state",
      status: "cancelled",
    }]);
    assertEquals(await workOffActions(db), ["done"]);
    const second = await ask(db, party);
    const unit = await mustClaimAction(engine(db));
    await begin(engine(db), unit);
    await engine(db)`select ops.fail(${unit.job_id}, null, ${unit.token}, 'no ink', null, true)`;
    const failed = await actionOf(db, second.action_id);
    assertEquals([failed.status, failed.reason], ["failed", "no ink"]);
    const third = await ask(db, party);
    await db.sql`delete from ops.job_queue where job_type = 'enforcement'`;
    assertEquals(await workOffActions(db), []);
    await db.sql`update ops.job_queue set updated_at = now() where false`;
    const [early] = await engine(db)`select enforcement.sweep() as queued`;
    assertEquals(early?.queued, 0, "it may be on its way");
    await db.admin.begin(async (sql) => {
      await sql`alter table enforcement.actions disable trigger _100_guard_action`;
      await sql`update enforcement.actions set status_changed_at = now() - interval '1 hour' where id = ${third.action_id}`;
      await sql`alter table enforcement.actions enable always trigger _100_guard_action`;
    });
    const [late] = await engine(db)`select enforcement.sweep() as queued`;
    assertEquals([late?.queued, await workOffActions(db)], [1, ["executed"]]);
  }));

Deno.test("a holder that died is followed by another, and the action is executed once", () =>
  withDatabase(async (db) => {
    const party = await addParty(db);
    await consentToAll(db, party.id);
    const { action_id } = await ask(db, party);
    const first = await mustClaimAction(engine(db));
    await begin(engine(db), first);
    await db
      .sql`update ops.job_queue set lease_expires_at = now() - interval '1 second' where id = ${first.job_id}`;
    assertEquals(await workOffActions(db), ["executed"]);
    assertMatch(await errorOf(execute(engine(db), first, await addFile(db))) ?? "nothing", /^DF001/);
    const events = await db
      .sql`select 1 from audit.event_log where entity_id = ${action_id} and action = 'action.executed'`;
    assertEquals(events.length, 1);
  }));

Deno.test("a payload that names no action is dead-lettered at once", () =>
  withDatabase(async (db) => {
    for (const payload of [{}, { action_id: "none" }, { action_id: crypto.randomUUID() }]) {
      await engine(db)`select ops.enqueue('enforcement', ${db.sql.json(payload)}, ${crypto.randomUUID()})`;
      assertEquals(await workOffActions(db), ["failed"]);
    }
  }));

Deno.test("the second packet that reaches for money issues the levy; a letter files paperwork and no more", () =>
  withDatabase(async (db) => {
    const rows = await db.sql`
      select stage, type, enforcement.next_stage(stage, type) as next
        from unnest('{pre_enforcement,paperwork_filed,levy_issued,collected}'::text[]) as stage,
             unnest('{demand_letter,levy}'::text[]) as type order by 1, 2`;
    assertEquals(rows.map((row) => `${row.stage} ${row.type} ${row.next}`), [
      "collected demand_letter collected",
      "collected levy collected",
      "levy_issued demand_letter levy_issued",
      "levy_issued levy levy_issued",
      "paperwork_filed demand_letter paperwork_filed",
      "paperwork_filed levy levy_issued",
      "pre_enforcement demand_letter paperwork_filed",
      "pre_enforcement levy paperwork_filed",
    ]);
  }));

Deno.test("what a command proves is counted nowhere", () =>
  withDatabase(async (db) => {
    const party = await addParty(db, "dragonfly-proof");
    await db
      .sql`update public.judgments set plaintiff_name = 'Dragonfly-Proof 1' where id = ${party.judgment}`;
    await consentToAll(db, party.id);
    await ask(db, party);
    for (
      const view of [
        "public.v_plaintiffs_overview",
        "public.v_judgment_pipeline",
        "public.v_enforcement_overview",
        "enforcement.v_authorized_plaintiffs",
        "enforcement.v_unauthorized_plaintiffs",
        "ops.v_live_feed_events",
      ]
    ) assertEquals((await db.sql`select * from ${db.sql(view)}`).length, 0, view);
    const [lists] = await engine(db)`
      select enforcement.list_actions(null, null, null) ->> 'total' as actions,
             enforcement.list_plaintiffs(null, null, null) ->> 'total' as plaintiffs,
             enforcement.list_plaintiffs('dragonfly-proof', null, null) ->> 'total' as asked,
             enforcement.list_tasks(null, null) ->> 'total' as tasks`;
    assertEquals({ ...lists }, { actions: "0", plaintiffs: "0", asked: "1", tasks: "0" });
  }));
