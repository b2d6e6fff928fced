-- The vault: what is kept as proof, by the hash of its stored bytes. A file is registered by whoever hashed what
-- storage gave back, once; afterwards nobody changes or removes it, neither the row here nor the object in the bucket.
-- The exported heads of the audit chain, which have a register of their own, lie in the same bucket, as safe as these.

create table evidence.files (
  id uuid primary key default gen_random_uuid(),
  bucket_path text not null unique,
  file_name text not null,
  sha256 text not null,
  size_bytes bigint not null,
  mime_type text not null default 'application/octet-stream',
  entity_type text not null,
  entity_id text not null,
  legal_hold boolean not null default false,
  uploaded_by text not null default ops.actor(),
  uploaded_at timestamptz not null default now(),
  is_proof boolean not null default false,
  constraint files_sha256_form check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint files_size_not_negative check (size_bytes >= 0)
);
alter table evidence.files enable row level security;
create index files_entity_idx on evidence.files (entity_type, entity_id);

comment on table evidence.files is
  'Files kept as proof, in the bucket evidence. Rows are written by evidence.register and never change; one that was '
  'written by hand is told by its event.';
comment on column evidence.files.id is 'Id of the file; consents and actions name it.';
comment on column evidence.files.bucket_path is 'Where the object lies in the bucket evidence.';
comment on column evidence.files.file_name is 'The name it came under.';
comment on column evidence.files.sha256 is 'SHA-256 of the bytes as storage gave them back, in hex.';
comment on column evidence.files.size_bytes is 'How many bytes.';
comment on column evidence.files.mime_type is 'The content type it came under; nothing was derived from it.';
comment on column evidence.files.entity_type is
  'What kind of thing it proves something of: plaintiff, consent, action.';
comment on column evidence.files.entity_id is 'Which one.';
comment on column evidence.files.legal_hold is
  'Whether it may not even be retired. Changed by evidence.set_legal_hold alone.';
comment on column evidence.files.uploaded_by is 'Who brought it, as audit events name him.';
comment on column evidence.files.uploaded_at is 'When it was registered.';
comment on column evidence.files.is_proof is 'Made by a command that proves the system works; counted nowhere.';
comment on constraint files_pkey on evidence.files is 'A file is known by its id.';
comment on constraint files_bucket_path_key on evidence.files is 'An object is registered once.';
comment on constraint files_sha256_form on evidence.files is 'A hash is 64 hex digits.';
comment on constraint files_size_not_negative on evidence.files is 'No file has fewer bytes than none.';
comment on index evidence.files_entity_idx is 'The files of one thing.';
grant select on evidence.files to service_role;

create table evidence.retirements (
  file_id uuid primary key references evidence.files (id),
  reason text not null,
  retired_by text not null default ops.actor(),
  retired_at timestamptz not null default now()
);
alter table evidence.retirements enable row level security;

comment on table evidence.retirements is
  'Files whose time is over: their bytes may be removed from the bucket. What was registered of them stays.';
comment on column evidence.retirements.file_id is 'The file.';
comment on column evidence.retirements.reason is 'By which rule, in words.';
comment on column evidence.retirements.retired_by is 'Who said so.';
comment on column evidence.retirements.retired_at is 'When.';
comment on constraint retirements_pkey on evidence.retirements is 'A file is retired once.';
comment on constraint retirements_file_id_fkey on evidence.retirements is 'Of a registered file.';
grant select on evidence.retirements to service_role;

create function evidence.comes_from(context text, function_name text)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select regexp_like(context, '^(PL/pgSQL|SQL) function "?' || function_name || '\(', 'n')
$$;
comment on function evidence.comes_from(text, text) is
  'Whether a function (with its schema) stands in a call stack, as PG_CONTEXT tells it.';
grant execute on function evidence.comes_from(text, text) to service_role;

create function evidence.protect_records()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  callers text;
begin
  get diagnostics callers = pg_context;
  if tg_op = 'UPDATE' and tg_table_name = 'files'
     and to_jsonb(new) - 'legal_hold' = to_jsonb(old) - 'legal_hold'
     and evidence.comes_from(callers, 'evidence.set_legal_hold') then
    return new;
  end if;
  raise exception 'EVIDENCE_IMMUTABILITY_VIOLATION: % on %.% is not allowed', tg_op, tg_table_schema, tg_table_name
    using errcode = 'P0001',
          hint = 'What was registered stays as it was registered. Register the right file beside it; '
                 'evidence.set_legal_hold and evidence.retire say the rest.';
end
$$;
comment on function evidence.protect_records() is
  'Trigger: refuses every change of what is registered, but a legal hold set through its function. Holds for every '
  'role, replication included.';
grant execute on function evidence.protect_records() to service_role;

create function evidence.guard_retirement()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  if (select f.legal_hold from evidence.files f where f.id = new.file_id for update) then
    raise exception 'Cannot retire file %: it is under legal hold', new.file_id
      using errcode = 'P0001',
            hint = 'evidence.set_legal_hold(file, false, reason, actor) lifts it, and leaves an event.';
  end if;
  return new;
