-- Everything known about a dropped file. What happens to it is in the migrations that follow.

create extension if not exists pg_trgm with schema extensions;

create table intake.simplicity_batches (
  id uuid primary key default gen_random_uuid(),
  filename text not null,
  source text not null default 'simplicity',
  source_reference text,
  file_hash text,
  file_size_bytes bigint,
  storage_bucket text,
  storage_path text,
  storage_version text,
  storage_etag text,
  status text not null default 'uploaded',
  attempt int not null default 1,
  priority int not null default 0,
  error_threshold_percent int not null default 10,
  rejection_reason text,
  rejection_code text,
  row_count_total int not null default 0,
  row_count_staged int not null default 0,
  row_count_valid int not null default 0,
  row_count_invalid int not null default 0,
  row_count_inserted int not null default 0,
  row_count_duplicate int not null default 0,
  row_count_unread int not null default 0,
  first_unread_line int,
  rejects_truncated boolean not null default false,
  warning_counts jsonb not null default '{}',
  parse_duration_ms bigint,
  db_duration_ms bigint,
  dialect jsonb,
  ignored_columns text[] not null default '{}',
  notes text[] not null default '{}',
  dry_run boolean not null default false,
  approved_attempt int,
  admitted_percent int,
  asked_by_operator boolean not null default false,
  duplicate_of uuid references intake.simplicity_batches (id) on delete set null,
  undo jsonb,
  replay_of uuid references intake.simplicity_batches (id) on delete set null,
  created_by text not null default ops.actor(),
  created_by_kind text not null generated always as (ops.kind_of_actor(created_by)) stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  status_changed_at timestamptz not null default now(),
  staging_started_at timestamptz,
  staged_at timestamptz,
  validated_at timestamptz,
  completed_at timestamptz,
  progress_at timestamptz not null default now(),
  layout jsonb,
  scan jsonb,
  constraint simplicity_batches_status_known check (status in ('uploaded', 'staging', 'validating', 'awaiting_approval',
    'inserting', 'completed', 'failed', 'skipped')),
  constraint simplicity_batches_file_hash_sha256 check (file_hash ~ '^[0-9a-f]{64}$'),
  constraint simplicity_batches_threshold_range check (error_threshold_percent between 0 and 100),
  constraint simplicity_batches_priority_range check (priority between -100 and 100),
  constraint simplicity_batches_counts_not_negative check (least(row_count_total, row_count_staged, row_count_valid,
    row_count_invalid, row_count_inserted, row_count_duplicate, row_count_unread) >= 0),
  constraint simplicity_batches_unread_has_line check ((row_count_unread > 0) = (first_unread_line is not null)),
  constraint simplicity_batches_failed_has_reason
    check (status not in ('failed', 'skipped') or rejection_reason is not null),
  constraint simplicity_batches_rejection_code_known check (rejection_code in (
    'ERROR_BUDGET_EXCEEDED', 'MISSING_FIELDS', 'PARSE_ERROR', 'TOO_COSTLY', 'EMPTY_FILE', 'SECOND_TABLE',
    'FILE_TOO_LARGE', 'UNSUPPORTED_TYPE', 'FILE_MISSING', 'FILE_CHANGED', 'UPLOAD_MISSING', 'UPLOAD_DIFFERS', 'ABORTED',
    'REFUSED', 'UNDONE', 'GAVE_UP', 'DUPLICATE', 'ENDED_BY_OPERATOR')),
  constraint simplicity_batches_rejection_code_fits_status check (
    case status
      when 'failed' then rejection_code is not null and rejection_code not in ('DUPLICATE', 'ENDED_BY_OPERATOR')
      when 'skipped' then rejection_code is not null and rejection_code in ('DUPLICATE', 'ENDED_BY_OPERATOR')
      else rejection_code is null
    end),
  constraint simplicity_batches_completed_at_fits_status
    check ((completed_at is not null) = (status in ('completed', 'skipped')))
);
alter table intake.simplicity_batches enable row level security;
create unique index simplicity_batches_file_hash_key on intake.simplicity_batches (file_hash, source)
  where status <> 'skipped' and not dry_run and rejection_code is distinct from 'EMPTY_FILE';
