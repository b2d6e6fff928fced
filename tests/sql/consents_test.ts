/** What a plaintiff has consented to: versions, ends, and whether that authorises anything at this moment. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { engine, errorOf } from "./engine.ts";
import {
  addFile,
  addJudgment,
  addParty,
  ask,
  consent,
  consentToAll,
  isAuthorized,
  revoke,
} from "./enforcement.ts";

async function versions(db: TestDatabase, plaintiff: string) {
  const rows = await db.sql`
    select version, status from legal.consents where plaintiff_id = ${plaintiff} order by registered_at`;
  return rows.map((row) => `${row.version} ${row.status}`);
}

Deno.test("is_authorized() wants both consents, and says no for a plaintiff nobody knows", () =>
  withDatabase(async (db) => {
    const { id } = await addParty(db);
    const seen = [await isAuthorized(db, id)];
    await consent(db, id, "fee_agreement");
    seen.push(await isAuthorized(db, id));
    await consent(db, id, "loa");
    seen.push(await isAuthorized(db, id), await isAuthorized(db, crypto.randomUUID()));
    assertEquals(seen, [false, false, true, false]);
    const [nobody] = await db.sql`select legal.is_authorized(null) as answer`;
    assertEquals(nobody?.answer, false);
  }));

for (const status of [null, "inactive", "new", "lost"]) {
  Deno.test(`a plaintiff whose status is ${status} is ${status === null || status === "inactive" ? "never" : "still"} authorised`, () =>
    withDatabase(async (db) => {
      const { id } = await addParty(db, "Acme", status);
      await consentToAll(db, id);
      assertEquals(await isAuthorized(db, id), status !== null && status !== "inactive");
    }));
}

Deno.test("is_authorized() says no when it cannot find out", () =>
  withDatabase(async (db) => {
    const { id } = await addParty(db);
    await consentToAll(db, id);
    await db.sql`alter table legal.consents rename column status to state_of_it`;
    await db.sql`alter view legal.v_consents_in_force rename to v_gone`;
    assertEquals(await isAuthorized(db, id), false);
  }));

Deno.test("a third and a tenth version are registered, and only the newest is active", () =>
  withDatabase(async (db) => {
    const { id } = await addParty(db);
    for (let version = 1; version <= 10; version++) {
      await consent(db, id, "loa", { version: String(version) });
      if (version === 3) assertEquals(await versions(db, id), ["1 superseded", "2 superseded", "3 active"]);
    }
    assertEquals((await versions(db, id)).slice(-2), ["9 superseded", "10 active"]);
    await consent(db, id, "fee_agreement");
    assertEquals(await isAuthorized(db, id), true);
    const [active] = await db
      .sql`select count(*) as n from legal.consents where status = 'active' and consent_type = 'loa'`;
    assertEquals(active?.n, 1);
  }));

Deno.test("versions registered by plain SQL supersede each other as well", () =>
  withDatabase(async (db) => {
    const { id } = await addParty(db);
    for (const version of ["1", "2", "3"]) {
      await db.sql`insert into legal.consents (plaintiff_id, consent_type, version, evidence_file_id)
        values (${id}, 'loa', ${version}, ${await addFile(db)})`;
    }
    assertEquals(await versions(db, id), ["1 superseded", "2 superseded", "3 active"]);
  }));

Deno.test("a bare date includes its day: the consent ends at midnight UTC, to the microsecond", () =>
  withDatabase(async (db) => {
    const [row] = await db.sql`
      select legal.end_of('2026-12-31') = '2027-01-01T00:00:00Z' as day,
             legal.end_of('2026-12-31T10:00:00-05:00') = '2026-12-31T15:00:00Z' as moment, legal.end_of(null) as open`;
    assertEquals([row?.day, row?.moment, row?.open], [true, true, null]);
    await db.sql`set timezone = 'America/New_York'`;
    const { id } = await addParty(db);
    await consent(db, id, "fee_agreement");
    const today = new Date().toISOString().slice(0, 10);
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    await consent(db, id, "loa", { until: yesterday });
    assertEquals(await isAuthorized(db, id), false, "yesterday is over");
    await consent(db, id, "loa", { until: today });
    const [ends] = await db.sql`
      select valid_until = (date_trunc('day', now() at time zone 'UTC') + interval '1 day') at time zone 'UTC' as right_one
        from legal.consents where status = 'active' and consent_type = 'loa'`;
    assertEquals(ends?.right_one, true);
    assertEquals(await isAuthorized(db, id), true);
  }));

Deno.test("a consent holds from its first moment, and not at its last", () =>
  withDatabase(async (db) => {
    const { id } = await addParty(db);
    await consent(db, id, "fee_agreement");
    await consent(db, id, "loa", { from: new Date(Date.now() + 3_600_000) });
    assertEquals(await isAuthorized(db, id), false, "tomorrow's consent is none today");
    const loa = await consent(db, id, "loa");
    assertEquals(await isAuthorized(db, id), true);
    await db.sql`update legal.consents set valid_until = now() where id = ${loa}`;
    assertEquals(await isAuthorized(db, id), false);
  }));

Deno.test("the sweep marks what has expired, with an event, and nothing waits for it", () =>
  withDatabase(async (db) => {
    const { id } = await addParty(db);
    const { loa } = await consentToAll(db, id);
    await db.sql`update legal.consents set valid_until = clock_timestamp() where id = ${loa}`;
    assertEquals(await isAuthorized(db, id), false);
    await engine(db)`select enforcement.sweep()`;
    assertEquals(await versions(db, id), ["1 active", "1 expired"]);
    const [event] = await db
      .sql`select action from audit.event_log where entity_id = ${loa} order by id desc limit 1`;
    assertEquals(event?.action, "consent.expired");
  }));

const FORGERIES: Readonly<Record<string, string>> = {
  "a revoked one made active": "update legal.consents set status = 'active' where status = 'revoked'",
  "a revoked one made active without its time":
    "update legal.consents set status = 'active', revoked_at = null where status = 'revoked'",
  "its time made longer": "update legal.consents set valid_until = 'infinity' where status = 'active'",
  "its beginning made earlier": "update legal.consents set valid_from = '2020-01-01' where status = 'active'",
  "given to somebody else":
    "update legal.consents set plaintiff_id = (select id from public.plaintiffs where name = 'Other')",
  "another type": "update legal.consents set consent_type = 'loa' where consent_type = 'fee_agreement'",
  "deleted": "delete from legal.consents where true",
};
for (const login of ["service_role", "postgres", "postgres in replica mode"]) {
  Deno.test(`a consent is not forged by ${login}`, () =>
    withDatabase(async (db) => {
      const { id } = await addParty(db);
      await db.sql`insert into public.plaintiffs (name) values ('Other')`;
      await consent(db, id, "fee_agreement", { until: "2099-01-01" });
      await revoke(db, await consent(db, id, "loa"));
      const before = await db.sql`select * from legal.consents order by id`;
      for (const [what, statement] of Object.entries(FORGERIES)) {
        const error = await errorOf((login === "service_role" ? engine(db) : db.admin).begin(async (sql) => {
          if (login.endsWith("replica mode")) await sql`set local session_replication_role = replica`;
          if (login !== "service_role") await sql`set local role postgres`;
          await sql.unsafe(statement);
        }));
        assertMatch(error ?? "nothing", /^(P0001 Cannot (change|delete)|42501 )/, what);
        assertEquals(await db.sql`select * from legal.consents order by id`, before, what);
      }
    }));
}

Deno.test("consents and actions are not emptied, with what hangs on them either", () =>
  withDatabase(async (db) => {
    await consentToAll(db, (await addParty(db)).id);
    assertMatch(await errorOf(db.sql`truncate legal.consents`) ?? "", /^P0001 Cannot truncate consents/);
    assertMatch(await errorOf(db.sql`truncate enforcement.actions`) ?? "", /^P0001 Cannot truncate actions/);
    assertMatch(await errorOf(db.sql`truncate public.plaintiffs cascade`) ?? "", /^P0001 /);
  }));

Deno.test("no consent without evidence, in replica mode either, where foreign keys sleep", () =>
  withDatabase(async (db) => {
    const { id } = await addParty(db);
    for (const mode of ["origin", "replica"]) {
      const error = await errorOf(db.admin.begin(async (sql) => {
        await sql.unsafe(`set local session_replication_role = ${mode}`);
        await sql`insert into legal.consents (plaintiff_id, consent_type, version, evidence_file_id)
          values (${id}, 'loa', '1', gen_random_uuid())`;
      }));
      assertMatch(error ?? "nothing", /^P0001 Cannot register a consent/);
    }
  }));

Deno.test("revoke_consent() ends an active consent once; asked again it says what state it is in", () =>
  withDatabase(async (db) => {
    const { id } = await addParty(db);
    const { loa } = await consentToAll(db, id);
    assertEquals([await revoke(db, loa), await revoke(db, loa), await revoke(db, crypto.randomUUID())], [
      "done",
      "wrong_state",
      "unknown",
    ]);
    assertEquals(await isAuthorized(db, id), false);
    const [event] = await db.sql`
      select actor, request_id, after from audit.event_log where entity_id = ${loa} and action = 'consent.revoked'`;
    assertEquals([event?.actor, event?.request_id, event?.after.revoked_reason], [
      "operator:a@b.org",
      "req-revoke",
      "told us so",
    ]);
    await consent(db, id, "loa", { version: "2" });
    assertEquals(await isAuthorized(db, id), true, "what is given afterwards counts");
  }));

Deno.test("consents and actions written past the functions leave an event of their own, the functions' do not", () =>
  withDatabase(async (db) => {
    const party = await addParty(db);
    const { loa } = await consentToAll(db, party.id);
    await revoke(db, loa);
    await ask(db, party);
    const notes = () =>
      db.sql`select action, after from audit.event_log
        where entity_type in ('legal.consents', 'enforcement.actions') order by id`;
    assertEquals((await notes()).length, 0);
    const file = await addFile(db);
    await engine(db)`insert into legal.consents (plaintiff_id, consent_type, version, evidence_file_id)
      values (${party.id}, 'loa', '2', ${file})`;
    await db
      .sql`update legal.consents set status = 'revoked' where status = 'active' and consent_type = 'loa'`;
    await engine(db)`insert into enforcement.actions (plaintiff_id, judgment_id, action_type)
      values (${party.id}, ${party.judgment}, 'lien')`;
    assertEquals((await notes()).map((row) => [row.action, row.after.login]), [
      ["consents.insert", "authenticator"],
      ["consents.update", "postgres"],
      ["actions.insert", "authenticator"],
    ]);
  }));

// --- two that are one

async function merge(db: TestDatabase, one: string, other: string): Promise<string> {
  const [row] = await engine(db)`
    select legal.merge_plaintiffs(${one}, ${other}, 'same firm', 'operator:a@b.org', 'req-merge') as answer`;
  return row?.answer.outcome;
}
async function takeApart(db: TestDatabase, one: string): Promise<string> {
  const [row] = await engine(
    db,
  )`select legal.take_apart(${one}, 'two firms', 'operator:a@b.org', 'req-apart') as answer`;
  return row?.answer.outcome;
}

Deno.test("two plaintiffs of nearly the same name are two: what one consents to is not the other's", () =>
  withDatabase(async (db) => {
    const [inc, llc] = [await addParty(db, "Acme Credit, Inc"), await addParty(db, "Acme Credit, Inc.")];
    await consentToAll(db, inc.id);
    assertEquals([await isAuthorized(db, inc.id), await isAuthorized(db, llc.id)], [true, false]);
    assertEquals((await ask(db, llc)).outcome, "blocked");
    assertEquals((await ask(db, { id: inc.id, judgment: llc.judgment })).outcome, "not_theirs");
  }));

Deno.test("merged plaintiffs are one: consents, judgments and sums; no judgment is rewritten; taken apart they are two", () =>
  withDatabase(async (db) => {
    const [one, other] = [await addParty(db), await addParty(db, "Acme Inc")];
    await consentToAll(db, other.id);
    await addJudgment(db, one.id, 500);
    const rows = () => db.sql`select id, xmin::text, plaintiff_id from public.judgments order by id`;
    const before = await rows();
    assertEquals(await merge(db, one.id, other.id), "done");
    assertEquals(await rows(), before);
    assertEquals([await isAuthorized(db, one.id), await isAuthorized(db, other.id)], [true, true]);
    const overview = await db
      .sql`select plaintiff_id, case_count, total_judgment_amount from public.v_plaintiffs_overview`;
    assertEquals(
      overview.map((row) => [row.plaintiff_id, row.case_count, Number(row.total_judgment_amount)]),
      [[
        other.id,
        3,
        24_500,
      ]],
    );
    assertEquals((await ask(db, { id: other.id, judgment: one.judgment })).outcome, "authorized");
    assertEquals(await takeApart(db, one.id), "done");
    assertEquals([await isAuthorized(db, one.id), await isAuthorized(db, other.id)], [false, true]);
    const events = await db.sql`
      select action, actor, after ->> 'reason' as reason from audit.event_log where action like 'plaintiff.%' order by id`;
    assertEquals(events.map((row) => [row.action, row.actor, row.reason]), [
      ["plaintiff.merged", "operator:a@b.org", "same firm"],
      ["plaintiff.taken_apart", "operator:a@b.org", "two firms"],
    ]);
  }));

Deno.test("what one of two merged plaintiffs revokes is revoked for both, and so is what makes one inactive", () =>
  withDatabase(async (db) => {
    const [one, other] = [await addParty(db), await addParty(db)];
    const mine = await consentToAll(db, one.id);
    await consentToAll(db, other.id);
    await merge(db, one.id, other.id);
    await revoke(db, mine.loa);
    assertEquals([await isAuthorized(db, one.id), await isAuthorized(db, other.id)], [false, false]);
    await consent(db, one.id, "loa", { version: "2" });
    assertEquals(await isAuthorized(db, other.id), true);
    await db.sql`update public.plaintiffs set status = 'inactive' where id = ${one.id}`;
    assertEquals(await isAuthorized(db, other.id), false);
  }));

Deno.test("merges are one level deep, by function and by hand", () =>
  withDatabase(async (db) => {
    const [a, b, c] = [(await addParty(db)).id, (await addParty(db)).id, (await addParty(db)).id];
    assertEquals(
      [await merge(db, a, b), await merge(db, a, b), await merge(db, b, c), await merge(db, a, c)],
      [
        "done",
        "done",
        "not_apart",
        "not_apart",
      ],
    );
    assertEquals([await merge(db, c, a), await merge(db, c, c), await merge(db, c, crypto.randomUUID())], [
      "not_apart",
      "not_apart",
      "unknown",
    ]);
    for (const [one, other] of [[b, c], [c, a], [c, c], [a, c]] as const) {
      const error = await errorOf(
        db.sql`update public.plaintiffs set merged_into = ${other} where id = ${one}`,
      );
      assertMatch(error ?? "nothing", /^P0001 Cannot merge/);
    }
    assertEquals([await takeApart(db, a), await takeApart(db, a)], ["done", "not_merged"]);
  }));

Deno.test("the two views are what is_authorized() says, for every sort of plaintiff", () =>
  withDatabase(async (db) => {
    const all: string[] = [];
    for (const status of [null, "inactive", "active"]) {
      for (const given of [[], ["loa"], ["fee_agreement"], ["loa", "fee_agreement"]] as const) {
        const { id } = await addParty(db, "Acme", status);
        for (const type of given) await consent(db, id, type);
        all.push(id);
      }
    }
    const merged = await addParty(db);
    await merge(db, merged.id, all.at(-1) ?? "");
    await db.sql`insert into public.plaintiffs (name) values ('dragonfly-proof 1')`;
    const yes = await engine(db)`select plaintiff_id from enforcement.v_authorized_plaintiffs`;
    const no = await engine(db)`select * from enforcement.v_unauthorized_plaintiffs order by plaintiff_name`;
    assertEquals(yes.map((row) => row.plaintiff_id), [all.at(-1)]);
    assertEquals(no.length, all.length - 1);
    for (const id of all) {
      assertEquals(await isAuthorized(db, id), yes.some((row) => row.plaintiff_id === id));
      const row = no.find((one) => one.plaintiff_id === id);
      if (row === undefined) continue;
      const [missing] = await db.sql`select legal.missing_consents(${id}) as missing`;
      assertEquals([row.missing_fee_agreement, row.missing_loa], [
        missing?.missing.includes("fee_agreement"),
        missing?.missing.includes("loa"),
      ]);
    }
  }));

/** Plaintiffs of whom the times that are kept say something else than is_authorized(). */
async function keptWrongly(db: TestDatabase): Promise<string[]> {
  const rows = await db.sql`
    select p.name from public.plaintiffs p left join legal.authorizations a on a.plaintiff_id = p.id
     where coalesce(a.holds @> clock_timestamp(), false) <> (p.merged_into is null and legal.is_authorized(p.id))`;
  return rows.map((row) => String(row.name));
}

