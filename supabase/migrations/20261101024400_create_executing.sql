-- How the worker executes an action: it begins under its lease, renders and registers the packet, and ends in one
-- transaction that asks for consent once more, moves the judgment's stage and completes the job. The engine's claim,
-- beat and fail are everybody's (ops).

create function enforcement.hold_action(job ops.job_queue)
returns enforcement.actions
language plpgsql
set search_path = ''
as $$
declare
  held enforcement.actions;
begin
  if pg_input_is_valid(job.payload ->> 'action_id', 'uuid') then
    select * into held from enforcement.actions a where a.id = (job.payload ->> 'action_id')::uuid for no key update;
  end if;
  return held;
end
$$;
comment on function enforcement.hold_action(ops.job_queue) is
  'Locks the action a held job is about; all null when there is none.';
grant execute on function enforcement.hold_action(ops.job_queue) to service_role;

create function enforcement.call_off(action enforcement.actions)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  standing constant uuid := legal.lock_standing(action.plaintiff_id);
  why text;
begin
  if not enforcement.owns(action.plaintiff_id, action.judgment_id) then
    why := 'judgment_gone';
  elsif not legal.is_authorized(standing) then
    why := enforcement.loss(standing);
  else
    return false;
  end if;
  update enforcement.actions a
     set status = 'cancelled',
         reason = why
   where a.id = action.id;
  return true;
end
$$;
comment on function enforcement.call_off(enforcement.actions) is
  'Cancels a locked action whose consent or judgment is gone, and says so. Holds its plaintiff until the transaction '
  'ends, so that what it found stays true.';
grant execute on function enforcement.call_off(enforcement.actions) to service_role;

