-- The gate. An action is asked for by inserting it, whoever does: the database decides whether it is authorised or
-- blocked, and no statement brings it to executed without consents that hold at that moment. The guards fire for every
-- role, replication included. An action is asked again, never changed back: blocked, executed, failed and cancelled are
-- final.
--
-- Locks are taken in the order job, action, plaintiff, the plaintiff that stands for it.

create table public.tasks (
  id uuid primary key default gen_random_uuid(),
  plaintiff_id uuid not null references public.plaintiffs (id) on delete cascade,
  title text not null,
  status text not null default 'open',
  priority text not null default 'normal',
  assigned_role text,
  reason text not null,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  constraint tasks_status_known check (status in ('open', 'completed', 'cancelled')),
  constraint tasks_priority_known check (priority in ('low', 'normal', 'high'))
);
alter table public.tasks enable row level security;
create unique index tasks_one_open_idx on public.tasks (plaintiff_id, reason) where status = 'open';
create index tasks_plaintiff_id_idx on public.tasks (plaintiff_id);
create index tasks_created_at_idx on public.tasks (created_at desc, id);

comment on table public.tasks is 'What somebody has to do before enforcement can go on.';
comment on column public.tasks.id is 'Id of the task.';
comment on column public.tasks.plaintiff_id is 'For whom.';
comment on column public.tasks.title is 'What is to be done, in a few words.';
comment on column public.tasks.status is 'open, completed or cancelled.';
comment on column public.tasks.priority is 'low, normal or high.';
comment on column public.tasks.assigned_role is 'Whose desk it lies on.';
comment on column public.tasks.reason is 'What it puts right: missing_consent or plaintiff_inactive.';
comment on column public.tasks.created_at is 'When it was first needed.';
comment on column public.tasks.completed_at is 'When it was done.';
comment on constraint tasks_pkey on public.tasks is 'A task is known by its id.';
comment on constraint tasks_plaintiff_id_fkey on public.tasks is 'Tasks go with their plaintiff.';
comment on constraint tasks_status_known on public.tasks is 'The states there are.';
comment on constraint tasks_priority_known on public.tasks is 'The priorities there are.';
comment on index public.tasks_one_open_idx is 'One open task per plaintiff and reason.';
comment on index public.tasks_plaintiff_id_idx is 'The tasks of a plaintiff.';
comment on index public.tasks_created_at_idx is 'The newest tasks.';
revoke all on public.tasks from anon, authenticated;
grant select, insert, update, delete on public.tasks to service_role;

create table enforcement.action_moves (
  from_status text not null,
  to_status text not null,
  because text not null,
  primary key (from_status, to_status)
);
alter table enforcement.action_moves enable row level security;

comment on table enforcement.action_moves is
  'The state machine of an action: every move there is. The same table stands in code and in docs/enforcement.md; a '
  'test compares the three.';
comment on column enforcement.action_moves.from_status is 'The state it leaves.';
comment on column enforcement.action_moves.to_status is 'The state it comes to.';
comment on column enforcement.action_moves.because is 'What makes the action move.';
comment on constraint action_moves_pkey on enforcement.action_moves is 'Each move once.';
grant select on enforcement.action_moves to service_role;

insert into enforcement.action_moves (from_status, to_status, because)
values
  ('authorized', 'executing', 'the worker begins'),
  ('executing', 'executed', 'its packet is registered and consent holds'),
  ('authorized', 'cancelled', 'an operator cancels it, or consent is gone'),
  ('executing', 'cancelled', 'an operator cancels it, or consent is gone'),
  ('authorized', 'failed', 'its job was given up'),
  ('executing', 'failed', 'its job was given up');

