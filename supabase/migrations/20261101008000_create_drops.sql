-- How a stored object becomes a batch: by trigger in the upload's own transaction, by sweep when the trigger missed it.
-- The trigger does constant work, never raises and never calls out; a wake-up is only queued.

create function intake.is_drop(bucket text, path text, metadata jsonb)
returns boolean
language sql
immutable
set search_path = ''
as $$
  select bucket = 'intake'
    and path !~* '(^|/)(\.ds_store|\._[^/]*|\.keep|\.emptyfolderplaceholder|thumbs\.db|desktop\.ini|~\$[^/]*)/*$'
    and lower(trim(split_part(coalesce(metadata ->> 'mimetype', 'application/octet-stream'), ';', 1))) in
      ('text/csv', 'text/plain', 'text/tab-separated-values', 'application/csv', 'text/x-csv',
       'application/octet-stream', 'binary/octet-stream', 'application/vnd.ms-excel', 'multipart/form-data')
$$;
comment on function intake.is_drop(text, text, jsonb) is
  'Whether an object is for us: bucket intake, a content type a CSV travels under, no file that a desktop makes. '
  'Anything else is ignored.';
grant execute on function intake.is_drop(text, text, jsonb) to service_role;

create function intake.source_of(path text)
returns text
language sql
stable
set search_path = ''
as $$
  select coalesce(
    (select s.source from intake.sources s where s.source = split_part(path, '/', 1) and position('/' in path) > 0),
    'simplicity')
$$;
comment on function intake.source_of(text) is
  'The source a path belongs to: its first segment where intake.sources knows it, else simplicity.';
grant execute on function intake.source_of(text) to service_role;

create table intake.moved_objects (
  batch_id uuid primary key references intake.simplicity_batches (id) on delete cascade,
  storage_bucket text not null,
  storage_path text not null,
  storage_version text not null,
  unique (storage_bucket, storage_path, storage_version)
);
comment on table intake.moved_objects is
  'Objects that were moved while an insert held their batch. The next sweep after it gives the batch the new path.';
comment on column intake.moved_objects.batch_id is 'The batch the object belongs to.';
comment on column intake.moved_objects.storage_bucket is 'Bucket of the object.';
comment on column intake.moved_objects.storage_path is 'Where it lies now.';
comment on column intake.moved_objects.storage_version is 'Its version now; empty where storage keeps none.';
comment on constraint moved_objects_pkey on intake.moved_objects is 'A batch has one object.';
comment on constraint moved_objects_batch_id_fkey on intake.moved_objects is 'Goes with its batch.';
comment on constraint moved_objects_storage_bucket_storage_path_storage_version_key on intake.moved_objects is
  'An object belongs to one batch.';
alter table intake.moved_objects enable row level security;

create function intake.accept_drop(bucket text, path text, version text, metadata jsonb)
returns uuid
language plpgsql
security definer -- runs for whoever uploads; that caller has no right to our tables
set search_path = ''
as $$
declare
  reserved intake.uploads;
  settings intake.sources;
  batch uuid;
begin
  if not intake.is_drop(bucket, path, metadata)
     or exists (select 1 from intake.forgotten_objects f
                 where f.storage_bucket = bucket and f.storage_path = path
                   and f.storage_version = coalesce(version, ''))
     or exists (select 1 from intake.simplicity_batches b
                 where b.storage_bucket = bucket and b.storage_path = path
                   and b.storage_version is not distinct from version)
     or exists (select 1 from intake.moved_objects m
                 where m.storage_bucket = bucket and m.storage_path = path
                   and m.storage_version = coalesce(version, '')) then
    return null;
  end if;
  update intake.uploads u set arrived_at = now()
   where u.storage_bucket = bucket and u.storage_path = path and u.arrived_at is null
  returning * into reserved;
  select * into settings from intake.sources s where s.source = coalesce(reserved.source, intake.source_of(path));
  insert into intake.simplicity_batches (id, filename, source, source_reference, file_size_bytes,
    storage_bucket, storage_path, storage_version, storage_etag, error_threshold_percent, priority, dry_run, replay_of,
    asked_by_operator, created_by)
  values (
    coalesce(reserved.id, gen_random_uuid()),
    coalesce(reserved.filename, regexp_replace(regexp_replace(path, '/+$', ''), '^.*[/\\]', '')),
    settings.source,
    reserved.options ->> 'source_reference',
    (metadata ->> 'size')::bigint,
    bucket, path, version, metadata ->> 'eTag',
    coalesce((reserved.options ->> 'error_threshold_percent')::int, settings.error_threshold_percent),
    coalesce((reserved.options ->> 'priority')::int, settings.priority),
    coalesce((reserved.options ->> 'dry_run')::boolean, false),
    (reserved.options ->> 'replay_of')::uuid,
    coalesce(reserved.by_operator, false),
    coalesce(reserved.created_by, 'storage'))
  on conflict do nothing
  returning id into batch;
  return batch;
