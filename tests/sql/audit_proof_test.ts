/** The record against its owner: what the sentinel says when somebody who may do everything rewrites it. */
import { createPublicKey, verify } from "node:crypto";
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { randomSigningKey } from "../../checkout/signing_key.ts";
import { exportHead } from "../../shared/audit/export_head.ts";
import { signHead } from "../../shared/audit/head.ts";
import type { Proof } from "../../shared/audit/proof.ts";
import { pemOf, readSigningKey } from "../../shared/audit/signing.ts";
import { GUARDS as RIGHTS } from "../../ops/security/rights.ts";
import { SentinelGateway } from "../../shared/data/sentinel_gateway.ts";
import { auditChain } from "../../shared/sentinel/checks/audit_chain.ts";
import { guardTriggers } from "../../shared/sentinel/checks/guard_triggers.ts";
import { GUARDS } from "../../shared/sentinel/guard_hashes.ts";
import { CHANNELS } from "../../shared/sentinel/notices/notice.ts";
import { runChecks } from "../../shared/sentinel/run_checks.ts";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import { errorOf, letTimePass } from "./engine.ts";
import { look, lookWith } from "./sentinel.ts";

const HOUR_MS = 3_600_000;

interface Outside {
  readonly proof: Proof;
  /** Files by path: the bucket. */
  readonly files: Map<string, string>;
}

async function outside(): Promise<Outside> {
  const files = new Map<string, string>();
  const signing = await readSigningKey(randomSigningKey());
  return {
    files,
    proof: {
      signing,
      keys: [signing],
      project: "http://127.0.0.1",
      heads: {
        newest: () => Promise.resolve([...files.keys()].sort().at(-1) ?? null),
        read: (path) => Promise.resolve(files.get(path) ?? null),
        store: (path, text) => {
          files.set(path, text);
          return Promise.resolve();
        },
      },
    },
  };
}

/** A batch that was refused, one undone, a paused queue: `count` events, sealed. */
async function events(db: TestDatabase, count: number): Promise<void> {
  await db.sql`
    select audit.append('batch.undone', 'batch', 'b-' || n) from generate_series(1, ${count}::int) n`;
  await db.sql`select audit.seal(most_ms => 60000)`;
}

const run = (db: TestDatabase, proof: Proof, now = new Date()) => lookWith(db, proof, [auditChain], now);

function exported(db: TestDatabase, proof: Proof, now = new Date()) {
  const gateway = new SentinelGateway(db.sql);
  return exportHead(proof, (sql) => gateway.query(sql), CHANNELS, now);
}

/** As the owner of the tables, without any right that he does not have on the platform. */
async function asOwner(db: TestDatabase, statement: string): Promise<void> {
  await db.sql.begin(async (sql) => {
    await sql.unsafe("alter table audit.event_log disable trigger user");
    await sql.unsafe("alter table audit.exported_heads disable trigger user");
    await sql.unsafe(statement);
    await sql.unsafe("alter table audit.exported_heads enable always trigger _100_protect_heads");
    await sql.unsafe("alter table audit.exported_heads enable always trigger _100_protect_heads_truncate");
    await sql.unsafe("alter table audit.event_log enable always trigger _100_protect_events");
    await sql.unsafe("alter table audit.event_log enable always trigger _100_protect_events_truncate");
  });
}

/** Chains everything anew, with right hashes, as it stands now. */
const CHAIN_ANEW = `
  do $$ declare e audit.event_log; n bigint := 0; h text := repeat('0', 64); begin
    for e in select * from audit.event_log where seal_no is not null order by seal_no loop
      n := n + 1; e.prev_hash := h;
      update audit.event_log x set seal_no = -n, prev_hash = '', hash = '' where x.id = e.id;
      e.seal_no := n; h := audit.event_hash(e, e.prev_hash);
      update audit.event_log x set prev_hash = e.prev_hash, hash = h where x.id = e.id;
    end loop;
    update audit.event_log set seal_no = -seal_no where seal_no < 0;
  end $$`;

