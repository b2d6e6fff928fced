-- Jobs that speak to other companies' systems: notices out, exports in. Worked off by the sentinel function. The lease
-- of a job is 60 s; its token fences completion and failure.
--
-- Pulling a vendor's export on a schedule. After five failures in a row a breaker opens: its queue, and no other, is
-- paused, the sentinel says so, and a probe is let through from time to time until one succeeds.

create table ops.vendor_feeds (
  source text primary key references intake.sources (source),
  etag text,
  last_modified text,
  content_hash text,
  since timestamptz,
  failures int not null default 0,
  last_status text,
  last_pulled_at timestamptz,
  probe_at timestamptz,
  constraint vendor_feeds_content_hash_sha256 check (content_hash ~ '^[0-9a-f]{64}$')
);
alter table ops.vendor_feeds enable row level security;

comment on table ops.vendor_feeds is
  'What is remembered of each vendor''s export between pulls, so that nothing is fetched twice.';
comment on column ops.vendor_feeds.etag is 'Of the last export that was stored; sent as if-none-match.';
comment on column ops.vendor_feeds.content_hash is
  'SHA-256 of the last export that was stored, where it was small enough to hash first: an unchanged one is not '
  'stored again.';
comment on column ops.vendor_feeds.since is
  'When the last export that was stored was asked for; the next asks for what is newer.';
comment on column ops.vendor_feeds.failures is 'Failures in a row; at five the breaker opens.';
comment on column ops.vendor_feeds.probe_at is
  'From when on one try is let through while the breaker is open; null while it is closed.';
grant select, insert, update, delete on ops.vendor_feeds to service_role;

insert into ops.vendor_feeds (source) values ('simplicity');

create function ops.is_claimable_outbound(job ops.job_queue)
returns boolean
language sql
stable
set search_path = ''
as $$
  select job.job_type in ('notify', 'vendor_pull')
    and (job.status = 'pending' and job.next_run_at <= now() or job.status = 'processing' and job.lease_expires_at < now())
    and (not exists (select 1 from ops.queue_control c where c.job_type = job.job_type and c.paused)
      or job.job_type = 'vendor_pull'
        and exists (select 1 from ops.queue_control c where c.job_type = 'vendor_pull' and c.paused and c.changed_by = 'breaker')
        and exists (select 1 from ops.vendor_feeds f where f.source = job.payload ->> 'source' and f.probe_at <= now()))
$$;
comment on function ops.is_claimable_outbound(ops.job_queue) is
  'Whether a job that speaks to the outside is due, or was left by a holder that died, and its queue is not paused; a '
  'queue the breaker paused lets a probe through.';
grant execute on function ops.is_claimable_outbound(ops.job_queue) to service_role;

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
comment on function ops.bury_job(uuid, text) is
  'Dead-letters a locked job that works for no batch: it waits for a person.';
grant execute on function ops.bury_job(uuid, text) to service_role;

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
  'Leases the next due notify or vendor_pull job, by priority, then age; null when there is none. A lease that ran '
  'out counts one try.';
grant execute on function ops.claim_outbound(text) to service_role;

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
    raise exception 'Job % is no longer held with this token', job
      using errcode = 'DF001', hint = 'Stop: somebody else has it, or it was reset.';
  end if;
  return held;
end
$$;
comment on function ops.lock_outbound(uuid, uuid) is
  'Locks a job for its holder; raises DF001 when the token no longer holds.';
grant execute on function ops.lock_outbound(uuid, uuid) to service_role;

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
comment on function ops.beat_outbound(uuid, uuid) is
  'Extends a lease by 60 s (two beats may be missed). False when the token no longer holds: stop.';
grant execute on function ops.beat_outbound(uuid, uuid) to service_role;

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
comment on function ops.complete_outbound(uuid, uuid, text) is
  'The job is done; the note says how, where that is not plain (offline, unchanged).';
grant execute on function ops.complete_outbound(uuid, uuid, text) to service_role;

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
  'One try failed: again after the wait the other side asked for, else after back-off; dead-lettered after the fifth, '
  'or at once when it can never work. True when it will be tried again.';
grant execute on function ops.fail_outbound(uuid, uuid, text, int, boolean) to service_role;

create function ops.wake_outbound()
returns boolean
language sql
volatile
set search_path = ''
as $$
  select case when exists (select 1 from ops.job_queue j where j.status in ('pending', 'processing') and ops.is_claimable_outbound(j))
    then ops.wake('sentinel', 'jobs') else false end
$$;
comment on function ops.wake_outbound() is
  'Wakes the sentinel function when a job that speaks to the outside is due; cron calls it every 30 seconds.';
grant execute on function ops.wake_outbound() to service_role;

create function ops.queue_vendor_pull(source text default 'simplicity')
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  job uuid;
begin
  if exists (select 1 from ops.job_queue j where j.dedupe_key = 'vendor_pull:' || source and j.status in ('pending', 'processing', 'paused')) then
    return null;
  end if;
  return ops.enqueue('vendor_pull', jsonb_build_object('source', source), 'vendor_pull:' || source);