end
$$;
comment on function intake.accept_drop(text, text, text, jsonb) is
  'Makes the batch of a stored object (bucket, path, version), with the options of its reservation if it has one. '
  'Null when the object is not for us, forgotten or known.';
grant execute on function intake.accept_drop(text, text, text, jsonb) to service_role;

create function intake.move_object(bucket text, path text, version text, new_path text, new_version text)
returns boolean
language plpgsql
security definer -- called for whoever moves; that caller has no right to our tables
set search_path = ''
set lock_timeout = '2s'
as $$
declare
  batch record;
begin
  select b.id, b.status
    into batch
    from intake.simplicity_batches b
   where b.storage_bucket = bucket
     and b.storage_path = path
     and b.storage_version is not distinct from version;
  if batch.id is null then -- or it was moved before, and the batch does not say so yet
    update intake.moved_objects m
       set storage_path = new_path,
           storage_version = coalesce(new_version, '')
     where m.storage_bucket = bucket
       and m.storage_path = path
       and m.storage_version = coalesce(version, '');
    return found;
  end if;
  if batch.status <> 'inserting' then
    begin
      update intake.simplicity_batches b
         set storage_path = new_path,
             storage_version = new_version
       where b.id = batch.id;
      return found;
    exception when lock_not_available then
      null; -- the insert has just begun
    end;
  end if;
  insert into intake.moved_objects (batch_id, storage_bucket, storage_path, storage_version)
  values (batch.id, bucket, new_path, coalesce(new_version, ''))
  on conflict (batch_id) do update
    set storage_path = excluded.storage_path,
        storage_version = excluded.storage_version;
  return true;
end
$$;
comment on function intake.move_object(text, text, text, text, text) is
  'A stored object has a new path and version: its batch follows, at once or, while an insert holds it, with the next '
  'sweep, for a move must not wait for an insert. False when no batch knows the object.';
grant execute on function intake.move_object(text, text, text, text, text) to service_role;

create function intake.follow_moves()
returns int
language plpgsql
security definer -- part of intake.sweep
set search_path = ''
as $$
declare
  move record;
  followed int := 0;
begin
  for move in
    select m.*
      from intake.moved_objects m
      join intake.simplicity_batches b on b.id = m.batch_id
     where b.status <> 'inserting'
       for update of b skip locked
  loop
    update intake.simplicity_batches b
       set storage_path = move.storage_path,
           storage_version = nullif(move.storage_version, '')
     where b.id = move.batch_id;
    delete from intake.moved_objects m where m.batch_id = move.batch_id;
    followed := followed + 1;
  end loop;
  return followed;
end
$$;
comment on function intake.follow_moves() is
  'Gives batches the path their object was moved to while an insert held them. Returns how many.';
grant execute on function intake.follow_moves() to service_role;

create function intake.on_object_stored()
returns trigger
language plpgsql
security definer -- the uploader has no right to our tables
set search_path = ''
as $$
begin
  if tg_op = 'UPDATE' and old.name <> new.name
     and intake.move_object(old.bucket_id, old.name, old.version, new.name, new.version) then
    return null;
  end if;
  -- storage may write the row first and its metadata after; the later write is the drop
  if new.metadata is not null then
    perform intake.accept_drop(new.bucket_id, new.name, new.version, new.metadata);
  end if;
  return null;
exception when others then
  raise warning 'drop %/% not taken in, the sweep will repair it: %', new.bucket_id, new.name, sqlerrm;
  begin
    insert into intake.missed_objects (storage_bucket, storage_path)
    values (new.bucket_id, new.name)
    on conflict (storage_bucket, storage_path) do update set missed_at = excluded.missed_at;
  exception when others then
    null; -- the sweep will come by
  end;
  return null;
