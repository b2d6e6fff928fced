-- When each plaintiff is authorised, kept, so that a list need not ask every plaintiff there is. The times are kept and
-- no answer: what ends at midnight is over in the list at midnight, without anybody writing. The gate never looks here:
-- legal.is_authorized asks the consents themselves, and a test holds one against the other.

create table legal.authorizations (
  plaintiff_id uuid primary key references public.plaintiffs (id) on delete cascade,
  holds tstzmultirange not null,
  is_proof boolean not null
);
alter table legal.authorizations enable row level security;

comment on table legal.authorizations is
  'When a plaintiff is authorised by what is written down now. Who has no row never gave a consent. For lists: whether '
  'something may be executed is told by legal.is_authorized alone.';
comment on column legal.authorizations.plaintiff_id is 'The plaintiff.';
comment on column legal.authorizations.holds is
  'Times at which its consents of both types are in force; empty when it is inactive, or merged into another one.';
comment on column legal.authorizations.is_proof is 'Of a plaintiff that a command made to prove something.';
comment on constraint authorizations_pkey on legal.authorizations is 'One row a plaintiff.';
comment on constraint authorizations_plaintiff_id_fkey on legal.authorizations is 'They go with their plaintiff.';
grant select on legal.authorizations to service_role;

create function legal.times_of(plaintiff uuid)
returns tstzmultirange
language plpgsql
stable
set search_path = ''
as $$
begin
  if not exists (select 1 from public.plaintiffs p where p.id = plaintiff and p.merged_into is null)
     or not legal.is_active(plaintiff) then
    return '{}';
  end if;
  return coalesce(
    (select range_agg(tstzrange(s.valid_from, s.valid_until)) filter (where s.consent_type = 'fee_agreement')
            * range_agg(tstzrange(s.valid_from, s.valid_until)) filter (where s.consent_type = 'loa')
       from legal.v_standing_consents s
      where s.plaintiff_id = plaintiff and s.valid_from < coalesce(s.valid_until, 'infinity')),
    '{}');
end
$$;
comment on function legal.times_of(uuid) is
  'When a plaintiff is authorised, if nothing more is written down: legal.is_authorized for every moment at once.';
grant execute on function legal.times_of(uuid) to service_role;

create function legal.keep_authorization(plaintiff uuid)
returns void
language plpgsql
security definer -- who may change a consent changes what follows from it, and in no other way
set search_path = ''
as $$
begin
  -- First the lock, then the look: who waited sees what the one before has left. The row is written even when nothing
  -- changes and never deleted, so that a snapshot from before is refused instead of believed.
  if legal.lock_standing(plaintiff) is null then
    return;
  end if;
  insert into legal.authorizations as a (plaintiff_id, holds, is_proof)
  select p.id, legal.times_of(p.id), p.is_proof from public.plaintiffs p where p.id = plaintiff
  on conflict (plaintiff_id) do update
     set holds = excluded.holds,
         is_proof = excluded.is_proof;
end
$$;
comment on function legal.keep_authorization(uuid) is 'Writes down when a plaintiff is authorised.';
grant execute on function legal.keep_authorization(uuid) to service_role;

create function legal.recount_authorizations()
returns bigint
language sql
volatile
security definer -- as above
set search_path = ''
as $$
  lock table legal.authorizations in share row exclusive mode; -- who is writing has ended, who comes sees this
  delete from legal.authorizations a where true;
  insert into legal.authorizations (plaintiff_id, holds, is_proof)
  select p.id, legal.times_of(p.id), p.is_proof
    from public.plaintiffs p
   where exists (select 1 from public.plaintiffs m join legal.consents c on c.plaintiff_id = m.id
                  where m.standing_id = p.id);
  select count(*) from legal.authorizations;
$$;
comment on function legal.recount_authorizations() is
  'Writes down anew when every plaintiff is authorised, and returns of how many. For whoever brought consents in past '
  'the triggers, as a restore of single tables does.';
grant execute on function legal.recount_authorizations() to service_role;

create function legal.follow_authorization()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  plaintiff uuid;
  was constant jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) else '{}' end;
  is_now constant jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) else '{}' end;
begin
  if tg_table_name = 'consents' then
    perform legal.keep_authorization(p.standing_id) from public.plaintiffs p where p.id = new.plaintiff_id;
    return null;
  end if;
  for plaintiff in
    select distinct t.id
      from unnest(array[is_now ->> 'id', is_now ->> 'merged_into', was ->> 'merged_into']::uuid[]) as t(id)
     where t.id is not null
     order by t.id
  loop
    perform legal.keep_authorization(plaintiff);
  end loop;
  return null;
end
$$;
comment on function legal.follow_authorization() is
  'Trigger: whoever writes a consent, or what a plaintiff is, has written when it is authorised.';
grant execute on function legal.follow_authorization() to service_role;

create trigger _400_follow_authorization after insert or update on legal.consents
  for each row execute function legal.follow_authorization();
alter table legal.consents enable always trigger _400_follow_authorization;
comment on trigger _400_follow_authorization on legal.consents is 'Consents that come, end or are shortened.';

create trigger _400_follow_authorization after update on public.plaintiffs
  for each row
  when (new.status is distinct from old.status or new.merged_into is distinct from old.merged_into
        or new.is_proof <> old.is_proof)
  execute function legal.follow_authorization();
alter table public.plaintiffs enable always trigger _400_follow_authorization;
comment on trigger _400_follow_authorization on public.plaintiffs is
  'Plaintiffs whose state changes, or who are merged.';

create trigger _400_follow_new_member after insert on public.plaintiffs
  for each row when (new.merged_into is not null) execute function legal.follow_authorization();
alter table public.plaintiffs enable always trigger _400_follow_new_member;
comment on trigger _400_follow_new_member on public.plaintiffs is 'One that is merged when it is added.';

create trigger _400_follow_lost_member after delete on public.plaintiffs
  for each row when (old.merged_into is not null) execute function legal.follow_authorization();
alter table public.plaintiffs enable always trigger _400_follow_lost_member;
comment on trigger _400_follow_lost_member on public.plaintiffs is 'Its state counts no longer.';
