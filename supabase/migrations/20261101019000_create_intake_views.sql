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
  (extract(epoch from b.completed_at - b.created_at) * 1000)::bigint as wall_clock_ms,
  b.row_count_unread
from intake.simplicity_batches b
left join lateral (select sum(c.occurrences)::bigint as error_count from intake.batch_error_counts c
                    where c.batch_id = b.id and c.error_stage <> 'insert') e on true
left join lateral (select count(*) as resolved_count from intake.row_errors x
                    where x.batch_id = b.id and x.error_stage <> 'insert' and x.resolved_at is not null) r on true;
comment on view intake.v_batch_observability is
  'One row per batch: counts, rates and durations. Errors are rejects; duplicates are not errors, nor are '
  'unread lines.';
grant select on intake.v_batch_observability to service_role;

create view intake.view_batch_metrics with (security_invoker = true) as
select b.batch_id, b.filename, b.status, b.file_hash, b.row_count_total, b.row_count_staged, b.row_count_valid, b.row_count_invalid,
  b.row_count_inserted, b.row_count_duplicate, b.error_threshold_percent, b.rejection_reason, b.error_rate_percent, b.parse_duration_ms,
  b.db_duration_ms, b.total_duration_ms, b.rows_per_second, b.created_at, b.completed_at, b.wall_clock_ms,
  b.row_count_unread
from intake.v_batch_observability b;
comment on view intake.view_batch_metrics is 'intake.v_batch_observability without the two error counts.';
grant select on intake.view_batch_metrics to service_role;

create view intake.v_error_summary with (security_invoker = true) as
select c.batch_id, c.error_code, c.error_stage, c.occurrences as occurrence_count,
  coalesce(k.first_seen, b.validated_at) as first_seen, coalesce(k.last_seen, b.validated_at) as last_seen,
  c.occurrences - coalesce(k.resolved, 0) as unresolved_count
from intake.batch_error_counts c
join intake.simplicity_batches b on b.id = c.batch_id
left join lateral (
  select min(e.created_at) as first_seen, max(e.created_at) as last_seen, count(*) filter (where e.resolved_at is not null) as resolved
    from intake.row_errors e where e.batch_id = c.batch_id and e.error_code = c.error_code and e.error_stage = c.error_stage) k on true;
comment on view intake.v_error_summary is
  'How often each code occurred in a batch, whole even where rejects are capped.';
grant select on intake.v_error_summary to service_role;
