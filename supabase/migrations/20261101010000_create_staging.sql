-- What a worker reports while it reads: the plan of slices, blocks of valid rows with their rejects, finished slices.

create unlogged table intake.staged_blocks (
  batch_id uuid not null,
  slice_no int not null,
  block_no int not null,
  row_count int not null,
  payload text not null,
  plaintiffs text not null default '',
  primary key (batch_id, slice_no, block_no)
);
alter table intake.staged_blocks enable row level security;
alter table intake.staged_blocks alter column payload set storage external; -- compressing costs more than it saves
alter table intake.staged_blocks alter column plaintiffs set storage external;
-- Rows come and go with every batch: their room is given back after some megabytes, however large the table was.
alter table intake.staged_blocks set (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 200,
  toast.autovacuum_vacuum_scale_factor = 0,
  toast.autovacuum_vacuum_threshold = 20000
);

comment on table intake.staged_blocks is
  'Valid rows on their way to public.judgments, a few thousand to a block. Unlogged: what a database crash '
  'takes is noticed and redone.';
comment on column intake.staged_blocks.batch_id is
  'The batch its rows belong to. No foreign key: the check would cost, and intake.sweep removes what is left over.';
comment on column intake.staged_blocks.slice_no is 'The slice they were read from.';
comment on column intake.staged_blocks.block_no is 'Number of the block in its slice, from 0.';
comment on column intake.staged_blocks.row_count is 'Rows in it: what a crash took is noticed by these.';
comment on column intake.staged_blocks.payload is
  'Rows separated by U+001E; fields by U+001F: row index, then the values in the order of '
  'the row schema, then the number of the plaintiff in its slice; empty is null.';
comment on column intake.staged_blocks.plaintiffs is
  'Spellings of plaintiffs that the slice brings first in this block, separated by U+001E: row index, case number and '
  'name of the first row that has it, separated by U+001F. Their place in the slice, from 0, is the number its rows '
  'name.';
comment on constraint staged_blocks_pkey on intake.staged_blocks is
  'A block is known by batch, slice and number: sent twice, it stands once.';
grant select, insert, update, delete on intake.staged_blocks to service_role;

create table intake.row_errors (
  id bigint generated always as identity primary key,
  batch_id uuid not null references intake.simplicity_batches (id) on delete cascade,
  attempt int not null default 1,
  row_index int not null,
  line_number int,
  byte_offset bigint,
  error_code text not null references intake.error_codes (code),
  error_message text not null,
  error_stage text not null,
  field text,
  raw_value text,
  raw_line text,
  raw_data jsonb,
  issues jsonb not null default '[]',
  created_at timestamptz not null default now(),
  resolved_at timestamptz,
  resolved_by_batch uuid,
  constraint row_errors_stage_known check (error_stage in ('parse', 'validate', 'insert'))
);
alter table intake.row_errors enable row level security;
create unique index row_errors_row_key on intake.row_errors (batch_id, row_index, error_stage);
create index row_errors_error_code_idx on intake.row_errors (error_code, created_at);
-- Whose duplicates are these: asked before a batch is undone.
create index row_errors_kept_batch_idx on intake.row_errors ((issues -> 0 ->> 'kept_batch_id'))
  where error_stage = 'insert';
create index row_errors_resolved_idx on intake.row_errors (batch_id, error_code)
  where resolved_at is not null and error_stage <> 'insert';

comment on table intake.row_errors is
  'Rejects of the latest attempt (at most the first 100,000) and its duplicates (stage '
  'insert, at most the first 10,000).';
comment on column intake.row_errors.id is 'Number of the reject.';
comment on column intake.row_errors.batch_id is 'The batch whose file the row is in.';
comment on column intake.row_errors.attempt is 'The attempt that wrote it.';
comment on column intake.row_errors.row_index is 'Data row from 0.';
comment on column intake.row_errors.line_number is 'Physical line in the file, from 1.';
comment on column intake.row_errors.byte_offset is
  'Where the row begins in the file, in bytes from 0; null for duplicates.';
comment on column intake.row_errors.error_code is 'The first problem of the row; all of them are in issues.';
comment on column intake.row_errors.error_message is
  'What is wrong with this very row, in words; quotes what was read.';
