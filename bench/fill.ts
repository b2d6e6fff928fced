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
    await fillEvents(admin, want.events);
  }
  if (want.judgments > have.judgments) await fillJudgments(admin, have.judgments, want);
  await admin.unsafe("vacuum analyze");
  await admin.unsafe("checkpoint");
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

/** Events a second a batch or so, sealed as they would have been. */
async function fillEvents(admin: postgres.Sql, events: number): Promise<void> {
  await admin.unsafe(`
    insert into audit.event_log (ts, actor, actor_kind, action, entity_type, entity_id, before, after)
    select now() - interval '2 hours' - (${events} - n) * interval '1 minute', 'worker', 'worker', 'batch.completed',
           'batch', ('00000000-0000-4000-8000-' || lpad(to_hex(n % 100000 + 1), 12, '0')), '{"status": "inserting"}',
           '{"status": "completed"}'
      from generate_series(1, ${events}) n`);
  for (let sealed = 1; sealed > 0;) {
    const [row] = await admin`select audit.seal(50000) as sealed`;
    sealed = Number(row?.sealed);
  }
}

async function fillJudgments(admin: postgres.Sql, have: number, want: Size): Promise<void> {
  await admin.unsafe(`
    insert into public.plaintiffs (id, name, name_normalized)
    select md5('p' || n)::uuid, 'Old Plaintiff ' || n, 'old plaintiff ' || n from generate_series(0, ${
    PLAINTIFFS - 1
  }) n
    on conflict do nothing`);
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
  await withoutTriggers(admin, "intake.simplicity_batches", async () => {
    await admin.unsafe(`
      update intake.simplicity_batches b
         set row_count_inserted = s.n, row_count_valid = s.n, row_count_staged = s.n,
             row_count_total = s.n + b.row_count_invalid
        from (select j.batch_id, count(*) as n from public.judgments j group by 1) s
       where b.id = s.batch_id and b.storage_version = 'v1'`);
  });
}