create function enforcement.begin_action(job uuid, token uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held constant ops.job_queue := ops.hold(job, null, token);
  action constant enforcement.actions := enforcement.hold_action(held);
begin
  perform ops.act_for('worker');
  if action.id is null then
    perform ops.give_up(job, 'invalid payload: no such action');
    return jsonb_build_object('outcome', 'failed');
  end if;
  if action.status not in ('authorized', 'executing') then -- cancelled, or done by a holder that could not say so
    perform ops.finish(job, token, 'action is ' || action.status);
    return jsonb_build_object('outcome', 'done');
  end if;
  if enforcement.call_off(action) then
    perform ops.finish(job, token, 'cancelled');
    return jsonb_build_object('outcome', 'cancelled');
  end if;
  update enforcement.actions a set status = 'executing' where a.id = action.id and a.status = 'authorized';
  return jsonb_build_object('outcome', 'go', 'packet', enforcement.packet_data(action.id),
    'is_proof', action.is_proof);
end
$$;
comment on function enforcement.begin_action(uuid, uuid) is
  'What the holder of an enforcement job does first. outcome: go (with what the packet tells), cancelled (consent or '
  'judgment is gone), done (nothing is left to do) or failed.';
grant execute on function enforcement.begin_action(uuid, uuid) to service_role;

create function enforcement.packet_data(action uuid)
returns jsonb
language plpgsql -- keeps its plan, where SQL that cannot be inlined is planned at each call
volatile -- asks which consents hold now
set search_path = ''
set timezone = 'UTC'
as $$
begin
  return (
    select jsonb_build_object(
      'action_id', a.id, 'action_type', a.action_type, 'requested_at', a.requested_at,
      'judgment', jsonb_build_object('id', j.id, 'case_number', j.case_number, 'plaintiff_name', j.plaintiff_name,
        'defendant_name', j.defendant_name, 'amount', j.amount::text, 'judgment_date', j.judgment_date,
        'filing_date', j.filing_date, 'court', j.court, 'county', j.county, 'state', j.state,
        'defendant_address', j.defendant_address, 'defendant_phone', j.defendant_phone,
        'defendant_email', j.defendant_email, 'source_reference', j.source_reference),
      'plaintiff', jsonb_build_object('id', p.id, 'name', p.name, 'firm_name', p.firm_name),
      'consents', (
        select coalesce(jsonb_agg(jsonb_build_object('consent_type', f.consent_type, 'version', c.version,
            'valid_from', c.valid_from, 'valid_until', c.valid_until, 'sha256', e.sha256)
            order by f.consent_type, c.registered_at), '[]')
          from legal.v_consents_in_force f
          join legal.consents c on c.id = f.consent_id
          join evidence.files e on e.id = c.evidence_file_id
         where f.plaintiff_id = p.id),
      'origin', case when j.batch_id is not null then jsonb_build_object('batch_id', j.batch_id, 'filename', b.filename,
        'file_hash', b.file_hash, 'row_number', j.source_row_index + 1) end)
      from enforcement.actions a
      join public.judgments j on j.id = a.judgment_id
      join public.plaintiffs q on q.id = a.plaintiff_id
      join public.plaintiffs p on p.id = q.standing_id
      left join intake.simplicity_batches b on b.id = j.batch_id
     where a.id = action);
end
$$;
comment on function enforcement.packet_data(uuid) is
  'What a packet tells: the action, the plaintiff that stands for whoever asked, the judgment, the consents it '
  'goes by.';
grant execute on function enforcement.packet_data(uuid) to service_role;

create function enforcement.next_stage(stage text, action_type text)
returns text
language sql
immutable
set search_path = ''
as $$
  select case
    when stage = 'pre_enforcement' then 'paperwork_filed'
    when stage = 'paperwork_filed' and action_type in ('garnishment', 'levy', 'income_execution') then 'levy_issued'
    else stage
  end
$$;
comment on function enforcement.next_stage(text, text) is
  'Where an executed action brings its judgment: the first packet files the paperwork, one that reaches for money '
  'afterwards issues the levy. What comes behind is told by people.';
grant execute on function enforcement.next_stage(text, text) to service_role;

create function enforcement.execute_action(job uuid, token uuid, evidence_file uuid)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held constant ops.job_queue := ops.hold(job, null, token);
  action constant enforcement.actions := enforcement.hold_action(held);
  judgment public.judgments;
  stage text;
begin
  perform ops.act_for('worker');
  if action.status is distinct from 'executing' then
    perform ops.finish(job, token, 'action is ' || coalesce(action.status, 'gone'));
    return jsonb_build_object('outcome', 'done');
  end if;
  if enforcement.call_off(action) then
    perform ops.finish(job, token, 'cancelled');
    return jsonb_build_object('outcome', 'cancelled');
  end if;
  update enforcement.actions a
     set status = 'executed',
         evidence_file_id = evidence_file
   where a.id = action.id;
  select * into judgment from public.judgments j where j.id = action.judgment_id for no key update;
  stage := enforcement.next_stage(judgment.enforcement_stage, action.action_type);
  if stage <> judgment.enforcement_stage then
    update public.judgments j
       set enforcement_stage = stage,
           enforcement_stage_updated_at = clock_timestamp()
     where j.id = judgment.id;
    perform audit.append('judgment.stage', 'judgment', judgment.id::text,
      jsonb_build_object('enforcement_stage', judgment.enforcement_stage),
      jsonb_build_object('enforcement_stage', stage, 'action_id', action.id));
  end if;
  perform ops.finish(job, token);
  return jsonb_build_object('outcome', 'executed');
end
$$;
comment on function enforcement.execute_action(uuid, uuid, uuid) is
  'Executes an action in one transaction, with the registered packet: consent is asked once more under the lock that a '
  'revocation needs, the judgment''s stage moves, the job is done. outcome: executed, cancelled or done (nothing was '
  'left to do).';
grant execute on function enforcement.execute_action(uuid, uuid, uuid) to service_role;

create function enforcement.follow_job()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if pg_input_is_valid(new.payload ->> 'action_id', 'uuid') then
    update enforcement.actions a
       set status = 'failed',
           reason = coalesce(new.last_error, 'given up')
     where a.id = (new.payload ->> 'action_id')::uuid and a.status in ('authorized', 'executing');
  end if;
  return null;
end
$$;
comment on function enforcement.follow_job() is 'Trigger: an action whose job was given up has failed.';
grant execute on function enforcement.follow_job() to service_role;

create trigger _500_follow_enforcement_job after update of status on ops.job_queue
  for each row when (new.job_type = 'enforcement' and new.status = 'failed') execute function enforcement.follow_job();
alter table ops.job_queue enable always trigger _500_follow_enforcement_job;
comment on trigger _500_follow_enforcement_job on ops.job_queue is 'No action waits for a job that was given up.';

create function enforcement.sweep()
returns int
language plpgsql
set search_path = ''
as $$
declare
  action record;
  queued int := 0;
begin
  perform legal.expire_consents();
  for action in -- consents that begin later arrive without anybody writing
    select distinct t.plaintiff_id as plaintiff from public.tasks t
     where t.status = 'open' and t.reason in ('missing_consent', 'plaintiff_inactive') limit 1000
  loop
    perform enforcement.close_cured_tasks(action.plaintiff);
  end loop;
  for action in
    select a.id, a.plaintiff_id
      from enforcement.actions a
     where a.status in ('authorized', 'executing') and a.status_changed_at < now() - ops.scaled(120)
       and not exists (
         select 1 from ops.job_queue j
          where j.dedupe_key = 'enforcement:' || a.id and j.status in ('pending', 'processing', 'paused'))
     limit 100
  loop
    perform ops.enqueue('enforcement', jsonb_build_object('action_id', action.id, 'source', action.plaintiff_id),
      'enforcement:' || action.id);
    queued := queued + 1;
  end loop;
  return queued;
end
$$;
comment on function enforcement.sweep() is
  'Makes good what no statement brings about: consents end, tasks are cured by the clock, an open action whose job a '
  'hand took away gets another. Returns how many did. Cron calls it every minute.';
grant execute on function enforcement.sweep() to service_role;
