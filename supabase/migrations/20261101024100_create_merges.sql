-- Two plaintiffs that turn out to be one. Nothing is rewritten: the one that was merged points to the other, which
-- stands for both from then on, and keeps every id that names it. Taken apart, both are as they were.
--
-- Whoever asks or changes what a plaintiff may have done for it holds its row first, then the row of the one that
-- stands for it: in this order everywhere.

create function legal.lock_standing(plaintiff uuid)
returns uuid
language plpgsql
set search_path = ''
as $$
declare
  found_plaintiff public.plaintiffs;
begin
  select * into found_plaintiff from public.plaintiffs p where p.id = plaintiff for no key update;
  if found_plaintiff.merged_into is not null then
    perform 1 from public.plaintiffs p where p.id = found_plaintiff.merged_into for no key update;
  end if;
  return coalesce(found_plaintiff.merged_into, found_plaintiff.id);
end
$$;
comment on function legal.lock_standing(uuid) is
  'Locks a plaintiff and the one that stands for it, until the transaction ends, and returns the latter; null when '
  'there is no such plaintiff. Consents, merges, states and executions of one plaintiff go one after the other by it.';
grant execute on function legal.lock_standing(uuid) to service_role;

create function legal.guard_plaintiff()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  other public.plaintiffs;
begin
  if tg_op = 'UPDATE' and new.merged_into is not distinct from old.merged_into then
    perform 1 from public.plaintiffs p where p.id = old.merged_into for no key update; -- its state counts for that one
    return new;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('dragonfly.merges', 0));
  select * into other from public.plaintiffs p
   where p.id = coalesce(new.merged_into, old.merged_into) for no key update;
  if new.merged_into is null then
    return new;
  end if;
  if tg_op = 'UPDATE' and old.merged_into is not null or other.id is null or other.id = new.id
     or other.merged_into is not null or exists (select 1 from public.plaintiffs m where m.merged_into = new.id) then
    raise exception 'Cannot merge plaintiff % into %: both must stand for themselves, and nobody may be merged into '
      'the first', new.id, new.merged_into
      using errcode = 'P0001', hint = 'Merge everybody straight into the one that is to stand for all.';
  end if;
  return new;
end
$$;
comment on function legal.guard_plaintiff() is
  'Trigger: merges are one level deep, so that a plaintiff is at most one step from the one that stands for it; and '
  'who changes the state of either holds what an execution holds.';
grant execute on function legal.guard_plaintiff() to service_role;

create trigger _100_guard_plaintiff before update of status, merged_into on public.plaintiffs
  for each row execute function legal.guard_plaintiff();
alter table public.plaintiffs enable always trigger _100_guard_plaintiff;
comment on trigger _100_guard_plaintiff on public.plaintiffs is
  'How plaintiffs may be merged, and in which order of locks.';

create trigger _100_guard_new_plaintiff before insert on public.plaintiffs
  for each row when (new.merged_into is not null) execute function legal.guard_plaintiff();
alter table public.plaintiffs enable always trigger _100_guard_new_plaintiff;
comment on trigger _100_guard_new_plaintiff on public.plaintiffs is 'The same for one that is merged when it is added.';

create function legal.note_plaintiff()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  merged constant boolean := new.merged_into is distinct from old.merged_into;
begin
  perform audit.append(
    case when not merged then 'plaintiff.status'
         when new.merged_into is null then 'plaintiff.taken_apart' else 'plaintiff.merged' end,
    'plaintiff', new.id::text,
    jsonb_strip_nulls(jsonb_build_object('status', old.status, 'merged_into', old.merged_into)),
    jsonb_strip_nulls(jsonb_build_object('status', new.status, 'merged_into', new.merged_into,
      'reason', case when merged then new.merge_reason end)));
  return null;
end
$$;
comment on function legal.note_plaintiff() is
  'Trigger: who a plaintiff is and what state it is in changes with an event.';
grant execute on function legal.note_plaintiff() to service_role;

create trigger _500_note_plaintiff after update of status, merged_into on public.plaintiffs
  for each row
  when (new.status is distinct from old.status or new.merged_into is distinct from old.merged_into)
  execute function legal.note_plaintiff();
alter table public.plaintiffs enable always trigger _500_note_plaintiff;
comment on trigger _500_note_plaintiff on public.plaintiffs is 'Leaves an event, whoever wrote it.';

create function legal.merge_plaintiffs(plaintiff uuid, into_plaintiff uuid, reason text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  one public.plaintiffs;
  other public.plaintiffs;
begin
  perform pg_advisory_xact_lock(hashtextextended('dragonfly.merges', 0));
  select * into one from public.plaintiffs p where p.id = plaintiff for no key update;
  select * into other from public.plaintiffs p where p.id = into_plaintiff for no key update;
  if one.id is null or other.id is null then
    return jsonb_build_object('outcome', 'unknown',
      'id', case when one.id is null then plaintiff else into_plaintiff end);
  end if;
  if one.merged_into = other.id then
    return jsonb_build_object('outcome', 'done');
  end if;
  if one.id = other.id or one.merged_into is not null or other.merged_into is not null
     or exists (select 1 from public.plaintiffs m where m.merged_into = one.id) then
    return jsonb_build_object('outcome', 'not_apart');
  end if;
  perform ops.act_as(actor, request_id);
  update public.plaintiffs p
     set merged_into = other.id,
         merge_reason = reason
   where p.id = one.id;
  return jsonb_build_object('outcome', 'done');
end
$$;
comment on function legal.merge_plaintiffs(uuid, uuid, text, text, text) is
  'Says that a plaintiff is another one, which stands for both from now on. outcome: done, unknown (id), or not_apart: '
  'one of them is merged already, somebody is merged into the first, or they are the same.';
grant execute on function legal.merge_plaintiffs(uuid, uuid, text, text, text) to service_role;

create function legal.take_apart(plaintiff uuid, reason text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  one public.plaintiffs;
begin
  perform pg_advisory_xact_lock(hashtextextended('dragonfly.merges', 0));
  select * into one from public.plaintiffs p where p.id = plaintiff for no key update;
  if one.id is null then
    return jsonb_build_object('outcome', 'unknown', 'id', plaintiff);
  end if;
  if one.merged_into is null then
    return jsonb_build_object('outcome', 'not_merged');
  end if;
  perform ops.act_as(actor, request_id);
  update public.plaintiffs p
     set merged_into = null,
         merge_reason = reason
   where p.id = one.id;
  return jsonb_build_object('outcome', 'done');
end
$$;
comment on function legal.take_apart(uuid, text, text, text) is
  'Takes a merge back: the plaintiff stands for itself again, with what was always its own. outcome: done, unknown '
  '(id) or not_merged.';
grant execute on function legal.take_apart(uuid, text, text, text) to service_role;
