-- What operators and the dashboard read about batches. Views run with the rights of the reader.

create view intake.v_batch_observability with (security_invoker = true) as
select
  b.id as batch_id,
  b.filename,
  b.status,
  b.file_hash,
  b.row_count_total,
  b.row_count_staged,
  b.row_count_valid,
  b.row_count_invalid,
  b.row_count_inserted,
  b.row_count_duplicate,
  b.error_threshold_percent,
  b.rejection_reason,
  round(100.0 * b.row_count_invalid / nullif(b.row_count_total, 0), 2) as error_rate_percent,
  b.parse_duration_ms, b.db_duration_ms,
  case when b.parse_duration_ms is not null or b.db_duration_ms is not null
    then coalesce(b.parse_duration_ms, 0) + coalesce(b.db_duration_ms, 0) end as total_duration_ms,
  round(1000.0 * b.row_count_total / nullif(coalesce(b.parse_duration_ms, 0) + coalesce(b.db_duration_ms, 0), 0), 1)
    as rows_per_second,
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
  'One row per batch: counts, rates and durations. Errors are rejects; duplicates are not '
  'errors, nor are unread lines.';
comment on column intake.v_batch_observability.batch_id is 'The batch.';
comment on column intake.v_batch_observability.filename is 'Name of the file.';
comment on column intake.v_batch_observability.status is 'State of the batch.';
comment on column intake.v_batch_observability.file_hash is 'SHA-256 of the bytes; null until staged.';
comment on column intake.v_batch_observability.row_count_total is 'Rows read.';
comment on column intake.v_batch_observability.row_count_staged is 'Valid rows that were staged.';
comment on column intake.v_batch_observability.row_count_valid is 'Rows that passed.';
comment on column intake.v_batch_observability.row_count_invalid is 'Rows that were rejected.';
comment on column intake.v_batch_observability.row_count_inserted is 'Judgments of this batch that stand.';
comment on column intake.v_batch_observability.row_count_duplicate is 'Rows whose case number was there.';
comment on column intake.v_batch_observability.error_threshold_percent is 'Its budget.';
comment on column intake.v_batch_observability.rejection_reason is 'Why it failed or was skipped.';
comment on column intake.v_batch_observability.error_rate_percent is
  'Rejected rows in percent of all, two decimals; null without rows.';
comment on column intake.v_batch_observability.parse_duration_ms is
  'From the start of staging to the end of validation.';
comment on column intake.v_batch_observability.db_duration_ms is 'The insert transaction.';
comment on column intake.v_batch_observability.total_duration_ms is 'Both together: time in work, without waiting.';
comment on column intake.v_batch_observability.rows_per_second is 'Rows by time in work.';
comment on column intake.v_batch_observability.error_count is 'Rejects, counted by code.';
comment on column intake.v_batch_observability.unresolved_error_count is
  'Rejects that no replay has put right; of the kept ones where they are capped.';
comment on column intake.v_batch_observability.created_at is 'When it was accepted.';
comment on column intake.v_batch_observability.completed_at is 'When it was completed or skipped.';
comment on column intake.v_batch_observability.wall_clock_ms is 'From one to the other, waiting included.';
comment on column intake.v_batch_observability.row_count_unread is 'Lines that belong to no row.';
grant select on intake.v_batch_observability to service_role;

create view intake.view_batch_metrics with (security_invoker = true) as
select
  b.batch_id,
  b.filename,
  b.status,
  b.file_hash,
  b.row_count_total,
  b.row_count_staged,
  b.row_count_valid,
  b.row_count_invalid,
  b.row_count_inserted,
  b.row_count_duplicate,
  b.error_threshold_percent,
  b.rejection_reason,
  b.error_rate_percent,
  b.parse_duration_ms,
  b.db_duration_ms,
  b.total_duration_ms,
  b.rows_per_second,
  b.created_at,
  b.completed_at,
  b.wall_clock_ms,
  b.row_count_unread
from intake.v_batch_observability b;
comment on view intake.view_batch_metrics is 'intake.v_batch_observability without the two error counts.';
comment on column intake.view_batch_metrics.batch_id is 'The batch.';
comment on column intake.view_batch_metrics.filename is 'Name of the file.';
comment on column intake.view_batch_metrics.status is 'State of the batch.';
comment on column intake.view_batch_metrics.file_hash is 'SHA-256 of the bytes; null until staged.';
comment on column intake.view_batch_metrics.row_count_total is 'Rows read.';
comment on column intake.view_batch_metrics.row_count_staged is 'Valid rows that were staged.';
comment on column intake.view_batch_metrics.row_count_valid is 'Rows that passed.';
comment on column intake.view_batch_metrics.row_count_invalid is 'Rows that were rejected.';
comment on column intake.view_batch_metrics.row_count_inserted is 'Judgments of this batch that stand.';
comment on column intake.view_batch_metrics.row_count_duplicate is 'Rows whose case number was there.';
comment on column intake.view_batch_metrics.error_threshold_percent is 'Its budget.';
comment on column intake.view_batch_metrics.rejection_reason is 'Why it failed or was skipped.';
comment on column intake.view_batch_metrics.error_rate_percent is
  'Rejected rows in percent of all, two decimals; null without rows.';
comment on column intake.view_batch_metrics.parse_duration_ms is 'From the start of staging to the end of validation.';
comment on column intake.view_batch_metrics.db_duration_ms is 'The insert transaction.';
comment on column intake.view_batch_metrics.total_duration_ms is 'Both together: time in work, without waiting.';
comment on column intake.view_batch_metrics.rows_per_second is 'Rows by time in work.';
comment on column intake.view_batch_metrics.created_at is 'When it was accepted.';
comment on column intake.view_batch_metrics.completed_at is 'When it was completed or skipped.';
comment on column intake.view_batch_metrics.wall_clock_ms is 'From one to the other, waiting included.';
comment on column intake.view_batch_metrics.row_count_unread is 'Lines that belong to no row.';
grant select on intake.view_batch_metrics to service_role;

create view intake.v_error_summary with (security_invoker = true) as
select c.batch_id, c.error_code, c.error_stage, c.occurrences as occurrence_count,
  coalesce(k.first_seen, b.validated_at) as first_seen, coalesce(k.last_seen, b.validated_at) as last_seen,
  c.occurrences - coalesce(k.resolved, 0) as unresolved_count
from intake.batch_error_counts c
join intake.simplicity_batches b on b.id = c.batch_id
left join lateral (
  select min(e.created_at) as first_seen, max(e.created_at) as last_seen,
         count(*) filter (where e.resolved_at is not null) as resolved
    from intake.row_errors e where e.batch_id = c.batch_id and e.error_code = c.error_code
      and e.error_stage = c.error_stage) k on true;
comment on view intake.v_error_summary is
  'How often each code occurred in a batch, whole even where rejects are capped.';
comment on column intake.v_error_summary.batch_id is 'The batch.';
comment on column intake.v_error_summary.error_code is 'The code; of a row with several problems, the first.';
comment on column intake.v_error_summary.error_stage is 'parse, validate, or insert for duplicates.';
comment on column intake.v_error_summary.occurrence_count is 'How many rows had it.';
comment on column intake.v_error_summary.first_seen is
  'When the first of its kept rejects was written; the end of validation where none is kept.';
comment on column intake.v_error_summary.last_seen is 'When the last one was.';
comment on column intake.v_error_summary.unresolved_count is 'How many no replay has put right.';
grant select on intake.v_error_summary to service_role;
