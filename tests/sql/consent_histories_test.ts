/**
 * Random lives of a few plaintiffs, several connections at once: requests, consents, revocations, ends, merges, states
 * and executions. The record of each life is lived again by a model that knows nothing of the database, event by event:
 * what was authorised, executed or refused must have been so in the model, both ways. Who works on one plaintiff holds
 * it, so the order of its events is the order in which things happened. The times of authorisation that are kept for lists
 * are held against the model too, now and at moments to come, and the lists against asking everybody.
 *
 * `CONSENT_HISTORIES=10000 deno test -A tests/sql/consent_histories_test.ts` lives more than the usual 40,
 * `CONSENT_HISTORIES_SEED=<n>` the same again (but for who comes first); `REVOKE_RACES=500` races more.
 */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { type Sql, type TestDatabase, withDatabase } from "../support/database.ts";
import { engine } from "./engine.ts";
import { actionOf as recordOf, execute, revoke, TYPES } from "./enforcement.ts";

const HISTORIES = Number(Deno.env.get("CONSENT_HISTORIES") ?? 40);
const SEED = Number(Deno.env.get("CONSENT_HISTORIES_SEED") ?? Math.floor(Math.random() * 2 ** 31));
const RACES = Number(Deno.env.get("REVOKE_RACES") ?? 30);
/** Acts of each connection, beside those that follow from them. */
const STEPS = 8;
const PARTIES = 3;

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
  /** Of each action. */
  readonly stages = new Map<string, string>();

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

/** The moves of CONTRACT, told once more. */
const MOVES: Readonly<Record<string, readonly string[]>> = {
  "asked for": ["authorized", "blocked"],
  authorized: ["executing", "cancelled", "failed"],
  executing: ["executed", "cancelled", "failed"],
};

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
      const was = model.stages.get(entity_id) ?? "asked for";
      if (!MOVES[was]?.includes(did)) wrong.push(`from ${was} to ${did}`);
      model.stages.set(entity_id, did);
      if (["authorized", "executing", "executed"].includes(did) && !may) wrong.push(`${did} without consent`);
      if (["blocked", "cancelled"].includes(did) && may) wrong.push(`${did} in spite of consent`);
    }
  }
  return wrong;
}

/** A database grows with its histories, and so does what each of them looks through. */
const HISTORIES_A_DATABASE = 250;

/** Runs `test` in a database in which consent_lives.sql stands. */
function withLives(test: (db: TestDatabase) => Promise<void>): Promise<void> {
  return withDatabase(async (db) => {
    await settleTimes(db);
    await db.sql.unsafe(await Deno.readTextFile(new URL("consent_lives.sql", import.meta.url)));
    await test(db);
  });
}

Deno.test(`${HISTORIES} random histories, told by the model as by the database (seed ${SEED})`, async () => {
  const came = new Map<string, number>();
  for (let first = 0; first < HISTORIES; first += HISTORIES_A_DATABASE) {
    await withLives(async (db) => {
      const connections = [engine(db), db.connect(), db.connect()];
      for (let history = first; history < Math.min(HISTORIES, first + HISTORIES_A_DATABASE); history++) {
        const { wrong, events } = await live(db, connections, history);
        assertEquals(wrong, [], `history ${history} of CONSENT_HISTORIES_SEED=${SEED}`);
        for (const { action } of events) came.set(action, (came.get(action) ?? 0) + 1);
      }
    });
  }
  if (HISTORIES >= MANY) assertEquals(TOLD.filter((action) => !came.has(action)), [], "never came about");
  if (HISTORIES > 40) console.log(Object.fromEntries([...came].sort()));
});

/** So many histories have had every kind of event, or they prove nothing; fewer may miss what is rare. */
const MANY = 300;
/** The kinds there are. */
const TOLD = [
  ...["authorized", "blocked", "executing", "executed", "cancelled"].map((status) => `action.${status}`),
  ...["registered", "superseded", "revoked", "shortened"].map((status) => `consent.${status}`),
  ...["merged", "taken_apart", "status"].map((what) => `plaintiff.${what}`),
];

/**
 * Two that merge each other the other way round wait a second for Postgres to see it; here ten milliseconds. A
 * connection's acts are one statement, which may take longer than a statement of the API.
 */
async function settleTimes(db: TestDatabase): Promise<void> {
  const [row] = await db.admin`select current_database() as name`;
  await db.admin.unsafe(`alter database ${row?.name} set deadlock_timeout = '10ms'`);
  await db.admin.unsafe(`alter database ${row?.name} set plan_cache_mode = 'force_generic_plan'`);
  await db.admin.unsafe(`alter role authenticator in database ${row?.name} set statement_timeout = '5min'`);
}

interface Parties {
  readonly last: number;
  readonly who: readonly string[];
  readonly judgments: readonly number[];
  readonly file: string;
}

