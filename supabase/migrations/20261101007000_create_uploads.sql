-- Uploads through the function: one road for many racers. Whoever reserves the bytes' hash stores them; the others wait
-- for its batch, or take over when its reservation has run out. A hash a client only claims reserves nothing.

create table intake.uploads (
  id uuid primary key default gen_random_uuid(),
  storage_bucket text not null default 'intake',
  storage_path text not null unique,
  filename text not null,
  source text not null default 'simplicity' references intake.sources (source),
  file_hash text,
  file_size_bytes bigint,
  options jsonb not null default '{}',
  by_operator boolean not null default false,
  created_by text not null default ops.actor(),
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  arrived_at timestamptz,
  constraint uploads_file_hash_sha256 check (file_hash ~ '^[0-9a-f]{64}$')
);
alter table intake.uploads enable row level security;
create unique index uploads_open_hash_key on intake.uploads (file_hash)
  where arrived_at is null and file_hash is not null;
create index uploads_open_idx on intake.uploads (expires_at) where arrived_at is null;
create index uploads_source_idx on intake.uploads (source);
create index uploads_arrived_hash_idx on intake.uploads (file_hash) where arrived_at is not null;

comment on table intake.uploads is
  'Reservations: made before bytes are stored under uploads/<id>/<name>, so that racing uploads have one winner. '
  'The id becomes the batch''s.';
comment on column intake.uploads.id is 'Id of the reservation; becomes that of the batch.';
comment on column intake.uploads.storage_bucket is 'Where the bytes are to be stored: bucket.';
comment on column intake.uploads.storage_path is 'Where the bytes are to be stored: path, never used twice.';
comment on column intake.uploads.filename is 'Name of the file as the caller gave it.';
comment on column intake.uploads.source is 'The vendor it is for.';
comment on column intake.uploads.file_hash is
  'SHA-256 of bytes the function itself has seen; null for a signed address, whose caller only claims one.';
comment on column intake.uploads.file_size_bytes is 'Size of the file as received, or as announced.';
comment on column intake.uploads.options is
  'What was asked for: error_threshold_percent, priority, dry_run, source_reference, replay_of, force; announced, what '
  'was said of the file; revives, the batch whose bytes are gone.';
comment on column intake.uploads.by_operator is 'Whether an operator reserved, and no vendor.';
comment on column intake.uploads.created_by is 'Who asked for it.';
comment on column intake.uploads.created_at is 'When it was asked for.';
comment on column intake.uploads.expires_at is
  'Until then nobody else stores these bytes; afterwards whoever comes takes over.';
comment on column intake.uploads.arrived_at is 'When the bytes were stored and the batch came to be.';
comment on constraint uploads_pkey on intake.uploads is 'A reservation is known by its id.';
comment on constraint uploads_storage_path_key on intake.uploads is 'No path is used twice.';
comment on constraint uploads_source_fkey on intake.uploads is 'Only for sources there are.';
comment on constraint uploads_file_hash_sha256 on intake.uploads is '64 hex digits in lower case.';
comment on index intake.uploads_open_hash_key is 'Of racing uploads of the same bytes one wins.';
comment on index intake.uploads_open_idx is 'Reservations that have run out.';
comment on index intake.uploads_source_idx is 'What a source has announced.';
comment on index intake.uploads_arrived_hash_idx is 'The batch of bytes that arrived and are not staged yet.';
grant select, insert, update, delete on intake.uploads to service_role;

create function intake.reservation_lease()
returns interval language sql stable set search_path = '' as $$ select ops.scaled(45) $$;
comment on function intake.reservation_lease() is
  'How long a function may be silent while it stores an upload (it renews every 10 s) before another takes over.';
grant execute on function intake.reservation_lease() to service_role;

create function intake.signed_upload_lease()
returns interval language sql immutable set search_path = '' as $$ select interval '2 hours' $$;
comment on function intake.signed_upload_lease() is 'How long a signed upload address stands; storage sets the same.';
grant execute on function intake.signed_upload_lease() to service_role;

create function intake.lock_hash(hash text)
returns void
language sql
volatile
set search_path = ''
as $$
  select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('dragonfly.hash.' || hash, 0))
$$;
comment on function intake.lock_hash(text) is
  'Racing drops of the same bytes take turns here. Taken before any row is locked.';
grant execute on function intake.lock_hash(text) to service_role;