Deno.test("the times that are kept for lists follow members that come and go, whatever the session, and are counted anew", () =>
  withDatabase(async (db) => {
    const party = await addParty(db);
    await consentToAll(db, party.id);
    const listed = async () => {
      const [row] = await engine(db)`
        select enforcement.list_plaintiffs(null, null, true) ->> 'total' as yes,
               enforcement.list_plaintiffs(null, null, false) ->> 'total' as no`;
      return [row?.yes, row?.no, ...await keptWrongly(db)];
    };
    assertEquals(await listed(), ["1", "0"]);
    await db
      .sql`insert into public.plaintiffs (name, status, merged_into) values ('Akme', null, ${party.id})`;
    assertEquals(await listed(), ["0", "1"]);
    await db.sql.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`delete from public.plaintiffs where name = 'Akme'`;
    });
    assertEquals(await listed(), ["1", "0"]);
    await db.sql`update public.plaintiffs set name_normalized = 'dragonfly-proof x' where id = ${party.id}`;
    assertEquals(await listed(), ["0", "0"]);
    await db.admin`update legal.authorizations set holds = '{}', is_proof = false`;
    assertEquals((await keptWrongly(db)).length, 1);
    await db.sql`select legal.recount_authorizations()`;
    assertEquals(await listed(), ["0", "0"]);
  }));

Deno.test("what is kept for lists is never written from a snapshot that is older than a consent", () =>
  withDatabase(async (db) => {
    const party = await addParty(db);
    const late = db.connect();
    await late`begin isolation level repeatable read`;
    await late`select 1 from legal.consents`; // its snapshot
    await consentToAll(db, party.id);
    const error = await errorOf(
      late`update public.plaintiffs set status = 'inactive' where id = ${party.id}`,
    );
    assertMatch(error ?? "nothing", /^40001 /);
    await late`rollback`;
    assertEquals(await keptWrongly(db), []);
  }));