create table enforcement.actions (
  id uuid primary key default gen_random_uuid(),
  plaintiff_id uuid not null references public.plaintiffs (id),
  judgment_id bigint not null,
  action_type text not null,
  status text not null default 'authorized',
  reason text,
  evidence_file_id uuid references evidence.files (id),
  remediation_task_id uuid references public.tasks (id) on delete set null,
  requested_by text not null default ops.actor(),
  requested_at timestamptz not null default clock_timestamp(),
  executed_at timestamptz,
  status_changed_at timestamptz not null default clock_timestamp(),
  is_proof boolean not null default false,
  constraint actions_action_type_known check (
    action_type in ('demand_letter', 'file_suit', 'garnishment', 'levy', 'lien', 'income_execution')),
  constraint actions_status_known check (
    status in ('blocked', 'authorized', 'executing', 'executed', 'failed', 'cancelled')),
  constraint actions_executed_whole check (
    case when status = 'executed' then 2 else 0 end = num_nonnulls(evidence_file_id, executed_at)),
  constraint actions_reason_told check (status not in ('blocked', 'failed', 'cancelled') or reason is not null)
);
alter table enforcement.actions enable row level security;
create unique index actions_one_open_idx on enforcement.actions (judgment_id, action_type)
  where status in ('authorized', 'executing');
create index actions_judgment_id_idx on enforcement.actions (judgment_id);
create index actions_plaintiff_id_idx on enforcement.actions (plaintiff_id, requested_at desc);
create index actions_requested_at_idx on enforcement.actions (requested_at desc, id);
create index actions_status_changed_at_idx on enforcement.actions (status_changed_at desc);
create index actions_evidence_file_id_idx on enforcement.actions (evidence_file_id);
create index actions_task_id_idx on enforcement.actions (remediation_task_id);

comment on table enforcement.actions is
  'Every action that was asked for, also those that were refused. judgment_id carries no foreign key, as nothing that '
  'names judgments does: their tables are emptied and filled a million rows at a time.';
comment on column enforcement.actions.id is 'Id of the action.';
comment on column enforcement.actions.plaintiff_id is 'For whom.';
comment on column enforcement.actions.judgment_id is 'On which judgment.';
comment on column enforcement.actions.action_type is 'What is to be done.';
comment on column enforcement.actions.status is
  'authorized: waits for the worker. executing: in its hands. The others are final.';
comment on column enforcement.actions.reason is
  'Why it is blocked, failed or cancelled: missing_consent, plaintiff_inactive, wrong_judgment, consent_revoked, '
  'consent_expired, judgment_gone, or the words of whoever cancelled it or gave it up.';
comment on column enforcement.actions.evidence_file_id is 'The packet, once executed.';
comment on column enforcement.actions.remediation_task_id is
  'The task that was opened, or was open, when it was blocked.';
comment on column enforcement.actions.requested_by is 'Who asked.';
comment on column enforcement.actions.requested_at is 'When, by the database''s own clock.';
comment on column enforcement.actions.executed_at is 'When it was executed.';
comment on column enforcement.actions.status_changed_at is 'When it came to its state.';
comment on column enforcement.actions.is_proof is
  'Of a plaintiff that a command made to prove something: counted nowhere.';
comment on constraint actions_pkey on enforcement.actions is 'An action is known by its id.';
comment on constraint actions_plaintiff_id_fkey on enforcement.actions is 'Only for plaintiffs there are.';
comment on constraint actions_evidence_file_id_fkey on enforcement.actions is 'A packet is registered.';
comment on constraint actions_remediation_task_id_fkey on enforcement.actions is 'A task that went is forgotten.';
comment on constraint actions_action_type_known on enforcement.actions is 'The types there are.';
comment on constraint actions_status_known on enforcement.actions is 'The states there are.';
comment on constraint actions_executed_whole on enforcement.actions is
  'Who is executed has a packet and a time, and nobody else has.';
