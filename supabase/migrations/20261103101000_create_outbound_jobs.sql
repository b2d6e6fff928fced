-- Jobs that speak to other companies' systems: notices out, exports in. Worked off by the sentinel function. The lease
-- of a job is 60 s; its token fences completion and failure.

create function ops.is_claimable_outbound(job ops.job_queue)
returns boolean
language sql
stable
set search_path = ''
as $$
  select job.job_type in ('notify', 'vendor_pull')
    and (job.status = 'pending' and job.next_run_at <= now() or job.status = 'processing' and job.lease_expires_at < now())
    and not exists (select 1 from ops.queue_control c where c.job_type = job.job_type and c.paused)
$$;
comment on function ops.is_claimable_outbound(ops.job_queue) is
  'Whether a job that speaks to the outside is due, or was left by a holder that died, and its queue is not paused.';

create function ops.bury_job(job uuid, error text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform ops.set_door('engine');
  update ops.job_queue j
     set status = 'failed', dead_lettered_at = now(), last_error = left(error, 500),
         locked_at = null, locked_by = null, lease_token = null, lease_expires_at = null
   where j.id = job;
  perform audit.append('job.dead_lettered', 'job', job::text, null, jsonb_build_object('error', left(error, 500)));
  perform ops.set_door('');
end
$$;
comment on function ops.bury_job(uuid, text) is 'Dead-letters a locked job that works for no batch: it waits for a person.';

create function ops.claim_outbound(worker_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  job ops.job_queue;
begin
  loop
    select * into job from ops.job_queue j where ops.is_claimable_outbound(j)
     order by j.priority desc, j.created_at limit 1 for update skip locked;
    if job.id is null then
      return null;
    end if;
    exit when job.status = 'pending' or job.attempts + 1 < job.max_attempts;
    perform ops.bury_job(job.id, 'lost: ' || coalesce(job.locked_by, 'a worker') || ' stopped without a word');
  end loop;
  perform ops.set_door('engine');
  update ops.job_queue j
     set status = 'processing', locked_at = now(), locked_by = worker_id, lease_token = gen_random_uuid(),
         lease_expires_at = now() + ops.scaled(60), attempts = j.attempts + case job.status when 'processing' then 1 else 0 end
   where j.id = job.id returning * into job;
  perform ops.set_door('');
  return jsonb_build_object('job_id', job.id, 'token', job.lease_token, 'job_type', job.job_type, 'payload', job.payload,
    'beat_seconds', 20 * ops.time_scale());
end
$$;
comment on function ops.claim_outbound(text) is
  'Leases the next due notify or vendor_pull job, by priority, then age; null when there is none. A lease that ran out counts one try.';

create function ops.lock_outbound(job uuid, token uuid)
returns ops.job_queue
language plpgsql
set search_path = ''
as $$
declare
  held ops.job_queue;
begin
  select * into held from ops.job_queue j
   where j.id = job and j.status = 'processing' and j.lease_token = token for update;
  if held.id is null then
    raise exception 'LEASE_LOST: job % is no longer held with this token', job
      using errcode = 'P0001', hint = 'Stop: somebody else has it, or it was reset.';
  end if;
  return held;
end
$$;
comment on function ops.lock_outbound(uuid, uuid) is 'Locks a job for its holder; raises LEASE_LOST when the token no longer holds.';

create function ops.beat_outbound(job uuid, token uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update ops.job_queue j set locked_at = now(), lease_expires_at = now() + ops.scaled(60)
   where j.id = job and j.status = 'processing' and j.lease_token = token;
  return found;
end
$$;
comment on function ops.beat_outbound(uuid, uuid) is 'Extends a lease by 60 s (two beats may be missed). False when the token no longer holds: stop.';

create function ops.complete_outbound(job uuid, token uuid, note text default null)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform ops.lock_outbound(job, token);
  perform ops.set_door('engine');
  update ops.job_queue j
     set status = 'completed', attempts = 0, last_error = note,
         locked_at = null, locked_by = null, lease_token = null, lease_expires_at = null
   where j.id = job;
  perform ops.set_door('');
end
$$;
comment on function ops.complete_outbound(uuid, uuid, text) is 'The job is done; the note says how, where that is not plain (offline, unchanged).';

create function ops.fail_outbound(job uuid, token uuid, error text, wait_seconds int default null, for_good boolean default false)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  held ops.job_queue := ops.lock_outbound(job, token);
begin
  if for_good or held.attempts + 1 >= held.max_attempts then
    perform ops.bury_job(job, error);
    return false;
  end if;
  perform ops.set_door('engine');
  update ops.job_queue j
     set status = 'pending', attempts = held.attempts + 1, last_error = left(error, 500),
         next_run_at = now() + case when wait_seconds is null then ops.backoff(held.attempts)
                                     else make_interval(secs => least(wait_seconds, 86400)) end,
         locked_at = null, locked_by = null, lease_token = null, lease_expires_at = null
   where j.id = job;
  perform ops.set_door('');
  return true;
end
$$;
comment on function ops.fail_outbound(uuid, uuid, text, int, boolean) is
  'One try failed: again after the wait the other side asked for, else after back-off; dead-lettered after the fifth, or at once when it can never work. True when it will be tried again.';

create function ops.wake_outbound()
returns boolean
language sql
volatile
set search_path = ''
as $$
  select case when exists (select 1 from ops.job_queue j where j.status in ('pending', 'processing') and ops.is_claimable_outbound(j))
    then ops.wake('sentinel', 'jobs') else false end
$$;
comment on function ops.wake_outbound() is 'Wakes the sentinel function when a job that speaks to the outside is due; cron calls it every 30 seconds.';

grant execute on function ops.is_claimable_outbound(ops.job_queue), ops.bury_job(uuid, text), ops.claim_outbound(text),
  ops.lock_outbound(uuid, uuid), ops.beat_outbound(uuid, uuid), ops.complete_outbound(uuid, uuid, text), ops.fail_outbound(uuid, uuid, text, int, boolean),
  ops.wake_outbound() to service_role;

select cron.schedule('dragonfly-sentinel', '*/5 * * * *', $$select ops.wake('sentinel', 'cron')$$);
select cron.schedule('dragonfly-wake-outbound', '30 seconds', $$select ops.wake_outbound()$$);
