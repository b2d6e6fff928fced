-- Jobs that speak to other companies' systems: notices out, exports in. Worked off by the function outbound. The lease
-- of a job is 60 s; its token fences completion and failure.
--
-- Pulling a vendor's export on a schedule. After five failures in a row a breaker opens: its queue, and no other, is
-- paused, the sentinel says so, and a probe is let through from time to time until one succeeds.

create table ops.vendor_feeds (
  source text primary key references intake.sources (source),
  etag text,
  last_modified text,
  content_hash text,
  since timestamptz,
  failures int not null default 0,
  last_status text,
  last_pulled_at timestamptz,
  probe_at timestamptz,
  constraint vendor_feeds_content_hash_sha256 check (content_hash ~ '^[0-9a-f]{64}$')
);
alter table ops.vendor_feeds enable row level security;

comment on table ops.vendor_feeds is
  'What is remembered of each vendor''s export between pulls, so that nothing is fetched twice.';
comment on column ops.vendor_feeds.source is 'The vendor.';
comment on column ops.vendor_feeds.etag is 'Of the last export that was stored; sent as if-none-match.';
comment on column ops.vendor_feeds.last_modified is 'Of the last export that was stored, as its server said.';
comment on column ops.vendor_feeds.content_hash is
  'SHA-256 of the last export that was stored, where it was small enough to hash first: an '
  'unchanged one is not stored again.';
comment on column ops.vendor_feeds.since is
  'When the last export that was stored was asked for; the next asks for what is newer.';
comment on column ops.vendor_feeds.failures is 'Failures in a row; at five the breaker opens.';
comment on column ops.vendor_feeds.last_status is
  'How the last pull ended: stored, unchanged, offline, or what went wrong.';
comment on column ops.vendor_feeds.last_pulled_at is 'When that was.';
comment on column ops.vendor_feeds.probe_at is
  'From when on one try is let through while the breaker is open; null while it is closed.';
comment on constraint vendor_feeds_pkey on ops.vendor_feeds is 'One feed per source.';
comment on constraint vendor_feeds_source_fkey on ops.vendor_feeds is 'Only for sources there are.';
comment on constraint vendor_feeds_content_hash_sha256 on ops.vendor_feeds is '64 hex digits in lower case.';
grant select, insert, update, delete on ops.vendor_feeds to service_role;

insert into ops.vendor_feeds (source) values ('simplicity');

create function ops.wake_outbound()
returns boolean
language sql
volatile
set search_path = ''
as $$
  select case
    when exists (select 1 from ops.claimable_units('{notify,vendor_pull}'))
      or exists (select 1 from ops.lost_units('{notify,vendor_pull}'))
      then ops.wake('outbound', 'jobs')
    else false
  end
$$;
comment on function ops.wake_outbound() is
  'Wakes the function that works off notify and vendor_pull when such a job is due; cron calls it every 30 seconds.';
grant execute on function ops.wake_outbound() to service_role;

create function ops.queue_vendor_pull(source text default 'simplicity')
returns uuid
language plpgsql
set search_path = ''
as $$
begin
  if exists (select 1 from ops.job_queue j where j.dedupe_key = 'vendor_pull:' || source
    and j.status in ('pending', 'processing', 'paused')) then
    return null;
  end if;
  return ops.enqueue('vendor_pull', jsonb_build_object('source', source), 'vendor_pull:' || source);
end
$$;
comment on function ops.queue_vendor_pull(text) is
  'Queues the next pull of a vendor''s export, unless one is queued, under way or held. One job per vendor, used '
  'again and again.';
grant execute on function ops.queue_vendor_pull(text) to service_role;

create function ops.probe_interval()
returns interval language sql stable set search_path = '' as $$ select ops.scaled(600) $$;
comment on function ops.probe_interval() is 'How often an open breaker lets one try through: ten minutes.';
grant execute on function ops.probe_interval() to service_role;

create function ops.begin_vendor_pull(job uuid, token uuid)
returns jsonb
language plpgsql
set search_path = ''
set timezone = 'UTC'
as $$
declare
  held ops.job_queue := ops.hold(job, null, token);
  feed ops.vendor_feeds;