comment on constraint actions_reason_told on enforcement.actions is 'What did not happen says why.';
comment on index enforcement.actions_one_open_idx is 'One open action of a type on a judgment.';
comment on index enforcement.actions_judgment_id_idx is 'What was built on a judgment.';
comment on index enforcement.actions_plaintiff_id_idx is 'The actions for a plaintiff.';
comment on index enforcement.actions_requested_at_idx is 'The newest actions.';
comment on index enforcement.actions_status_changed_at_idx is 'What happened last; the live feed looks through it.';
comment on index enforcement.actions_evidence_file_id_idx is 'Whose packet a file is.';
comment on index enforcement.actions_task_id_idx is 'What its foreign key looks through.';
grant select, insert, update on enforcement.actions to service_role;

create function enforcement.has_actions(judgment bigint)
returns boolean
language sql
stable
set search_path = ''
as $$
  select exists (select 1 from enforcement.actions a where a.judgment_id = judgment)
$$;
comment on function enforcement.has_actions(bigint) is 'Whether an action was ever asked for on a judgment.';
grant execute on function enforcement.has_actions(bigint) to service_role;

create function enforcement.owns(plaintiff uuid, judgment bigint)
returns boolean
language plpgsql -- keeps its plan, where SQL that cannot be inlined is planned at each call
stable
set search_path = ''
as $$
begin
  return (
    select exists (
      select 1
        from public.judgments j
        join public.plaintiffs o on o.id = j.plaintiff_id
        join public.plaintiffs p on p.standing_id = o.standing_id
       where j.id = judgment and p.id = plaintiff));
end
$$;
comment on function enforcement.owns(uuid, bigint) is
  'Whether a judgment is a plaintiff''s, or of somebody merged with it. False when either is not there.';
grant execute on function enforcement.owns(uuid, bigint) to service_role;

create function enforcement.refusal(plaintiff uuid)
returns text
language sql
volatile -- asks the clock
set search_path = ''
as $$
  select case
    when legal.is_authorized(plaintiff) then null
    when cardinality(legal.missing_consents(plaintiff)) = 0 then 'plaintiff_inactive'
    else 'missing_consent'
  end
$$;
comment on function enforcement.refusal(uuid) is
  'Why nothing may be executed for a plaintiff now: missing_consent or plaintiff_inactive; null when it may.';
grant execute on function enforcement.refusal(uuid) to service_role;

create function enforcement.loss(plaintiff uuid)
returns text
language sql
volatile -- asks the clock
set search_path = ''
as $$
  select case
    when cardinality(legal.missing_consents(plaintiff)) = 0 then 'plaintiff_inactive'
    when exists (
      select 1
        from public.plaintiffs p
        join public.plaintiffs m on m.standing_id = p.standing_id
        join legal.consents c on c.plaintiff_id = m.id
       where p.id = plaintiff and c.status = 'revoked' and c.consent_type = any (legal.missing_consents(plaintiff)))
      then 'consent_revoked'
    else 'consent_expired'
  end
$$;
comment on function enforcement.loss(uuid) is
  'Why a plaintiff that was authorised is not any more: consent_revoked, consent_expired or plaintiff_inactive.';
grant execute on function enforcement.loss(uuid) to service_role;

create function enforcement.open_task(plaintiff uuid, why text)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  task uuid;
begin
  insert into public.tasks as t (plaintiff_id, title, priority, assigned_role, reason)
  values (plaintiff,
    case why when 'missing_consent' then 'Missing LOA/Fee Agreement' else 'Plaintiff is inactive' end,
    'high', 'operations', why)
  on conflict (plaintiff_id, reason) where status = 'open' do nothing
  returning t.id into task;
  if task is null then
    select t.id into task from public.tasks t
     where t.plaintiff_id = plaintiff and t.reason = why and t.status = 'open';
  else
    perform audit.append('task.opened', 'task', task::text, null,
      jsonb_build_object('plaintiff_id', plaintiff, 'reason', why));
  end if;
  return task;
end
$$;
comment on function enforcement.open_task(uuid, text) is
  'The open task of a locked plaintiff for a reason; opened when there is none.';
grant execute on function enforcement.open_task(uuid, text) to service_role;

create function enforcement.close_cured_tasks(plaintiff uuid)
returns void
language plpgsql
set search_path = ''
as $$
declare
  task record;
