-- What the batches of a day come to, so that whoever counts all batches there ever were reads a row a day and not a row
-- a batch. Batches that have ended are in the figures of their day, each change of one by the trigger that follows it
-- and in its transaction, whoever made it; those that are open are few, and counted when somebody looks.
--
-- A change is a row of its own, less what was and more what is, and rows are only ever added: a batch never waits for
-- another's transaction to keep the figures of their common day, so there is no circle to wait in. intake.fold_days
-- adds the changes up. Whoever reads sums rows, folded or not, and so is right at any moment. Days are days of UTC.

create table intake.batch_days (
  day date not null,
  source text not null,
  status text not null,
  dry_run boolean not null,
  is_folded boolean not null default false,
  batches bigint not null,
  row_count_total bigint not null,
  row_count_invalid bigint not null,
  row_count_inserted bigint not null,
  row_count_duplicate bigint not null
);
alter table intake.batch_days enable row level security;
create unique index batch_days_folded_key on intake.batch_days (day, source, status, dry_run) where is_folded;
create index batch_days_change_idx on intake.batch_days (day) where not is_folded;

comment on table intake.batch_days is
  'Batches that have ended and their rows, by the day they were accepted in. Rows of the same day add up; '
  'intake.v_batch_days has the sums, open batches included.';
comment on column intake.batch_days.day is 'The day the batches were accepted in, UTC.';
comment on column intake.batch_days.source is 'The vendor.';
comment on column intake.batch_days.status is 'The state they ended in: completed, failed or skipped.';
comment on column intake.batch_days.dry_run is 'Whether they were dry runs.';
comment on column intake.batch_days.is_folded is 'A sum; else a change that intake.fold_days has yet to add.';
comment on column intake.batch_days.batches is 'How many batches; of a change, how many more or fewer.';
comment on column intake.batch_days.row_count_total is 'Their rows.';
comment on column intake.batch_days.row_count_invalid is 'Of these, rejected.';
comment on column intake.batch_days.row_count_inserted is 'Their judgments that stand.';
comment on column intake.batch_days.row_count_duplicate is 'Their rows whose case number was there.';
comment on index intake.batch_days_folded_key is 'One sum a day, source and state.';
comment on index intake.batch_days_change_idx is 'Changes that are yet to be added up.';
grant select on intake.batch_days to service_role;

create table intake.error_days (
  day date not null,
  source text not null,
  error_code text not null,
  is_folded boolean not null default false,
  occurrences bigint not null
);
alter table intake.error_days enable row level security;
create unique index error_days_folded_key on intake.error_days (day, source, error_code) where is_folded;
create index error_days_change_idx on intake.error_days (day) where not is_folded;

comment on table intake.error_days is
  'Rejects by code of the batches that completed or failed, without dry runs, by the day they were accepted in. Rows '
  'of the same day add up; intake.v_error_days has the sums, open batches included.';
comment on column intake.error_days.day is 'The day the batches were accepted in, UTC.';
comment on column intake.error_days.source is 'The vendor.';
comment on column intake.error_days.error_code is 'The code; of a row with several problems, the first.';
comment on column intake.error_days.is_folded is 'A sum; else a change that intake.fold_days has yet to add.';
comment on column intake.error_days.occurrences is 'How many rejects; of a change, how many more or fewer.';
comment on index intake.error_days_folded_key is 'One sum a day, source and code.';
comment on index intake.error_days_change_idx is 'Changes that are yet to be added up.';
grant select on intake.error_days to service_role;

create index simplicity_batches_open_idx on intake.simplicity_batches (created_at)
  where status not in ('completed', 'failed', 'skipped');
comment on index intake.simplicity_batches_open_idx is 'Batches that have not ended: no day has them yet.';

create function intake.day_of(moment timestamptz)
returns date
language sql
immutable
set search_path = ''
as $$
  select (moment at time zone 'UTC')::date
$$;
comment on function intake.day_of(timestamptz) is 'The day of UTC a moment lies in.';
grant execute on function intake.day_of(timestamptz) to service_role;