comment on column intake.row_errors.error_stage is 'parse or validate for a reject, insert for a duplicate.';
comment on column intake.row_errors.field is 'The field the first problem is in; null where it is the row as a whole.';
comment on column intake.row_errors.raw_value is 'That field as read; personal.';
comment on column intake.row_errors.raw_line is 'The row as it stands in the file, shortened; personal.';
comment on column intake.row_errors.raw_data is 'Header text to value as read.';
comment on column intake.row_errors.issues is
  'All problems of the row, in the order of its fields: code, field, message, raw_value. For a duplicate: which '
  'judgment is kept and which fields differ.';
comment on column intake.row_errors.created_at is 'When it was written.';
comment on column intake.row_errors.resolved_at is
  'When a replay brought the row in a form that passed; it then counts in no budget.';
comment on column intake.row_errors.resolved_by_batch is 'The replay that put the row right.';
comment on constraint row_errors_pkey on intake.row_errors is 'A reject is known by its number.';
comment on constraint row_errors_batch_id_fkey on intake.row_errors is 'Rejects go with their batch.';
comment on constraint row_errors_error_code_fkey on intake.row_errors is 'Only codes of the catalogue.';
comment on constraint row_errors_stage_known on intake.row_errors is 'The stages there are.';
comment on index intake.row_errors_row_key is
  'A row is rejected once and a duplicate once, however often a slice is read.';
comment on index intake.row_errors_error_code_idx is 'Rejects of a code by age.';
comment on index intake.row_errors_kept_batch_idx is
  'Duplicates whose judgment a batch inserted: whom its undo concerns.';
comment on index intake.row_errors_resolved_idx is 'Repaired rejects, which the budget leaves out.';
grant select, insert, update, delete on intake.row_errors to service_role;

create table intake.batch_error_counts (
  batch_id uuid not null references intake.simplicity_batches (id) on delete cascade,
  error_code text not null references intake.error_codes (code),
  error_stage text not null,
  occurrences bigint not null,
  primary key (batch_id, error_code, error_stage)
);
alter table intake.batch_error_counts enable row level security;
create index batch_error_counts_code_idx on intake.batch_error_counts (error_code);

comment on table intake.batch_error_counts is
  'How often each code occurred in the latest attempt; whole even where row_errors is capped.';
comment on column intake.batch_error_counts.batch_id is 'The batch.';
comment on column intake.batch_error_counts.error_code is 'The code; of a row with several problems, the first.';
comment on column intake.batch_error_counts.error_stage is 'parse, validate, or insert for duplicates.';
comment on column intake.batch_error_counts.occurrences is 'How many rows had it.';
comment on constraint batch_error_counts_pkey on intake.batch_error_counts is 'One count per batch, code and stage.';
comment on constraint batch_error_counts_batch_id_fkey on intake.batch_error_counts is 'Counts go with their batch.';
comment on constraint batch_error_counts_error_code_fkey on intake.batch_error_counts is 'Only codes of the catalogue.';
comment on index intake.batch_error_counts_code_idx is 'All batches that had a code.';
grant select, insert, update, delete on intake.batch_error_counts to service_role;

create function intake.clear_attempt(batch uuid)
returns void
language sql
volatile
set search_path = ''
as $$
  delete from intake.batch_slices s where s.batch_id = clear_attempt.batch;
  delete from intake.staged_blocks b where b.batch_id = clear_attempt.batch;
  delete from intake.row_errors e where e.batch_id = clear_attempt.batch;
  delete from intake.batch_error_counts c where c.batch_id = clear_attempt.batch;
$$;
comment on function intake.clear_attempt(uuid) is
  'Removes everything an attempt left: slices (so that their holders are fenced), staged blocks, rejects, counts.';
grant execute on function intake.clear_attempt(uuid) to service_role;

create function intake.save_scan(batch uuid, token uuid, scan jsonb)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform ops.checkpoint(intake.ingest_job(batch), null, token);
  update intake.simplicity_batches b set scan = save_scan.scan, progress_at = clock_timestamp() where b.id = batch;
  perform ops.put_back(intake.ingest_job(batch), null);