begin
  if not exists (
       select 1
         from public.plaintiffs p
         join public.plaintiffs m on m.standing_id = p.standing_id
         join public.tasks t on t.plaintiff_id = m.id and t.status = 'open'
        where p.id = plaintiff)
     or not legal.is_authorized(plaintiff) then
    return;
  end if;
  for task in
    update public.tasks t
       set status = 'completed',
           completed_at = clock_timestamp()
      from public.plaintiffs p
      join public.plaintiffs m on m.standing_id = p.standing_id
     where p.id = plaintiff and t.plaintiff_id = m.id and t.status = 'open'
       and t.reason in ('missing_consent', 'plaintiff_inactive')
    returning t.id, t.reason
  loop
    perform audit.append('task.completed', 'task', task.id::text, null,
      jsonb_build_object('plaintiff_id', plaintiff, 'reason', task.reason));
  end loop;
end
$$;
comment on function enforcement.close_cured_tasks(uuid) is
  'Completes the tasks that a plaintiff''s authorisation makes needless, when it is authorised.';
grant execute on function enforcement.close_cured_tasks(uuid) to service_role;

create function enforcement.follow_cure()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform enforcement.close_cured_tasks(
    case when tg_table_name = 'consents' then (to_jsonb(new) ->> 'plaintiff_id')::uuid else new.id end);
  return null;
end
$$;
comment on function enforcement.follow_cure() is
  'Trigger on consents and plaintiffs: whoever becomes authorised has no open task to become so.';
grant execute on function enforcement.follow_cure() to service_role;

create trigger _510_follow_cure after insert on legal.consents
  for each row execute function enforcement.follow_cure();
alter table legal.consents enable always trigger _510_follow_cure;
comment on trigger _510_follow_cure on legal.consents is 'Arriving consents close the task.';

create trigger _510_follow_cure after update of status, merged_into on public.plaintiffs
  for each row
  when (new.status is distinct from old.status or new.merged_into is distinct from old.merged_into)
  execute function enforcement.follow_cure();
alter table public.plaintiffs enable always trigger _510_follow_cure;
comment on trigger _510_follow_cure on public.plaintiffs is 'So does a plaintiff that becomes active, or another one.';

create function enforcement.guard_new_action()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  standing uuid;
begin
  if new.status not in ('authorized', 'blocked') then
    raise exception 'Cannot ask for an action that is % already', new.status
      using errcode = 'P0001', hint = 'Insert it without a status: the database says whether it may go on.';
  end if;
  perform intake.share_judgments(); -- no undo removes the judgment meanwhile
  standing := legal.lock_standing(new.plaintiff_id);
  new.reason := case when enforcement.owns(new.plaintiff_id, new.judgment_id) then enforcement.refusal(standing)
                     else 'wrong_judgment' end;
  new.status := case when new.reason is null then 'authorized' else 'blocked' end;
  new.remediation_task_id := case when standing is not null and new.reason <> 'wrong_judgment'
                                  then enforcement.open_task(standing, new.reason) end;
  new.evidence_file_id := null;
  new.executed_at := null;
  new.requested_at := clock_timestamp();
  new.status_changed_at := new.requested_at;
  new.is_proof := coalesce((select p.is_proof from public.plaintiffs p where p.id = standing), false);
  return new;
end
$$;
comment on function enforcement.guard_new_action() is
  'Trigger: whoever inserts an action asks for it. It is authorized when the judgment is the plaintiff''s and consents '
  'hold, else blocked, with the task that would put it right.';
grant execute on function enforcement.guard_new_action() to service_role;

create trigger _100_guard_new_action before insert on enforcement.actions
  for each row execute function enforcement.guard_new_action();
alter table enforcement.actions enable always trigger _100_guard_new_action;
comment on trigger _100_guard_new_action on enforcement.actions is 'The gate before an action that is asked for.';