Deno.test("exportHead() writes the head down once a day: a signed file, the register, every channel", () =>
  withDatabase(async (db) => {
    const { proof, files } = await outside();
    assertEquals(await exported(db, proof), null, "nothing is sealed");
    await events(db, 3);
    const file = await exported(db, proof);
    assertEquals([...files.keys()], [file?.path]);
    assertEquals(await exported(db, proof), null, "not twice a day");
    const [row] = await db.sql`select * from audit.exported_heads`;
    const [head] = await db.sql`select * from audit.head()`;
    assertEquals([row?.seal_no, row?.hash, row?.destination], [
      head?.seal_no,
      head?.hash,
      `evidence/${file?.path}`,
    ]);
    const told = await db.sql`
      select payload ->> 'channel' as channel, payload -> 'head' ->> 'hash' as hash from ops.job_queue order by 1`;
    assertEquals(
      told.map((one) => [one.channel, one.hash]),
      CHANNELS.toSorted().map((one) => [one, head?.hash]),
    );
    await letTimePass(db, 1);
    await asOwner(db, "update audit.exported_heads set exported_at = exported_at - interval '25 hours'");
    const again = await exported(db, proof, new Date(Date.now() + HOUR_MS));
    assert(again !== null && files.size === 2, "a day in which nothing happened is written down too");
    assertEquals(await run(db, proof), []);
  }));

/** What nobody may do to the register of exported heads, whoever he is. */
const ON_REGISTER = [
  "delete from audit.exported_heads where true",
  "update audit.exported_heads set hash = repeat('0', 64) where true",
  "update audit.exported_heads set exported_at = now() + interval '1 day' where true",
  "truncate audit.exported_heads",
];
/** What nobody may do to the file of a head. */
const ON_FILE = [
  "delete from storage.objects where name like 'audit/heads/%'",
  `update storage.objects set version = 'v2', metadata = '{"size": 9}' where name like 'audit/heads/%'`,
  "update storage.objects set name = 'elsewhere' where name like 'audit/heads/%'",
  "update storage.objects set bucket_id = 'intake' where name like 'audit/heads/%'",
];
Deno.test("neither an exported head nor its file is removed or changed; a file that is not ours may go", () =>
  withDatabase(async (db) => {
    const { proof } = await outside();
    await events(db, 3);
    const file = await exported(db, proof);
    const storage = db.connect("supabase_storage_admin", { "storage.allow_delete_query": "true" });
    await db.admin`
      insert into storage.buckets (id, name) values ('evidence', 'evidence'), ('intake', 'intake') on conflict do nothing`;
    const stored = (name: string) =>
      db.admin`insert into storage.objects (bucket_id, name, version, metadata)
        values ('evidence', ${name}, 'v1', ${db.admin.json({ size: 4, eTag: '"a"' })})`;
    await stored(file?.path ?? "");
    for (const replica of [false, true]) {
      for (const statement of ON_REGISTER) {
        const error = await errorOf(db.admin.begin(async (sql) => {
          if (replica) await sql`set local session_replication_role = replica`;
          await sql.unsafe(statement);
        }));
        assertMatch(
          error ?? "let through",
          /^P0001 AUDIT_IMMUTABILITY_VIOLATION: .* on audit\.exported_heads/,
        );
      }
    }
    for (const statement of ON_FILE) {
      assertMatch(
        await errorOf(storage.unsafe(statement)) ?? "let through",
        /^P0001 EVIDENCE_IMMUTABILITY_VIOLATION: \w+ of audit\/heads\/\S+ in the bucket evidence/,
      );
    }
    await stored("audit/heads/999999999999999-20991231000000.json"); // forged, to come last by name
    await storage`delete from storage.objects where name like 'audit/heads/9%'`;
    const [left] = await db.sql`select count(*) as n from storage.objects where name like 'audit/heads/%'`;
    assertEquals(left?.n, 1);
  }));

