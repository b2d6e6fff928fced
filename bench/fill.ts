/**
 * A system that is old: judgments, batches, events and rejects as years of drops leave them, made in SQL. Runs as the
 * superuser of a stack of its own; triggers that would work on every made-up row are switched off meanwhile, and what
 * they would have kept true (counts, objects, slices) is written by hand.
 */
import type postgres from "postgres";

/** How large a system is to be. */
export interface Size {
  readonly judgments: number;
  readonly batches: number;
  readonly events: number;
  readonly rejects: number;
}

const CHUNK = 500_000;
const PLAINTIFFS = 10_000;
/** Batches lie behind each other in so many days, the last an hour ago. */
const DAYS = 400;
const BATCH = "('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid";

/** Brings an empty or smaller system to this size. `have` is what was filled before. */
export async function fill(admin: postgres.Sql, have: Size, want: Size): Promise<void> {
  if (have.batches === 0 && want.batches > 0) {
    await withoutTriggers(
      admin,
      "storage.objects",
      () => withoutTriggers(admin, "intake.simplicity_batches", () => fillBatches(admin, want)),
    );
    await fillEvents(admin, want);
  }
  if (want.judgments > have.judgments) await fillJudgments(admin, have.judgments, want);
  await admin.unsafe("select intake.recount_days()");
  await sumJudgments(admin);
  await admin.unsafe("vacuum analyze");
  await admin.unsafe("checkpoint");
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
  const triggers = await admin`
    select t.tgname as name, t.tgenabled as state from pg_trigger t
     where t.tgrelid = ${table}::regclass and not t.tgisinternal`;
  await admin.unsafe(`alter table ${table} disable trigger user`);
  try {
    await work();
  } finally {
    for (const { name, state } of triggers) {
      const how = state === "A" ? "enable always" : state === "D" ? "disable" : "enable";
      await admin.unsafe(`alter table ${table} ${how} trigger "${name}"`);
    }
  }
}

async function fillBatches(admin: postgres.Sql, want: Size): Promise<void> {
  const rejects = Math.floor(want.rejects / want.batches);
  const at = `now() - interval '1 hour' - (${want.batches} - n) * interval '${DAYS} days' / ${want.batches}`;
  await admin.unsafe(`
    insert into intake.simplicity_batches (
      id, filename, file_hash, file_size_bytes, storage_bucket, storage_path, storage_version, status, created_by,
      created_at, updated_at, status_changed_at, staging_started_at, staged_at, validated_at, completed_at, progress_at,
      parse_duration_ms, db_duration_ms, row_count_total, row_count_invalid)
    select ${BATCH}, 'old-' || n || '.csv', md5(n::text) || md5('x' || n), 100000, 'intake',
           'simplicity/old-' || n || '.csv', 'v1', 'completed', 'storage', at, at, at, at, at, at, at, at, 100, 100,
           ${rejects}, ${rejects}
      from (select n, ${at} as at from generate_series(1, ${want.batches}) n) s`);
  await admin.unsafe(`
    insert into storage.objects (bucket_id, name, version, metadata, created_at, updated_at)
    select b.storage_bucket, b.storage_path, b.storage_version,
           '{"size": 100000, "mimetype": "text/csv"}', b.created_at, b.created_at
      from intake.simplicity_batches b where b.storage_version = 'v1'`);
  await admin.unsafe(`
    insert into intake.batch_slices (
      batch_id, slice_no, first_byte, end_byte, first_row, row_count, first_line, status, invalid, finished_at)
    select b.id, 0, 0, 100000, 0, ${rejects}, 2, 'done', ${rejects}, b.created_at
      from intake.simplicity_batches b where b.storage_version = 'v1'`);
  await admin.unsafe(`
    insert into intake.batch_error_counts (batch_id, error_code, error_stage, occurrences)
    select b.id, 'INVALID_AMOUNT', 'validate', ${rejects}
      from intake.simplicity_batches b where b.storage_version = 'v1' and ${rejects} > 0`);
  await admin.unsafe(`
    insert into intake.row_errors (
      batch_id, row_index, line_number, byte_offset, error_code, error_message, error_stage, field, raw_value, raw_line,
      issues, created_at)
    select b.id, r, r + 2, r * 100, 'INVALID_AMOUNT', 'amount is no number', 'validate', 'amount', 'x', 'a,b,x',
           '[{"code": "INVALID_AMOUNT", "field": "amount", "raw_value": "x"}]', b.created_at
      from intake.simplicity_batches b cross join generate_series(0, ${rejects - 1}) r
     where b.storage_version = 'v1'`);
  await withoutTriggers(admin, "ops.job_queue", async () => {
    await admin.unsafe(`
      insert into ops.job_queue (job_type, payload, status, dedupe_key, batch_id, created_at, updated_at)
      select 'ingest', jsonb_build_object('batch_id', b.id, 'source', b.source, 'attempt', 1), 'completed',
             'ingest:' || b.id, b.id, b.created_at, b.created_at
        from intake.simplicity_batches b
       where b.storage_version = 'v1' and b.created_at > now() - interval '30 days'`);
  });
}

