-- What plaintiffs have consented to. A consent is never changed or deleted: a new version supersedes it, its holder
-- revokes it, or its time ends. Whether a plaintiff is authorised is asked of legal.is_authorized alone, by the clock:
-- nothing waits for a job that marks what has expired.

create table legal.consents (
  id uuid primary key default gen_random_uuid(),
  plaintiff_id uuid not null references public.plaintiffs (id),
  consent_type text not null,
  version text not null,
  status text not null default 'active',
  valid_from timestamptz not null default now(),
  valid_until timestamptz,
  evidence_file_id uuid not null references evidence.files (id),
  accepted_at timestamptz not null default now(),
  revoked_at timestamptz,
  revoked_reason text,
  registered_at timestamptz not null default clock_timestamp(),
  is_proof boolean not null default false,
  constraint consents_consent_type_known check (consent_type in ('fee_agreement', 'loa')),
  constraint consents_status_known check (status in ('active', 'superseded', 'revoked', 'expired')),
  constraint consents_version_told check (version <> '' and length(version) <= 50),
  constraint consents_revoked_at_fits_status check ((revoked_at is not null) = (status = 'revoked'))
);
alter table legal.consents enable row level security;
create unique index consents_one_active_idx on legal.consents (plaintiff_id, consent_type) where status = 'active';
create index consents_plaintiff_id_idx on legal.consents (plaintiff_id, consent_type, registered_at);
create index consents_evidence_file_id_idx on legal.consents (evidence_file_id);
create index consents_ending_idx on legal.consents (valid_until) where status = 'active';

comment on table legal.consents is
  'Every version of every consent, with the file that proves it. The newest supersedes the one before.';
comment on column legal.consents.id is 'Id of the consent.';
comment on column legal.consents.plaintiff_id is 'Who gave it.';
comment on column legal.consents.consent_type is
  'fee_agreement: what we are paid. loa: the letter that authorises us to act.';
comment on column legal.consents.version is
  'What the paper is called by whoever keeps it. Which is newest is told by registered_at, not by this.';
comment on column legal.consents.status is
  'active: stands. superseded, revoked, expired: ended, for good. An active one may yet be out of its time.';
comment on column legal.consents.valid_from is 'From when on it holds.';
comment on column legal.consents.valid_until is
  'It holds before this moment; null: without end. A bare date is given to legal.register_consent, which includes that '
  'day in UTC.';
comment on column legal.consents.evidence_file_id is 'The registered file that proves it.';
comment on column legal.consents.accepted_at is 'When it was given.';
comment on column legal.consents.revoked_at is 'When it was revoked.';
comment on column legal.consents.revoked_reason is 'Why, in the words of whoever told us.';
comment on column legal.consents.registered_at is 'When it was written down here, by the database''s own clock.';
comment on column legal.consents.is_proof is 'Of a plaintiff that a command made to prove something: counted nowhere.';
comment on constraint consents_pkey on legal.consents is 'A consent is known by its id.';
comment on constraint consents_plaintiff_id_fkey on legal.consents is 'Only of plaintiffs there are.';
comment on constraint consents_evidence_file_id_fkey on legal.consents is 'No consent without evidence.';
comment on constraint consents_consent_type_known on legal.consents is 'The types there are.';
comment on constraint consents_status_known on legal.consents is 'The states there are.';
comment on constraint consents_version_told on legal.consents is 'A version has a name of at most 50 characters.';
comment on constraint consents_revoked_at_fits_status on legal.consents is
  'What is revoked says since when, and nothing else does.';
comment on index legal.consents_one_active_idx is 'One active consent of a type.';
comment on index legal.consents_plaintiff_id_idx is 'The consents of a plaintiff, in the order they came.';
comment on index legal.consents_evidence_file_id_idx is 'What a file proves; what its foreign key looks through.';
comment on index legal.consents_ending_idx is 'Which active consents come to their end.';
grant select, insert, update on legal.consents to service_role;

