/**
 * Random lives of a few plaintiffs, several connections at once: requests, consents, revocations, ends, merges, states
 * and executions. The record of each life is lived again by a model that knows nothing of the database, event by event:
 * what was authorised, executed or refused must have been so in the model, both ways. Who works on one plaintiff holds
 * it, so the order of its events is the order in which things happened.
 *
 * `CONSENT_HISTORIES=10000 deno test -A tests/sql/consent_histories_test.ts` lives more than the usual 40,
 * `CONSENT_HISTORIES_SEED=<n>` the same again (but for who comes first); `REVOKE_RACES=500` races more.
 */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { type Sql, type TestDatabase, withDatabase } from "../support/database.ts";
import { engine, errorOf } from "./engine.ts";
import {
  actionOf,
  addFile,
  addParty,
  ask,
  begin,
  claimAction,
  consent,
  consentToAll,
  execute,
  type Held,
  isAuthorized,
  mustClaimAction,
  type Party,
  revoke,
  TYPES,
} from "./enforcement.ts";

const HISTORIES = Number(Deno.env.get("CONSENT_HISTORIES") ?? 40);
const SEED = Number(Deno.env.get("CONSENT_HISTORIES_SEED") ?? Math.floor(Math.random() * 2 ** 31));
const RACES = Number(Deno.env.get("REVOKE_RACES") ?? 30);
const STEPS = 8;

/** Mulberry32. */
function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6D2B79F5 >>> 0;
    let mixed = Math.imul(state ^ state >>> 15, 1 | state);
    mixed = mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed) ^ mixed;
    return ((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32;
  };
}

interface Paper {
  type: string;
  giver: string;
  status: string;
  from: number;
  until: number;
  registered: number;
  revoked: number | null;
}

/** The rules of CONTRACT as one would tell them to a person; times in microseconds. */
class Model {
  readonly papers = new Map<string, Paper>();
  readonly states = new Map<string, string | null>();
  readonly merged = new Map<string, string>();

  group(plaintiff: string): string[] {
    const standing = this.merged.get(plaintiff) ?? plaintiff;
    return [standing, ...[...this.merged].filter(([, into]) => into === standing).map(([one]) => one)];
  }

  isAuthorized(plaintiff: string, at: number): boolean {
    const group = this.group(plaintiff);
    if (group.some((one) => [null, "inactive"].includes(this.states.get(one) ?? null))) return false;
    const papers = [...this.papers.values()].filter((paper) => group.includes(paper.giver));
    return TYPES.every((type) => {
      const lastRevoked = Math.max(
        -Infinity,
        ...papers.filter((paper) => paper.type === type).map((paper) => paper.revoked ?? -Infinity),
      );
      return papers.some((paper) =>
        paper.type === type && paper.status === "active" && paper.from <= at && at < paper.until &&
        paper.registered > lastRevoked
      );
    });
  }
}

const micros = (text: unknown, otherwise: number) => typeof text === "string" ? microsOf(text) : otherwise;

/** Dates keep milliseconds only. */
function microsOf(text: string): number {
  const digits = (/\.(\d+)/.exec(text)?.[1] ?? "").padEnd(6, "0").slice(0, 6);
  return Date.parse(text.replace(/\.\d+/, "")) * 1000 + Number(digits);
}

type Event = { action: string; entity_id: string; at: number; after: Record<string, unknown> };

async function eventsSince(db: TestDatabase, last: number): Promise<Event[]> {
  const rows = await db.sql`
    select action, entity_id, (extract(epoch from ts) * 1000000)::bigint as at, after from audit.event_log
     where id > ${last} and entity_type in ('plaintiff', 'consent', 'action') order by id`;
  return rows.map((row) => ({
    action: row.action,
    entity_id: row.entity_id,
    at: Number(row.at),
    after: row.after,
  }));
}