create function intake.batches_of_hash(hash text)
returns setof intake.simplicity_batches
language sql
stable
set search_path = ''
as $$
  select b.*
    from intake.simplicity_batches b
   where b.file_hash = batches_of_hash.hash
     and b.status <> 'skipped'
     and not b.dry_run
     and b.rejection_code is distinct from 'EMPTY_FILE'
  union all
  select b.* -- until it is staged, by the hash that was taken when it was uploaded
    from intake.uploads u
    join intake.simplicity_batches b on b.id = u.id
   where u.file_hash = batches_of_hash.hash
     and u.arrived_at is not null
     and b.file_hash is null
     and b.status <> 'skipped'
     and not b.dry_run
     and b.rejection_code is distinct from 'EMPTY_FILE'
$$;
comment on function intake.batches_of_hash(text) is
  'The batches that stand for these bytes, at most one of each source that has read them. A dry run makes no bytes '
  'known, nor does a file without rows.';
grant execute on function intake.batches_of_hash(text) to service_role;

create function intake.is_ended_by_operator(batch intake.simplicity_batches)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select batch.status = 'failed' and batch.rejection_code in ('ABORTED', 'REFUSED', 'UNDONE')
$$;
comment on function intake.is_ended_by_operator(intake.simplicity_batches) is
  'Whether an operator ended a batch: then only an operator starts it again.';
grant execute on function intake.is_ended_by_operator(intake.simplicity_batches) to service_role;

create function intake.why_ended(batch intake.simplicity_batches)
returns text
language sql
immutable
set search_path = ''
as $$
  select replace(batch.rejection_reason, initcap(batch.rejection_code) || ' by operator: ', '')
$$;
comment on function intake.why_ended(intake.simplicity_batches) is 'The operator''s own words about a batch he ended.';
grant execute on function intake.why_ended(intake.simplicity_batches) to service_role;

create function intake.known_bytes(bytes jsonb)
returns intake.simplicity_batches
language sql
stable
set search_path = ''
as $$
  with asked as (
    select bytes ->> 'source' as source,
           (bytes ->> 'by_operator')::boolean as by_operator,
           (bytes ->> 'batch')::uuid as batch
  ), candidate as (
    select b, true as by_hash
      from intake.batches_of_hash(bytes ->> 'file_hash') b
    union all
    select b, false -- ended before they were hashed: storage's word for the content tells them
      from intake.simplicity_batches b
     where b.storage_etag = bytes ->> 'etag'
       and b.source = bytes ->> 'source'
       and b.file_size_bytes = (bytes ->> 'file_size_bytes')::bigint
       and b.file_hash is null
       and b.rejection_code = 'ABORTED'
       and not b.dry_run
  )
  select (c.b).*
    from candidate c
   cross join asked a
   where (c.b).id is distinct from a.batch
     and ((c.b).source = a.source or (c.b).status <> 'failed')
     and (c.by_hash or not a.by_operator)
   order by case
              when (c.b).source <> a.source then 4
              when (c.b).status <> 'failed' then 1
              when intake.is_ended_by_operator(c.b) and not a.by_operator then 2
              else 3
            end,
            c.by_hash desc,
            (c.b).created_at desc
   limit 1
$$;
comment on function intake.known_bytes(jsonb) is
  'The batch that decides about bytes, all null when there is none. bytes: source, file_hash, by_operator, and '
  'where known batch (the one that brings them), file_size_bytes and etag. One of the same source comes first; of '
  'another source only what runs or is completed counts.';
grant execute on function intake.known_bytes(jsonb) to service_role;

create function intake.bytes_of(batch intake.simplicity_batches, hash text)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select jsonb_build_object(
    'batch', batch.id,
    'source', batch.source,
    'file_hash', bytes_of.hash,
    'file_size_bytes', batch.file_size_bytes,
    'etag', batch.storage_etag,
    'by_operator', batch.asked_by_operator,
    'force', coalesce((select (u.options ->> 'force')::boolean from intake.uploads u where u.id = batch.id), false))
$$;
comment on function intake.bytes_of(intake.simplicity_batches, text) is
  'The bytes of a stored batch and who brings them, as known_bytes and judge_bytes ask.';
grant execute on function intake.bytes_of(intake.simplicity_batches, text) to service_role;

create function intake.judge_bytes(known intake.simplicity_batches, bytes jsonb)
returns text
language sql
immutable
set search_path = ''
as $$
  select case
    when known.id is null then 'new'
    when known.source <> bytes ->> 'source' and known.status = 'failed' then 'new'
    when known.source <> bytes ->> 'source' then 'elsewhere'
    when intake.is_ended_by_operator(known) and not (bytes ->> 'by_operator')::boolean then 'ended'
    when known.status = 'failed' then 'take_over'
    when known.status = 'completed' and (bytes ->> 'by_operator')::boolean and (bytes ->> 'force')::boolean
      then 'take_over'
    else 'duplicate' end