create function legal.guard_new_consent()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if legal.lock_standing(new.plaintiff_id) is null
     or not exists (select 1 from evidence.files f where f.id = new.evidence_file_id) then
    raise exception 'Cannot register a consent of plaintiff %: the plaintiff and its evidence must be there',
      new.plaintiff_id
      using errcode = 'P0001', hint = 'Store the signed paper first: POST /enforcement/consents does both.';
  end if;
  new.registered_at := clock_timestamp();
  new.revoked_at := case when new.status = 'revoked' then coalesce(new.revoked_at, new.registered_at) end;
  select p.is_proof into new.is_proof from public.plaintiffs p where p.id = new.plaintiff_id;
  if new.status = 'active' then
    update legal.consents c
       set status = 'superseded'
     where c.plaintiff_id = new.plaintiff_id and c.consent_type = new.consent_type and c.status = 'active';
  end if;
  return new;
end
$$;
comment on function legal.guard_new_consent() is
  'Trigger: a consent comes with its evidence, at the database''s own time, and supersedes the active one of its type. '
  'Foreign keys do not hold in replica mode, this does.';
grant execute on function legal.guard_new_consent() to service_role;

create trigger _100_guard_new_consent before insert on legal.consents
  for each row execute function legal.guard_new_consent();
alter table legal.consents enable always trigger _100_guard_new_consent;
comment on trigger _100_guard_new_consent on legal.consents is 'What a consent needs, and what it ends.';

create function legal.guard_consent()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  may_change constant text[] := '{status,valid_from,valid_until,revoked_at,revoked_reason}';
begin
  if tg_op <> 'UPDATE' then
    raise exception 'Cannot % consents: they are evidence of what was allowed when', lower(tg_op)
      using errcode = 'P0001', hint = 'Revoke it: POST /enforcement/consents/<id>/revoke.';
  end if;
  if to_jsonb(new) - may_change <> to_jsonb(old) - may_change
     or old.status <> 'active'
     or new.valid_from < old.valid_from
     or coalesce(new.valid_until, 'infinity') > coalesce(old.valid_until, 'infinity') then
    raise exception 'Cannot change consent % (%): an active one may be ended or its time shortened, nothing else',
      old.id, old.status using errcode = 'P0001', hint = 'Register a new version.';
  end if;
  perform legal.lock_standing(old.plaintiff_id);
  new.revoked_at := case when new.status = 'revoked' then clock_timestamp() end;
  return new;
end
$$;
comment on function legal.guard_consent() is
  'Trigger: no consent is deleted, none that has ended comes back, none lasts longer than its evidence says. Who ends '
  'one holds its plaintiff, so that an execution under way commits before it or does not happen.';
grant execute on function legal.guard_consent() to service_role;

create trigger _100_guard_consent before update or delete on legal.consents
  for each row execute function legal.guard_consent();
alter table legal.consents enable always trigger _100_guard_consent;
comment on trigger _100_guard_consent on legal.consents is 'What may become of a consent.';

create trigger _100_guard_consents before truncate on legal.consents
  for each statement execute function legal.guard_consent();
alter table legal.consents enable always trigger _100_guard_consents;
comment on trigger _100_guard_consents on legal.consents is 'Consents are never emptied.';

create function legal.note_consent()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform audit.append(
    'consent.' || case when tg_op = 'INSERT' then 'registered' when new.status = old.status then 'shortened'
                       else new.status end,
    'consent', new.id::text, case when tg_op = 'UPDATE' then to_jsonb(old) - '{revoked_reason}'::text[] end,
    to_jsonb(new));
  return null;
end
$$;
comment on function legal.note_consent() is
  'Trigger: a consent is registered and ended with an event, whoever does it.';
grant execute on function legal.note_consent() to service_role;

create trigger _500_note_consent after insert or update on legal.consents
  for each row execute function legal.note_consent();
alter table legal.consents enable always trigger _500_note_consent;
comment on trigger _500_note_consent on legal.consents is 'Leaves an event, whoever wrote it.';

create trigger _500_note_insert after insert on legal.consents
  for each statement execute function audit.note_rewritten_rows();
alter table legal.consents enable always trigger _500_note_insert;
comment on trigger _500_note_insert on legal.consents is
  'An insert that is not the engine''s leaves an event of its own.';

create trigger _500_note_update after update on legal.consents
  referencing new table as written
  for each statement execute function audit.note_rewritten_rows();