/** Lives the record again. @returns what the model does not agree with. */
function relive(model: Model, events: readonly Event[], judgments: ReadonlyMap<number, string>): string[] {
  const wrong: string[] = [];
  for (const { action, entity_id, at, after } of events) {
    if (action.startsWith("consent.")) {
      model.papers.set(entity_id, {
        type: String(after.consent_type),
        giver: String(after.plaintiff_id),
        status: String(after.status),
        from: micros(after.valid_from, 0),
        until: micros(after.valid_until, Infinity),
        registered: micros(after.registered_at, 0),
        revoked: after.revoked_at === null ? null : micros(after.revoked_at, 0),
      });
    } else if (action === "plaintiff.merged") model.merged.set(entity_id, String(after.merged_into));
    else if (action === "plaintiff.taken_apart") model.merged.delete(entity_id);
    else if (action === "plaintiff.status") model.states.set(entity_id, String(after.status));
    else if (action.startsWith("action.")) {
      const plaintiff = String(after.plaintiff_id);
      const owner = judgments.get(Number(after.judgment_id)) ?? "";
      const may = model.group(plaintiff).includes(owner) && model.isAuthorized(plaintiff, at);
      const did = action.slice("action.".length);
      if (["authorized", "executing", "executed"].includes(did) && !may) wrong.push(`${did} without consent`);
      if (["blocked", "cancelled"].includes(did) && may) wrong.push(`${did} in spite of consent`);
    }
  }
  return wrong;
}

Deno.test(`${HISTORIES} random histories, told by the model as by the database (seed ${SEED})`, () =>
  withDatabase(async (db) => {
    await noticeDeadlocksSoon(db);
    const connections = [engine(db), db.connect(), db.connect()];
    const came = new Map<string, number>();
    for (let history = 0; history < HISTORIES; history++) {
      const { wrong, events } = await live(db, connections, chance(SEED + history));
      assertEquals(wrong, [], `history ${history} of CONSENT_HISTORIES_SEED=${SEED}`);
      for (const { action } of events) came.set(action, (came.get(action) ?? 0) + 1);
    }
    if (HISTORIES >= MANY) assertEquals(TOLD.filter((action) => !came.has(action)), [], "never came about");
    if (HISTORIES > 40) console.log(Object.fromEntries([...came].sort()));
  }));

/** So many histories have had every kind of event, or they prove nothing; fewer may miss what is rare. */
const MANY = 300;
/** The kinds there are. */
const TOLD = [
  ...["authorized", "blocked", "executing", "executed", "cancelled"].map((status) => `action.${status}`),
  ...["registered", "superseded", "revoked", "shortened"].map((status) => `consent.${status}`),
  ...["merged", "taken_apart", "status"].map((what) => `plaintiff.${what}`),
];

/** Two that merge each other the other way round wait a second for Postgres to see it; here ten milliseconds. */
async function noticeDeadlocksSoon(db: TestDatabase): Promise<void> {
  const [row] = await db.admin`select current_database() as name`;
  await db.admin.unsafe(`alter database ${row?.name} set deadlock_timeout = '10ms'`);
}

