-- What judgments come to, by stage and by plaintiff, so that nobody reads millions of rows to say how many there are
-- and what they are worth. An insert pays nothing for it: its rows are summed a minute or two later, by the clock, up
-- to a place in the ids; whoever reads adds the rows behind that place himself, and so is right at any moment.
--
-- The place only moves over ids that nobody can still bring: those that were given out before every transaction under
-- way now began. Changes of judgments are rows less what was and more what is. One of a judgment that is not yet summed
-- carries its id, for the sum that will be taken may or may not have seen it: what it saw, it takes away; what was
-- committed after, stays.

create table enforcement.stage_sums (
  enforcement_stage text not null,
  amount_from numeric not null,
  judgment_date date not null,
  judgment_id bigint,
  is_folded boolean not null default false,
  cases bigint not null,
  amount numeric not null
);
alter table enforcement.stage_sums enable row level security;
create unique index stage_sums_folded_key on enforcement.stage_sums (enforcement_stage, amount_from, judgment_date)
  where is_folded;
create index stage_sums_change_idx on enforcement.stage_sums (judgment_id) where not is_folded;

comment on table enforcement.stage_sums is
  'Judgments up to enforcement.summed_up_to, by stage and by what their tier is made of. Rows add up.';
comment on column enforcement.stage_sums.enforcement_stage is 'The stage.';
comment on column enforcement.stage_sums.amount_from is
  'The amount from which on the tier is another: 0, 2000, 5000, 10000.';
comment on column enforcement.stage_sums.judgment_date is
  'Day of the judgment; -infinity where it is too old to matter.';
comment on column enforcement.stage_sums.judgment_id is
  'Of a change to a judgment that was not summed then: counts once it is. Null: counts.';
comment on column enforcement.stage_sums.is_folded is 'A sum; else rows that are yet to be added to it.';
comment on column enforcement.stage_sums.cases is 'How many judgments; of a change, how many more or fewer.';
comment on column enforcement.stage_sums.amount is 'Their amounts, in US dollars.';
comment on index enforcement.stage_sums_folded_key is 'One sum each.';
comment on index enforcement.stage_sums_change_idx is 'What is yet to be added up.';
grant select on enforcement.stage_sums to service_role;

create table enforcement.plaintiff_sums (
  plaintiff_id uuid not null,
  judgment_id bigint,
  is_folded boolean not null default false,
  cases bigint not null,
  amount numeric not null
);
alter table enforcement.plaintiff_sums enable row level security;
create unique index plaintiff_sums_folded_key on enforcement.plaintiff_sums (plaintiff_id) where is_folded;
create index plaintiff_sums_plaintiff_idx on enforcement.plaintiff_sums (plaintiff_id) where not is_folded;
create index plaintiff_sums_change_idx on enforcement.plaintiff_sums (judgment_id) where not is_folded;

comment on table enforcement.plaintiff_sums is
  'Judgments up to enforcement.summed_up_to, by plaintiff. Rows add up.';
comment on column enforcement.plaintiff_sums.plaintiff_id is 'The plaintiff the judgments name, merged or not.';
comment on column enforcement.plaintiff_sums.judgment_id is
  'Of a change to a judgment that was not summed then: counts once it is. Null: counts.';
comment on column enforcement.plaintiff_sums.is_folded is 'A sum; else rows that are yet to be added to it.';
comment on column enforcement.plaintiff_sums.cases is 'How many judgments; of a change, how many more or fewer.';
comment on column enforcement.plaintiff_sums.amount is 'Their amounts, in US dollars.';
comment on index enforcement.plaintiff_sums_folded_key is 'One sum each.';
comment on index enforcement.plaintiff_sums_plaintiff_idx is 'Changes of a plaintiff.';
comment on index enforcement.plaintiff_sums_change_idx is 'What is yet to be added up.';
grant select on enforcement.plaintiff_sums to service_role;

create table enforcement.summed_up_to (
  one boolean primary key default true,
  judgment_id bigint not null default 0,
  next_id bigint,
  waits_for text[],
  constraint summed_up_to_one check (one)
);
alter table enforcement.summed_up_to enable row level security;
insert into enforcement.summed_up_to (judgment_id)
values (0);

comment on table enforcement.summed_up_to is 'Up to which judgment the sums go. One row.';
comment on column enforcement.summed_up_to.one is 'Always true.';
comment on column enforcement.summed_up_to.judgment_id is 'The last judgment that is in the sums, by its id.';
comment on column enforcement.summed_up_to.next_id is 'Where the sums go next, once nobody brings an id up to there.';
comment on column enforcement.summed_up_to.waits_for is
  'Transactions that were under way when next_id was written down.';