alter table legal.consents enable always trigger _500_note_update;
comment on trigger _500_note_update on legal.consents is
  'An update that is not the engine''s leaves an event of its own.';

create view legal.v_standing_consents with (security_invoker = true) as
select p.standing_id as plaintiff_id, c.consent_type, c.id as consent_id, c.version, c.valid_from, c.valid_until
from legal.consents c
join public.plaintiffs p on p.id = c.plaintiff_id
where c.status = 'active'
  and exists (select 1 from evidence.files f where f.id = c.evidence_file_id)
  and not exists (
    select 1
      from public.plaintiffs q
      join legal.consents r on r.plaintiff_id = q.id
     where q.standing_id = p.standing_id and r.consent_type = c.consent_type and r.revoked_at >= c.registered_at);
comment on view legal.v_standing_consents is
  'Consents that nobody has ended, whenever they hold, by the plaintiff that stands for whoever gave them. Of '
  'plaintiffs that were merged each has given for both, and a revocation ends what either had given before it.';
comment on column legal.v_standing_consents.plaintiff_id is 'The plaintiff that stands for its giver.';
comment on column legal.v_standing_consents.consent_type is 'fee_agreement or loa.';
comment on column legal.v_standing_consents.consent_id is 'The consent.';
comment on column legal.v_standing_consents.version is 'Its version.';
comment on column legal.v_standing_consents.valid_from is 'Since when it holds.';
comment on column legal.v_standing_consents.valid_until is 'Before which moment; null: without end.';
grant select on legal.v_standing_consents to service_role;

create view legal.v_consents_in_force with (security_invoker = true) as
select s.plaintiff_id, s.consent_type, s.consent_id, s.version, s.valid_from, s.valid_until
from legal.v_standing_consents s
where s.valid_from <= clock_timestamp() and (s.valid_until is null or clock_timestamp() < s.valid_until);
comment on view legal.v_consents_in_force is
  'Consents that hold at this very moment, by the plaintiff that stands for whoever gave them.';
comment on column legal.v_consents_in_force.plaintiff_id is 'The plaintiff that stands for its giver.';
comment on column legal.v_consents_in_force.consent_type is 'fee_agreement or loa.';
comment on column legal.v_consents_in_force.consent_id is 'The consent.';
comment on column legal.v_consents_in_force.version is 'Its version.';
comment on column legal.v_consents_in_force.valid_from is 'Since when it holds.';
comment on column legal.v_consents_in_force.valid_until is 'Before which moment; null: without end.';
grant select on legal.v_consents_in_force to service_role;

create function legal.missing_consents(plaintiff_id uuid)
returns text[]
language plpgsql
volatile -- asks the clock
set search_path = ''
as $$
begin
  return array(
    select needed.consent_type
      from unnest('{fee_agreement,loa}'::text[]) as needed(consent_type)
     where not exists (
       select 1
         from public.plaintiffs p
         join legal.v_consents_in_force f on f.plaintiff_id = p.standing_id
        where p.id = missing_consents.plaintiff_id and f.consent_type = needed.consent_type)
     order by 1);
end
$$;
comment on function legal.missing_consents(uuid) is
  'The types of consent that an action needs and that do not hold for a plaintiff now; both for one there is not. '
  'PL/pgSQL keeps the plan: planning costs ten times as much as looking, and a page of plaintiffs asks 100 times.';
grant execute on function legal.missing_consents(uuid) to service_role;

create function legal.is_active(plaintiff_id uuid)
returns boolean
language plpgsql
stable
set search_path = ''
as $$
begin
  return coalesce(
    (select bool_and(m.status is not null and m.status <> 'inactive')
       from public.plaintiffs p
       join public.plaintiffs m on m.standing_id = p.standing_id
      where p.id = is_active.plaintiff_id),
    false);
end
$$;
comment on function legal.is_active(uuid) is
  'Whether anything may be done for a plaintiff: it, and everybody merged with it, has a state and is not inactive.';
grant execute on function legal.is_active(uuid) to service_role;

create function legal.is_authorized(plaintiff_id uuid)
returns boolean
language plpgsql
volatile -- asks the clock
set search_path = ''
as $$
begin
  return coalesce(
    legal.is_active(is_authorized.plaintiff_id)
      and cardinality(legal.missing_consents(is_authorized.plaintiff_id)) = 0,
    false);