end
$$;
comment on function intake.on_object_stored() is
  'Trigger on storage.objects: a stored or replaced object of bucket intake is a drop; a moved one keeps its batch. '
  'An error here would undo the upload, so it is logged and left to the sweep.';
grant execute on function intake.on_object_stored() to service_role;

create or replace trigger dragonfly_on_object_stored
  after insert or update on storage.objects
  for each row when (new.bucket_id = 'intake')
  execute function intake.on_object_stored();

create table intake.missed_objects (
  storage_bucket text not null,
  storage_path text not null,
  missed_at timestamptz not null default now(),
  primary key (storage_bucket, storage_path)
);
alter table intake.missed_objects enable row level security;

comment on table intake.missed_objects is
  'Objects the trigger could not take in. A sweep looks at them whatever place it has come to, and forgets them.';
comment on column intake.missed_objects.storage_bucket is 'Bucket of the object.';
comment on column intake.missed_objects.storage_path is 'Its path.';
comment on column intake.missed_objects.missed_at is 'When the trigger failed.';
comment on constraint missed_objects_pkey on intake.missed_objects is 'An object is known by bucket and path.';
grant select, insert, update, delete on intake.missed_objects to service_role;

create table intake.sweep_place (
  one boolean primary key default true,
  storage_path text not null default '',
  constraint sweep_place_one check (one)
);
alter table intake.sweep_place enable row level security;
insert into intake.sweep_place (storage_path)
values ('');

comment on table intake.sweep_place is
  'How far sweeps have come in the objects of the bucket, by path. One row.';
comment on column intake.sweep_place.one is 'Always true.';
comment on column intake.sweep_place.storage_path is 'The last path that was looked at.';
comment on constraint sweep_place_pkey on intake.sweep_place is 'One row.';
comment on constraint sweep_place_one on intake.sweep_place is 'One row.';
grant select on intake.sweep_place to service_role;

create function intake.max_swept_objects()
returns int language sql immutable set search_path = '' as $$ select 10000 $$;
comment on function intake.max_swept_objects() is
  'Stored objects that one sweep looks at: a fraction of a second. Once a minute, a bucket of a million is gone '
  'through in under two hours; what the trigger knows that it missed does not wait for that.';
grant execute on function intake.max_swept_objects() to service_role;

create function intake.swept_objects()
returns table (bucket_id text, name text, version text, metadata jsonb, changed_at timestamptz, created_at timestamptz)
language sql
stable
security definer -- storage.objects is not readable for the caller
set search_path = ''
as $$
  with ahead as (
    select o.*
      from storage.objects o
     where o.bucket_id = 'intake'
       and o.name > (select p.storage_path from intake.sweep_place p)
     order by o.name
     limit intake.max_swept_objects()
  ), round_again as (
    select o.*
      from storage.objects o
     where o.bucket_id = 'intake'
       and o.name <= (select p.storage_path from intake.sweep_place p)
     order by o.name
     limit (select intake.max_swept_objects() - count(*) from ahead)
  )
  select a.bucket_id, a.name, a.version, a.metadata, greatest(a.created_at, a.updated_at), a.created_at from ahead a
  union all
  select r.bucket_id, r.name, r.version, r.metadata, greatest(r.created_at, r.updated_at), r.created_at
    from round_again r
  union all
  select o.bucket_id, o.name, o.version, o.metadata, greatest(o.created_at, o.updated_at), o.created_at
    from intake.missed_objects m
    join storage.objects o on o.bucket_id = m.storage_bucket and o.name = m.storage_path
   where m.storage_path not in (select a.name from ahead a union all select r.name from round_again r)
$$;
comment on function intake.swept_objects() is
  'The stored objects this sweep looks at: so many from the place on where the last one stopped, beginning anew behind '
  'the last, and those the trigger missed. All of them, where there are no more than that.';
grant execute on function intake.swept_objects() to service_role;

