-- What operators and the dashboard read about batches. Views run with the rights of the reader.

create view intake.v_batch_observability with (security_invoker = true) as
select b.id as batch_id, b.filename, b.status, b.file_hash, b.row_count_total, b.row_count_staged, b.row_count_valid, b.row_count_invalid,
  b.row_count_inserted, b.row_count_duplicate, b.error_threshold_percent, b.rejection_reason,
  round(100.0 * b.row_count_invalid / nullif(b.row_count_total, 0), 2) as error_rate_percent,
  b.parse_duration_ms, b.db_duration_ms,
  case when b.parse_duration_ms is not null or b.db_duration_ms is not null
    then coalesce(b.parse_duration_ms, 0) + coalesce(b.db_duration_ms, 0) end as total_duration_ms,
  round(1000.0 * b.row_count_total / nullif(coalesce(b.parse_duration_ms, 0) + coalesce(b.db_duration_ms, 0), 0), 1) as rows_per_second,
  coalesce(e.error_count, 0) as error_count,
  coalesce(e.error_count, 0) - coalesce(r.resolved_count, 0) as unresolved_error_count,
  b.created_at, b.completed_at,
  (extract(epoch from b.completed_at - b.created_at) * 1000)::bigint as wall_clock_ms
from intake.simplicity_batches b
left join lateral (select sum(c.occurrences)::bigint as error_count from intake.batch_error_counts c
                    where c.batch_id = b.id and c.error_stage <> 'insert') e on true
left join lateral (select count(*) as resolved_count from intake.row_errors x
                    where x.batch_id = b.id and x.error_stage <> 'insert' and x.resolved_at is not null) r on true;
comment on view intake.v_batch_observability is 'One row per batch: counts, rates and durations. Errors are rejects; duplicates are not errors.';

create view intake.view_batch_metrics with (security_invoker = true) as
select b.batch_id, b.filename, b.status, b.file_hash, b.row_count_total, b.row_count_staged, b.row_count_valid, b.row_count_invalid,
  b.row_count_inserted, b.row_count_duplicate, b.error_threshold_percent, b.rejection_reason, b.error_rate_percent, b.parse_duration_ms,
  b.db_duration_ms, b.total_duration_ms, b.rows_per_second, b.created_at, b.completed_at, b.wall_clock_ms
from intake.v_batch_observability b;
comment on view intake.view_batch_metrics is 'intake.v_batch_observability without the two error counts.';

create view intake.v_error_summary with (security_invoker = true) as
select c.batch_id, c.error_code, c.error_stage, c.occurrences as occurrence_count,
  coalesce(k.first_seen, b.validated_at) as first_seen, coalesce(k.last_seen, b.validated_at) as last_seen,
  c.occurrences - coalesce(k.resolved, 0) as unresolved_count
from intake.batch_error_counts c
join intake.simplicity_batches b on b.id = c.batch_id
left join lateral (
  select min(e.created_at) as first_seen, max(e.created_at) as last_seen, count(*) filter (where e.resolved_at is not null) as resolved
    from intake.row_errors e where e.batch_id = c.batch_id and e.error_code = c.error_code and e.error_stage = c.error_stage) k on true;
comment on view intake.v_error_summary is 'How often each code occurred in a batch, whole even where rejects are capped.';

create view ops.v_pipeline_health with (security_invoker = true) as
select b.status, count(*) as batch_count,
  min(b.progress_at) as oldest_batch_at,
  round((extract(epoch from now() - min(b.progress_at)) / 60)::numeric, 1) as oldest_age_minutes,
  max(b.progress_at) as newest_batch_at
from intake.simplicity_batches b
group by b.status;
comment on view ops.v_pipeline_health is 'Batches by state. Ages count from the last progress in that state.';

create view ops.v_batch_performance with (security_invoker = true) as
select date_trunc('hour', b.created_at) as hour_bucket,
  count(*) as total_batches,
  count(*) filter (where b.status = 'completed') as completed_batches,
  count(*) filter (where b.status = 'failed') as failed_batches,
  round(avg(b.parse_duration_ms)) as avg_parse_ms,
  round(avg(b.db_duration_ms)) as avg_db_ms,
  round(avg(coalesce(b.parse_duration_ms, 0) + coalesce(b.db_duration_ms, 0))) as avg_total_ms,
  sum(b.row_count_total)::bigint as total_rows,
  sum(b.row_count_inserted)::bigint as inserted_rows,
  sum(b.row_count_duplicate)::bigint as skipped_rows,
  sum(b.row_count_invalid)::bigint as error_rows,
  round(100.0 * sum(b.row_count_duplicate) / nullif(sum(b.row_count_valid), 0), 2) as dedupe_rate_pct,
  round(100.0 * sum(b.row_count_invalid) / nullif(sum(b.row_count_total), 0), 2) as error_rate_pct
from intake.simplicity_batches b
where b.created_at >= now() - interval '7 days' and b.status <> 'skipped' and not b.dry_run
group by 1;
comment on view ops.v_batch_performance is 'Hourly figures of the last seven days, without skipped drops and dry runs.';

create view ops.v_error_distribution with (security_invoker = true) as
select c.error_code, sum(c.occurrences)::bigint as occurrence_count, count(distinct c.batch_id) as affected_batches,
  max(k.cause) as sample_message, max(coalesce(b.validated_at, b.updated_at)) as last_seen_at
from intake.batch_error_counts c
join intake.simplicity_batches b on b.id = c.batch_id
join intake.error_codes k on k.code = c.error_code
where b.created_at >= now() - interval '7 days'
group by c.error_code;
comment on view ops.v_error_distribution is 'Row codes of the last seven days. The sample message is the code''s cause: nothing personal.';

create view ops.v_system_health with (security_invoker = true) as
select
  case when i.expected then case when i.last_seen > now() - interval '60 seconds' then 'online' else 'offline' end else 'not_deployed' end as ingest_status,
  i.last_seen as ingest_last_heartbeat,
  case when e.expected then case when e.last_seen > now() - interval '60 seconds' then 'online' else 'offline' end else 'not_deployed' end as enforcement_status,
  e.last_seen as enforcement_last_heartbeat,
  (select count(*) from ops.job_queue j where j.status = 'pending' and j.next_run_at <= now()) as queue_depth,
  (select count(*) from ops.job_queue j where j.status = 'processing') as queue_processing,
  now() as checked_at
from
  (select exists (select 1 from ops.expected_workers w where w.worker_type = 'ingest') as expected,
          (select max(h.last_seen_at) from ops.worker_heartbeats h where h.worker_type = 'ingest') as last_seen) i,
  (select exists (select 1 from ops.expected_workers w where w.worker_type = 'enforcement') as expected,
          (select max(h.last_seen_at) from ops.worker_heartbeats h where h.worker_type = 'enforcement') as last_seen) e;
comment on view ops.v_system_health is 'One row: whether each worker type beats (within 60 s), and how deep the queue is.';

create view public.v_migration_status with (security_invoker = true) as
select 'supabase'::text as source, m.version, m.name, null::timestamptz as executed_at
from supabase_migrations.schema_migrations m
order by m.version desc;
comment on view public.v_migration_status is 'Applied migrations, newest first. executed_at is null: the Supabase CLI does not record it.';

revoke all on public.v_migration_status from anon, authenticated;
grant usage on schema supabase_migrations to service_role;
grant select on supabase_migrations.schema_migrations to service_role;
grant select on intake.v_batch_observability, intake.view_batch_metrics, intake.v_error_summary, ops.v_pipeline_health,
  ops.v_batch_performance, ops.v_error_distribution, ops.v_system_health, public.v_migration_status to service_role;
