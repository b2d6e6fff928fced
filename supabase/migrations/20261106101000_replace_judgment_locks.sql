-- Inserts and links no longer take turns: a small drop beside a giant would wait for as long as the giant's insert takes, and so would every
-- link. They share the lock on judgments, and the unique index decides between two that bring the same case number. Only an undo takes it alone:
-- no row may be skipped for the sake of one that is being removed.

create or replace function intake.insert_batch(batch uuid, token uuid)
returns jsonb
language plpgsql
set search_path = ''
set statement_timeout = '600s' -- 1 GB of the shortest rows, on half a core; the top function of its own call: the only place where it counts
set work_mem = '64MB'
as $$
declare
  started timestamptz := clock_timestamp();
  held intake.simplicity_batches := intake.lock_lease(batch, token);
  kept bigint := 0;
  orphans bigint := 0;
  inserted bigint;
begin
  if held.status <> 'inserting' then
    raise exception 'LEASE_LOST: batch % is %, not inserting', batch, held.status using errcode = 'P0001';
  end if;
  if intake.redo_lost_slices(batch) > 0 then
    return jsonb_build_object('outcome', 'redo');
  end if;
  perform pg_advisory_xact_lock_shared(hashtextextended('dragonfly.judgments', 0));
  if held.attempt > 1 then
    select count(*) into kept from public.judgments j where j.batch_id = batch;
  end if;
  if kept > 0 then
    orphans := intake.count_orphans(batch);
  end if;
  if orphans > 0 then -- counts could not be true any more
    perform intake.end_failed(batch, format('Parse error: %s judgments of an earlier attempt are not in the file as it is read now; '
      'put back the settings it was read with and reset', orphans));
    return jsonb_build_object('outcome', 'failed');
  end if;
  inserted := kept + intake.move_rows(held);
  if inserted < held.row_count_valid then
    perform intake.record_duplicates(held, held.row_count_valid - inserted);
  end if;
  perform intake.complete_batch(batch, inserted, held.row_count_valid - inserted,
    extract(epoch from clock_timestamp() - started) * 1000);
  if held.replay_of is not null then
    perform intake.settle_replay(held);
  end if;
  return jsonb_build_object('outcome', 'completed', 'inserted', inserted);
end
$$;
comment on function intake.insert_batch(uuid, uuid) is
  'One transaction, sharing the lock on judgments with other inserts: moves all staged rows, records duplicates, completes the batch, and for a replay resolves what it repaired. If its caller dies it still ends, and the next holder finds it done or not.';

alter function intake.decide(uuid, uuid) set statement_timeout = '600s'; -- a dry run counts here what the insert would move
alter function intake.undo_batch(uuid, text, text, text) set statement_timeout = '600s'; -- removes what an insert of that length brought

create or replace function intake.link_step(job uuid, token uuid)
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
    raise exception 'LEASE_LOST: job % is no longer held with this token', job using errcode = 'P0001';
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
  'One fenced step of a link_plaintiffs job, over a range of judgment ids kept in its payload; the job is due again, or completed and the answer false.';

create or replace function intake.link_plaintiffs(batch uuid, first_id bigint, end_id bigint)
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