end
$$;
comment on function evidence.guard_retirement() is
  'Trigger: what is under legal hold is not retired, by whatever road.';
grant execute on function evidence.guard_retirement() to service_role;

create function evidence.note_registration()
returns trigger
language plpgsql
set search_path = ''
as $$
declare
  callers text;
begin
  get diagnostics callers = pg_context;
  perform audit.append('evidence.registered', 'evidence', new.id::text, null,
    jsonb_build_object('sha256', new.sha256, 'size_bytes', new.size_bytes, 'mime_type', new.mime_type,
      'entity_type', new.entity_type, 'entity_id', new.entity_id, 'legal_hold', new.legal_hold,
      'is_proof', new.is_proof)
    || case when evidence.comes_from(callers, 'evidence.register') then '{}'::jsonb
            else jsonb_build_object('by_hand', true, 'login', session_user, 'role', current_setting('role')) end);
  return null;
end
$$;
comment on function evidence.note_registration() is
  'Trigger: a registered file leaves an event with its hash; one that did not come through evidence.register says so.';
grant execute on function evidence.note_registration() to service_role;

create function evidence.note_retirement()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  perform audit.append('evidence.retired', 'evidence', new.file_id::text, null,
    jsonb_build_object('reason', new.reason));
  return null;
end
$$;
comment on function evidence.note_retirement() is 'Trigger: a retired file leaves an event.';
grant execute on function evidence.note_retirement() to service_role;

create trigger _100_protect_files before update or delete on evidence.files
  for each row execute function evidence.protect_records();
alter table evidence.files enable always trigger _100_protect_files;
comment on trigger _100_protect_files on evidence.files is 'Raises EVIDENCE_IMMUTABILITY_VIOLATION.';

create trigger _100_protect_files_truncate before truncate on evidence.files
  for each statement execute function evidence.protect_records();
alter table evidence.files enable always trigger _100_protect_files_truncate;
comment on trigger _100_protect_files_truncate on evidence.files is 'Raises EVIDENCE_IMMUTABILITY_VIOLATION.';

create trigger _500_note_registration after insert on evidence.files
  for each row execute function evidence.note_registration();
alter table evidence.files enable always trigger _500_note_registration;
comment on trigger _500_note_registration on evidence.files is 'Writes evidence.registered.';

create trigger _100_guard_retirement before insert on evidence.retirements
  for each row execute function evidence.guard_retirement();
alter table evidence.retirements enable always trigger _100_guard_retirement;
comment on trigger _100_guard_retirement on evidence.retirements is 'A legal hold keeps a file from being retired.';

create trigger _100_protect_retirements before update or delete on evidence.retirements
  for each row execute function evidence.protect_records();
alter table evidence.retirements enable always trigger _100_protect_retirements;
comment on trigger _100_protect_retirements on evidence.retirements is 'Raises EVIDENCE_IMMUTABILITY_VIOLATION.';

create trigger _100_protect_retirements_truncate before truncate on evidence.retirements
  for each statement execute function evidence.protect_records();
alter table evidence.retirements enable always trigger _100_protect_retirements_truncate;
comment on trigger _100_protect_retirements_truncate on evidence.retirements is
  'Raises EVIDENCE_IMMUTABILITY_VIOLATION.';

create trigger _500_note_retirement after insert on evidence.retirements
  for each row execute function evidence.note_retirement();
alter table evidence.retirements enable always trigger _500_note_retirement;
comment on trigger _500_note_retirement on evidence.retirements is 'Writes evidence.retired.';

create function evidence.register(
  bucket_path text,
  file_name text,
  sha256 text,
  size_bytes bigint,
  mime_type text,
  entity_type text,
  entity_id text,
  actor text,
  request_id text default null,
  is_proof boolean default false
)
returns uuid
language plpgsql
volatile
security definer -- nobody but this function writes the register
set search_path = ''
as $$
declare
  stored_bytes bigint;
  found evidence.files;
begin
  perform ops.act_as(actor, request_id);
  select (o.metadata ->> 'size')::bigint into stored_bytes
    from storage.objects o where o.bucket_id = 'evidence' and o.name = register.bucket_path;
  if stored_bytes is distinct from register.size_bytes then
    raise exception 'Cannot register %: the bucket evidence has % there, not % bytes', register.bucket_path,
        coalesce(stored_bytes || ' bytes', 'nothing'), register.size_bytes
      using errcode = 'P0001', hint = 'Store the file first, read it back, and register what came back.';
  end if;
  insert into evidence.files as f (bucket_path, file_name, sha256, size_bytes, mime_type, entity_type, entity_id,
    uploaded_by, is_proof)
  values (register.bucket_path, register.file_name, register.sha256, register.size_bytes, register.mime_type,
    register.entity_type, register.entity_id, ops.actor(), register.is_proof)
  on conflict do nothing
  returning f.* into found;
  if found.id is null then
    select f.* into found from evidence.files f where f.bucket_path = register.bucket_path;
    if (found.sha256, found.entity_type, found.entity_id)
       is distinct from (register.sha256, register.entity_type, register.entity_id) then
      raise exception 'EVIDENCE_IMMUTABILITY_VIOLATION: % is registered with other bytes', register.bucket_path
        using errcode = 'P0001', hint = 'Store the other bytes under a path of their own.';
    end if;
  end if;
  return found.id;