create function intake.change_day(batch intake.simplicity_batches, sign int)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into intake.batch_days (
    day, source, status, dry_run, batches, row_count_total, row_count_invalid, row_count_inserted, row_count_duplicate)
  values (
    intake.day_of(batch.created_at), batch.source, batch.status, batch.dry_run, sign, sign * batch.row_count_total,
    sign * batch.row_count_invalid, sign * batch.row_count_inserted, sign * batch.row_count_duplicate);
$$;
comment on function intake.change_day(intake.simplicity_batches, int) is
  'Adds a batch that has ended to its day (sign 1), or takes it from there (-1).';
grant execute on function intake.change_day(intake.simplicity_batches, int) to service_role;

create function intake.change_error_day(batch intake.simplicity_batches, sign int)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into intake.error_days (day, source, error_code, occurrences)
  select intake.day_of(batch.created_at), batch.source, c.error_code, sign * c.occurrences
    from intake.batch_error_counts c
   where c.batch_id = batch.id
     and c.error_stage <> 'insert'
     and batch.status in ('completed', 'failed')
     and not batch.dry_run;
$$;
comment on function intake.change_error_day(intake.simplicity_batches, int) is
  'Adds the rejects of a batch that completed or failed to its day (sign 1), or takes them from there (-1).';
grant execute on function intake.change_error_day(intake.simplicity_batches, int) to service_role;

create function intake.keep_day()
returns trigger
language plpgsql
security definer -- a hand that may change a batch changes the figures of its day by that, and in no other way
set search_path = ''
as $$
begin
  if tg_op <> 'INSERT' and old.status in ('completed', 'failed', 'skipped') then
    perform intake.change_day(old, -1);
    perform intake.change_error_day(old, -1);
  end if;
  if tg_op <> 'DELETE' and new.status in ('completed', 'failed', 'skipped') then
    perform intake.change_day(new, 1);
    perform intake.change_error_day(new, 1);
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end
$$;
comment on function intake.keep_day() is
  'Trigger: a batch that has ended is in the figures of its day as it is now, and in no others.';
grant execute on function intake.keep_day() to service_role;

create function intake.change_error_count(counted intake.batch_error_counts, sign int)
returns void
language sql
volatile
set search_path = ''
as $$
  -- A batch that goes has taken its counts from its day before; one that is reset has left its day by then.
  insert into intake.error_days (day, source, error_code, occurrences)
  select intake.day_of(b.created_at), b.source, counted.error_code, sign * counted.occurrences
    from (
      select * from intake.simplicity_batches k
       where k.id = counted.batch_id and k.status in ('completed', 'failed') and not k.dry_run
         for no key update -- neither reset nor deleted meanwhile, by who does not see this count yet
    ) b
   where counted.error_stage <> 'insert';
$$;
comment on function intake.change_error_count(intake.batch_error_counts, int) is
  'Adds a count of a batch that completed or failed to its day (sign 1), or takes it from there (-1).';
grant execute on function intake.change_error_count(intake.batch_error_counts, int) to service_role;

create function intake.keep_error_day()
returns trigger
language plpgsql
security definer -- as above
set search_path = ''
as $$
begin
  if tg_op <> 'INSERT' then
    perform intake.change_error_count(old, -1);
  end if;
  if tg_op <> 'DELETE' then
    perform intake.change_error_count(new, 1);
  end if;
  return null;
end
$$;
comment on function intake.keep_error_day() is
  'Trigger: counts that somebody changes of a batch that has ended change the figures of its day.';
grant execute on function intake.keep_error_day() to service_role;

create function intake.forget_days()
returns trigger
language plpgsql
security definer -- as above
set search_path = ''
as $$
begin
  if tg_table_name = 'simplicity_batches' then
    delete from intake.batch_days d where true;
  end if;
  delete from intake.error_days d where true;
  return null;
end
$$;
comment on function intake.forget_days() is 'Trigger: where there are no batches, or no counts, no day has figures.';
grant execute on function intake.forget_days() to service_role;

-- Before what follows from a status: a reset clears the counts that are taken from the day here.
create trigger _400_keep_day_of_new after insert on intake.simplicity_batches
  for each row when (new.status in ('completed', 'failed', 'skipped')) execute function intake.keep_day();
alter table intake.simplicity_batches enable always trigger _400_keep_day_of_new;
comment on trigger _400_keep_day_of_new on intake.simplicity_batches is 'A row written in a state that is an end.';

