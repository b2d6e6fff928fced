-- What the dashboard and Prometheus read about the whole. Views run with the rights of the reader.

create view ops.v_pipeline_health with (security_invoker = true) as
select s.status, s.batch_count,
  p.oldest_at as oldest_batch_at,
  round((extract(epoch from now() - p.oldest_at) / 60)::numeric, 1) as oldest_age_minutes,
  p.newest_at as newest_batch_at
from (
  select d.status, sum(d.batches)::bigint as batch_count from intake.v_batch_days d group by d.status
) s
cross join lateral (
  select min(b.progress_at) as oldest_at, max(b.progress_at) as newest_at
    from intake.simplicity_batches b where b.status = s.status) p;
comment on view ops.v_pipeline_health is 'Batches by state. Ages count from the last progress in that state.';
comment on column ops.v_pipeline_health.status is 'State of the batches counted.';
comment on column ops.v_pipeline_health.batch_count is 'How many are in it.';
comment on column ops.v_pipeline_health.oldest_batch_at is 'When the one that waits longest last got on.';
comment on column ops.v_pipeline_health.oldest_age_minutes is 'How long ago that is, in minutes.';
comment on column ops.v_pipeline_health.newest_batch_at is 'When any of them last got on.';
grant select on ops.v_pipeline_health to service_role;

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
comment on column ops.v_batch_performance.hour_bucket is 'The hour the batches were accepted in.';
comment on column ops.v_batch_performance.total_batches is 'Batches accepted.';
comment on column ops.v_batch_performance.completed_batches is 'Those completed by now.';
comment on column ops.v_batch_performance.failed_batches is 'Those failed by now.';
comment on column ops.v_batch_performance.avg_parse_ms is
  'Mean time from the start of staging to the end of validation.';
comment on column ops.v_batch_performance.avg_db_ms is 'Mean time of the insert transaction.';
comment on column ops.v_batch_performance.avg_total_ms is 'Mean time in work.';
comment on column ops.v_batch_performance.total_rows is 'Rows read.';
comment on column ops.v_batch_performance.inserted_rows is 'Judgments that stand.';
comment on column ops.v_batch_performance.skipped_rows is 'Rows whose case number was there.';
comment on column ops.v_batch_performance.error_rows is 'Rows that were rejected.';
comment on column ops.v_batch_performance.dedupe_rate_pct is 'Skipped rows in percent of the valid ones.';
comment on column ops.v_batch_performance.error_rate_pct is 'Rejected rows in percent of all.';
grant select on ops.v_batch_performance to service_role;

create view ops.v_error_distribution with (security_invoker = true) as
select c.error_code, sum(c.occurrences)::bigint as occurrence_count, count(distinct c.batch_id) as affected_batches,
  (select k.cause from intake.error_codes k where k.code = c.error_code) as sample_message,
  max(coalesce(b.validated_at, b.updated_at)) as last_seen_at
from intake.simplicity_batches b -- offset 0: looked up for the week's batches; plainly joined, all counts are read
cross join lateral (select e.* from intake.batch_error_counts e where e.batch_id = b.id offset 0) c
where b.created_at >= now() - interval '7 days'
group by c.error_code;
comment on view ops.v_error_distribution is
  'Row codes of the last seven days. The sample message is the code''s cause: nothing personal.';
comment on column ops.v_error_distribution.error_code is 'The code; of a row with several problems, the first.';
comment on column ops.v_error_distribution.occurrence_count is 'How many rows had it.';
comment on column ops.v_error_distribution.affected_batches is 'In how many batches.';
comment on column ops.v_error_distribution.sample_message is 'What the code means.';
comment on column ops.v_error_distribution.last_seen_at is 'When the newest of these batches was validated.';
grant select on ops.v_error_distribution to service_role;

create view ops.v_system_health with (security_invoker = true) as
select
  coalesce(i.state, 'not_deployed') as ingest_status,
  i.last_seen as ingest_last_heartbeat,
  coalesce(e.state, 'not_deployed') as enforcement_status,
  e.last_seen as enforcement_last_heartbeat,
  (select count(*) from ops.job_queue j where j.status = 'pending' and j.next_run_at <= now()) as queue_depth,
  (select count(*) from ops.job_queue j where j.status = 'processing') as queue_processing,
  now() as checked_at
from (select) one
left join ops.signs_of_life() i on i.worker_type = 'ingest'
left join ops.signs_of_life() e on e.worker_type = 'enforcement';
comment on view ops.v_system_health is
  'One row: whether each worker type is alive (ops.signs_of_life), and how deep the queue is.';