$$;
comment on function intake.judge_bytes(intake.simplicity_batches, jsonb) is
  'The one rule about known bytes, whichever road they take: new; duplicate, while their batch runs or is '
  'completed; elsewhere, the same of another source, which is never touched; ended by an operator, whom only an '
  'operator overrules; take_over, the next attempt of a failed batch, or by force of a completed one. bytes: as for '
  'known_bytes, and force.';
grant execute on function intake.judge_bytes(intake.simplicity_batches, jsonb) to service_role;

create function intake.object_state(batch intake.simplicity_batches)
returns text
language sql
stable
security definer -- storage.objects is not readable for the caller
set search_path = ''
as $$
  select case
    when batch.storage_version is null then 'present'
    when o.id is null then 'missing'
    when o.version is distinct from batch.storage_version then 'changed'
    else 'present' end
  from (select 1) one left join storage.objects o on o.bucket_id = batch.storage_bucket and o.name = batch.storage_path
$$;
comment on function intake.object_state(intake.simplicity_batches) is
  'Whether a batch''s object is still the one that was dropped: present, missing or changed.';
grant execute on function intake.object_state(intake.simplicity_batches) to service_role;

create function intake.stored_object(batch intake.simplicity_batches)
returns jsonb
language sql
stable
security definer -- storage.objects is not readable for the caller
set search_path = ''
as $$
  select jsonb_build_object(
    'bucket', batch.storage_bucket,
    'path', batch.storage_path,
    'version', batch.storage_version,
    'etag', o.metadata ->> 'eTag',
    'bytes', (o.metadata ->> 'size')::bigint)
  from (select 1) one
  left join storage.objects o
    on o.bucket_id = batch.storage_bucket
   and o.name = batch.storage_path
   and o.version is not distinct from batch.storage_version
$$;
comment on function intake.stored_object(intake.simplicity_batches) is
  'Where a batch''s bytes lie, and what whoever reads them holds the answer against: a cache may give the bytes of '
  'another version. etag and bytes are null when that very version is not there.';
grant execute on function intake.stored_object(intake.simplicity_batches) to service_role;

create function intake.has_bytes(batch intake.simplicity_batches)
returns boolean
language sql
stable
set search_path = ''
as $$
  select batch.storage_path is not null and intake.object_state(batch) = 'present'
$$;
comment on function intake.has_bytes(intake.simplicity_batches) is
  'Whether the bytes a batch was made of are still where they were stored.';
grant execute on function intake.has_bytes(intake.simplicity_batches) to service_role;

create function intake.retry(batch uuid, options jsonb, by_operator boolean)
returns intake.simplicity_batches
language plpgsql
set search_path = ''
as $$
begin
  update intake.simplicity_batches b
     set asked_by_operator = by_operator,
         error_threshold_percent = greatest(
           coalesce((options ->> 'error_threshold_percent')::int, b.error_threshold_percent),
           intake.least_threshold(b)),
         priority = coalesce((options ->> 'priority')::int, b.priority),
         source_reference = coalesce(options ->> 'source_reference', b.source_reference)
   where b.id = batch;
  return intake.move_batch(batch, 'uploaded');
end
$$;
comment on function intake.retry(uuid, jsonb, boolean) is
  'The next attempt of a batch, with the options given now; what was not given stays. Whoever may be told no has been: '
  'a threshold below what stands becomes that.';
grant execute on function intake.retry(uuid, jsonb, boolean) to service_role;

create function intake.take_over(
  known intake.simplicity_batches,
  fresh intake.simplicity_batches,
  options jsonb,
  by_operator boolean
)
returns intake.simplicity_batches
language plpgsql
set search_path = ''
as $$
begin
  if fresh.id is not null and not intake.has_bytes(known) then
    update intake.simplicity_batches b -- an object has one batch
       set storage_path = null,
           storage_version = null
     where b.id = fresh.id;
    update intake.simplicity_batches b
       set storage_bucket = fresh.storage_bucket,
           storage_path = fresh.storage_path,
           storage_version = fresh.storage_version,
           storage_etag = fresh.storage_etag
     where b.id = known.id;
  end if;
  return intake.retry(known.id, options, by_operator);