comment on constraint summed_up_to_pkey on enforcement.summed_up_to is 'One row.';
comment on constraint summed_up_to_one on enforcement.summed_up_to is 'One row.';
grant select on enforcement.summed_up_to to service_role;

create function enforcement.amount_from(amount numeric)
returns numeric
language sql
immutable
set search_path = ''
as $$
  select case when amount >= 10000 then 10000 when amount >= 5000 then 5000 when amount >= 2000 then 2000 else 0 end
$$;
comment on function enforcement.amount_from(numeric) is
  'Stands for an amount: public.collectability_tier says the same of it.';
grant execute on function enforcement.amount_from(numeric) to service_role;

create function enforcement.is_counted(plaintiff_name text)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select not starts_with(lower(plaintiff_name), 'dragonfly-proof')
$$;
comment on function enforcement.is_counted(text) is
  'Whether a judgment is one, and not made by a command that proves something.';
grant execute on function enforcement.is_counted(text) to service_role;

create function enforcement.keep_sums()
returns trigger
language plpgsql
security definer -- a hand that may change a judgment changes the sums by that, and in no other way
set search_path = ''
as $$
declare
  place constant bigint := (select p.judgment_id from enforcement.summed_up_to p);
begin
  if tg_op = 'DELETE' then
    insert into enforcement.stage_sums (enforcement_stage, amount_from, judgment_date, judgment_id, cases, amount)
    select w.enforcement_stage, enforcement.amount_from(w.amount), w.judgment_date,
           case when w.id > place then w.id end, -count(*), -sum(w.amount)
      from was w where enforcement.is_counted(w.plaintiff_name) group by 1, 2, 3, 4;
    insert into enforcement.plaintiff_sums (plaintiff_id, judgment_id, cases, amount)
    select w.plaintiff_id, case when w.id > place then w.id end, -count(*), -sum(w.amount)
      from was w where w.plaintiff_id is not null group by 1, 2;
    return null;
  end if;
  insert into enforcement.stage_sums (enforcement_stage, amount_from, judgment_date, judgment_id, cases, amount)
  select c.enforcement_stage, enforcement.amount_from(c.amount), c.judgment_date,
         case when c.id > place then c.id end, sum(c.sign), sum(c.sign * c.amount)
    from (
      select w.id, w.enforcement_stage, w.amount, w.judgment_date, w.plaintiff_name, -1 as sign from was w
      union all
      select i.id, i.enforcement_stage, i.amount, i.judgment_date, i.plaintiff_name, 1 from is_now i
    ) c
   where enforcement.is_counted(c.plaintiff_name)
   group by 1, 2, 3, 4
  having sum(c.sign) <> 0 or sum(c.sign * c.amount) <> 0;
  insert into enforcement.plaintiff_sums (plaintiff_id, judgment_id, cases, amount)
  select c.plaintiff_id, case when c.id > place then c.id end, sum(c.sign), sum(c.sign * c.amount)
    from (
      select w.id, w.plaintiff_id, w.amount, -1 as sign from was w
      union all
      select i.id, i.plaintiff_id, i.amount, 1 from is_now i
    ) c
   where c.plaintiff_id is not null
   group by 1, 2
  having sum(c.sign) <> 0 or sum(c.sign * c.amount) <> 0;
  return null;
end
$$;
comment on function enforcement.keep_sums() is
  'Trigger: judgments that are changed or deleted, whoever does it, are in the sums as they are.';
grant execute on function enforcement.keep_sums() to service_role;

create function enforcement.keep_sums_of_own_id()
returns trigger
language plpgsql
security definer -- as above
set search_path = ''
as $$
begin
  if new.id <= (select greatest(p.judgment_id, p.next_id) from enforcement.summed_up_to p) then
    insert into enforcement.stage_sums (enforcement_stage, amount_from, judgment_date, judgment_id, cases, amount)
    select new.enforcement_stage, enforcement.amount_from(new.amount), new.judgment_date, new.id, 1, new.amount
     where enforcement.is_counted(new.plaintiff_name);
    insert into enforcement.plaintiff_sums (plaintiff_id, judgment_id, cases, amount)
    select new.plaintiff_id, new.id, 1, new.amount where new.plaintiff_id is not null;
  end if;
  return null;
end
$$;
comment on function enforcement.keep_sums_of_own_id() is
  'Trigger: a judgment that a hand writes with an id of its own choosing may lie before the place that sums go up to.';