create unique index simplicity_batches_object_key on intake.simplicity_batches (storage_bucket, storage_path,
  storage_version);
create index simplicity_batches_unhashed_idx on intake.simplicity_batches (storage_etag, source)
  where file_hash is null and rejection_code = 'ABORTED';
create index simplicity_batches_created_at_idx on intake.simplicity_batches (created_at desc);
create index simplicity_batches_progress_idx on intake.simplicity_batches (status, progress_at);
create index simplicity_batches_changed_idx on intake.simplicity_batches (status_changed_at desc);
create index simplicity_batches_validated_idx on intake.simplicity_batches (validated_at desc);
create index simplicity_batches_completed_idx on intake.simplicity_batches (completed_at desc);
create index simplicity_batches_status_idx on intake.simplicity_batches (status, created_at);
create index simplicity_batches_duplicate_of_idx on intake.simplicity_batches (duplicate_of);
create index simplicity_batches_replay_of_idx on intake.simplicity_batches (replay_of);
create index simplicity_batches_filename_idx on intake.simplicity_batches
  using gin (lower(filename) extensions.gin_trgm_ops) with (gin_pending_list_limit = 512);
create index simplicity_batches_hash_idx on intake.simplicity_batches (file_hash collate "C");
create index simplicity_batches_source_idx on intake.simplicity_batches (source, created_at desc)
  where staged_at is not null;

comment on table intake.simplicity_batches is
  'One row per accepted drop. States: uploaded, staging, validating, (awaiting_approval,) inserting, completed or '
  'failed; skipped for known bytes.';
comment on column intake.simplicity_batches.id is
  'Id of the batch; the upload''s own id where it came through the function.';
comment on column intake.simplicity_batches.filename is 'Name of the file, without folders.';
comment on column intake.simplicity_batches.source is 'The vendor it belongs to; names a row of intake.sources.';
comment on column intake.simplicity_batches.source_reference is 'What the sender calls this delivery.';
comment on column intake.simplicity_batches.file_hash is 'SHA-256 of the stored bytes, hex; null until staged.';
comment on column intake.simplicity_batches.file_size_bytes is 'Size as storage, later as the reader, counted it.';
comment on column intake.simplicity_batches.storage_bucket is 'Where the bytes lie: bucket.';
comment on column intake.simplicity_batches.storage_path is
  'Where the bytes lie: path in the bucket. Null: there are no bytes, so there is no job.';
comment on column intake.simplicity_batches.storage_version is
  'Where the bytes lie: version. Other bytes under the same path are another drop.';
comment on column intake.simplicity_batches.status is
  'State of the batch; what may follow what is in intake.batch_moves.';
comment on column intake.simplicity_batches.storage_etag is
  'What storage calls the content of the object, as it was stored. Tells the bytes of a batch that was ended before '
  'they were hashed.';
comment on column intake.simplicity_batches.admitted_percent is
  'The lowest threshold, in whole percent, that the attempt kept whose judgments stand; null while none stand. A '
  're-run may not ask for less: what stands would have to go first, by an undo.';
comment on column intake.simplicity_batches.asked_by_operator is
  'Whether an operator asked for this attempt: it may start again what operators have ended.';
comment on column intake.simplicity_batches.attempt is
  'Runs through the pipeline; grows by reset, retry, force or re-upload, never by a crash.';
comment on column intake.simplicity_batches.priority is
  'Priority of its jobs, -100 to 100; from its source unless an operator gave one.';
comment on column intake.simplicity_batches.error_threshold_percent is
  'Share of rejects, in percent, above which the batch is refused whole. Read when it is decided.';
comment on column intake.simplicity_batches.rejection_reason is
  'Why the batch failed or was skipped, in words an operator can act on.';
comment on column intake.simplicity_batches.rejection_code is
  'The reason as programs read it, from a closed list; null unless the batch failed or was skipped. ABORTED '
  'also for a reason set by hand.';
comment on column intake.simplicity_batches.row_count_total is
  'Rows read so far: valid and invalid ones. Final once validated.';
comment on column intake.simplicity_batches.row_count_staged is
  'Valid rows that stand in intake.staged_blocks or have been inserted from there: falls when a database crash takes '
  'blocks, until their slices are read again. Equal to row_count_valid once validated.';