end
$$;
comment on function intake.take_over(intake.simplicity_batches, intake.simplicity_batches, jsonb, boolean) is
  'Starts the next attempt of a locked batch that judge_bytes says is to be taken over, with the options given now, '
  'from the bytes of the fresh batch (all null: there is none) where its own are gone. What becomes of the fresh one '
  'is the caller''s.';
grant execute on function intake.take_over(intake.simplicity_batches, intake.simplicity_batches, jsonb, boolean)
  to service_role;

create function intake.reservation_answer(outcome text, batch intake.simplicity_batches)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object('outcome', outcome, 'batch_id', batch.id, 'attempt', batch.attempt,
    'batch_status', batch.status,
    'filename', batch.filename, 'file_hash', batch.file_hash, 'file_size_bytes', batch.file_size_bytes)
$$;
comment on function intake.reservation_answer(text, intake.simplicity_batches) is
  'What a reservation came to, where a batch already stands for the bytes.';
grant execute on function intake.reservation_answer(text, intake.simplicity_batches) to service_role;

create function intake.open_reservation(request jsonb, hash text, lease interval)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  upload intake.uploads;
  new_id uuid := gen_random_uuid();
begin
  insert into intake.uploads (
    id, storage_path, filename, source, file_hash, file_size_bytes, options, by_operator, created_by, expires_at)
  values (
    new_id,
    'uploads/' || new_id || '/' || (request ->> 'stored_name'),
    request ->> 'filename',
    request ->> 'source',
    hash,
    (request ->> 'file_size_bytes')::bigint,
    (request -> 'options') || case when (request ->> 'force')::boolean then '{"force": true}'::jsonb else '{}' end,
    (request ->> 'by_operator')::boolean,
    request ->> 'actor',
    now() + lease)
  returning * into upload;
  perform audit.append('upload.reserved', 'batch', upload.id::text, null,
    jsonb_build_object('filename', upload.filename, 'source', upload.source, 'options', upload.options));
  return jsonb_build_object('outcome', 'store', 'batch_id', upload.id, 'path', upload.storage_path,
    'filename', upload.filename,
    'expires_at', upload.expires_at);
end
$$;
comment on function intake.open_reservation(jsonb, text, interval) is
  'Writes a reservation; its id becomes the batch''s and part of its path, so that no path is ever used twice.';
grant execute on function intake.open_reservation(jsonb, text, interval) to service_role;