grant execute on function enforcement.keep_sums_of_own_id() to service_role;

create function enforcement.forget_sums()
returns void
language sql
volatile
security definer -- as above
set search_path = ''
as $$
  delete from enforcement.stage_sums s where true;
  delete from enforcement.plaintiff_sums s where true;
  update enforcement.summed_up_to p set judgment_id = 0, next_id = null, waits_for = null where true;
$$;
comment on function enforcement.forget_sums() is
  'Begins the sums anew: every reader reads the judgments until enforcement.sum_judgments has come by again. For '
  'whoever brought judgments in past the triggers, as a restore of single tables does.';
grant execute on function enforcement.forget_sums() to service_role;

create function enforcement.forget_truncated()
returns trigger
language plpgsql
security definer -- as above
set search_path = ''
as $$
begin
  perform enforcement.forget_sums();
  return null;
end
$$;
comment on function enforcement.forget_truncated() is 'Trigger: where there are no judgments, nothing is summed.';
grant execute on function enforcement.forget_truncated() to service_role;

create trigger _400_keep_sums_update after update on public.judgments
  referencing old table as was new table as is_now
  for each statement execute function enforcement.keep_sums();
alter table public.judgments enable always trigger _400_keep_sums_update;
comment on trigger _400_keep_sums_update on public.judgments is 'Judgments that are changed.';

create trigger _400_keep_sums_delete after delete on public.judgments
  referencing old table as was
  for each statement execute function enforcement.keep_sums();
alter table public.judgments enable always trigger _400_keep_sums_delete;
comment on trigger _400_keep_sums_delete on public.judgments is 'Judgments that are deleted or undone.';

create trigger _400_keep_sums_of_own_id after insert on public.judgments
  for each row when (ops.is_by_hand()) execute function enforcement.keep_sums_of_own_id();
alter table public.judgments enable always trigger _400_keep_sums_of_own_id;
comment on trigger _400_keep_sums_of_own_id on public.judgments is 'Judgments that are written with an id.';

create trigger _400_forget_truncated after truncate on public.judgments
  for each statement execute function enforcement.forget_truncated();
alter table public.judgments enable always trigger _400_forget_truncated;
comment on trigger _400_forget_truncated on public.judgments is 'All judgments at once.';

create function enforcement.fold_sums()
returns void
language sql
volatile
security definer -- nobody else writes these tables
set search_path = ''
as $$
  with taken as (
    delete from enforcement.stage_sums s
     where not s.is_folded
       and coalesce(s.judgment_id, 0) <= (select p.judgment_id from enforcement.summed_up_to p)
    returning *
  )
  insert into enforcement.stage_sums as s (enforcement_stage, amount_from, judgment_date, is_folded, cases, amount)
  select t.enforcement_stage, t.amount_from, t.judgment_date, true, sum(t.cases), sum(t.amount)
    from taken t
   group by 1, 2, 3
   order by 1, 2, 3
  on conflict (enforcement_stage, amount_from, judgment_date) where is_folded do update
     set cases = s.cases + excluded.cases,
         amount = s.amount + excluded.amount;
  with taken as (
    delete from enforcement.stage_sums s
     where s.is_folded
       and s.judgment_date > '-infinity'
       and s.judgment_date <= current_date - interval '5 years' -- no tier asks how old it is any more
    returning *
  )
  insert into enforcement.stage_sums as s (enforcement_stage, amount_from, judgment_date, is_folded, cases, amount)
  select t.enforcement_stage, t.amount_from, '-infinity', true, sum(t.cases), sum(t.amount)
    from taken t
   group by 1, 2
   order by 1, 2
  on conflict (enforcement_stage, amount_from, judgment_date) where is_folded do update
     set cases = s.cases + excluded.cases,
         amount = s.amount + excluded.amount;
  with taken as (
    delete from enforcement.plaintiff_sums s
     where not s.is_folded
       and coalesce(s.judgment_id, 0) <= (select p.judgment_id from enforcement.summed_up_to p)
    returning *
  )
  insert into enforcement.plaintiff_sums as s (plaintiff_id, is_folded, cases, amount)
  select t.plaintiff_id, true, sum(t.cases), sum(t.amount)
    from taken t
   group by 1
   order by 1
  on conflict (plaintiff_id) where is_folded do update
     set cases = s.cases + excluded.cases,
         amount = s.amount + excluded.amount;
$$;
comment on function enforcement.fold_sums() is
  'Adds up what was summed and changed. Sums stay as they are for whoever reads.';
grant execute on function enforcement.fold_sums() to service_role;