comment on column intake.simplicity_batches.row_count_valid is
  'Rows that passed every rule. Duplicates are among them.';
comment on column intake.simplicity_batches.row_count_invalid is
  'Rows that were rejected, repaired ones too: what the budget is held against, less what a replay repaired.';
comment on column intake.simplicity_batches.row_count_inserted is
  'Judgments of this batch that stand in public.judgments.';
comment on column intake.simplicity_batches.row_count_duplicate is
  'Valid rows that were skipped because their case number was there, in the table or earlier in the file.';
comment on column intake.simplicity_batches.row_count_unread is
  'Lines below the table that belong to no row: another table, its title, remarks. Known once '
  'staged; blank lines do not count.';
comment on column intake.simplicity_batches.first_unread_line is
  'Physical line, from 1, of the first unread line; null when there is none.';
comment on column intake.simplicity_batches.rejects_truncated is
  'More rejects than are kept one by one; the counts are whole all the same.';
comment on column intake.simplicity_batches.warning_counts is
  'What looked odd in rows that passed, by code; final once validated. Warnings never count against the budget.';
comment on column intake.simplicity_batches.parse_duration_ms is
  'Wall time from the start of staging to the end of validation.';
comment on column intake.simplicity_batches.db_duration_ms is 'Wall time of the insert transaction.';
comment on column intake.simplicity_batches.dialect is
  'How the file is written: encoding, bom, delimiter, quote, escape, newline, header_line, preamble_lines.';
comment on column intake.simplicity_batches.ignored_columns is
  'Headers of columns that no field reads, as written in the file.';
comment on column intake.simplicity_batches.notes is
  'What an operator should know about how the file was read; nothing personal.';
comment on column intake.simplicity_batches.dry_run is
  'True: the file is read and judged, and nothing is inserted. Makes no bytes known.';
comment on column intake.simplicity_batches.approved_attempt is
  'The attempt an operator approved: it is not asked for again when a crash makes the batch be decided anew.';
comment on column intake.simplicity_batches.duplicate_of is
  'The batch that already stood for these bytes, when this one is skipped.';
comment on column intake.simplicity_batches.undo is
  'The undo of this attempt: reason, affected_batches, and status once it has ended. Null when nobody asked for one.';
comment on column intake.simplicity_batches.replay_of is 'The batch whose rejects this corrected file brings.';
comment on column intake.simplicity_batches.created_by is
  'Who brought it: an operator, a key, storage for a drop in the bucket, a database login.';
comment on column intake.simplicity_batches.created_by_kind is
  'What sort of actor brought it, as in audit.event_log.actor_kind.';
comment on column intake.simplicity_batches.created_at is 'When it was accepted.';
comment on column intake.simplicity_batches.updated_at is 'When the row was last written, progress included.';
comment on column intake.simplicity_batches.status_changed_at is 'When this state, or this attempt, began.';
comment on column intake.simplicity_batches.staging_started_at is 'When this attempt began to read the file.';
comment on column intake.simplicity_batches.staged_at is 'When the bytes had been read once and cut in slices.';
comment on column intake.simplicity_batches.validated_at is
  'When the last slice was validated and the counts were final.';
comment on column intake.simplicity_batches.completed_at is
  'When the insert committed, or the drop was skipped; null in every other state.';
comment on column intake.simplicity_batches.progress_at is
  'Last state change or finished slice; what "stuck" is measured from.';
comment on column intake.simplicity_batches.layout is
  'What slices need beyond the dialect: header cells and width. Internal to the worker.';
comment on column intake.simplicity_batches.scan is
  'State of a staging pass that goes on in another invocation. Internal to the worker.';
comment on constraint simplicity_batches_pkey on intake.simplicity_batches is 'A batch is known by its id.';
comment on constraint simplicity_batches_duplicate_of_fkey on intake.simplicity_batches is
  'A skipped drop stays when the batch it repeats is deleted.';
comment on constraint simplicity_batches_replay_of_fkey on intake.simplicity_batches is
  'A replay stays when the batch it repairs is deleted.';
comment on constraint simplicity_batches_status_known on intake.simplicity_batches is 'The states there are.';
comment on constraint simplicity_batches_file_hash_sha256 on intake.simplicity_batches is
  '64 hex digits in lower case.';
