-- Everything known about a dropped file. What happens to it is in the migrations that follow.

create table intake.sources (
  source text primary key,
  header_map jsonb not null default '{}',
  dialect jsonb not null default '{}',
  error_threshold_percent int not null default 10,
  code_budgets jsonb not null default '{}',
  warn_percent numeric,
  requires_approval boolean not null default false,
  priority int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint sources_source_plain check (source ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  constraint sources_threshold_range check (error_threshold_percent between 0 and 100),
  constraint sources_warn_range check (warn_percent between 0 and 100),
  constraint sources_priority_range check (priority between -100 and 100)
);
alter table intake.sources enable row level security;
insert into intake.sources (source) values ('simplicity');
comment on table intake.sources is 'What is particular to each vendor. A drop belongs to the source its first path segment names, else to simplicity.';
comment on column intake.sources.header_map is 'Header text to field name (null ignores the column); goes before the built-in names.';
comment on column intake.sources.dialect is 'Parts of the dialect that are given, not detected.';
comment on column intake.sources.code_budgets is 'Row code to the percentage of rows it may reject before the batch is refused.';
comment on column intake.sources.warn_percent is 'Above it, and within budget, a source with requires_approval waits for a person.';

create table intake.error_codes (
  code text primary key,
  stage text not null,
  cause text not null,
  fix text not null,
  constraint error_codes_stage_known check (stage in ('parse', 'validate', 'insert'))
);
alter table intake.error_codes enable row level security;
comment on table intake.error_codes is 'The closed catalogue of row codes, in plain words. The same catalogue stands in code; a test compares them.';

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
  status text not null default 'uploaded',
  attempt int not null default 1,
  priority int not null default 0,
  error_threshold_percent int not null default 10,
  rejection_reason text,
  row_count_total int not null default 0,
  row_count_staged int not null default 0,
  row_count_valid int not null default 0,
  row_count_invalid int not null default 0,
  row_count_inserted int not null default 0,
  row_count_duplicate int not null default 0,
  rejects_truncated boolean not null default false,
  parse_duration_ms bigint,
  db_duration_ms bigint,
  dialect jsonb,
  ignored_columns text[] not null default '{}',
  notes text[] not null default '{}',
  dry_run boolean not null default false,
  duplicate_of uuid references intake.simplicity_batches (id) on delete set null,
  replay_of uuid references intake.simplicity_batches (id) on delete set null,
  created_by text not null default ops.actor(),
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
    row_count_invalid, row_count_inserted, row_count_duplicate) >= 0),
  constraint simplicity_batches_failed_has_reason check (status not in ('failed', 'skipped') or rejection_reason is not null)
);
alter table intake.simplicity_batches enable row level security;
-- One batch per content. Skipped rows repeat a hash on purpose; a dry run does not make bytes known.
create unique index simplicity_batches_file_hash_key on intake.simplicity_batches (file_hash)
  where status <> 'skipped' and not dry_run;
create unique index simplicity_batches_object_key on intake.simplicity_batches (storage_bucket, storage_path, storage_version);
create index simplicity_batches_created_at_idx on intake.simplicity_batches (created_at desc);
create index simplicity_batches_status_idx on intake.simplicity_batches (status, created_at);
create index simplicity_batches_duplicate_of_idx on intake.simplicity_batches (duplicate_of);
create index simplicity_batches_replay_of_idx on intake.simplicity_batches (replay_of);

comment on table intake.simplicity_batches is
  'One row per accepted drop. States: uploaded, staging, validating, (awaiting_approval,) inserting, completed or failed; skipped for known bytes.';
comment on column intake.simplicity_batches.file_hash is 'SHA-256 of the stored bytes, hex; null until staged.';
comment on column intake.simplicity_batches.attempt is 'Runs through the pipeline; grows by reset, retry, force or re-upload, never by a crash.';
comment on column intake.simplicity_batches.error_threshold_percent is 'Share of rejects, in percent, above which the batch is refused whole. Read when it is decided.';
comment on column intake.simplicity_batches.rejection_reason is 'Why the batch failed or was skipped, in words an operator can act on.';
comment on column intake.simplicity_batches.rejects_truncated is 'More rejects than are kept one by one; the counts are whole all the same.';
comment on column intake.simplicity_batches.parse_duration_ms is 'Wall time from the start of staging to the end of validation.';
comment on column intake.simplicity_batches.db_duration_ms is 'Wall time of the insert transaction.';
comment on column intake.simplicity_batches.dialect is 'How the file is written: encoding, bom, delimiter, quote, escape, newline, header_line, preamble_lines.';
comment on column intake.simplicity_batches.ignored_columns is 'Headers of columns that no field reads, as written in the file.';
comment on column intake.simplicity_batches.notes is 'What an operator should know about how the file was read; nothing personal.';
comment on column intake.simplicity_batches.duplicate_of is 'The batch that already stood for these bytes, when this one is skipped.';
comment on column intake.simplicity_batches.replay_of is 'The batch whose rejects this corrected file brings.';
comment on column intake.simplicity_batches.status_changed_at is 'When this state, or this attempt, began.';
comment on column intake.simplicity_batches.staged_at is 'When the bytes had been read once and cut in slices.';
comment on column intake.simplicity_batches.validated_at is 'When the last slice was validated and the counts were final.';
comment on column intake.simplicity_batches.completed_at is 'When the insert committed, or the drop was skipped; null in every other state.';
comment on column intake.simplicity_batches.staging_started_at is 'When this attempt began to read the file.';
comment on column intake.simplicity_batches.progress_at is 'Last state change or finished slice; what "stuck" is measured from.';
comment on column intake.simplicity_batches.layout is 'What slices need beyond the dialect: header cells and width. Internal to the worker.';
comment on column intake.simplicity_batches.scan is 'State of a staging pass that goes on in another invocation. Internal to the worker.';

