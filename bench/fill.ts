/**
 * A system that is old: judgments, batches, events and rejects as years of drops leave them, made in SQL. Runs as the
 * superuser of a stack of its own; triggers that would work on every made-up row are switched off meanwhile, and what
 * they would have kept true (counts, objects, slices) is written by hand.
 *
 * How far it came stands in the database, in the transaction that brought the rows, and so does what is still to be put
 * back (triggers, indexes, cron): a fill that was cut off is gone on with by the next one.
 */
import type postgres from "postgres";

/** How large a system is to be. */
export interface Size {
  readonly judgments: number;
  readonly batches: number;
  readonly events: number;
  readonly rejects: number;
}

const CHUNK = 1_000_000;
const EVENTS_CHUNK = 100_000;
const PLAINTIFFS = 10_000;
/** Batches lie behind each other in so many days, the last an hour ago. */
const DAYS = 400;
const BATCH = "('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid";

/** Nobody sweeps or sums half a system. */
const CRON: Away = {
  gone: ["update cron.job set active = false where active"],
  back: ["update cron.job set active = true where not active"],
};

/** Brings a system to this size; one that is as large already is left as it is. @param say told of each step. */
export async function fill(admin: postgres.Sql, want: Size, say: (line: string) => void): Promise<void> {
  await admin.unsafe(`
    create schema if not exists bench;
    create table if not exists bench.filled (what text primary key, n bigint not null);
    create table if not exists bench.owed (no bigint generated always as identity primary key, statement text not null)`);
  await admin.unsafe("set synchronous_commit = off");
  await admin.unsafe("set maintenance_work_mem = '1GB'");
  await payBack(admin, null); // what a fill that was cut off left undone
  if (await filled(admin, "whole") >= want.judgments) return;
  await without(admin, CRON, async () => {
    await admin.unsafe("set session_replication_role = replica"); // made-up rows name what is there
    await step("batches, objects and rejects", say, () => fillBatches(admin, want));
    await step("events", say, () => fillEvents(admin, want));
    await step("judgments", say, () => fillJudgments(admin, want, say));
    await step("counts of batches", say, () => countJudgments(admin));
    await admin.unsafe("set session_replication_role = origin");
    await step("sums of days", say, () => admin.unsafe("select intake.recount_days()"));
    await step("sums of judgments", say, () => sumJudgments(admin));
    await step("vacuum", say, () => admin.unsafe("vacuum (analyze, parallel 2)"));
    await admin.unsafe("checkpoint");
    await admin.unsafe(nowFilled("whole", want.judgments));
  });
}