end
$$;
comment on function intake.save_scan(uuid, uuid, jsonb) is
  'Checkpoint of a staging pass over a big file; another invocation goes on from it.';
grant execute on function intake.save_scan(uuid, uuid, jsonb) to service_role;

create function intake.fail_batch(batch uuid, slice int, token uuid, reason text, code text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held intake.simplicity_batches;
begin
  if slice is null then
    perform intake.hold_batch(batch, token);
  else
    perform intake.hold_slice(batch, slice, token);
  end if;
  select * into held from intake.simplicity_batches b where b.id = batch;
  -- A move takes the old bytes away before its new path can be seen: who read the old path found nothing there.
  if code = 'FILE_MISSING' and intake.object_state(held) = 'present' then
    perform ops.fail(intake.ingest_job(batch), slice, token,
      'Storage did not find the bytes of an object that is there');
    return jsonb_build_object('outcome', 'again');
  end if;
  perform intake.move_batch(batch, 'failed', reason, code);
  return jsonb_build_object('outcome', 'failed', 'reason', reason);
end
$$;
comment on function intake.fail_batch(uuid, int, uuid, text, text) is
  'The verdict of a holder (of the job, or of a slice) that the file itself is at fault: no further try, the reason '
  'is kept with its code.';
grant execute on function intake.fail_batch(uuid, int, uuid, text, text) to service_role;

create function intake.end_skipped(
  batch intake.simplicity_batches,
  known intake.simplicity_batches,
  hash text,
  reason text,
  code text
)
returns void
language plpgsql
set search_path = ''
as $$
begin
  perform intake.move_batch(batch.id, 'skipped', reason, code);
  update intake.simplicity_batches b -- after the move: a skipped batch may repeat the hash of another
     set duplicate_of = known.id,
         file_hash = hash
   where b.id = batch.id;
end
$$;
comment on function intake.end_skipped(
  intake.simplicity_batches, intake.simplicity_batches, text, text, text) is 'Ends a drop of known bytes as skipped.';
grant execute on function intake.end_skipped(
  intake.simplicity_batches, intake.simplicity_batches, text, text, text) to service_role;

create function intake.skip_known(batch intake.simplicity_batches, hash text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  bytes constant jsonb := intake.bytes_of(batch, hash);
  verdict constant text := intake.judge_bytes(intake.known_bytes(bytes), bytes);
  known intake.simplicity_batches;
begin
  if verdict = 'new' then
    return null;
  end if;
  known := intake.try_known(bytes);
  if known.id is null or intake.judge_bytes(known, bytes) <> verdict then
    perform ops.put_back(intake.ingest_job(batch.id), null, ops.scaled(1));
    return jsonb_build_object('outcome', 'busy');
  end if;
  if verdict = 'ended' then
    perform intake.end_skipped(
      batch, known, hash, 'Ended by operator: ' || intake.why_ended(known), 'ENDED_BY_OPERATOR');
  else
    perform intake.end_skipped(batch, known, hash, 'Duplicate file_hash', 'DUPLICATE');
  end if;
  if verdict = 'take_over' then
    perform ops.act_for(case batch.created_by when 'storage' then 'storage:' || batch.source else batch.created_by end);
    perform intake.take_over(known, batch, jsonb_build_object(
        'error_threshold_percent', batch.error_threshold_percent,
        'priority', batch.priority,
        'source_reference', batch.source_reference),
      batch.asked_by_operator);
  end if;
  return jsonb_build_object('outcome', 'skipped', 'duplicate_of', known.id);
end
$$;
comment on function intake.skip_known(intake.simplicity_batches, text) is
  'What becomes of a locked drop whose bytes are known: skipped, and where judge_bytes says so the batch that has '
  'them starts its next attempt. busy: that batch is being changed, the job is due again in a second. Null when the '
  'bytes are new.';
grant execute on function intake.skip_known(intake.simplicity_batches, text) to service_role;

create function intake.open_slices(batch uuid, slices jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  job constant uuid := intake.ingest_job(batch);
begin
  delete from intake.batch_slices s where s.batch_id = batch;
  insert into intake.batch_slices (batch_id, slice_no, first_byte, end_byte, first_row, row_count, first_line)
  select batch, s.no, s.first_byte, s.end_byte, s.first_row, s.row_count, s.first_line
    from jsonb_to_recordset(slices) as s(
      no int, first_byte bigint, end_byte bigint, first_row int, row_count int, first_line int);
  perform intake.move_batch(batch, 'validating');
  perform ops.note_progress(job);
  if jsonb_array_length(slices) = 0 then -- to be settled at once
    perform ops.put_back(job, null);
  else
    perform ops.lease_job(job, null, false);
  end if;
end
$$;
comment on function intake.open_slices(uuid, jsonb) is
  'Writes the slices of a batch, moves it to validating and lets go of the job: from here on slices are leased.';
grant execute on function intake.open_slices(uuid, jsonb) to service_role;

create function intake.announcement_broken(batch uuid, arrived jsonb)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when (a.announced ->> 'size')::bigint <> (arrived ->> 'file_size_bytes')::bigint
      then format('Upload differs: size is not what was announced: %s bytes arrived, %s were announced',
                  arrived ->> 'file_size_bytes', a.announced ->> 'size')
    when a.announced ->> 'hash' <> arrived ->> 'file_hash'
      then 'Upload differs: hash is not what was announced' end
  from (select u.options -> 'announced' as announced from intake.uploads u where u.id = announcement_broken.batch) a
$$;
comment on function intake.announcement_broken(uuid, jsonb) is
  'Why what arrived at an upload address is not the file that was announced for it '
  '(file_size_bytes, file_hash), or null.';
grant execute on function intake.announcement_broken(uuid, jsonb) to service_role;

create function intake.orphans_reason(orphans bigint)
returns text
language sql
immutable
set search_path = ''
as $$
  select format('Parse error: %s judgments of an earlier attempt are not in the file as it is read now; put back the '
    'settings it was read with and reset', orphans)
$$;
comment on function intake.orphans_reason(bigint) is
  'Why a re-run fails that does not bring all judgments an earlier attempt has left.';
grant execute on function intake.orphans_reason(bigint) to service_role;

create function intake.finish_staging(batch uuid, token uuid, plan jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  held intake.simplicity_batches;
  is_empty constant boolean := coalesce(plan ->> 'problem_code' = 'EMPTY_FILE', false);
  state text;
  differs text;
  skipped jsonb;
begin
  perform intake.lock_hash(plan ->> 'file_hash');
  held := intake.hold_batch(batch, token);
  state := intake.object_state(held);
  if state <> 'present' then
    perform intake.move_batch(batch, 'failed', format('File %s in storage', state), 'FILE_' || upper(state));
    return jsonb_build_object('outcome', 'failed');
  end if;
  differs := case when held.attempt = 1 then intake.announcement_broken(batch, plan) end;
  if differs is not null then
    update intake.simplicity_batches b set file_size_bytes = (plan ->> 'file_size_bytes')::bigint where b.id = batch;
    perform intake.move_batch(batch, 'failed', differs, 'UPLOAD_DIFFERS');
    return jsonb_build_object('outcome', 'failed', 'reason', differs);
  end if;
  if not held.dry_run
     and plan ->> 'problem_code' is distinct from 'EMPTY_FILE'
     and held.file_hash is distinct from plan ->> 'file_hash' then -- else it is the one that stands for them
    held.file_size_bytes := (plan ->> 'file_size_bytes')::bigint;
    skipped := intake.skip_known(held, plan ->> 'file_hash');
    if skipped is not null then
      return skipped;
    end if;
  end if;
  update intake.simplicity_batches b
     set file_hash = case when is_empty then b.file_hash else plan ->> 'file_hash' end,
         file_size_bytes = (plan ->> 'file_size_bytes')::bigint,
         dialect = plan -> 'dialect', layout = plan -> 'layout', scan = null,
         ignored_columns = array(select jsonb_array_elements_text(plan -> 'ignored_columns')),
         notes = array(select jsonb_array_elements_text(plan -> 'notes')),
         row_count_unread = coalesce((plan ->> 'unread_lines')::int, 0),
         first_unread_line = (plan ->> 'first_unread_line')::int
   where b.id = batch
  returning b.* into held;
  perform intake.note_header_change(held);
  if is_empty and held.file_hash = plan ->> 'file_hash' and held.row_count_inserted > 0 then
    plan := plan || jsonb_build_object('problem_code', 'PARSE_ERROR',
      'problem', intake.orphans_reason(held.row_count_inserted));
  end if;
  if plan ->> 'problem' is not null then
    perform intake.move_batch(batch, 'failed', plan ->> 'problem', plan ->> 'problem_code');
    update intake.simplicity_batches b -- after the move: what was read as a file without rows repeats a hash
       set file_hash = plan ->> 'file_hash'
     where b.id = batch and is_empty;
    return jsonb_build_object('outcome', 'failed', 'reason', plan ->> 'problem');
  end if;
  perform intake.open_slices(batch, plan -> 'slices');
  return jsonb_build_object('outcome', 'validating', 'slices', jsonb_array_length(plan -> 'slices'));
end
$$;
comment on function intake.finish_staging(uuid, uuid, jsonb) is
  'End of the staging pass. plan: file_hash, file_size_bytes, dialect, layout, ignored_columns, notes, unread_lines '
  'and first_unread_line (absent: none are), problem and problem_code (or null), slices. Known bytes end skipped '
  '(busy: the batch that has them is being changed, try again), a problem fails the batch, else its slices are opened.';
grant execute on function intake.finish_staging(uuid, uuid, jsonb) to service_role;

create function intake.record_rejects(batch uuid, attempt int, rejects jsonb)
returns void
language sql
volatile
set search_path = ''
as $$
  insert into intake.row_errors (batch_id, attempt, row_index, line_number, byte_offset, error_code, error_message,
    error_stage, field, raw_value, raw_line, raw_data, issues)
  select record_rejects.batch, record_rejects.attempt, r.row_index, r.line_number, r.byte_offset, r.error_code,
    r.error_message,
         r.error_stage, r.field, r.raw_value, r.raw_line, r.raw_data, r.issues
    from jsonb_to_recordset(rejects) as r(row_index int, line_number int, byte_offset bigint, error_code text,
      error_message text,
      error_stage text, field text, raw_value text, raw_line text, raw_data jsonb, issues jsonb)
$$;
comment on function intake.record_rejects(uuid, int, jsonb) is
  'Writes rejects, an array of objects named like the columns of intake.row_errors.';
grant execute on function intake.record_rejects(uuid, int, jsonb) to service_role;

create function intake.stage_block(text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  cut int := position(E'\x1d' in $1);
  head jsonb := left($1, cut - 1)::jsonb;
  batch uuid := (head ->> 'batch_id')::uuid;
begin
  perform 1 from intake.simplicity_batches b where b.id = batch for key share;
  update intake.batch_slices s
     set locked_at = now(),
         lease_expires_at = ops.lease_end()
   where s.batch_id = batch and s.slice_no = (head ->> 'slice_no')::int
     and s.status = 'leased' and s.lease_token = (head ->> 'token')::uuid;
  if not found then
    raise exception 'Slice % of batch % is no longer held with this token', head ->> 'slice_no', batch
      using errcode = 'DF001', hint = 'Stop: somebody else works on it, or the batch was reset, failed or deleted.';
  end if;
  if (head ->> 'row_count')::int > 0 then
    insert into intake.staged_blocks (batch_id, slice_no, block_no, row_count, payload, plaintiffs)
    values (batch, (head ->> 'slice_no')::int, (head ->> 'block_no')::int, (head ->> 'row_count')::int,
      right($1, -cut), head ->> 'plaintiffs');
  end if;
  if jsonb_array_length(head -> 'rejects') > 0 then
    perform intake.record_rejects(batch, (head ->> 'attempt')::int, head -> 'rejects');
  end if;
end
$$;
comment on function intake.stage_block(text) is
  'Takes one block of a slice: a JSON head (batch_id, slice_no, token, attempt, block_no, row_count, plaintiffs, '
  'rejects), '
  'U+001D, then the valid rows. One unnamed text parameter: the body travels as it is. Fenced by the slice''s lease, '
  'which it extends.';
grant execute on function intake.stage_block(text) to service_role;

create function intake.finish_slice(batch uuid, slice int, token uuid, tally jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  done intake.batch_slices;
  open_slices boolean;
begin
  perform intake.hold_slice(batch, slice, token);
  update intake.batch_slices s
     set status = 'done',
         losses = 0,
         valid = (tally ->> 'valid')::int,
         invalid = (tally ->> 'invalid')::int,
         remarks = coalesce((tally ->> 'remarks')::int, 0),
         code_counts = tally -> 'code_counts',
         warning_counts = tally -> 'warning_counts',
         finished_at = clock_timestamp()
   where s.batch_id = batch and s.slice_no = slice
  returning * into done;
  if done.valid + done.invalid + done.remarks <> done.row_count then
    raise exception 'Cannot finish slice % of batch %: staging counted % rows, validation % + % and % remarks',
      slice, batch, done.row_count, done.valid, done.invalid, done.remarks using errcode = 'DF003';
  end if;
  update intake.simplicity_batches b
     set row_count_total = b.row_count_total + done.valid + done.invalid,
         row_count_valid = b.row_count_valid + done.valid,
         row_count_staged = b.row_count_staged + done.valid, row_count_invalid = b.row_count_invalid + done.invalid,
         progress_at = clock_timestamp()
   where b.id = batch;
  open_slices := intake.has_open_slices(batch);
  perform ops.note_progress(j.id) from ops.job_queue j where j.batch_id = batch and j.job_type = 'ingest';
  if not open_slices then
    perform ops.put_back(j.id, null)
       from ops.job_queue j
      where j.batch_id = batch and j.job_type = 'ingest' and j.status = 'processing';
  end if;
  return jsonb_build_object('last', not open_slices);
end
$$;
comment on function intake.finish_slice(uuid, int, uuid, jsonb) is
  'End of a slice. tally: valid, invalid, remarks (lines of a replay that are no rows; absent is 0), code_counts, '
  'warning_counts. Its rows count from here on; after the last one the job is due again, to be settled.';
grant execute on function intake.finish_slice(uuid, int, uuid, jsonb) to service_role;

create function intake.split_slice(batch uuid, slice int, token uuid, tally jsonb, rest jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  whole intake.batch_slices;
  cut_row int := (rest ->> 'first_row')::int;
  cut_byte bigint := (rest ->> 'first_byte')::bigint;
begin
  perform intake.hold_slice(batch, slice, token);
  select * into whole from intake.batch_slices s where s.batch_id = batch and s.slice_no = slice;
  if cut_row not between whole.first_row + 1 and whole.first_row + whole.row_count - 1
     or cut_byte not between whole.first_byte + 1 and whole.end_byte - 1 then
    raise exception 'Cannot cut slice % of batch % at row % (byte %): it has rows % to % (bytes % to %)',
      slice, batch, cut_row, cut_byte, whole.first_row, whole.first_row + whole.row_count - 1,
      whole.first_byte, whole.end_byte - 1
      using errcode = 'DF003';
  end if;
  insert into intake.batch_slices (batch_id, slice_no, first_byte, end_byte, first_row, row_count, first_line)
  select batch, max(s.slice_no) + 1, cut_byte, whole.end_byte, cut_row, whole.first_row + whole.row_count - cut_row,
         (rest ->> 'first_line')::int
    from intake.batch_slices s where s.batch_id = batch;
  update intake.batch_slices s set end_byte = cut_byte, row_count = cut_row - whole.first_row
   where s.batch_id = batch and s.slice_no = slice;
  return intake.finish_slice(batch, slice, token, tally);
end
$$;
comment on function intake.split_slice(uuid, int, uuid, jsonb, jsonb) is
  'End of the first part of a slice. tally: as for finish_slice, of the rows before the cut; rest: first_row, '
  'first_byte, first_line of the row behind it. The rest becomes a further slice; numbers of slices are no longer '
  'their order in the file then, first_row is.';
grant execute on function intake.split_slice(uuid, int, uuid, jsonb, jsonb) to service_role;