create function enforcement.guard_action()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  may_change constant text[] := case when new.status = old.status then '{}'::text[]
    else '{status,reason,evidence_file_id,executed_at,status_changed_at}' end || case
    when new.remediation_task_id is null then '{remediation_task_id}'::text[] else '{}' end;
begin
  if tg_op <> 'UPDATE' then
    raise exception 'Cannot % actions: they are evidence of what was done and refused', lower(tg_op)
      using errcode = 'P0001', hint = 'Cancel it: POST /enforcement/actions/<id>/cancel.';
  end if;
  if to_jsonb(new) - may_change <> to_jsonb(old) - may_change
     or new.status <> old.status and not exists (
       select 1 from enforcement.action_moves m where m.from_status = old.status and m.to_status = new.status) then
    raise exception 'Cannot change action % (%) so: it moves by its state machine, and nothing else of it changes',
      old.id, old.status using errcode = 'P0001', hint = 'Ask for a new action.';
  end if;
  if new.status = old.status then
    return new;
  end if;
  if new.status in ('executing', 'executed') then
    perform enforcement.pass_gate(new);
  end if;
  new.status_changed_at := clock_timestamp();
  new.executed_at := case when new.status = 'executed' then new.status_changed_at end;
  return new;
end
$$;
comment on function enforcement.guard_action() is
  'Trigger: an action moves by enforcement.action_moves alone, through the gate, and nobody deletes it.';
grant execute on function enforcement.guard_action() to service_role;

create function enforcement.pass_gate(action enforcement.actions)
returns void
language plpgsql
set search_path = ''
as $$
declare
  standing constant uuid := legal.lock_standing(action.plaintiff_id);
begin
  -- An older snapshot would not see a revocation that has committed since.
  if current_setting('transaction_isolation') not in ('read committed', 'read uncommitted') then
    raise exception 'Cannot execute action % at isolation level %', action.id, current_setting('transaction_isolation')
      using errcode = 'P0001', hint = 'Use read committed.';
  end if;
  if standing is null or not enforcement.owns(action.plaintiff_id, action.judgment_id)
     or not legal.is_authorized(standing) then
    raise exception 'Cannot execute action %: plaintiff % has not consented to it (missing: %)', action.id,
      action.plaintiff_id, array_to_string(legal.missing_consents(action.plaintiff_id), ', ', '-')
      using errcode = 'P0001', hint = 'Register the missing consents, then ask for a new action.';
  end if;
  if action.status = 'executed' and not exists (
    select 1 from evidence.files f where f.id = action.evidence_file_id) then
    raise exception 'Cannot execute action %: its packet is not registered', action.id
      using errcode = 'P0001', hint = 'The enforcement worker renders and registers it.';
  end if;
end
$$;
comment on function enforcement.pass_gate(enforcement.actions) is
  'Raises unless an action may be in work or executed at this moment. Holds its plaintiff until the transaction ends: '
  'a revocation that has committed is seen, one that has not waits.';
grant execute on function enforcement.pass_gate(enforcement.actions) to service_role;

create trigger _100_guard_action before update or delete on enforcement.actions
  for each row execute function enforcement.guard_action();
alter table enforcement.actions enable always trigger _100_guard_action;
comment on trigger _100_guard_action on enforcement.actions is 'The gate before every move.';

create trigger _100_guard_actions before truncate on enforcement.actions
  for each statement execute function enforcement.guard_action();
alter table enforcement.actions enable always trigger _100_guard_actions;
comment on trigger _100_guard_actions on enforcement.actions is 'Actions are never emptied.';

create function enforcement.note_action()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if tg_op = 'INSERT' or new.status <> old.status then
    perform audit.append('action.' || new.status, 'action', new.id::text,
      case when tg_op = 'UPDATE' then to_jsonb(old) end, to_jsonb(new));
  end if;
  if tg_op = 'INSERT' and new.status = 'authorized' then
    perform ops.enqueue('enforcement', jsonb_build_object('action_id', new.id, 'source', new.plaintiff_id),
      'enforcement:' || new.id);
    perform ops.wake('enforcement', 'action');
  end if;
  return null;