create function intake.unclaimed_objects()
returns table (bucket_id text, name text, version text, metadata jsonb, created_at timestamptz)
language sql
stable
security definer -- storage.objects is not readable for the caller
set search_path = ''
as $$
  select u.bucket_id, u.name, u.version, u.metadata, u.created_at
    from (
      select o.bucket_id, o.name, o.version, o.metadata, o.created_at
        from intake.swept_objects() o
       where o.changed_at < (select now() - ops.scaled(120)) -- asked once
         and not exists (
           select 1
             from intake.forgotten_objects f
            where f.storage_bucket = o.bucket_id
              and f.storage_path = o.name
              and f.storage_version = coalesce(o.version, ''))
         and not exists (
           select 1
             from intake.moved_objects m
            where m.storage_bucket = o.bucket_id
              and m.storage_path = o.name
              and m.storage_version = coalesce(o.version, ''))
         and not exists (
           select 1
             from intake.simplicity_batches b
            where b.storage_bucket = o.bucket_id
              and b.storage_path = o.name
              and b.storage_version is not distinct from o.version)
      offset 0) u -- is_drop is dear: it is asked about what is left, not about every object there is
   where intake.is_drop(u.bucket_id, u.name, u.metadata)
$$;
comment on function intake.unclaimed_objects() is
  'Stored drops that have become no batch for two minutes, of those a sweep looks at now: the trigger missed them.';
revoke all on function intake.unclaimed_objects() from public;
grant execute on function intake.unclaimed_objects() to service_role;

create function intake.move_sweep_place()
returns void
language sql
volatile
security definer -- part of intake.sweep
set search_path = ''
as $$
  delete from intake.missed_objects m
   where m.missed_at < now() - ops.scaled(120)
     and not exists (
       select 1 from intake.unclaimed_objects() u where u.bucket_id = m.storage_bucket and u.name = m.storage_path);
  update intake.sweep_place p
     set storage_path = coalesce((
           select max(a.name)
             from (
               select o.name
                 from storage.objects o
                where o.bucket_id = 'intake'
                  and o.name > p.storage_path
                order by o.name
                limit intake.max_swept_objects()) a
           having count(*) = intake.max_swept_objects()), '')
   where true;
$$;
comment on function intake.move_sweep_place() is
  'Where the next sweep begins: behind what this one looked at, or at the beginning, once the end was reached.';
grant execute on function intake.move_sweep_place() to service_role;

create function intake.sweep()
returns int
language plpgsql
security definer -- called by cron and by the worker alike
set search_path = ''
as $$
declare
  object record;
  upload record;
  repaired int := 0;
begin
  perform intake.follow_moves();
  for object in
    select * from intake.unclaimed_objects() o order by o.created_at limit 1000
  loop
    if intake.accept_drop(object.bucket_id, object.name, object.version, object.metadata) is not null then
      repaired := repaired + 1;
    end if;
  end loop;
  if repaired = 0 then -- else there may be more where this sweep looked
    perform intake.move_sweep_place();
  end if;
  for upload in
    update intake.uploads u set arrived_at = now()
     where u.arrived_at is null and u.expires_at < now()
       and not exists (select 1 from storage.objects o where o.bucket_id = u.storage_bucket and o.name = u.storage_path)
    returning *
  loop
    insert into intake.simplicity_batches (id, filename, source, status, rejection_reason, rejection_code, created_by)
    values (upload.id, upload.filename, upload.source, 'failed', 'Upload never arrived', 'UPLOAD_MISSING',
      upload.created_by)
    on conflict do nothing;
  end loop;
  -- From here on many batches are touched in no order: what somebody else holds is left to him.
  delete from intake.staged_blocks s
   where (s.batch_id, s.slice_no, s.block_no) in (
     select k.batch_id, k.slice_no, k.block_no from intake.staged_blocks k
      where not exists (select 1 from intake.simplicity_batches b
                         where b.id = k.batch_id and b.status in ('validating', 'awaiting_approval', 'inserting'))
      for update skip locked);
  perform intake.queue_batch(l.b) from (
    select b from intake.simplicity_batches b
     where b.status = 'uploaded' and b.storage_path is not null
       and not exists (select 1 from ops.job_queue j where j.batch_id = b.id and j.job_type = 'ingest')
       for no key update skip locked) l; -- locked below, called above
  return repaired;
end
$$;
comment on function intake.sweep() is
  'Repairs what a trigger or a crash missed: objects without a batch for two minutes, reservations whose bytes never '
  'came, staged blocks nobody needs, batches without a job. Returns how many drops it took in.';
grant execute on function intake.sweep() to service_role;