create function intake.answer_known(request jsonb, known intake.simplicity_batches)
returns jsonb
language plpgsql
set search_path = ''
as $$
begin
  case intake.judge_bytes(known, request)
    when 'ended' then
      return intake.reservation_answer('ended_by_operator', known)
        || jsonb_build_object('why', intake.why_ended(known));
    when 'elsewhere' then
      return intake.reservation_answer('duplicate', case when (request ->> 'by_operator')::boolean then known end);
    when 'duplicate' then
      if known.status in ('uploaded', 'staging')
         and exists (select 1 from intake.uploads u where u.id = known.id and u.options ? 'revives') then
        return case -- it is about to give its bytes away
          when not (request ->> 'signed')::boolean then jsonb_build_object('outcome', 'wait', 'batch_id', known.id)
        end;
      end if;
      return intake.reservation_answer('duplicate', known);
    when 'take_over' then
      if (request #>> '{options,error_threshold_percent}')::int < intake.least_threshold(known) then
        return jsonb_build_object('outcome', 'below_standing', 'least', intake.least_threshold(known));
      end if;
      if (request ->> 'signed')::boolean or not intake.has_bytes(known) then
        return null;
      end if;
      return intake.reservation_answer('started_again',
        intake.take_over(known, null, request -> 'options', (request ->> 'by_operator')::boolean));
    else
      return null;
  end case;
end
$$;
comment on function intake.answer_known(jsonb, intake.simplicity_batches) is
  'The door''s answer about known bytes. A vendor learns of another source''s batch that there is one, and no more. '
  'Null when the bytes are to be stored: they are new, or their batch has lost them, or only their hash is claimed, '
  'which starts nothing.';
grant execute on function intake.answer_known(jsonb, intake.simplicity_batches) to service_role;

create function intake.with_announcement(request jsonb)
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_set(request, '{options,announced}', jsonb_strip_nulls(jsonb_build_object(
    'size', request -> 'file_size_bytes', 'hash', request -> 'file_hash')))
$$;
comment on function intake.with_announcement(jsonb) is
  'A request for an upload address with what was said of the file kept among its options: what '
  'arrives is held against it.';
grant execute on function intake.with_announcement(jsonb) to service_role;

create function intake.most_announced()
returns int language sql immutable set search_path = '' as $$ select 20 $$;
comment on function intake.most_announced() is
  'How many uploads of one vendor may be announced and not arrived: each may lie about for two hours.';
grant execute on function intake.most_announced() to service_role;

create function intake.vendor_refusal(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  most int;
begin
  -- Its key is known here, so its source is no surprise.
  insert into intake.sources (source) values (request ->> 'source') on conflict do nothing;
  select s.error_threshold_percent into most from intake.sources s where s.source = request ->> 'source';
  if (request #>> '{options,error_threshold_percent}')::int > most then
    return jsonb_build_object('outcome', 'threshold_raised', 'most', most);
  end if;
  if not (request ->> 'signed')::boolean then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('dragonfly.announced.' || (request ->> 'source'), 0)); -- of racers too
  if (
    select count(*)
      from intake.uploads u
     where u.source = request ->> 'source'
       and u.arrived_at is null
       and u.expires_at > now()
       and u.options ? 'announced'
  ) >= intake.most_announced() then
    return jsonb_build_object('outcome', 'too_many_announced', 'most', intake.most_announced());
  end if;
  return null;
end
$$;
comment on function intake.vendor_refusal(jsonb) is
  'What a vendor may not ask for, null when it may: a higher threshold than its source has, more uploads announced '
  'than may be outstanding. Makes the source known. Takes its lock before that of the hash.';
grant execute on function intake.vendor_refusal(jsonb) to service_role;

create function intake.lock_known(bytes jsonb)
returns intake.simplicity_batches
language plpgsql
set search_path = ''
as $$
declare
  known intake.simplicity_batches;
begin
  known := intake.known_bytes(bytes);
  if intake.judge_bytes(known, bytes) = 'take_over' then
    perform 1 from intake.simplicity_batches b where b.id = known.id for no key update;
    known := intake.known_bytes(bytes); -- as it is now: an operator may just have ended it
  end if;
  return known;
end
$$;
comment on function intake.lock_known(jsonb) is
  'known_bytes, locked when it is to be taken over. Waits for who holds it: the caller holds no batch.';
grant execute on function intake.lock_known(jsonb) to service_role;

create function intake.reserve_upload(request jsonb)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  hash constant text := request ->> 'file_hash';
  signed constant boolean := coalesce((request ->> 'signed')::boolean, false);
  vendor constant boolean := coalesce((request ->> 'vendor')::boolean, false);
  known intake.simplicity_batches;
  open_upload intake.uploads;
  answer jsonb;
begin
  perform ops.act_as(request ->> 'actor', request ->> 'request_id');
  request := request || jsonb_build_object('by_operator', not vendor);
  if vendor then
    answer := intake.vendor_refusal(request);
    if answer is not null then
      return answer;
    end if;
  end if;
  if not exists (select 1 from intake.sources s where s.source = request ->> 'source') then
    return jsonb_build_object('outcome', 'unknown_source');
  end if;
  if hash is not null and not coalesce((request #>> '{options,dry_run}')::boolean, false) then
    perform intake.lock_hash(hash);
    -- Before what is known is looked up: bytes that arrive in between are in one of the two, and not in neither.
    select * into open_upload from intake.uploads u where u.file_hash = hash and u.arrived_at is null;
    known := intake.lock_known(request);
    answer := intake.answer_known(request, known);
    if answer is not null then
      return answer;
    end if;
  end if;
  if signed then
    return intake.open_reservation(intake.with_announcement(request), null, intake.signed_upload_lease());
  end if;
  if hash is null or (request #>> '{options,dry_run}')::boolean then
    return intake.open_reservation(request, null, intake.reservation_lease());
  end if;
  if open_upload.id is not null then
    delete from intake.uploads u where u.id = open_upload.id and u.arrived_at is null and u.expires_at <= now();
    if not found then
      return jsonb_build_object('outcome', 'wait', 'batch_id', open_upload.id);
    end if;
    perform audit.append('upload.taken_over', 'batch', open_upload.id::text,
      jsonb_build_object('created_by', open_upload.created_by), null);
  end if;
  if known.id is not null then
    request := jsonb_set(request, '{options,revives}', to_jsonb(known.id));
  end if;
  return intake.open_reservation(request, hash, intake.reservation_lease());
end
$$;
comment on function intake.reserve_upload(jsonb) is
  'Before bytes are stored. request: filename, stored_name, source, file_hash, file_size_bytes, etag (of the bytes, '
  'where they are at hand), options, force, signed, vendor (makes the source known), actor, request_id. outcome: store '
  '(path; the id becomes the batch''s), wait (another stores the same bytes), duplicate (all null for a vendor when '
  'another source''s batch has them), started_again, below_standing (least threshold), ended_by_operator (why), '
  'unknown_source, and what a vendor may not: threshold_raised, too_many_announced. Takes the lock under which staging '
  'decides about the same hash.';
grant execute on function intake.reserve_upload(jsonb) to service_role;

create function intake.renew_upload(upload uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  update intake.uploads u set expires_at = now() + intake.reservation_lease()
    where u.id = upload and u.arrived_at is null;
  return found;
end
$$;
comment on function intake.renew_upload(uuid) is
  'Sign of life of a function that is storing. False when the reservation was taken over, or its bytes have arrived.';
grant execute on function intake.renew_upload(uuid) to service_role;

create function intake.release_upload(upload uuid)
returns boolean
language plpgsql
set search_path = ''
as $$
begin
  delete from intake.uploads u where u.id = upload and u.arrived_at is null;
  return found;
end
$$;
comment on function intake.release_upload(uuid) is
  'Gives a reservation up after storing failed, so that whoever waits goes on at once. False when its bytes have '
  'arrived.';
grant execute on function intake.release_upload(uuid) to service_role;

create function intake.try_known(bytes jsonb)
returns intake.simplicity_batches
language plpgsql
set search_path = ''
as $$
declare
  known intake.simplicity_batches := intake.known_bytes(bytes);
begin
  if intake.judge_bytes(known, bytes) <> 'take_over' then
    select b.* into known from intake.simplicity_batches b where b.id = known.id for key share skip locked;
    return known;
  end if;
  select b.* into known from intake.simplicity_batches b where b.id = known.id for no key update skip locked;
  perform 1 from ops.job_queue j where j.batch_id = known.id and j.job_type = 'ingest' for update skip locked;
  if not found and exists (select 1 from ops.job_queue j where j.batch_id = known.id and j.job_type = 'ingest') then
    return null;
  end if;
  return known;
end
$$;
comment on function intake.try_known(jsonb) is
  'Holds the batch known_bytes names: against deletion, and where it is to be taken over, with its job. Never '
  'waits: the caller holds a batch already, and a bulk statement may hold these two the other way round. All null '
  'when somebody is changing it.';
grant execute on function intake.try_known(jsonb) to service_role;

create function intake.settle_upload(upload uuid, actor text, request_id text)
returns jsonb
language plpgsql
security definer -- looks for the object itself when the trigger missed it
set search_path = ''
as $$
declare
  reserved intake.uploads;
  stored intake.simplicity_batches;
  known intake.simplicity_batches;
  bytes jsonb;
begin
  perform ops.act_as(settle_upload.actor, settle_upload.request_id);
  select * into reserved from intake.uploads u where u.id = upload;
  if reserved.options ? 'revives' then
    perform intake.lock_hash(reserved.file_hash);
  end if;
  perform intake.accept_drop(o.bucket_id, o.name, o.version, o.metadata)
    from storage.objects o
   where o.bucket_id = reserved.storage_bucket and o.name = reserved.storage_path
     and not exists (select 1 from intake.simplicity_batches b where b.id = upload);
  select * into stored from intake.simplicity_batches b where b.id = upload for no key update;
  if stored.id is null then
    return null;
  end if;
  if reserved.options ? 'revives' and stored.status in ('uploaded', 'staging') and stored.attempt = 1 then
    bytes := intake.bytes_of(stored, reserved.file_hash);
    known := intake.try_known(bytes);
    if intake.judge_bytes(known, bytes) = 'take_over' then
      known := intake.take_over(known, stored, reserved.options, reserved.by_operator);
      delete from intake.simplicity_batches b where b.id = stored.id;
      return intake.reservation_answer('started_again', known);
    end if;
  end if;
  return intake.reservation_answer('stored', stored);
end
$$;
comment on function intake.settle_upload(uuid, text, text) is
  'After bytes are stored: their batch (made here if the trigger missed the object), or the failed batch they were '
  'needed for, whose next attempt begins and which alone stays. Null when there is no such object.';
revoke all on function intake.settle_upload(uuid, text, text) from public;
grant execute on function intake.settle_upload(uuid, text, text) to service_role;
