-- What an operator sees of the queues and does to them. Every action leaves an audit event in its transaction.

create function ops.stuck_after()
returns interval language sql stable set search_path = '' as $$ select ops.scaled(300) $$;
comment on function ops.stuck_after() is
  'How long a job may be in work without a sign of life: five minutes, five times its lease.';
grant execute on function ops.stuck_after() to service_role;

create function ops.stuck_jobs()
returns setof ops.job_queue
language sql
stable
set search_path = ''
as $$
  select j.* from ops.job_queue j left join intake.simplicity_batches b on b.id = j.batch_id
   where j.status = 'processing' and greatest(j.locked_at, b.progress_at, j.created_at) < now() - ops.stuck_after()
$$;
comment on function ops.stuck_jobs() is 'Jobs in work whose holder has shown no sign of life for five minutes.';
grant execute on function ops.stuck_jobs() to service_role;

create function ops.stuck_batches(quiet interval default ops.stuck_after())
returns table (batch_id uuid, filename text, status text, minutes double precision)
language sql
stable
set search_path = ''
as $$
  select b.id, b.filename, b.status, (extract(epoch from now() - b.progress_at) / 60 / ops.time_scale())::float8
    from intake.simplicity_batches b
   where b.status in ('uploaded', 'staging', 'validating', 'inserting')
     and b.storage_path is not null -- a row without stored bytes waits for nobody
     and b.progress_at < now() - quiet
   order by b.progress_at
$$;
comment on function ops.stuck_batches(interval) is
  'Batches that should move and have not for so long, the longest first, with the minutes since their last progress.';
grant execute on function ops.stuck_batches(interval) to service_role;

create function ops.describe_job(job ops.job_queue)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  select jsonb_build_object('job_id', job.id, 'job_type', job.job_type, 'status', job.status, 'batch_id', job.batch_id,
    'attempts', job.attempts, 'max_attempts', job.max_attempts, 'locked_by', job.locked_by, 'locked_at', job.locked_at,
    'next_run_at', job.next_run_at, 'last_error', job.last_error, 'dead_lettered_at', job.dead_lettered_at,
    'redrives', job.redrives)
$$;
comment on function ops.describe_job(ops.job_queue) is 'A job as operators see it, without its payload.';
grant execute on function ops.describe_job(ops.job_queue) to service_role;