Deno.test("an exported head is checked by a stranger who has the file and the public key", async () => {
  const { proof } = await outside();
  const { text } = await signHead(
    { seal_no: 1, hash: "a".repeat(64) },
    proof.project,
    new Date(),
    proof.signing,
  );
  const { statement, signature } = JSON.parse(text);
  const key = createPublicKey(pemOf(proof.signing));
  assert(
    verify(
      null,
      new TextEncoder().encode(statement),
      key,
      Uint8Array.from(atob(signature), (c) => c.charCodeAt(0)),
    ),
  );
});

/** What is done to a record of six events whose head was exported at the fourth, and what is said of it. */
const ATTACKS: readonly [
  what: string,
  how: (db: TestDatabase, out: Outside) => Promise<unknown>,
  says: RegExp[],
][] = [
  [
    "the chain rewritten as postgres in one transaction, all hashes right",
    (db) =>
      asOwner(
        db,
        `update audit.event_log set actor = 'operator:someoneelse@example.org' where entity_id = 'b-2';
         delete from audit.event_log where entity_id = 'b-3'; ${CHAIN_ANEW}`,
      ),
    [
      /^critical Audit chain does not verify: event 6, which was verified before, is gone$/,
      /^critical The audit chain is not the one that was exported: event 4 of the head of \S+ has another hash$/,
    ],
  ],
  [
    "the chain rewritten behind the exported head alone, with the position of the walk taken away",
    (db) =>
      asOwner(
        db,
        `update audit.event_log set actor = 'x' where entity_id = 'b-4'; ${CHAIN_ANEW};
         delete from audit.chain_positions; delete from audit.exported_heads`,
      ),
    [/^critical The audit chain is not the one that was exported: event 4 of the head of \S+ has another hash$/],
  ],
  [
    "the last event removed",
    (db) => asOwner(db, "delete from audit.event_log where seal_no = 6"),
    [/^critical Audit chain does not verify: event 6, which was verified before, is gone$/],
  ],
  [
    "a fork: another event in the place of the last, chained to the one before it",
    (db) =>
      asOwner(
        db,
        `update audit.event_log e set after = '{"forked": true}' where e.seal_no = 6;
         update audit.event_log e set hash = audit.event_hash(e, e.prev_hash) where e.seal_no = 6`,
      ),
    [/^critical Audit chain does not verify: event 6, which was verified before, has another hash$/],
  ],
  [
    "a head exported by somebody else's key",
    async (_, { files, proof }) => {
      const thief = (await outside()).proof.signing;
      const file = await signHead({ seal_no: 6, hash: "f".repeat(64) }, proof.project, new Date(), thief);
      files.set(file.path, file.text);
    },
    [/^critical The exported head audit\/heads\/0+6-\d+\.json is signed by a key that is not ours \([0-9a-f]{16}\)$/],
  ],
  [
    "an exported head with another hash under our signature",
    (_, { files }) => {
      for (const [path, text] of files) files.set(path, text.replace(/hash\\":\\"..../, 'hash\\":\\"0000'));
      return Promise.resolve();
    },
    [/^critical The exported head audit\/heads\/0+4-\d+\.json has a signature that our key did not make$/],
  ],
  [
    "the files of heads removed",
    (_, { files }) => Promise.resolve(files.clear()),
    [/^critical The head of event 4 that was exported at .* is gone from evidence\/audit\/heads\/0+4-\d+\.json$/],
  ],
  [
    "a head put into the register by hand",
    (db) => asOwner(db, "update audit.exported_heads set hash = repeat('0', 64)"),
    [
      /^critical Audit chain does not verify: head is older than the one exported at /,
      /^critical The register of exported heads says something else of audit\/heads\/\S+ than its file$/,
    ],
  ],
  [
    "a position of the walk written by hand",
    (db) =>
      db.sql`update audit.chain_positions set signature = repeat('A', 86) || '==' where walk = 'newest'`,
    [/^warning The position kept of the newest walk along the audit chain was not signed by us; it was begun anew$/],
  ],
];
for (const [what, attack, says] of ATTACKS) {
  Deno.test(`the sentinel finds ${what}`, () =>
    withDatabase(async (db) => {
      const out = await outside();
      await events(db, 4);
      await exported(db, out.proof);
      await events(db, 2);
      assertEquals(await run(db, out.proof), []);
      await attack(db, out);
      const found = await run(db, out.proof);
      assertEquals(found.length, says.length, found.join("\n"));
      says.forEach((words, place) => assertMatch(found[place] ?? "", words));
    }));
}