create function enforcement.max_summed_judgments()
returns int language sql immutable set search_path = '' as $$ select 500000 $$;
comment on function enforcement.max_summed_judgments() is
  'Judgments that are summed at a time: about a second. Once a minute, that is more than a project loads in a day.';
grant execute on function enforcement.max_summed_judgments() to service_role;

create function enforcement.sum_judgments()
returns bigint
language plpgsql
security definer -- as above
set search_path = ''
as $$
declare
  place enforcement.summed_up_to;
  up_to bigint;
begin
  select * into place from enforcement.summed_up_to p for update skip locked;
  if place.one is null then
    return 0; -- somebody else does
  end if;
  if place.next_id is not null and not exists (
    select 1 from pg_catalog.pg_locks l where l.virtualtransaction = any (place.waits_for)) then
    select max(j.id) into up_to
      from (select i.id from public.judgments i where i.id > place.judgment_id and i.id <= place.next_id
             order by i.id limit enforcement.max_summed_judgments()) j
    having count(*) = enforcement.max_summed_judgments();
    up_to := coalesce(up_to, place.next_id);
    -- One statement, so that all of it sees the same.
    with seen as (
      delete from enforcement.stage_sums s where s.judgment_id > place.judgment_id and s.judgment_id <= up_to
    ), seen_of_plaintiffs as (
      delete from enforcement.plaintiff_sums s where s.judgment_id > place.judgment_id and s.judgment_id <= up_to
    ), brought as (
      select j.enforcement_stage, j.amount, j.judgment_date, j.plaintiff_name, j.plaintiff_id
        from public.judgments j
       where j.id > place.judgment_id and j.id <= up_to
    ), by_stage as (
      insert into enforcement.stage_sums (enforcement_stage, amount_from, judgment_date, cases, amount)
      select b.enforcement_stage, enforcement.amount_from(b.amount), b.judgment_date, count(*), sum(b.amount)
        from brought b where enforcement.is_counted(b.plaintiff_name) group by 1, 2, 3
    )
    insert into enforcement.plaintiff_sums (plaintiff_id, cases, amount)
    select b.plaintiff_id, count(*), sum(b.amount) from brought b where b.plaintiff_id is not null group by 1;
    update enforcement.summed_up_to p
       set judgment_id = up_to, next_id = nullif(place.next_id, up_to)
     where true
    returning p.next_id into place.next_id;
  end if;
  perform enforcement.fold_sums(); -- changes come without new judgments too
  if place.next_id is null then
    -- First the last id that was given out, then who may still bring it.
    place.next_id := pg_catalog.pg_sequence_last_value('public.judgments_id_seq');
    update enforcement.summed_up_to p
       set next_id = nullif(place.next_id, p.judgment_id),
           waits_for = array(
             select l.virtualtransaction
               from pg_catalog.pg_locks l
               join pg_catalog.pg_stat_activity a on a.pid = l.pid
              where l.locktype = 'virtualxid'
                and a.datname = current_database()
                and l.pid <> pg_catalog.pg_backend_pid())
     where true;
  end if;
  return coalesce(up_to - place.judgment_id, 0);
end
$$;
comment on function enforcement.sum_judgments() is
  'Takes the next judgments into the sums, as far as all ids are settled, and writes down how far the next run may go. '
  'Returns by how many ids the sums got on. Called by cron once a minute; safe to call at any time.';
grant execute on function enforcement.sum_judgments() to service_role;

create function enforcement.sum_of(plaintiffs uuid[])
returns table (cases bigint, amount numeric)
language sql
stable
set search_path = ''
as $$
  select coalesce(sum(c.cases), 0)::bigint, coalesce(nullif(sum(c.amount), 0), 0)
    from enforcement.summed_up_to p
    cross join lateral (
      -- two branches: each is looked up in the index that has its rows, where one would read every plaintiff's
      select s.cases, s.amount
        from enforcement.plaintiff_sums s
       where s.plaintiff_id = any (plaintiffs) and s.is_folded
      union all
      select s.cases, s.amount
        from enforcement.plaintiff_sums s
       where s.plaintiff_id = any (plaintiffs) and not s.is_folded and coalesce(s.judgment_id, 0) <= p.judgment_id
      union all
      select 1, j.amount
        from public.judgments j
       where j.plaintiff_id = any (plaintiffs) and j.id > p.judgment_id) c
$$;
comment on function enforcement.sum_of(uuid[]) is 'How many judgments plaintiffs have, and what these come to.';
grant execute on function enforcement.sum_of(uuid[]) to service_role;