async function live(
  db: TestDatabase,
  connections: readonly Sql[],
  random: () => number,
): Promise<{ wrong: string[]; events: readonly Event[] }> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const [before] = await db.sql`select coalesce(max(id), 0) as last from audit.event_log`;
  const parties: Party[] = [];
  const model = new Model();
  for (let n = 0; n < 3; n++) {
    const party = await addParty(db);
    parties.push(party);
    model.states.set(party.id, "active");
  }
  const file = await addFile(db);
  for (const { id } of parties) {
    for (const type of TYPES) if (random() < 0.6) await consent(db, id, type, { file });
  }
  const begun: Held[] = [];
  const one = async (sql: Sql) => {
    const party = pick(parties);
    const other = pick(parties);
    const act = random();
    if (act < 0.3) {
      await consent(db, party.id, pick(TYPES), { sql, file, until: random() < 0.1 ? "2026-01-01" : null });
    } else if (act < 0.5) {
      await ask(
        db,
        { id: party.id, judgment: (random() < 0.6 ? party : other).judgment },
        pick(["levy", "lien"]),
        sql,
      );
    } else if (act < 0.65) {
      const held = await claimAction(sql);
      if (held !== null && await begin(sql, held) === "go") begun.push(held);
    } else if (act < 0.8) {
      const held = begun.shift();
      if (held !== undefined) await execute(sql, held, file);
    } else if (act < 0.88) {
      const [row] = await sql`
        select id from legal.consents where plaintiff_id = ${party.id} and status = 'active' order by random() limit 1`;
      if (row !== undefined) await revoke(db, String(row.id), sql);
    } else if (act < 0.92) {
      await sql`update legal.consents set valid_until = clock_timestamp()
        where id = (select id from legal.consents where plaintiff_id = ${party.id} and status = 'active' limit 1)`;
    } else if (act < 0.96) {
      await sql`select legal.merge_plaintiffs(${party.id}, ${other.id}, 'one', 'ops:t', 'r')`;
    } else if (act < 0.98) await sql`select legal.take_apart(${party.id}, 'two', 'ops:t', 'r')`;
    else {await sql`update public.plaintiffs set status = ${
        pick(["active", "inactive"])
      } where id = ${party.id}`;}
  };
  for (let step = 0; step < STEPS; step++) {
    const errors = await Promise.all(connections.map((sql) => errorOf(one(sql))));
    for (const error of errors) {
      // A hand's statement on a consent that somebody ended meanwhile is refused; whoever is late has lost his lease.
      assert(error === null || /^(P0001 Cannot change consent|DF001 |40P01 )/.test(error), error ?? "");
    }
  }
  const judgments = new Map(parties.map(({ judgment, id }) => [judgment, id]));
  const events = await eventsSince(db, Number(before?.last));
  const wrong = relive(model, events, judgments);
  const now = Date.now() * 1000;
  for (const { id } of parties) {
    if (await isAuthorized(db, id) !== model.isAuthorized(id, now)) {
      wrong.push("authorised in one of the two alone");
    }
  }
  await engine(db)`select enforcement.sweep()`;
  const open = await db.sql`
    select t.plaintiff_id, t.reason, count(*) as n, bool_or(legal.is_authorized(t.plaintiff_id)) as cured
      from public.tasks t where t.status = 'open' group by 1, 2 having count(*) > 1 or bool_or(legal.is_authorized(t.plaintiff_id))`;
  if (open.length > 0) wrong.push("a second open task, or one that is cured");
  await endHistory(db);
  return { wrong, events };
}

/** Nothing of it is left to be claimed, swept or looked at by the next one. */
async function endHistory(db: TestDatabase): Promise<void> {
  await db.sql`update enforcement.actions set status = 'cancelled', reason = 'the history is over'
    where status in ('authorized', 'executing')`;
  await db.sql`update public.tasks set status = 'cancelled' where status = 'open'`;
  await db
    .sql`update ops.job_queue set status = 'completed' where job_type = 'enforcement' and status <> 'completed'`;
}

Deno.test(`${RACES} revocations while an action is executed: never executed after one has committed`, () =>
  withDatabase(async (db) => {
    const [worker, operator, witness] = [engine(db), db.connect(), db.connect()];
    const random = chance(SEED);
    const endings = new Set<string>();
    for (let race = 0; race < RACES; race++) {
      const party = await addParty(db);
      const { loa } = await consentToAll(db, party.id);
      const { action_id } = await ask(db, party);
      const held = await mustClaimAction(worker);
      assertEquals(await begin(worker, held), "go");
      const file = await addFile(db);
      const head = Math.floor(random() * 4000);
      const executing = (async () => {
        await worker`select pg_sleep(${head / 1_000_000})`; // who is first is left to chance
        return await execute(worker, held, file);
      })();
      await operator`select pg_sleep(${Math.floor(random() * 4000) / 1_000_000})`;
      assertEquals(await revoke(db, loa, operator), "done");
      const [seen] = await witness`select status from enforcement.actions where id = ${action_id}`;
      await executing;
      const { status, reason } = await actionOf(db, action_id);
      assert(
        status === "executed"
          ? seen?.status === "executed"
          : status === "cancelled" && reason === "consent_revoked",
        `race ${race}: ${status}, and ${seen?.status} when the revocation had committed`,
      );
      endings.add(status);
    }
    assert(RACES < 30 || endings.size === 2, `only ${[...endings]} came about`);
  }));