Deno.test("no exported head at all is critical once events have been sealed for two days", () =>
  withDatabase(async (db) => {
    const { proof } = await outside();
    await events(db, 2);
    assertEquals(await run(db, proof), []);
    const later = new Date(Date.now() + 49 * HOUR_MS);
    assertMatch(
      (await run(db, proof, later))[0] ?? "",
      /^critical No exported head is left, and events were sealed since /,
    );
  }));

Deno.test("a head that was not exported for two days is a warning", () =>
  withDatabase(async (db) => {
    const { proof } = await outside();
    await events(db, 2);
    await exported(db, proof);
    assertMatch(
      (await run(db, proof, new Date(Date.now() + 49 * HOUR_MS)))[0] ?? "",
      /^warning No head of the audit chain was exported since /,
    );
  }));

Deno.test("each run goes on from a signed place, and the whole chain is walked once a day", () =>
  withDatabase(async (db) => {
    const { proof } = await outside();
    const places = async () =>
      (await db.sql`select walk, seal_no from audit.chain_positions order by walk`).map((one) =>
        `${one.walk} ${one.seal_no}`
      );
    await events(db, 3);
    await exported(db, proof);
    assertEquals(await run(db, proof), []);
    assertEquals(await places(), ["newest 3", "whole 3"]);
    await events(db, 2);
    assertEquals(await run(db, proof), []);
    assertEquals(await places(), ["newest 5", "whole 3"], "the whole walk rests for a day");
    // Behind both places and behind the head: only a walk from the beginning meets it.
    await asOwner(db, "update audit.event_log set action = 'x' where seal_no = 2");
    assertEquals(await run(db, proof), []);
    const found = await run(db, proof, new Date(Date.now() + 25 * HOUR_MS));
    assertEquals(found, ["critical Audit chain does not verify: wrong hash at seal_no 2"]);
  }));

Deno.test("a place that an earlier run signed does not keep a whole walk from beginning again", () =>
  withDatabase(async (db) => {
    const { proof } = await outside();
    await events(db, 3);
    await run(db, proof);
    const [kept] = await db
      .sql`select to_jsonb(p) as place from audit.chain_positions p where walk = 'whole'`;
    await asOwner(db, "update audit.event_log set action = 'x' where seal_no = 1");
    await db.sql`select audit.keep_position(${db.sql.json(kept?.place)})`;
    const found = await run(db, proof, new Date(Date.now() + 25 * HOUR_MS));
    assertEquals(found, ["critical Audit chain does not verify: wrong hash at seal_no 1"]);
  }));

Deno.test("verify_slice() walks so many events from where it is told, and says where the next begins", () =>
  withDatabase(async (db) => {
    await events(db, 30);
    const slice = async (after: number, most: number) => {
      const [row] = await db.sql`
        select s.ok, s.checked, s.last_no, s.last_hash = e.hash as linked
          from audit.verify_slice(${after}, coalesce(
                 (select b.hash from audit.event_log b where b.seal_no = ${after}), repeat('0', 64)), ${most}) s
          left join audit.event_log e on e.seal_no = s.last_no`;
      return [row?.ok, row?.checked, row?.last_no, row?.linked];
    };
    assertEquals(await slice(0, 10), [true, 10, 10, true]);
    assertEquals(await slice(10, 15), [true, 15, 25, true]);
    assertEquals(await slice(25, 15), [true, 5, 30, true]);
    assertEquals(await slice(30, 15), [true, 0, 30, true]);
    const [wrong] = await db.sql`select ok, problem from audit.verify_slice(10, repeat('0', 64), 5)`;
    assertEquals([wrong?.ok, wrong?.problem], [false, "wrong hash at seal_no 11"]);
  }));