/** Some events a batch, a minute after the other, sealed as they would have been. */
async function fillEvents(admin: postgres.Sql, want: Size): Promise<void> {
  await admin.begin(async (sql) => {
    await sql.unsafe(`
      create function pg_temp.chained() returns setof audit.event_log language plpgsql as $$
        declare
          event audit.event_log;
        begin
          perform pg_advisory_xact_lock(hashtextextended('dragonfly.audit.chain', 0));
          select h.seal_no, h.hash into event.seal_no, event.hash from audit.head() h;
          event.seal_no := coalesce(event.seal_no, 0);
          event.hash := coalesce(event.hash, repeat('0', 64));
          for n in 1 .. ${want.events} loop
            event.id := nextval(pg_get_serial_sequence('audit.event_log', 'id'));
            event.ts := now() - interval '2 hours' - (${want.events} - n) * interval '1 minute';
            event.actor := 'worker';
            event.actor_kind := 'worker';
            event.action := 'batch.completed';
            event.entity_type := 'batch';
            event.entity_id := '00000000-0000-4000-8000-' || lpad(to_hex(n % ${want.batches} + 1), 12, '0');
            event.before := '{"status": "inserting"}';
            event.after := '{"status": "completed"}';
            event.seal_no := event.seal_no + 1;
            event.prev_hash := event.hash;
            event.hash := audit.event_hash(event, event.prev_hash);
            return next event;
          end loop;
        end $$`);
    await sql`select audit.seal(1000000, 60000)`; // what is there comes before
    await sql`insert into audit.event_log overriding system value select * from pg_temp.chained()`;
  });
}

/** Runs work without a table's plain indexes, and builds them anew behind it: what many rows are written by. */
async function withoutIndexes(admin: postgres.Sql, table: string, work: () => Promise<void>): Promise<void> {
  const indexes = await admin`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
      from pg_index i where i.indrelid = ${table}::regclass and not i.indisunique`;
  for (const { name } of indexes) await admin.unsafe(`drop index ${name}`);
  try {
    await work();
  } finally {
    await admin.unsafe("set maintenance_work_mem = '512MB'");
    for (const { definition } of indexes) await admin.unsafe(String(definition));
  }
}

async function fillJudgments(admin: postgres.Sql, have: number, want: Size): Promise<void> {
  await admin.unsafe(`
    insert into public.plaintiffs (id, name, name_normalized)
    select md5('p' || n)::uuid, 'Old Plaintiff ' || n, 'old plaintiff ' || n from generate_series(0, ${
    PLAINTIFFS - 1
  }) n
    on conflict do nothing`);
  await withoutIndexes(admin, "public.judgments", () => insertJudgments(admin, have, want));
  await withoutTriggers(admin, "intake.simplicity_batches", async () => {
    await admin.unsafe(`
      update intake.simplicity_batches b
         set row_count_inserted = s.n, row_count_valid = s.n, row_count_staged = s.n,
             row_count_total = s.n + b.row_count_invalid
        from (select ${BATCH} as id, ${want.judgments} / ${want.batches} + (n <= ${want.judgments} % ${want.batches})::int as n
                from generate_series(1, ${want.batches}) n) s
       where b.id = s.id`);
  });
}

async function insertJudgments(admin: postgres.Sql, have: number, want: Size): Promise<void> {
  for (let from = have; from < want.judgments; from += CHUNK) {
    const to = Math.min(from + CHUNK, want.judgments);
    await admin.begin(async (sql) => {
      await sql`select ops.set_door('engine')`; // counts are written below, for all batches at once
      await sql.unsafe(`
        insert into public.judgments (
          case_number, plaintiff_name, defendant_name, amount, judgment_date, court, county, state, defendant_address,
          defendant_phone, source, plaintiff_id, batch_id, source_row_index, created_at)
        select (2010 + i % 15) || '-CV-' || lpad((50000000 + i)::text, 8, '0'), 'Old Plaintiff ' || i % ${PLAINTIFFS},
               'James Garcia ' || i % 1000, 100 + i % 90000, date '2016-01-01' + (i % 2800)::int,
               'Kings County Civil Court', 'Kings', 'NY', (1 + i % 9999) || ' Ocean Avenue NNNNNNNNNNNNNN', '555-123-4567',
               'simplicity', md5('p' || i % ${PLAINTIFFS})::uuid, ${BATCH}, i / ${want.batches},
               now() - interval '2 hours' - (${want.batches} - n) * interval '${DAYS} days' / ${want.batches}
          from (select i, i % ${want.batches} + 1 as n from generate_series(${from}, ${to - 1}) i) s
         order by 1`);
    });
  }
}