create trigger _400_keep_day after update on intake.simplicity_batches
  for each row
  when ((old.status in ('completed', 'failed', 'skipped') or new.status in ('completed', 'failed', 'skipped'))
    and (old.status, old.source, old.created_at, old.dry_run, old.row_count_total, old.row_count_invalid,
         old.row_count_inserted, old.row_count_duplicate)
      is distinct from (new.status, new.source, new.created_at, new.dry_run, new.row_count_total,
         new.row_count_invalid, new.row_count_inserted, new.row_count_duplicate))
  execute function intake.keep_day();
alter table intake.simplicity_batches enable always trigger _400_keep_day;
comment on trigger _400_keep_day on intake.simplicity_batches is
  'Batches that end, are reset, undone or changed by hand.';

-- Before the batch goes: its counts go with it.
create trigger _110_keep_day_of_old before delete on intake.simplicity_batches
  for each row when (old.status in ('completed', 'failed', 'skipped')) execute function intake.keep_day();
alter table intake.simplicity_batches enable always trigger _110_keep_day_of_old;
comment on trigger _110_keep_day_of_old on intake.simplicity_batches is 'Batches that are deleted.';

create trigger _400_forget_days after truncate on intake.simplicity_batches
  for each statement execute function intake.forget_days();
alter table intake.simplicity_batches enable always trigger _400_forget_days;
comment on trigger _400_forget_days on intake.simplicity_batches is 'All batches at once.';

create trigger _400_keep_error_day after insert or update or delete on intake.batch_error_counts
  for each row execute function intake.keep_error_day();
alter table intake.batch_error_counts enable always trigger _400_keep_error_day;
comment on trigger _400_keep_error_day on intake.batch_error_counts is
  'Counts that are changed after their batch ended.';

create trigger _400_forget_days after truncate on intake.batch_error_counts
  for each statement execute function intake.forget_days();
alter table intake.batch_error_counts enable always trigger _400_forget_days;
comment on trigger _400_forget_days on intake.batch_error_counts is 'All counts at once.';

create function intake.fold_days()
returns void
language sql
volatile
security definer -- nobody else writes these tables
set search_path = ''
as $$
  with taken as (
    delete from intake.batch_days d where not d.is_folded returning *
  )
  insert into intake.batch_days as d (
    day, source, status, dry_run, is_folded, batches, row_count_total, row_count_invalid, row_count_inserted,
    row_count_duplicate)
  select t.day, t.source, t.status, t.dry_run, true, sum(t.batches), sum(t.row_count_total), sum(t.row_count_invalid),
         sum(t.row_count_inserted), sum(t.row_count_duplicate)
    from taken t
   group by t.day, t.source, t.status, t.dry_run
   order by t.day, t.source, t.status, t.dry_run -- two that fold at once meet the sums in one order
  on conflict (day, source, status, dry_run) where is_folded do update
     set batches = d.batches + excluded.batches,
         row_count_total = d.row_count_total + excluded.row_count_total,
         row_count_invalid = d.row_count_invalid + excluded.row_count_invalid,
         row_count_inserted = d.row_count_inserted + excluded.row_count_inserted,
         row_count_duplicate = d.row_count_duplicate + excluded.row_count_duplicate;
  with taken as (
    delete from intake.error_days d where not d.is_folded returning *
  )
  insert into intake.error_days as d (day, source, error_code, is_folded, occurrences)
  select t.day, t.source, t.error_code, true, sum(t.occurrences)
    from taken t
   group by t.day, t.source, t.error_code
   order by t.day, t.source, t.error_code
  on conflict (day, source, error_code) where is_folded do update
     set occurrences = d.occurrences + excluded.occurrences;
$$;
comment on function intake.fold_days() is
  'Adds up the changes of days. Sums stay as they are for whoever reads; ops.prune calls it once an hour.';
grant execute on function intake.fold_days() to service_role;