/** What is done to guards, and what is said of it. */
const ON_GUARDS: readonly [what: string, statement: string, says: string[]][] = [
  [
    "a guard's function with an empty body",
    `create or replace function audit.protect_events() returns trigger language plpgsql set search_path = '' as
     $$ begin return coalesce(new, old); end $$`,
    [
      "critical 2 guard triggers not in force: _100_protect_events on audit.event_log (its function audit.protect_events was " +
      "replaced), _100_protect_events_truncate on audit.event_log (its function audit.protect_events was replaced)",
      "critical 1 function that the record stands on not as the migrations made it: audit.protect_events (replaced)",
    ],
  ],
  [
    "a guard that fires only when somebody wishes",
    `drop trigger _500_note_insert on public.judgments;
     create trigger _500_note_insert after insert on public.judgments
       for each statement when (false) execute function audit.note_rewritten_rows();
     alter table public.judgments enable always trigger _500_note_insert`,
    ["critical 1 guard trigger not in force: _500_note_insert on public.judgments (its definition was changed)"],
  ],
  [
    "a verdict that is always well",
    `create or replace function audit.verify_slice(after_no bigint, after_hash text, most int default null)
       returns table (ok boolean, problem text, seal_no bigint, checked bigint, last_no bigint, last_hash text)
       language sql stable security definer set search_path = '' as
     $$ select true, null::text, null::bigint, 0::bigint, after_no, after_hash $$`,
    ["critical 1 function that the record stands on not as the migrations made it: audit.verify_slice (replaced)"],
  ],
  [
    "an emptied register",
    "delete from ops.guard_triggers",
    ["critical The register of guard triggers (ops.guard_triggers) was emptied"],
  ],
  [
    "a guard taken out of the register and off its table",
    `delete from ops.guard_triggers where trigger_name = '_100_forget_object';
     drop trigger _100_forget_object on intake.simplicity_batches`,
    [
      "critical 1 guard trigger not in force: _100_forget_object on intake.simplicity_batches (missing)",
      "critical 1 guard trigger is missing from the register (ops.guard_triggers): _100_forget_object on intake.simplicity_batches",
    ],
  ],
];
Deno.test("the sentinel finds every single guard that is dropped, disabled or made to sleep in replica sessions", () =>
  withDatabase(async (db) => {
    const wrong: string[] = [];
    await db.admin.begin(async (sql) => {
      const seen = async () =>
        (await runChecks([guardTriggers], {
          query: async (statement) => [...await sql.unsafe(statement)],
          probeRest: () => Promise.resolve({ outcome: "answers" }),
          wait: () => Promise.resolve(),
          now: new Date(),
          directUntil: null,
          proof: null,
        })).map((finding) => `${finding.level} ${finding.message}`);
      assertEquals(await seen(), []);
      for (const { table, trigger, must_be } of GUARDS) {
        for (
          const state of must_be === "always" ? ["missing", "disabled", "enabled"] : ["missing", "disabled"]
        ) {
          const verb = state === "disabled" ? "disable" : "enable";
          await sql`savepoint whole`;
          await sql.unsafe(
            state === "missing"
              ? `drop trigger ${trigger} on ${table}`
              : `alter table ${table} ${verb} trigger ${trigger}`,
          );
          const says = await seen();
          const wanted = `critical 1 guard trigger not in force: ${trigger} on ${table} (${state})`;
          if (says.length !== 1 || says[0] !== wanted) wrong.push(`${wanted} | ${says}`);
          await sql`rollback to whole`;
        }
      }
      assertEquals(await seen(), []);
    });
    assertEquals(wrong, []);
    const watched = new Set(GUARDS.map(({ table, trigger }) => `${table} ${trigger}`));
    assertEquals(RIGHTS.map((guard) => guard.join(" ")).filter((guard) => !watched.has(guard)), []);
  }));

for (const [what, statement, says] of ON_GUARDS) {
  Deno.test(`the sentinel finds ${what}`, () =>
    withDatabase(async (db) => {
      assertEquals(await look(db, guardTriggers), []);
      await db.sql.unsafe(statement);
      assertEquals(await look(db, guardTriggers), says);
    }));
}