/** Moments at which consents of the histories begin and end, and one after each. */
const LATER = ["2100-01-01", "2100-06-01"] as const;
const MOMENTS = ["2100-03-01T00:00:00Z", "2100-09-01T00:00:00Z"];

/** One act of one connection, as lives.act takes it. */
function actOf(random: () => number, { who, judgments }: Parties): Record<string, unknown> {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const plaintiff = pick(who);
  const other = pick(who);
  const act = random();
  if (act < 0.2) {
    const from = random() < 0.1 ? LATER[0] : null;
    const until = random() < 0.1 ? "2026-01-01" : random() < 0.15 ? LATER[1] : null;
    return { do: "consent", plaintiff, type: pick(TYPES), from, until };
  }
  if (act < 0.25) return { do: "jump", plaintiff, status: pick(["authorized", "executing", "executed"]) };
  if (act < 0.47) {
    const judgment = judgments[who.indexOf(random() < 0.7 ? plaintiff : other)];
    return { do: "ask", plaintiff, judgment, type: pick(["levy", "lien"]) };
  }
  if (act < 0.63) return { do: "claim" };
  if (act < 0.83) return { do: "take" };
  if (act < 0.89) return { do: "choose", plaintiff };
  if (act < 0.92) return { do: "shorten", plaintiff };
  if (act < 0.96) return { do: "merge", plaintiff, into: other };
  if (act < 0.98) return { do: "part", plaintiff };
  return { do: "status", plaintiff, status: pick(["active", "inactive"]) };
}

async function live(
  db: TestDatabase,
  connections: readonly Sql[],
  history: number,
): Promise<{ wrong: string[]; events: readonly Event[] }> {
  const random = chance(SEED + history);
  const given = [...Array(PARTIES).keys()].flatMap((party) =>
    TYPES.filter(() => random() < 0.8).map((type) => [party, type])
  );
  const [begun] = await db.sql`select lives.begin_history(${history}, ${PARTIES}, ${
    db.sql.json(given)
  }) as it`;
  const parties: Parties = begun?.it;
  await Promise.all(connections.map(async (sql) => {
    const acts = Array.from({ length: STEPS }, () => JSON.stringify(actOf(random, parties)));
    await sql`call lives.act_all(${`[${acts.join()}]`}::text::jsonb, ${parties.file})`;
  }));
  const [ended] = await db.sql`select lives.end_history(${parties.last}, ${[
    ...parties.who,
  ]}, ${MOMENTS}) as it`;
  const { events, authorized, at, kept, lists, open } = ended?.it;
  const model = new Model();
  for (const id of parties.who) model.states.set(id, "active");
  const wrong = relive(
    model,
    events,
    new Map(parties.judgments.map((id, no) => [id, parties.who[no] ?? ""])),
  );
  for (const id of parties.who) {
    if (authorized[id] !== model.isAuthorized(id, at)) wrong.push("authorised in one of the two alone");
  }
  const moments = [at, ...MOMENTS.map(microsOf)];
  for (const id of parties.who) {
    const told = moments.map((moment) => !model.merged.has(id) && model.isAuthorized(id, moment));
    assertEquals(kept[id] ?? moments.map(() => false), told, `kept times of a plaintiff, ${moments}`);
  }
  assertEquals(
    lists,
    [true, true, true],
    "lists of who is authorised, who is not, and who of those in a state",
  );
  if (open !== 0) wrong.push("a second open task, or one that is cured");
  return { wrong, events };
}

Deno.test(`${RACES} revocations while an action is executed: never executed after one has committed`, () =>
  withLives(async (db) => {
    const [worker, operator, witness] = [engine(db), db.connect(), db.connect()];
    const random = chance(SEED);
    const endings = new Map<string, number>();
    for (let race = 0; race < RACES; race++) {
      const [made] = await db.sql`select lives.begin_race(${race}) as it`;
      const { action, file, loa, held, begun } = made?.it;
      assertEquals(begun, "go");
      const [first, second] = [random(), random()].map((share) => Math.floor(share * 4000) / 1_000_000);
      const executing = (async () => {
        await worker`select pg_sleep(${first ?? 0})`; // who is first is left to chance
        return await execute(worker, held, file);
      })();
      await operator`select pg_sleep(${second ?? 0})`;
      assertEquals(await revoke(db, loa, operator), "done");
      const [seen] = await witness`select status from enforcement.actions where id = ${action}`;
      await executing;
      const { status, reason } = await recordOf(db, action);
      assert(
        status === "executed"
          ? seen?.status === "executed"
          : status === "cancelled" && reason === "consent_revoked",
        `race ${race}: ${status}, and ${seen?.status} when the revocation had committed`,
      );
      endings.set(status, (endings.get(status) ?? 0) + 1);
    }
    assert(RACES < 30 || endings.size === 2, `only ${[...endings.keys()]} came about`);
    if (RACES > 30) console.log(Object.fromEntries(endings));
  }));