end
$$;
comment on function ops.queue_vendor_pull(text) is
  'Queues the next pull of a vendor''s export, unless one is queued, under way or held. One job per vendor, used '
  'again and again.';
grant execute on function ops.queue_vendor_pull(text) to service_role;

create function ops.probe_interval()
returns interval language sql stable set search_path = '' as $$ select ops.scaled(600) $$;
comment on function ops.probe_interval() is 'How often an open breaker lets one try through: ten minutes.';
grant execute on function ops.probe_interval() to service_role;

create function ops.begin_vendor_pull(job uuid, token uuid)
returns jsonb
language plpgsql
set search_path = ''
set timezone = 'UTC'
as $$
declare
  held ops.job_queue := ops.lock_outbound(job, token);
  feed ops.vendor_feeds;
begin
  select * into feed from ops.vendor_feeds f where f.source = held.payload ->> 'source' for update;
  if feed.source is null then
    return null;
  end if;
  if feed.probe_at is not null then -- one probe at a time: the next not before this one has had its chance
    update ops.vendor_feeds f set probe_at = now() + ops.probe_interval() where f.source = feed.source;
  end if;
  return jsonb_build_object('source', feed.source, 'etag', feed.etag, 'last_modified', feed.last_modified,
    'content_hash', feed.content_hash, 'since', feed.since, 'probe', feed.probe_at is not null);
end
$$;
comment on function ops.begin_vendor_pull(uuid, uuid) is
  'What the holder of a pull needs to know of the feed; null when there is no such feed.';
grant execute on function ops.begin_vendor_pull(uuid, uuid) to service_role;

create function ops.finish_vendor_pull(job uuid, token uuid, result jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  held ops.job_queue := ops.lock_outbound(job, token);
begin
  update ops.vendor_feeds f
     set failures = 0, probe_at = null, last_pulled_at = now(), last_status = result ->> 'outcome',
         etag = coalesce(result ->> 'etag', f.etag), last_modified = coalesce(result ->> 'last_modified', f.last_modified),
         content_hash = case when result ->> 'outcome' = 'stored' then result ->> 'content_hash' else f.content_hash end,
         since = case when result ->> 'outcome' = 'stored' then (result ->> 'asked_at')::timestamptz else f.since end
   where f.source = held.payload ->> 'source';
  update ops.queue_control c set paused = false, reason = null, changed_by = 'breaker', changed_at = now()
   where c.job_type = 'vendor_pull' and c.paused and c.changed_by = 'breaker';
  if found then
    perform audit.append('queue.resumed', 'queue', 'vendor_pull', null, jsonb_build_object('by', 'breaker'));
  end if;
  perform ops.complete_outbound(job, token, result ->> 'outcome');
end
$$;
comment on function ops.finish_vendor_pull(uuid, uuid, jsonb) is
  'A pull succeeded (outcome stored or unchanged): the feed remembers what it got, the breaker closes and its queue '
  'goes on.';
grant execute on function ops.finish_vendor_pull(uuid, uuid, jsonb) to service_role;

create function ops.fail_vendor_pull(job uuid, token uuid, error text, wait_seconds int default null)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  held ops.job_queue := ops.lock_outbound(job, token);
  failed int;
begin
  update ops.vendor_feeds f set failures = f.failures + 1, last_status = left(error, 200), last_pulled_at = now()
   where f.source = held.payload ->> 'source' returning f.failures into failed;
  if failed >= 5 then
    update ops.vendor_feeds f set probe_at = now() + ops.probe_interval() where f.source = held.payload ->> 'source';
    update ops.queue_control c
       set paused = true, reason = 'Breaker open after ' || failed || ' failures in a row: ' || left(error, 200),
           changed_by = 'breaker', changed_at = now()
     where c.job_type = 'vendor_pull' and not c.paused;
    if found then
      perform audit.append('queue.paused', 'queue', 'vendor_pull', null, jsonb_build_object('by', 'breaker', 'failures', failed));
    end if;
  end if;
  perform ops.set_door('engine');
  update ops.job_queue j
     set status = 'pending', attempts = least(failed, 5), last_error = left(error, 500),
         next_run_at = now() + case when failed >= 5 then ops.probe_interval()
                                    when wait_seconds is not null then make_interval(secs => least(wait_seconds, 86400))
                                    else ops.backoff(failed - 1) end,
         locked_at = null, locked_by = null, lease_token = null, lease_expires_at = null
   where j.id = job;
  perform ops.set_door('');
  return failed >= 5;
end
$$;
comment on function ops.fail_vendor_pull(uuid, uuid, text, int) is
  'A pull failed: again after back-off or the wait the vendor asked for. The fifth failure in a row opens the '
  'breaker; then probes only. True when the breaker is open. A pull is never dead-lettered: the breaker is its end.';
grant execute on function ops.fail_vendor_pull(uuid, uuid, text, int) to service_role;