comment on constraint simplicity_batches_threshold_range on intake.simplicity_batches is 'A share, in whole percent.';
comment on constraint simplicity_batches_priority_range on intake.simplicity_batches is
  'Nobody outbids everybody for good.';
comment on constraint simplicity_batches_counts_not_negative on intake.simplicity_batches is
  'Nothing is counted down below nothing.';
comment on constraint simplicity_batches_unread_has_line on intake.simplicity_batches is
  'Who says that lines were not read says where the first one is.';
comment on constraint simplicity_batches_failed_has_reason on intake.simplicity_batches is
  'What failed or was skipped says why.';
comment on constraint simplicity_batches_rejection_code_known on intake.simplicity_batches is
  'The codes of reasons there are; shared/intake/rejection_codes.ts has the same.';
comment on constraint simplicity_batches_rejection_code_fits_status on intake.simplicity_batches is
  'A failed or skipped batch has a code of its own kind, any other has none.';
comment on constraint simplicity_batches_completed_at_fits_status on intake.simplicity_batches is
  'A completed or skipped batch says since when, and no other does.';
comment on index intake.simplicity_batches_filename_idx is
  'Batches by any three characters of their file''s name. What waits to be put into it is kept short: every search '
  'reads it.';
comment on index intake.simplicity_batches_hash_idx is 'Batches by the beginning of their hash.';
comment on index intake.simplicity_batches_file_hash_key is
  'One batch per content and source. Skipped rows repeat a hash on purpose; a dry run does not make bytes known, '
  'nor does a file without rows.';
comment on index intake.simplicity_batches_unhashed_idx is
  'Batches that were ended before they were hashed, by storage''s word for their content.';
comment on index intake.simplicity_batches_object_key is 'One batch per stored object.';
comment on index intake.simplicity_batches_created_at_idx is 'The newest batches.';
comment on index intake.simplicity_batches_progress_idx is
  'How many batches are in each state and how old their progress is, without reading them.';
comment on index intake.simplicity_batches_changed_idx is 'What happened lately.';
comment on index intake.simplicity_batches_validated_idx is 'What was validated lately.';
comment on index intake.simplicity_batches_completed_idx is 'What was completed lately.';
comment on index intake.simplicity_batches_status_idx is 'Batches in a state, oldest first.';
comment on index intake.simplicity_batches_duplicate_of_idx is 'Drops that repeated a batch.';
comment on index intake.simplicity_batches_replay_of_idx is 'Replays of a batch.';
comment on index intake.simplicity_batches_source_idx is
  'Files of a source that were read, newest first: what the next one''s columns are compared with.';
grant select, insert, update, delete on intake.simplicity_batches to service_role;

create trigger _900_touch_updated_at before update on intake.simplicity_batches
  for each row execute function ops.touch_updated_at();
comment on trigger _900_touch_updated_at on intake.simplicity_batches is 'Keeps updated_at.';

-- A job of a batch goes when the batch goes.
alter table ops.job_queue add constraint job_queue_batch_id_fkey
  foreign key (batch_id) references intake.simplicity_batches (id) on delete cascade;
comment on constraint job_queue_batch_id_fkey on ops.job_queue is 'A job goes with its batch.';

create table intake.forgotten_objects (
  storage_bucket text not null,
  storage_path text not null,
  storage_version text not null default '',
  forgotten_at timestamptz not null default now(),
  primary key (storage_bucket, storage_path, storage_version)
);
alter table intake.forgotten_objects enable row level security;

comment on table intake.forgotten_objects is
  'Objects whose batch was deleted: neither trigger nor sweep brings them back.';
comment on column intake.forgotten_objects.storage_bucket is 'Bucket of the object.';
comment on column intake.forgotten_objects.storage_path is 'Its path.';
comment on column intake.forgotten_objects.storage_version is 'Its version; empty where storage keeps none.';
comment on column intake.forgotten_objects.forgotten_at is 'When its batch was deleted.';
comment on constraint forgotten_objects_pkey on intake.forgotten_objects is
  'An object is known by bucket, path and version.';
grant select, insert, update, delete on intake.forgotten_objects to service_role;