exception when others then
  raise warning 'whether plaintiff % is authorised cannot be told, so it is not: %',
    is_authorized.plaintiff_id, sqlerrm;
  return false;
end
$$;
comment on function legal.is_authorized(uuid) is
  'Whether actions may be executed for a plaintiff at this very moment: an active, in-date fee_agreement and loa, and '
  'a state that is neither null nor inactive. Anything else, any error: no.';
grant execute on function legal.is_authorized(uuid) to service_role;

create function legal.end_of(valid_until text)
returns timestamptz
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  select case when valid_until ~ '^\d{4}-\d\d-\d\d$' then valid_until::date + 1 else valid_until::timestamptz end
$$;
comment on function legal.end_of(text) is
  'The moment before which a consent holds: of a bare date the end of that day in UTC, else the moment that is named.';
grant execute on function legal.end_of(text) to service_role;

create function legal.register_consent(
  plaintiff uuid,
  consent_type text,
  version text,
  valid_from timestamptz,
  valid_until text,
  evidence_file uuid,
  actor text,
  request_id text
)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  registered uuid;
begin
  if legal.lock_standing(plaintiff) is null then
    return jsonb_build_object('outcome', 'unknown', 'id', plaintiff);
  end if;
  perform ops.act_as(actor, request_id);
  insert into legal.consents as c (plaintiff_id, consent_type, version, valid_from, valid_until, evidence_file_id)
  values (plaintiff, register_consent.consent_type, register_consent.version,
    coalesce(register_consent.valid_from, now()), legal.end_of(register_consent.valid_until), evidence_file)
  returning c.id into registered;
  return jsonb_build_object('outcome', 'done', 'consent_id', registered,
    'is_authorized', legal.is_authorized(plaintiff));
end
$$;
comment on function legal.register_consent(uuid, text, text, timestamptz, text, uuid, text, text) is
  'Writes a consent down with the file that proves it; the active one of its type is superseded. valid_until: a moment '
  'or a bare date, which includes that day in UTC. outcome: done (consent_id, is_authorized) or unknown (id).';
grant execute on function legal.register_consent(uuid, text, text, timestamptz, text, uuid, text, text) to service_role;

create function legal.revoke_consent(consent uuid, reason text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held legal.consents;
begin
  select * into held from legal.consents c where c.id = consent;
  if held.id is null then
    return jsonb_build_object('outcome', 'unknown', 'id', consent);
  end if;
  perform legal.lock_standing(held.plaintiff_id);
  select * into held from legal.consents c where c.id = consent; -- as whoever held the plaintiff has left it
  if held.status <> 'active' then
    return jsonb_build_object('outcome', 'wrong_state', 'status', held.status);
  end if;
  perform ops.act_as(actor, request_id);
  update legal.consents c
     set status = 'revoked',
         revoked_reason = reason
   where c.id = consent;
  return jsonb_build_object('outcome', 'done', 'is_authorized', legal.is_authorized(held.plaintiff_id));
end
$$;
comment on function legal.revoke_consent(uuid, text, text, text) is
  'Ends an active consent for good: from its commit on nothing is executed by it. outcome: done (is_authorized), '
  'unknown (id) or wrong_state (status).';
grant execute on function legal.revoke_consent(uuid, text, text, text) to service_role;

create function legal.expire_consents()
returns int
language plpgsql
set search_path = ''
as $$
declare
  ended int;
begin
  -- Who is busy is taken up a minute later: this waits for nobody while it holds others.
  update legal.consents c
     set status = 'expired'
   where c.id in (
     select d.id
       from legal.consents d join public.plaintiffs p on p.id = d.plaintiff_id
      where d.status = 'active' and d.valid_until <= clock_timestamp()
      limit 1000
      for no key update of d, p skip locked);
  get diagnostics ended = row_count;
  return ended;
end
$$;
comment on function legal.expire_consents() is
  'Marks active consents whose time is over, a thousand at most, and returns how many. Nothing depends on it: whether '
  'one holds is told by the clock.';
grant execute on function legal.expire_consents() to service_role;
