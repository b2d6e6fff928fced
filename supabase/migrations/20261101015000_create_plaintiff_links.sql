-- Judgments get their plaintiff after the insert, in a job of its own: the insert stays short.

create function intake.link_plaintiffs(batch uuid, first_id bigint, end_id bigint)
returns int
language plpgsql
set search_path = ''
set enable_seqscan = off -- a range of ids and one lookup a row, whatever the planner believes of a table that was empty a moment ago
as $$
declare
  linked int;
begin
  -- Two statements, so that the second sees whom others have added since: the first waits for those that are being added. In order of
  -- their names, so that two links do not wait for each other in a circle. Not `batch_id =`: its index would read the whole batch.
  insert into public.plaintiffs (name, name_normalized)
  select distinct on (o.normalized) o.plaintiff_name, o.normalized
    from (select j.id, j.plaintiff_name, public.normalize_name(j.plaintiff_name) as normalized
            from public.judgments j
           where j.id >= first_id and j.id < end_id and j.batch_id is not distinct from batch and j.plaintiff_id is null) o
   order by o.normalized, o.id
  on conflict (name_normalized) do nothing;
  update public.judgments j
     set plaintiff_id = (select p.id from public.plaintiffs p where p.name_normalized = public.normalize_name(j.plaintiff_name))
   where j.id >= first_id and j.id < end_id and j.batch_id is not distinct from batch and j.plaintiff_id is null;
  get diagnostics linked = row_count;
  return linked;
end
$$;
comment on function intake.link_plaintiffs(uuid, bigint, bigint) is
  'Links the judgments of a batch with first_id <= id < end_id to their plaintiffs, adding plaintiffs as needed, and '
  'returns how many. Repeatable.';
grant execute on function intake.link_plaintiffs(uuid, bigint, bigint) to service_role;

create function intake.claim_link(worker_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  job ops.job_queue;
begin
  perform ops.bury_lost_jobs('link_plaintiffs');
  perform ops.set_door('engine');
  update ops.job_queue j
     set status = 'processing', locked_at = now(), locked_by = worker_id, lease_token = gen_random_uuid(),
         lease_expires_at = now() + ops.scaled(60),
         attempts = j.attempts + case j.status when 'processing' then 1 else 0 end
   where j.id = (
     select c.id from ops.job_queue c
      where c.job_type = 'link_plaintiffs'
        and (c.status = 'pending' and c.next_run_at <= now() or c.status = 'processing' and c.lease_expires_at < now())
        and not exists (select 1 from ops.queue_control q where q.job_type = 'link_plaintiffs' and q.paused)
      order by c.priority desc, c.created_at limit 1 for update skip locked)
  returning * into job;
  perform ops.set_door('');
  return case when job.id is not null then jsonb_build_object('job_id', job.id, 'token', job.lease_token, 'batch_id', job.batch_id) end;
end
$$;
comment on function intake.claim_link(text) is
  'Leases the next due link_plaintiffs job, after giving up those lost too often; null when there is none.';
grant execute on function intake.claim_link(text) to service_role;

create function intake.link_step(job uuid, token uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  held ops.job_queue;
  next_id bigint;
  last_id bigint;
begin
  -- Before the job: an undo holds this lock when it ends the job.
  perform pg_advisory_xact_lock_shared(hashtextextended('dragonfly.judgments', 0));
  select * into held from ops.job_queue j where j.id = job and j.status = 'processing' and j.lease_token = token for update;
  if held.id is null then
    raise exception 'Job % is no longer held with this token', job using errcode = 'DF001';
  end if;
  select coalesce((held.payload ->> 'next_id')::bigint, min(j.id)), max(j.id) into next_id, last_id
    from public.judgments j where j.batch_id = held.batch_id and held.payload ->> 'last_id' is null;
  last_id := coalesce((held.payload ->> 'last_id')::bigint, last_id, -1);
  if next_id <= last_id then
    perform intake.link_plaintiffs(held.batch_id, next_id, next_id + 20000); -- about half a second of work
    next_id := next_id + 20000;
  end if;
  perform ops.set_door('engine');
  update ops.job_queue j
     set attempts = 0, locked_at = null, locked_by = null, lease_token = null, lease_expires_at = null, next_run_at = now(),
         payload = held.payload || jsonb_build_object('next_id', next_id, 'last_id', last_id),
         status = case when next_id <= last_id then 'pending' else 'completed' end
   where j.id = job;
  perform ops.set_door('');
  return coalesce(next_id <= last_id, false);
end
$$;
comment on function intake.link_step(uuid, uuid) is
  'One fenced step of a link_plaintiffs job, over a range of judgment ids kept in its payload; the job is due again, '
  'or completed and the answer false.';
grant execute on function intake.link_step(uuid, uuid) to service_role;
