-- What stays of a repair: which rejects a replay put right. Kept apart from the rejects themselves, which are written
-- anew by every attempt, so that a reset of the original forgets nothing.

create table intake.row_repairs (
  batch_id uuid not null references intake.simplicity_batches (id) on delete cascade,
  row_index int not null,
  repaired_by_batch uuid not null,
  repaired_by_row int not null,
  repaired_at timestamptz not null default clock_timestamp(),
  primary key (batch_id, row_index)
);
alter table intake.row_repairs enable row level security;
create index row_repairs_repaired_by_batch_idx on intake.row_repairs (repaired_by_batch, repaired_by_row);

comment on table intake.row_repairs is
  'Rows of a batch that a replay brought in a form that passed. No foreign key to the replay: its judgments stay when '
  'its record is deleted, and with them the repair.';
comment on column intake.row_repairs.batch_id is 'The original: the batch whose row was rejected.';
comment on column intake.row_repairs.row_index is 'Data row in the original file, from 0.';
comment on column intake.row_repairs.repaired_by_batch is 'The replay that brought the row again.';
comment on column intake.row_repairs.repaired_by_row is 'Data row in the replay''s own file, from 0.';
comment on column intake.row_repairs.repaired_at is 'When that replay completed.';
comment on constraint row_repairs_pkey on intake.row_repairs is 'A row is repaired once.';
comment on constraint row_repairs_batch_id_fkey on intake.row_repairs is 'Repairs go with the original batch.';
comment on index intake.row_repairs_repaired_by_batch_idx is
  'What a replay repaired: the way from a judgment back to the original file.';
grant select, insert, update, delete on intake.row_repairs to service_role;

create function intake.lock_repairs(batch uuid)
returns void
language sql
volatile
set search_path = ''
as $$
  select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('dragonfly.repairs.' || batch, 0))
$$;
comment on function intake.lock_repairs(uuid) is
  'Whoever decides on a batch and whoever repairs its rejects take turns here, so that a repair is counted by one of '
  'them. Its holder waits for no row of another batch.';
grant execute on function intake.lock_repairs(uuid) to service_role;

create function intake.resolve_rejects(batch uuid)
returns int
language plpgsql
set search_path = ''
as $$
declare
  resolved int;
begin
  update intake.row_errors e set resolved_at = r.repaired_at, resolved_by_batch = r.repaired_by_batch
    from intake.row_repairs r
   where r.batch_id = batch and e.batch_id = batch and e.row_index = r.row_index
     and e.error_stage <> 'insert' and e.resolved_at is null;
  get diagnostics resolved = row_count;
  return resolved;
end
$$;
comment on function intake.resolve_rejects(uuid) is
  'Marks the rejects of a batch that were repaired, in this attempt or an earlier one, and returns how many it '
  'marked.';
grant execute on function intake.resolve_rejects(uuid) to service_role;

create function intake.count_resolved(batch uuid, code text default null)
returns bigint
language sql
stable
set search_path = ''
as $$
  select count(*) from intake.row_errors e
   where e.batch_id = batch and e.error_stage <> 'insert' and e.resolved_at is not null
     and (code is null or e.error_code = code)
$$;
comment on function intake.count_resolved(uuid, text) is
  'Rejects of a batch that were repaired, all or those of one code; they never count against a budget.';
grant execute on function intake.count_resolved(uuid, text) to service_role;

create function intake.admitting_percent(batch intake.simplicity_batches)
returns int
language sql
stable
set search_path = ''
as $$
  select case when batch.row_count_inserted > 0 then
    ceil(100.0 * (batch.row_count_invalid - intake.count_resolved(batch.id)) / nullif(batch.row_count_total, 0)) end
$$;
comment on function intake.admitting_percent(intake.simplicity_batches) is
  'The lowest threshold that lets in what stands of a completed batch, its repaired rejects not counted; null when '
  'nothing stands.';
grant execute on function intake.admitting_percent(intake.simplicity_batches) to service_role;

create function intake.note_repairs(original uuid)
returns void
language sql
volatile
set search_path = ''
as $$
  update intake.simplicity_batches b
     set admitted_percent = intake.admitting_percent(b)
   where b.status = 'completed'
     and b.id in (select o.id from intake.simplicity_batches o where o.id = original for no key update skip locked)
$$;
comment on function intake.note_repairs(uuid) is
  'Lets a completed batch whose rejects were repaired, or opened again, be run again with the threshold that fits now. '
  'Waits for nobody: whoever holds the batch runs it again, and decides it anew.';
grant execute on function intake.note_repairs(uuid) to service_role;