end
$$;
comment on function enforcement.note_action() is
  'Trigger: an action is asked for and moves with an event; one that is authorised has its job in the same '
  'transaction.';
grant execute on function enforcement.note_action() to service_role;

create trigger _500_note_action after insert or update on enforcement.actions
  for each row execute function enforcement.note_action();
alter table enforcement.actions enable always trigger _500_note_action;
comment on trigger _500_note_action on enforcement.actions is 'Leaves an event, whoever wrote it, and queues the work.';

create trigger _500_note_insert after insert on enforcement.actions
  for each statement execute function audit.note_rewritten_rows();
alter table enforcement.actions enable always trigger _500_note_insert;
comment on trigger _500_note_insert on enforcement.actions is
  'An insert that is not the engine''s leaves an event of its own.';

create trigger _500_note_update after update on enforcement.actions
  referencing new table as written
  for each statement execute function audit.note_rewritten_rows();
alter table enforcement.actions enable always trigger _500_note_update;
comment on trigger _500_note_update on enforcement.actions is
  'An update that is not the engine''s leaves an event of its own.';

create function enforcement.request_action(
  plaintiff uuid,
  judgment bigint,
  action_type text,
  actor text,
  request_id text
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  standing uuid;
  asked enforcement.actions;
begin
  perform intake.share_judgments();
  standing := legal.lock_standing(plaintiff);
  if standing is null then
    return jsonb_build_object('outcome', 'unknown', 'what', 'plaintiff');
  end if;
  perform 1 from public.judgments j where j.id = judgment;
  if not found then
    return jsonb_build_object('outcome', 'unknown', 'what', 'judgment');
  end if;
  if not enforcement.owns(plaintiff, judgment) then
    return jsonb_build_object('outcome', 'not_theirs');
  end if;
  perform ops.act_as(actor, request_id);
  if enforcement.refusal(standing) is null then
    select * into asked from enforcement.actions a
     where a.judgment_id = judgment and a.action_type = request_action.action_type
       and a.status in ('authorized', 'executing');
  end if;
  if asked.id is not null then
    return jsonb_build_object('outcome', 'open', 'action_id', asked.id, 'status', asked.status);
  end if;
  insert into enforcement.actions as a (plaintiff_id, judgment_id, action_type)
  values (plaintiff, judgment, request_action.action_type)
  returning * into asked;
  return jsonb_build_object('outcome', asked.status, 'action_id', asked.id, 'status', asked.status,
    'reason', asked.reason, 'missing', to_jsonb(legal.missing_consents(plaintiff)),
    'remediation_task_id', asked.remediation_task_id);
end
$$;
comment on function enforcement.request_action(uuid, bigint, text, text, text) is
  'Asks for an action: the one door to it. outcome: authorized, blocked (reason, missing, remediation_task_id), open '
  '(an equal one is), unknown (what) or not_theirs.';
grant execute on function enforcement.request_action(uuid, bigint, text, text, text) to service_role;

create function enforcement.cancel_action(action uuid, reason text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held enforcement.actions;
begin
  select * into held from enforcement.actions a where a.id = action for no key update;
  if held.id is null then
    return jsonb_build_object('outcome', 'unknown', 'id', action);
  end if;
  if held.status not in ('authorized', 'executing') then
    return jsonb_build_object('outcome', 'wrong_state', 'status', held.status);
  end if;
  perform ops.act_as(actor, request_id);
  update enforcement.actions a
     set status = 'cancelled',
         reason = cancel_action.reason
   where a.id = action;
  return jsonb_build_object('outcome', 'done');
end
$$;
comment on function enforcement.cancel_action(uuid, text, text, text) is
  'Calls an action off that has not been executed; its job finds nothing to do. outcome: done, unknown (id) or '
  'wrong_state (status).';
grant execute on function enforcement.cancel_action(uuid, text, text, text) to service_role;