comment on column ops.v_system_health.ingest_status is 'online, offline, or not_deployed when nobody expects it.';
comment on column ops.v_system_health.ingest_last_heartbeat is 'When an ingest worker last beat.';
comment on column ops.v_system_health.enforcement_status is 'online, offline, or not_deployed when nobody expects it.';
comment on column ops.v_system_health.enforcement_last_heartbeat is 'When an enforcement worker last beat.';
comment on column ops.v_system_health.queue_depth is 'Jobs of all types that are due and in nobody''s hands.';
comment on column ops.v_system_health.queue_processing is 'Jobs of all types in work.';
comment on column ops.v_system_health.checked_at is 'When this was looked up.';
grant select on ops.v_system_health to service_role;

create view ops.v_live_feed_events with (security_invoker = true) as
select e.event_type, e.event_id, e.message, e.amount, e.status, e.event_time,
  floor(extract(epoch from now() - e.event_time))::bigint as seconds_ago
from (
  (select 'batch' as event_type, b.id::text as event_id,
          'Batch of ' || b.source || ' ' || b.status
            || case when b.status = 'completed' then format(': %s inserted, %s rejected', b.row_count_inserted,
              b.row_count_invalid) else '' end as message,
          null::numeric as amount, b.status, b.status_changed_at as event_time
     from intake.simplicity_batches b where b.status_changed_at > now() - interval '24 hours'
    order by b.status_changed_at desc limit 100)
  union all
  (select 'judgment', j.id::text, 'Judgment recorded' || coalesce(' in ' || j.county, ''), j.amount,
    j.enforcement_stage, j.created_at
     from (select * from public.judgments k order by k.id desc limit 100) j
     where j.created_at > now() - interval '24 hours' and not starts_with(lower(j.plaintiff_name), 'dragonfly-proof'))
  union all
  (select 'action', a.id::text, 'Action ' || a.action_type || ' ' || a.status, j.amount, a.status, a.status_changed_at
     from enforcement.actions a
     left join public.judgments j on j.id = a.judgment_id
    where a.status_changed_at > now() - interval '24 hours' and not a.is_proof
    order by a.status_changed_at desc limit 100)
  union all
  (select 'alert', a.id::text, a."check" || ': ' || a.message, null, a.state, a.last_seen
     from ops.alerts a where a.last_seen > now() - interval '24 hours' and a.count > 0
    order by a.last_seen desc limit 100)
) e
order by e.event_time desc
limit 100;
comment on view ops.v_live_feed_events is
  'The last 100 events of 24 hours. Nothing personal: no names, no case numbers, no file names.';
comment on column ops.v_live_feed_events.event_type is 'batch, judgment, action or alert.';
comment on column ops.v_live_feed_events.event_id is 'Id of what it is about.';
comment on column ops.v_live_feed_events.message is 'What happened, in words.';
comment on column ops.v_live_feed_events.amount is 'Of a judgment, in US dollars; of an action, its judgment''s.';
comment on column ops.v_live_feed_events.status is 'State, stage or alert state it came to.';
comment on column ops.v_live_feed_events.event_time is 'When it happened.';
comment on column ops.v_live_feed_events.seconds_ago is 'How long ago that is.';
grant select on ops.v_live_feed_events to service_role;

create view ops.v_quality_trend with (security_invoker = true) as
with counted as (
  select date_trunc('week', d.day::timestamp)::date as week, date_trunc('month', d.day::timestamp)::date as month,
         d.source, sum(d.row_count_total) as total, sum(d.row_count_invalid) as invalid
    from intake.v_batch_days d where d.status <> 'skipped' and not d.dry_run
   group by 1, 2, 3
), coded as (
  select distinct on (1, 2, 3)
         date_trunc('week', e.day::timestamp)::date as week, date_trunc('month', e.day::timestamp)::date as month,
         e.source, e.error_code
    from intake.v_error_days e
   group by 1, 2, 3, 4
   order by 1, 2, 3, sum(e.occurrences) desc, 4
)
select k.week, k.month, k.source, k.total::bigint as total_rows,
  round(100.0 * k.invalid / nullif(k.total, 0), 2) as error_rate_pct,
  d.error_code as top_error_code
from counted k
left join coded d on d.week = k.week and d.month = k.month and d.source = k.source
order by k.week desc, k.month desc, k.source;
comment on view ops.v_quality_trend is
  'Rows and error rate per source and week of UTC; a week across two months has a row in each.';