-- A job of a batch goes when the batch goes.
alter table ops.job_queue add constraint job_queue_batch_id_fkey
  foreign key (batch_id) references intake.simplicity_batches (id) on delete cascade;

create table intake.uploads (
  id uuid primary key default gen_random_uuid(),
  storage_bucket text not null default 'intake',
  storage_path text not null unique,
  filename text not null,
  source text not null default 'simplicity' references intake.sources (source),
  file_hash text,
  file_size_bytes bigint,
  options jsonb not null default '{}',
  created_by text not null default ops.actor(),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  arrived_at timestamptz,
  constraint uploads_file_hash_sha256 check (file_hash ~ '^[0-9a-f]{64}$')
);
alter table intake.uploads enable row level security;
create unique index uploads_open_hash_key on intake.uploads (file_hash) where arrived_at is null and file_hash is not null;
create index uploads_open_idx on intake.uploads (expires_at) where arrived_at is null;
create index uploads_source_idx on intake.uploads (source);
comment on table intake.uploads is 'Reservations: made before bytes are stored under uploads/<id>/<name>, so that racing uploads have one winner. The id becomes the batch''s.';
comment on column intake.uploads.options is 'What was asked for: error_threshold_percent, priority, dry_run, source_reference, replay_of.';
comment on column intake.uploads.arrived_at is 'When the bytes were stored and the batch came to be.';

create table intake.forgotten_objects (
  storage_bucket text not null,
  storage_path text not null,
  storage_version text not null default '',
  forgotten_at timestamptz not null default now(),
  primary key (storage_bucket, storage_path, storage_version)
);
alter table intake.forgotten_objects enable row level security;
comment on table intake.forgotten_objects is 'Objects whose batch was deleted: neither trigger nor sweep brings them back.';

create table intake.batch_slices (
  batch_id uuid not null references intake.simplicity_batches (id) on delete cascade,
  slice_no int not null,
  first_byte bigint not null,
  end_byte bigint not null,
  first_row int not null,
  row_count int not null,
  first_line int not null,
  status text not null default 'pending',
  valid int not null default 0,
  invalid int not null default 0,
  code_counts jsonb not null default '{}',
  warning_counts jsonb not null default '{}',
  lease_token uuid,
  lease_expires_at timestamptz,
  locked_by text,
  holders int not null default 0,
  not_before timestamptz not null default now(),
  finished_at timestamptz,
  primary key (batch_id, slice_no),
  constraint batch_slices_status_known check (status in ('pending', 'leased', 'done')),
  constraint batch_slices_bytes_ordered check (first_byte < end_byte)
);
alter table intake.batch_slices enable row level security;
create index batch_slices_open_idx on intake.batch_slices (batch_id, slice_no) where status <> 'done';
comment on table intake.batch_slices is 'Byte ranges of a file that end on record boundaries: the unit of parallel, resumable work, each with a lease of its own.';
comment on column intake.batch_slices.end_byte is 'First byte after the slice.';
comment on column intake.batch_slices.holders is 'How many leases the slice has had; above 1 an earlier holder may have left rows behind.';

create unlogged table intake.staged_blocks (
  batch_id uuid not null,
  slice_no int not null,
  block_no int not null,
  row_count int not null,
  payload text not null,
  primary key (batch_id, slice_no, block_no)
);
alter table intake.staged_blocks enable row level security;
alter table intake.staged_blocks alter column payload set storage external; -- compressing costs more than it saves
comment on table intake.staged_blocks is
  'Valid rows on their way to public.judgments, a few thousand to a block. Unlogged: what a database crash takes is noticed and redone.';
comment on column intake.staged_blocks.payload is 'Rows separated by U+001E; fields by U+001F: row index, then the values in the order of the row schema; empty is null.';

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
comment on table intake.row_errors is 'Rejects of the latest attempt (at most the first 100,000) and its duplicates (stage insert, at most the first 10,000).';
comment on column intake.row_errors.error_code is 'The first problem of the row; all of them are in issues.';
comment on column intake.row_errors.row_index is 'Data row from 0.';
comment on column intake.row_errors.line_number is 'Physical line in the file, from 1.';
comment on column intake.row_errors.raw_data is 'Header text to value as read.';
comment on column intake.row_errors.resolved_by_batch is 'The replay that put the row right.';

create table intake.batch_error_counts (
  batch_id uuid not null references intake.simplicity_batches (id) on delete cascade,
  error_code text not null references intake.error_codes (code),
  error_stage text not null,
  occurrences bigint not null,
  primary key (batch_id, error_code, error_stage)
);
alter table intake.batch_error_counts enable row level security;
create index batch_error_counts_code_idx on intake.batch_error_counts (error_code);
comment on table intake.batch_error_counts is 'How often each code occurred in the latest attempt; whole even where row_errors is capped.';

create trigger _900_touch_updated_at before update on intake.simplicity_batches
  for each row execute function ops.touch_updated_at();
create trigger _900_touch_updated_at before update on intake.sources
  for each row execute function ops.touch_updated_at();
comment on trigger _900_touch_updated_at on intake.simplicity_batches is 'Keeps updated_at.';
comment on trigger _900_touch_updated_at on intake.sources is 'Keeps updated_at.';

grant select, insert, update, delete on intake.simplicity_batches, intake.sources, intake.uploads, intake.batch_slices,
  intake.staged_blocks, intake.row_errors, intake.batch_error_counts, intake.forgotten_objects to service_role;
grant select on intake.error_codes to service_role;