end
$$;
comment on function evidence.register(text, text, text, bigint, text, text, text, text, text, boolean) is
  'Registers an object of the bucket evidence by the hash of its bytes, for the function that read them back and '
  'hashed them; returns the file. Asked again about the same bytes for the same thing, it returns the same file.';
grant execute on function evidence.register(text, text, text, bigint, text, text, text, text, text, boolean)
  to service_role;

create function evidence.set_legal_hold(
  file uuid,
  held boolean,
  reason text,
  actor text default null,
  request_id text default null
)
returns boolean
language plpgsql
volatile
security definer -- nobody but this function changes a registered file
set search_path = ''
as $$
declare
  before boolean;
begin
  if actor is not null then
    perform ops.act_as(actor, request_id);
  end if;
  if coalesce(btrim(reason), '') = '' then
    raise exception 'Cannot change the legal hold of file %: no reason was given', file using errcode = 'P0001';
  end if;
  select f.legal_hold into before from evidence.files f where f.id = file for update;
  if before is null then
    raise exception 'Cannot change the legal hold of file %: there is no such file', file using errcode = 'P0001';
  end if;
  if before is distinct from held then
    update evidence.files f set legal_hold = held where f.id = file;
    perform audit.append(case when held then 'evidence.held' else 'evidence.released' end, 'evidence', file::text,
      jsonb_build_object('legal_hold', before), jsonb_build_object('legal_hold', held, 'reason', reason));
  end if;
  return held;
end
$$;
comment on function evidence.set_legal_hold(uuid, boolean, text, text, text) is
  'Puts a file under legal hold, or lifts it; with a reason, and an event. While it holds the file is not retired.';
grant execute on function evidence.set_legal_hold(uuid, boolean, text, text, text) to service_role;

create function evidence.retire(file uuid, reason text, actor text default null, request_id text default null)
returns void
language plpgsql
volatile
security definer -- nobody but this function writes what is retired
set search_path = ''
as $$
begin
  if actor is not null then
    perform ops.act_as(actor, request_id);
  end if;
  insert into evidence.retirements (file_id, reason) values (file, reason);
end
$$;
comment on function evidence.retire(uuid, text, text, text) is
  'Says that a file''s time is over: from then on its bytes may be removed from the bucket. Refused under legal hold.';
grant execute on function evidence.retire(uuid, text, text, text) to service_role;

create function evidence.protect_object()
returns trigger
language plpgsql
security definer -- fires for whoever changes the bucket; that caller has no right to our tables
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and new.bucket_id = old.bucket_id and new.name = old.name
     and new.version is not distinct from old.version
     and new.metadata -> 'size' is not distinct from old.metadata -> 'size'
     and new.metadata -> 'eTag' is not distinct from old.metadata -> 'eTag' then
    return new;
  end if;
  if exists (select 1 from evidence.files f
              where f.bucket_path = old.name
                and not exists (select 1 from evidence.retirements r where r.file_id = f.id)) then
    raise exception 'EVIDENCE_IMMUTABILITY_VIOLATION: % of % in the bucket evidence is not allowed', tg_op, old.name
      using errcode = 'P0001',
            hint = 'It is registered as evidence. evidence.retire says that its time is over.';
  end if;
  if exists (select 1 from audit.exported_heads h where h.destination = 'evidence/' || old.name) then
    raise exception 'EVIDENCE_IMMUTABILITY_VIOLATION: % of % in the bucket evidence is not allowed', tg_op, old.name
      using errcode = 'P0001',
            hint = 'It is an exported head of the audit chain, a few hundred bytes a day: its time is never over.';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end
$$;
comment on function evidence.protect_object() is
  'Trigger: the object of a registered file is neither removed, moved nor replaced, by Storage''s own roads either, '
  'until the file is retired; that of an exported head never. A file of a head that is not in the register is not '
  'ours, and may be removed.';
grant execute on function evidence.protect_object() to service_role;

create or replace trigger dragonfly_protect_evidence
  before update or delete on storage.objects
  for each row when (old.bucket_id = 'evidence')
  execute function evidence.protect_object();

create function evidence.describe_file(file uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select to_jsonb(f) - '{id,is_proof}'::text[] || jsonb_build_object('evidence_file_id', f.id)
    from evidence.files f where f.id = file
$$;
comment on function evidence.describe_file(uuid) is 'A registered file; null when there is none.';
grant execute on function evidence.describe_file(uuid) to service_role;
