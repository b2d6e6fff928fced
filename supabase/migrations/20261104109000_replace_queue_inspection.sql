-- An operator sees which jobs somebody holds, and why: a queue's brake does not release them.

create or replace function ops.inspect_queues(queue text default null)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  with counted as (
    select c.job_type, c.paused, c.reason, c.changed_at,
           count(j.id) filter (where j.status = 'pending' and j.next_run_at <= now()) as due,
           count(j.id) filter (where j.status = 'pending' and j.next_run_at > now()) as waiting,
           count(j.id) filter (where j.status = 'processing') as processing,
           count(j.id) filter (where j.status = 'paused') as paused_jobs,
           count(j.id) filter (where j.status = 'failed') as failed,
           count(j.id) filter (where j.status = 'completed' and j.updated_at > now() - interval '24 hours') as completed_24h,
           round(extract(epoch from now() - min(greatest(j.next_run_at, j.created_at))
             filter (where j.status = 'pending' and j.next_run_at <= now())))::int as oldest_due_seconds
      from ops.queue_control c left join ops.job_queue j on j.job_type = c.job_type
     where inspect_queues.queue is null or c.job_type = inspect_queues.queue
     group by c.job_type
  )
  select jsonb_build_object(
    'queues', coalesce((select jsonb_agg(to_jsonb(k) order by k.job_type) from counted k), '[]'),
    'stuck', coalesce((select jsonb_agg(ops.describe_job(s.job)) from
      (select x as job from ops.stuck_jobs() x where inspect_queues.queue is null or x.job_type = inspect_queues.queue
        order by x.locked_at limit 50) s), '[]'),
    'poisoned', coalesce((select jsonb_agg(ops.describe_job(p.job)) from
      (select x as job from ops.job_queue x
        where (inspect_queues.queue is null or x.job_type = inspect_queues.queue)
          and (x.dead_lettered_at is not null or x.status in ('pending', 'processing') and x.attempts >= 3)
        order by x.updated_at desc limit 50) p), '[]'),
    'held', coalesce((select jsonb_agg(ops.describe_job(h.job)) from
      (select x as job from ops.job_queue x
        where (inspect_queues.queue is null or x.job_type = inspect_queues.queue) and x.status = 'paused'
        order by x.updated_at desc limit 50) h), '[]'),
    'checked_at', now())
$$;
comment on function ops.inspect_queues(text) is
  'Depth and age of each queue, jobs without a sign of life, jobs that were given up or failed three times in a row, jobs somebody holds. At most 50 of each.';