begin
  select * into feed from ops.vendor_feeds f where f.source = held.payload ->> 'source' for update;
  if feed.source is null then
    return null;
  end if;
  if feed.probe_at is not null then -- one probe at a time: the next not before this one has had its chance
    update ops.vendor_feeds f set probe_at = now() + ops.probe_interval() where f.source = feed.source;
  end if;
  return jsonb_build_object('source', feed.source, 'etag', feed.etag, 'last_modified', feed.last_modified,
    'content_hash', feed.content_hash, 'since', feed.since, 'probe', feed.probe_at is not null);
end
$$;
comment on function ops.begin_vendor_pull(uuid, uuid) is
  'What the holder of a pull needs to know of the feed; null when there is no such feed.';
grant execute on function ops.begin_vendor_pull(uuid, uuid) to service_role;

create function ops.finish_vendor_pull(job uuid, token uuid, result jsonb)
returns void
language plpgsql
set search_path = ''
as $$
declare
  held ops.job_queue := ops.hold(job, null, token);
begin
  update ops.vendor_feeds f
     set failures = 0, probe_at = null, last_pulled_at = now(), last_status = result ->> 'outcome',
         etag = coalesce(result ->> 'etag', f.etag),
           last_modified = coalesce(result ->> 'last_modified', f.last_modified),
         content_hash = case when result ->> 'outcome' = 'stored' then result ->> 'content_hash'
           else f.content_hash end,
         since = case when result ->> 'outcome' = 'stored' then (result ->> 'asked_at')::timestamptz else f.since end
   where f.source = held.payload ->> 'source';
  update ops.queue_control c set paused = false, reason = null, changed_by = 'breaker', changed_at = now()
   where c.job_type = 'vendor_pull' and c.paused and c.changed_by = 'breaker';
  if found then
    perform ops.act_for('breaker');
    perform audit.append('queue.resumed', 'queue', 'vendor_pull', null, jsonb_build_object('by', 'breaker'));
  end if;
  perform ops.finish(job, token, result ->> 'outcome');
end
$$;
comment on function ops.finish_vendor_pull(uuid, uuid, jsonb) is
  'A pull succeeded (outcome stored or unchanged): the feed remembers what it got, the breaker closes and its queue '
  'goes on.';
grant execute on function ops.finish_vendor_pull(uuid, uuid, jsonb) to service_role;

create function ops.fail_vendor_pull(job uuid, token uuid, error text, wait_seconds int default null)
returns boolean
language plpgsql
set search_path = ''
as $$
declare
  held ops.job_queue := ops.hold(job, null, token);
  failed int;
begin
  update ops.vendor_feeds f set failures = f.failures + 1, last_status = left(error, 200), last_pulled_at = now()
   where f.source = held.payload ->> 'source' returning f.failures into failed;
  if failed >= 5 then
    update ops.vendor_feeds f set probe_at = now() + ops.probe_interval() where f.source = held.payload ->> 'source';
    update ops.queue_control c
       set paused = true, reason = 'Breaker open after ' || failed || ' failures in a row: ' || left(error, 200),
           changed_by = 'breaker', changed_at = now()
     where c.job_type = 'vendor_pull' and not c.paused;
    if found then
      perform ops.act_for('breaker');
      perform audit.append('queue.paused', 'queue', 'vendor_pull', null,
        jsonb_build_object('by', 'breaker', 'failures', failed));
    end if;
  end if;
  update ops.job_queue j set attempts = least(failed, 5) where j.id = job;
  perform ops.move_job(job, 'pending', case
    when failed >= 5 then ops.probe_interval()
    when wait_seconds is not null then make_interval(secs => least(wait_seconds, 86400))
    else ops.backoff(failed - 1)
  end, error);
  return failed >= 5;
end
$$;
comment on function ops.fail_vendor_pull(uuid, uuid, text, int) is
  'A pull failed: again after back-off or the wait the vendor asked for. The fifth failure in a row opens the '
  'breaker; then probes only. True when the breaker is open. A pull is never dead-lettered: the breaker is its end.';
grant execute on function ops.fail_vendor_pull(uuid, uuid, text, int) to service_role;