async function step(what: string, say: (line: string) => void, work: () => Promise<unknown>): Promise<void> {
  const began = performance.now();
  await work();
  say(`  ${what}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
}

/** What was filled: rows of each, and up to how many judgments everything that follows from them. */
type Filled = keyof Size | "whole";

async function filled(admin: postgres.Sql, what: Filled): Promise<number> {
  const [row] = await admin`select f.n from bench.filled f where f.what = ${what}`;
  return Number(row?.n ?? 0);
}

/** Written down with the rows, so that both are there or neither. */
function nowFilled(what: Filled, n: number): string {
  return `insert into bench.filled values ('${what}', ${n}) on conflict (what) do update set n = excluded.n`;
}

/** Statements that take something away, and that put it back. */
interface Away {
  readonly gone: readonly string[];
  readonly back: readonly string[];
}

/** Runs work while something is away. What puts it back is run by the next fill if this one is cut off. */
async function without(admin: postgres.Sql, away: Away, work: () => Promise<unknown>): Promise<void> {
  const owed: string[] = [];
  await admin.begin(async (sql) => {
    for (const statement of away.back) {
      const [row] =
        await sql`insert into bench.owed (statement) values (${statement}) returning no::text as no`;
      owed.push(String(row?.no));
    }
    for (const statement of away.gone) await sql.unsafe(statement);
  });
  try {
    await work();
  } finally {
    await payBack(admin, owed);
  }
}

/** @param only these; null: all that is owed. */
async function payBack(admin: postgres.Sql, only: readonly string[] | null): Promise<void> {
  const owed = await admin`
    select o.no::text as no, o.statement from bench.owed o
     where ${only}::text[] is null or o.no::text = any(${only}::text[])
     order by o.no`;
  for (const { no, statement } of owed) {
    await admin.begin(async (sql) => {
      await sql.unsafe(String(statement));
      await sql`delete from bench.owed o where o.no::text = ${no}`;
    });
  }
}

/** Lets the sums come to the newest judgment, as they would have by the clock. */
export async function sumJudgments(admin: postgres.Sql): Promise<void> {
  for (let left = 1; left > 0;) {
    const [row] = await admin`
      select enforcement.sum_judgments(),
             (select coalesce(max(j.id), 0) from public.judgments j) - p.judgment_id as left
        from enforcement.summed_up_to p`;
    left = Number(row?.left);
  }
}

/** Runs work with a table's own triggers off, and puts each back as it was. */
export async function withoutTriggers(
  admin: postgres.Sql,
  table: string,
  work: () => Promise<unknown>,
): Promise<void> {
  const back = await statesOf(admin, [table]);
  await admin.unsafe(`alter table ${table} disable trigger user`);
  try {
    await work();
  } finally {
    await admin.unsafe(back);
  }
}

/** Statements that put the triggers of tables where they stand now. */
async function statesOf(
  sql: postgres.Sql | postgres.TransactionSql,
  tables: readonly string[],
): Promise<string> {
  const triggers = await sql`
    select t.tgrelid::regclass::text as table, t.tgname as name, t.tgenabled as state from pg_trigger t
     where t.tgrelid = any(${tables}::regclass[]) and not t.tgisinternal`;
  return triggers.map(({ table, name, state }) => {
    const how = state === "A" ? "enable always" : state === "D" ? "disable" : "enable";
    return `alter table ${table} ${how} trigger "${name}"`;
  }).join("; ");
}

async function fillBatches(admin: postgres.Sql, want: Size): Promise<void> {
  if (await filled(admin, "batches") > 0) return;
  const rejects = Math.floor(want.rejects / want.batches);
  const at = `now() - interval '1 hour' - (${want.batches} - n) * interval '${DAYS} days' / ${want.batches}`;
  await admin.begin(async (sql) => {
    const back = await statesOf(sql, TABLES_OF_BATCHES);
    for (const table of TABLES_OF_BATCHES) await sql.unsafe(`alter table ${table} disable trigger user`);
    await sql.unsafe(`
      insert into intake.simplicity_batches (
        id, filename, file_hash, file_size_bytes, storage_bucket, storage_path, storage_version, status, created_by,
        created_at, updated_at, status_changed_at, staging_started_at, staged_at, validated_at, completed_at, progress_at,
        parse_duration_ms, db_duration_ms, row_count_total, row_count_invalid)
      select ${BATCH}, 'old-' || n || '.csv', md5(n::text) || md5('x' || n), 100000, 'intake',
             'simplicity/old-' || n || '.csv', 'v1', 'completed', 'storage', at, at, at, at, at, at, at, at, 100, 100,
             ${rejects}, ${rejects}
        from (select n, ${at} as at from generate_series(1, ${want.batches}) n) s`);
    await sql.unsafe(`
      insert into storage.objects (bucket_id, name, version, metadata, created_at, updated_at)
      select b.storage_bucket, b.storage_path, b.storage_version,
             '{"size": 100000, "mimetype": "text/csv"}', b.created_at, b.created_at
        from intake.simplicity_batches b where b.storage_version = 'v1'`);
    await sql.unsafe(`
      insert into intake.batch_slices (
        batch_id, slice_no, first_byte, end_byte, first_row, row_count, first_line, status, invalid, finished_at)
      select b.id, 0, 0, 100000, 0, ${rejects}, 2, 'done', ${rejects}, b.created_at
        from intake.simplicity_batches b where b.storage_version = 'v1'`);
    await sql.unsafe(`
      insert into intake.batch_error_counts (batch_id, error_code, error_stage, occurrences)
      select b.id, 'INVALID_AMOUNT', 'validate', ${rejects}
        from intake.simplicity_batches b where b.storage_version = 'v1' and ${rejects} > 0`);
    const rejected = await indexesOf(sql, "intake.row_errors");
    for (const statement of rejected.gone) await sql.unsafe(statement);
    await sql.unsafe(`
      insert into intake.row_errors (
        batch_id, row_index, line_number, byte_offset, error_code, error_message, error_stage, field, raw_value, raw_line,
        issues, created_at)
      select b.id, r, r + 2, r * 100, 'INVALID_AMOUNT', 'amount is no number', 'validate', 'amount', 'x', 'a,b,x',
             '[{"code": "INVALID_AMOUNT", "field": "amount", "raw_value": "x"}]', b.created_at
        from intake.simplicity_batches b cross join generate_series(0, ${rejects - 1}) r
       where b.storage_version = 'v1'`);
    for (const statement of rejected.back) await sql.unsafe(statement);
    await sql.unsafe(`
      insert into ops.job_queue (job_type, payload, status, dedupe_key, batch_id, created_at, updated_at)
      select 'ingest', jsonb_build_object('batch_id', b.id, 'source', b.source, 'attempt', 1), 'completed',
             'ingest:' || b.id, b.id, b.created_at, b.created_at
        from intake.simplicity_batches b
       where b.storage_version = 'v1' and b.created_at > now() - interval '30 days'`);
    await sql.unsafe(back);
    await sql.unsafe(nowFilled("batches", want.batches));
  });
}

const TABLES_OF_BATCHES = [
  "storage.objects",
  "intake.simplicity_batches",
  "intake.batch_slices",
  "intake.batch_error_counts",
  "intake.row_errors",
  "ops.job_queue",
];

/** Some events a batch, a minute after the other, sealed as they would have been. */
async function fillEvents(admin: postgres.Sql, want: Size): Promise<void> {
  for (let from = await filled(admin, "events"); from < want.events; from += EVENTS_CHUNK) {
    const to = Math.min(from + EVENTS_CHUNK, want.events);
    await admin.begin(async (sql) => {
      const back = await statesOf(sql, ["audit.event_log"]);
      await sql`select audit.seal(1000000, 60000)`; // what is there comes before
      await sql.unsafe("alter table audit.event_log disable trigger user");
      await sql.unsafe(chained(want, from, to));
      await sql`insert into audit.event_log overriding system value select * from pg_temp.chained()`;
      await sql.unsafe(back);
      await mustVerify(sql, to - from);
      await sql.unsafe(nowFilled("events", to));
    });
  }
}

/** @throws when the chain's last events are not chained as the sentinel will want them. */
async function mustVerify(sql: postgres.TransactionSql, events: number): Promise<void> {
  const [row] = await sql`
    select v.problem from audit.head() h
      join audit.event_log e on e.seal_no = h.seal_no - ${Math.min(events, 20)}
     cross join lateral audit.verify_slice(e.seal_no, e.hash, 100) v`;
  if (row?.problem !== null) {
    throw new Error(`Cannot fill events: ${row?.problem ?? "the chain has no such end"}`);
  }
}

/** As audit.event_content and audit.event_hash say it, without three calls a row. */
function chained(want: Size, from: number, to: number): string {
  return `
    create or replace function pg_temp.chained() returns setof audit.event_log language plpgsql as $$
      declare
        event audit.event_log;
        first bigint := nextval(pg_get_serial_sequence('audit.event_log', 'id'));
        content text;
      begin
        perform pg_advisory_xact_lock(hashtextextended('dragonfly.audit.chain', 0));
        perform setval(pg_get_serial_sequence('audit.event_log', 'id'), first + ${to - from});
        select h.seal_no, h.hash into event.seal_no, event.hash from audit.head() h;
        event.seal_no := coalesce(event.seal_no, 0);
        event.hash := coalesce(event.hash, repeat('0', 64));
        event.actor := 'worker';
        event.actor_kind := 'worker';
        event.action := 'batch.completed';
        event.entity_type := 'batch';
        event.before := '{"status": "inserting"}';
        event.after := '{"status": "completed"}';
        for event.id, event.ts, event.entity_id, content in
          select c.id, c.ts, c.entity_id, encode(sha256(convert_to(jsonb_build_array(
                   c.id, (extract(epoch from c.ts) * 1000000)::bigint, event.actor, event.action, event.entity_type,
                   c.entity_id, event.before, event.after, null, event.seal_no + c.k, event.actor_kind
                 )::text, 'UTF8')), 'hex')
            from (select k, first + k as id,
                         now() - interval '2 hours' - (${
    want.events - from
  } - k) * interval '${DAYS} days' / ${want.events} as ts,
                         '00000000-0000-4000-8000-' || lpad(to_hex((${from} + k) % ${want.batches} + 1), 12, '0') as entity_id
                    from generate_series(1, ${to - from}) k) c
        loop
          event.seal_no := event.seal_no + 1;
          event.prev_hash := event.hash;
          event.hash := encode(sha256(convert_to(event.prev_hash || ' ' || content, 'UTF8')), 'hex');
          return next event;
        end loop;
      end $$`;
}

/** Statements that take a table's indexes away, all but its primary key, and that build them anew. */
async function indexesOf(sql: postgres.Sql | postgres.TransactionSql, table: string): Promise<Away> {
  const indexes = await sql`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as index,
           c.conname as constraint, pg_get_constraintdef(c.oid) as definition
      from pg_index i left join pg_constraint c on c.conindid = i.indexrelid and c.contype = 'u'
     where i.indrelid = ${table}::regclass and not i.indisprimary`;
  return {
    gone: indexes.map(({ name, constraint }) =>
      constraint === null ? `drop index ${name}` : `alter table ${table} drop constraint ${constraint}`
    ),
    back: indexes.map(({ index, constraint, definition }) =>
      constraint === null ? String(index) : `alter table ${table} add constraint ${constraint} ${definition}`
    ),
  };
}

async function fillJudgments(admin: postgres.Sql, want: Size, say: (line: string) => void): Promise<void> {
  const have = await filled(admin, "judgments");
  if (have >= want.judgments) return;
  await admin.unsafe(`
    insert into public.plaintiffs (id, name, name_normalized)
    select md5('p' || n)::uuid, 'Old Plaintiff ' || n, 'old plaintiff ' || n from generate_series(0, ${
    PLAINTIFFS - 1
  }) n
    on conflict do nothing`);
  await without(
    admin,
    await indexesOf(admin, "public.judgments"),
    () =>
      step(
        "rows",
        say,
        () => withoutTriggers(admin, "public.judgments", () => insertJudgments(admin, have, want)),
      ),
  );
}

/** Batches say how many of their judgments stand. Without indexes meanwhile: all rows are written anew. */
async function countJudgments(admin: postgres.Sql): Promise<void> {
  await admin.begin(async (sql) => {
    const triggers = await statesOf(sql, ["intake.simplicity_batches"]);
    const { gone, back } = await indexesOf(sql, "intake.simplicity_batches");
    await sql.unsafe(["alter table intake.simplicity_batches disable trigger user", ...gone].join("; "));
    await sql.unsafe(`
      update intake.simplicity_batches b
         set row_count_inserted = s.n, row_count_valid = s.n, row_count_staged = s.n,
             row_count_total = s.n + b.row_count_invalid
        from (select j.batch_id, count(*)::int as n from public.judgments j group by j.batch_id) s
       where b.id = s.batch_id and b.storage_version = 'v1'`);
    await sql.unsafe([...back, triggers].join("; "));
  });
}

/** In the order of their case numbers, a batch behind the other: as the indexes are built from left to right. */
async function insertJudgments(admin: postgres.Sql, have: number, want: Size): Promise<void> {
  for (let from = have; from < want.judgments; from += CHUNK) {
    const to = Math.min(from + CHUNK, want.judgments);
    await admin.begin(async (sql) => {
      await sql.unsafe(`
        insert into public.judgments (
          case_number, plaintiff_name, defendant_name, amount, judgment_date, court, county, state, defendant_address,
          defendant_phone, source, plaintiff_id, batch_id, source_row_index, created_at)
        select (2010 + s.k * 15 / ${
        to - from
      }) || '-CV-' || (50000000 + s.i), 'Old Plaintiff ' || s.i % ${PLAINTIFFS},
               'James Garcia ' || s.i % 1000, 100 + s.i % 90000, date '2016-01-01' + (s.i % 2800)::int,
               'Kings County Civil Court', 'Kings', 'NY', (1 + s.i % 9999) || ' Ocean Avenue NNNNNNNNNNNNNN', '555-123-4567',
               'simplicity', p.ids[1 + s.i % ${PLAINTIFFS}], ${BATCH}, s.k % 1000,
               now() - interval '2 hours' - (${want.batches} - s.n) * interval '${DAYS} days' / ${want.batches}
          from (select array_agg(md5('p' || n)::uuid order by n) as ids from generate_series(0, ${
        PLAINTIFFS - 1
      }) n) p
         cross join (select ${from} + k as i, k, 1 + k * ${want.batches} / ${to - from} as n
                       from generate_series(0::bigint, ${to - from - 1}) k) s`);
      await sql.unsafe(nowFilled("judgments", to));
    });
  }
}