create function ops.inspect_queues(queue text default null)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  with job as ( -- each from an index of its own: of jobs that have ended, only those that are counted
    select o.job_type, o.status, o.next_run_at, o.created_at
      from ops.job_queue o where o.status in ('pending', 'processing')
    union all
    select p.job_type, p.status, null, null from ops.job_queue p where p.status = 'paused'
    union all
    select f.job_type, f.status, null, null from ops.job_queue f where f.status = 'failed'
    union all
    select d.job_type, d.status, null, null
      from ops.job_queue d where d.status = 'completed' and d.updated_at > now() - interval '24 hours'
  ), counted as (
    select c.job_type, c.paused, c.reason, c.changed_at,
           count(*) filter (where j.status = 'pending' and j.next_run_at <= now()) as due,
           count(*) filter (where j.status = 'pending' and j.next_run_at > now()) as waiting,
           count(*) filter (where j.status = 'processing') as processing,
           count(*) filter (where j.status = 'paused') as paused_jobs,
           count(*) filter (where j.status = 'failed') as failed,
           count(*) filter (where j.status = 'completed') as completed_24h,
           round(extract(epoch from now() - min(greatest(j.next_run_at, j.created_at))
             filter (where j.status = 'pending' and j.next_run_at <= now())))::int as oldest_due_seconds
      from ops.queue_control c left join job j on j.job_type = c.job_type
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
  'Depth and age of each queue, jobs without a sign of life, jobs that were given up or failed three times in a row, '
  'jobs somebody holds. At most 50 of each.';
grant execute on function ops.inspect_queues(text) to service_role;

create function ops.set_queue_paused(queue text, paused boolean, reason text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
set timezone = 'UTC'
as $$
declare
  old ops.queue_control;
  new ops.queue_control;
begin
  perform ops.act_as(actor, request_id);
  select * into old from ops.queue_control c where c.job_type = queue for update;
  if old.job_type is null then
    return null;
  end if;
  update ops.queue_control c
     set paused = set_queue_paused.paused, reason = case when set_queue_paused.paused then set_queue_paused.reason end,
         changed_by = ops.actor(), changed_at = now()
   where c.job_type = queue returning * into new;
  perform audit.append(case when paused then 'queue.paused' else 'queue.resumed' end, 'queue', queue,
    jsonb_build_object('paused', old.paused), jsonb_build_object('paused', new.paused, 'reason', new.reason));
  if not paused then
    perform ops.wake_for(queue);
  end if;
  return to_jsonb(new);
end
$$;
comment on function ops.set_queue_paused(text, boolean, text, text, text) is
  'Pauses or resumes the claims of one queue; running work finishes its slice. Null when there is no such queue.';
grant execute on function ops.set_queue_paused(text, boolean, text, text, text) to service_role;

create function ops.set_job_status(job uuid, status text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held ops.job_queue := ops.lock_job(job);
begin
  if held.id is null then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  if held.status in ('completed', 'failed') then
    return jsonb_build_object('outcome', 'wrong_state', 'status', held.status);
  end if;
  perform ops.act_as(actor, request_id);
  update ops.job_queue j set status = set_job_status.status where j.id = job;
  perform audit.append('job.' || case status when 'paused' then 'paused' else 'reset' end, 'job', job::text,
    jsonb_build_object('status', held.status), jsonb_build_object('status', status));
  return jsonb_build_object('outcome', 'done',
    'job', (select ops.describe_job(j) from ops.job_queue j where j.id = set_job_status.job));
end
$$;
comment on function ops.set_job_status(uuid, text, text, text) is
  'Holds one job (paused) or makes it due now (pending), as a hand would. outcome: done, wrong_state (it has ended) '
  'or unknown.';
grant execute on function ops.set_job_status(uuid, text, text, text) to service_role;

create function ops.reset_queue(queue text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  stuck record;
  done jsonb := '[]';
begin
  for stuck in select s.id, s.locked_at from ops.stuck_jobs() s
    where queue is null or s.job_type = queue order by s.batch_id, s.id loop
    if (ops.lock_job(stuck.id)).locked_at is not distinct from stuck.locked_at then
      done := done || jsonb_build_array(ops.set_job_status(stuck.id, 'pending', actor, request_id) -> 'job');
    end if;
  end loop;
  return jsonb_build_object('reset', done);
end
$$;
comment on function ops.reset_queue(text, text, text) is
  'Takes every job without a sign of life from its holder and makes it due now; all queues when none is named.';
grant execute on function ops.reset_queue(text, text, text) to service_role;

create function ops.redrive_job(job uuid, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held ops.job_queue := ops.lock_job(job);
begin
  if held.id is null then
    return jsonb_build_object('outcome', 'unknown');
  end if;
  if held.status <> 'failed' then
    return jsonb_build_object('outcome', 'wrong_state', 'status', held.status);
  end if;
  perform ops.act_as(actor, request_id);
  perform audit.append('job.redriven', 'job', job::text,
    jsonb_build_object('attempts', held.attempts, 'last_error', held.last_error,
      'dead_lettered_at', held.dead_lettered_at),
    jsonb_build_object('redrives', held.redrives + 1));
  update ops.job_queue j
     set status = 'pending', redrives = held.redrives + 1, redriven_at = now(), redriven_by = ops.actor()
   where j.id = job;
  perform ops.wake_for(held.job_type);
  return jsonb_build_object('outcome', 'done',
    'job', (select ops.describe_job(j) from ops.job_queue j where j.id = redrive_job.job));
end
$$;
comment on function ops.redrive_job(uuid, text, text) is
  'Sends a job that was given up on its way again, remembering who did so and what it had died of; a batch begins its '
  'next attempt. outcome: done, wrong_state or unknown.';
grant execute on function ops.redrive_job(uuid, text, text) to service_role;