comment on column ops.v_quality_trend.week is 'Monday of the week the batches were accepted in.';
comment on column ops.v_quality_trend.month is 'First day of the month they were accepted in.';
comment on column ops.v_quality_trend.source is 'The vendor.';
comment on column ops.v_quality_trend.total_rows is 'Rows read.';
comment on column ops.v_quality_trend.error_rate_pct is 'Rejected rows in percent of all.';
comment on column ops.v_quality_trend.top_error_code is 'The code most rejects had.';
grant select on ops.v_quality_trend to service_role;

create view public.v_migration_status with (security_invoker = true) as
select 'supabase'::text as source, m.version, m.name, null::timestamptz as executed_at
from supabase_migrations.schema_migrations m
order by m.version desc;
comment on view public.v_migration_status is
  'Applied migrations, newest first. executed_at is null: the Supabase CLI does not record it.';
comment on column public.v_migration_status.source is 'Who applied it: always supabase.';
comment on column public.v_migration_status.version is 'The 14 digits its file begins with.';
comment on column public.v_migration_status.name is 'What its file is called after them.';
comment on column public.v_migration_status.executed_at is 'Always null: the CLI does not record it.';
revoke all on public.v_migration_status from anon, authenticated;
grant usage on schema supabase_migrations to service_role;
grant select on supabase_migrations.schema_migrations to service_role;
grant select on public.v_migration_status to service_role;

create function ops.figures(subject text)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  select coalesce(case subject
    when 'performance' then (select jsonb_agg(to_jsonb(v) order by v.hour_bucket desc) from ops.v_batch_performance v)
    when 'errors' then (select jsonb_agg(to_jsonb(v) order by v.occurrence_count desc, v.error_code)
      from ops.v_error_distribution v)
    when 'quality' then (select jsonb_agg(to_jsonb(v) order by v.week desc, v.month desc, v.source)
      from (select * from ops.v_quality_trend limit 500) v)
    when 'feed' then (select jsonb_agg(to_jsonb(v) order by v.event_time desc) from ops.v_live_feed_events v)
  end, '[]')
$$;
comment on function ops.figures(text) is
  'The rows of a view of the whole as JSON, newest or most first: performance, errors, quality or feed. One rendering '
  'of numbers and times, whatever stands between.';
grant execute on function ops.figures(text) to service_role;

create function ops.metrics()
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'batches', (select coalesce(jsonb_object_agg(s.status, s.n), '{}') from
      (select d.status, sum(d.batches) as n from intake.v_batch_days d group by d.status) s),
    'rows', (select jsonb_build_object('inserted', coalesce(sum(d.row_count_inserted), 0),
    'duplicate', coalesce(sum(d.row_count_duplicate), 0),
      'invalid', coalesce(sum(d.row_count_invalid), 0)) from intake.v_batch_days d where not d.dry_run),
    'jobs', (select coalesce(jsonb_agg(jsonb_build_object('job_type', s.job_type, 'status', s.status, 'n', s.n)),
    '[]') from
      (select j.job_type, j.status, count(*) as n
        from ( -- each from an index of its own: a month of jobs that have ended is never read
          select e.job_type, e.status from ops.job_queue e where e.status in ('completed', 'failed')
          union all
          select o.job_type, o.status from ops.job_queue o where o.status in ('pending', 'processing')
          union all
          select p.job_type, p.status from ops.job_queue p where p.status = 'paused') j
       group by j.job_type, j.status) s),
    'oldest', (select coalesce(jsonb_object_agg(c.job_type, coalesce(o.seconds, 0)), '{}') from ops.queue_control c
      left join lateral (select extract(epoch from now() - min(greatest(j.next_run_at, j.created_at))) as seconds
        from ops.job_queue j
        where j.job_type = c.job_type and j.status = 'pending' and j.next_run_at <= now()) o on true),
    'heartbeats', (select coalesce(jsonb_object_agg(h.worker_type, h.seconds), '{}') from
      (select w.worker_type, extract(epoch from now() - max(w.last_seen_at)) as seconds from ops.worker_heartbeats w
        group by w.worker_type) h),
    'alerts', (select coalesce(jsonb_object_agg(s.level, s.n), '{}') from
      (select a.level, count(*) as n from ops.alerts a where a.state = 'open' group by a.level) s))
$$;
comment on function ops.metrics() is 'Figures of the whole in one call, for GET /system/metrics.';
grant execute on function ops.metrics() to service_role;