create function intake.recount_days()
returns void
language sql
volatile
security definer -- as above
set search_path = ''
as $$
  lock table intake.simplicity_batches, intake.batch_error_counts in share row exclusive mode;
  delete from intake.batch_days d where true;
  insert into intake.batch_days (
    day, source, status, dry_run, is_folded, batches, row_count_total, row_count_invalid, row_count_inserted,
    row_count_duplicate)
  select intake.day_of(b.created_at), b.source, b.status, b.dry_run, true, count(*), sum(b.row_count_total),
         sum(b.row_count_invalid), sum(b.row_count_inserted), sum(b.row_count_duplicate)
    from intake.simplicity_batches b
   where b.status in ('completed', 'failed', 'skipped')
   group by 1, 2, 3, 4;
  delete from intake.error_days d where true;
  insert into intake.error_days (day, source, error_code, is_folded, occurrences)
  select intake.day_of(b.created_at), b.source, c.error_code, true, sum(c.occurrences)
    from intake.simplicity_batches b
    join intake.batch_error_counts c on c.batch_id = b.id and c.error_stage <> 'insert'
   where b.status in ('completed', 'failed') and not b.dry_run
   group by 1, 2, 3;
$$;
comment on function intake.recount_days() is
  'Counts all days anew from the batches, while nobody changes one: for whoever brought batches in past the triggers, '
  'as a restore of single tables does.';
grant execute on function intake.recount_days() to service_role;

create view intake.v_batch_days with (security_invoker = true) as
select d.day, d.source, d.status, d.dry_run, sum(d.batches)::bigint as batches,
  sum(d.row_count_total)::bigint as row_count_total, sum(d.row_count_invalid)::bigint as row_count_invalid,
  sum(d.row_count_inserted)::bigint as row_count_inserted, sum(d.row_count_duplicate)::bigint as row_count_duplicate
from (
  select e.day, e.source, e.status, e.dry_run, e.batches, e.row_count_total, e.row_count_invalid, e.row_count_inserted,
         e.row_count_duplicate
    from intake.batch_days e
  union all
  select intake.day_of(b.created_at), b.source, b.status, b.dry_run, 1, b.row_count_total, b.row_count_invalid,
         b.row_count_inserted, b.row_count_duplicate
    from intake.simplicity_batches b
   where b.status not in ('completed', 'failed', 'skipped')
) d
group by d.day, d.source, d.status, d.dry_run
having sum(d.batches) <> 0;
comment on view intake.v_batch_days is
  'All batches there are and their rows, by the day they were accepted in; as exact as counting them.';
comment on column intake.v_batch_days.day is 'The day the batches were accepted in, UTC.';
comment on column intake.v_batch_days.source is 'The vendor.';
comment on column intake.v_batch_days.status is 'The state they are in.';
comment on column intake.v_batch_days.dry_run is 'Whether they are dry runs.';
comment on column intake.v_batch_days.batches is 'How many batches.';
comment on column intake.v_batch_days.row_count_total is 'Their rows that were read.';
comment on column intake.v_batch_days.row_count_invalid is 'Of these, rejected.';
comment on column intake.v_batch_days.row_count_inserted is 'Their judgments that stand.';
comment on column intake.v_batch_days.row_count_duplicate is 'Their rows whose case number was there.';
grant select on intake.v_batch_days to service_role;

create view intake.v_error_days with (security_invoker = true) as
select d.day, d.source, d.error_code, sum(d.occurrences)::bigint as occurrences
from (
  select e.day, e.source, e.error_code, e.occurrences from intake.error_days e
  union all
  select intake.day_of(b.created_at), b.source, c.error_code, c.occurrences
    from intake.simplicity_batches b
    join intake.batch_error_counts c on c.batch_id = b.id and c.error_stage <> 'insert'
   where b.status not in ('completed', 'failed', 'skipped') and not b.dry_run
) d
group by d.day, d.source, d.error_code
having sum(d.occurrences) <> 0;
comment on view intake.v_error_days is
  'All rejects by code, without dry runs, by the day their batches were accepted in; as exact as counting them.';
comment on column intake.v_error_days.day is 'The day the batches were accepted in, UTC.';
comment on column intake.v_error_days.source is 'The vendor.';
comment on column intake.v_error_days.error_code is 'The code; of a row with several problems, the first.';
comment on column intake.v_error_days.occurrences is 'How many rejects had it.';
grant select on intake.v_error_days to service_role;
