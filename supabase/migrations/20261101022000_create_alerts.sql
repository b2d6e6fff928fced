-- What the sentinel found, and what people are told of it. Decided here, once per window, in the transaction that
-- stores the run: whatever is restarted, nobody is told twice. Delivery is a job of type notify and may come twice.

create table ops.sentinel_runs (
  id bigint generated always as identity primary key,
  ran_at timestamptz not null,
  ran_by text not null,
  overall_status text not null,
  exit_code int not null,
  result jsonb not null,
  constraint sentinel_runs_status_known check (overall_status in ('healthy', 'degraded', 'critical'))
);
alter table ops.sentinel_runs enable row level security;
create index sentinel_runs_ran_at_idx on ops.sentinel_runs (ran_at desc);

comment on table ops.sentinel_runs is
  'Results of the sentinel, the newest 300: a day of runs every five minutes, and some by hand.';
comment on column ops.sentinel_runs.id is 'Number of the run.';
comment on column ops.sentinel_runs.ran_at is 'When it began.';
comment on column ops.sentinel_runs.ran_by is 'Who asked for it: cron, an operator, a command.';
comment on column ops.sentinel_runs.overall_status is
  'critical if any finding is, else degraded if any is a warning, else healthy.';
comment on column ops.sentinel_runs.exit_code is 'The same for a shell: 0 healthy, 1 degraded, 2 critical.';
comment on column ops.sentinel_runs.result is 'The whole answer of POST /sentinel/run.';
comment on constraint sentinel_runs_pkey on ops.sentinel_runs is 'A run is known by its number.';
comment on constraint sentinel_runs_status_known on ops.sentinel_runs is 'The verdicts there are.';
comment on index ops.sentinel_runs_ran_at_idx is 'The newest run.';
grant select on ops.sentinel_runs to service_role;

create table ops.alerts (
  id uuid primary key default gen_random_uuid(),
  fingerprint text not null unique,
  "check" text not null,
  level text not null,
  message text not null,
  remedy text,
  state text not null default 'open',
  first_seen timestamptz not null default now(),
  last_seen timestamptz not null default now(),
  count int not null default 1,
  notified_at timestamptz,
  notices int not null default 0,
  resolved_at timestamptz,
  silenced_until timestamptz,
  silenced_by text,
  silence_reason text,
  constraint alerts_level_known check (level in ('info', 'warning', 'critical')),
  constraint alerts_state_known check (state in ('open', 'resolved', 'silenced')),
  constraint alerts_resolved_has_time check ((state = 'resolved') = (resolved_at is not null))
);
alter table ops.alerts enable row level security;
create index alerts_open_idx on ops.alerts (level) where state <> 'resolved';

comment on table ops.alerts is
  'One row per fingerprint, reopened when its finding comes back. Nothing personal: messages are made of '
  'counts, codes and names of checks.';
comment on column ops.alerts.id is 'Id of the alert.';
comment on column ops.alerts.fingerprint is
  'The check, and what it is about where one check can find several: worker_heartbeats:ingest.';
comment on column ops.alerts."check" is 'Name of the sentinel''s check that found it.';
comment on column ops.alerts.level is 'How bad: critical is told at once, warning and info in the daily digest.';
comment on column ops.alerts.message is 'What was found, in the words of the newest run.';
comment on column ops.alerts.remedy is
  'What to do about it, in the words of the check; null for one that was silenced before it was found.';
comment on column ops.alerts.state is
  'open: found by the last run. resolved: no longer found. silenced: found, and nobody is told.';
comment on column ops.alerts.first_seen is 'When this incident began; a finding that comes back begins another.';
comment on column ops.alerts.last_seen is 'When a run last found it.';
comment on column ops.alerts.count is 'Runs in a row that found it.';
comment on column ops.alerts.notified_at is
  'When people were last told; null while nobody was told of this incident. The window of four hours counts from here.';
comment on column ops.alerts.notices is 'Notices decided so far; makes the key of each notify job its own.';
comment on column ops.alerts.resolved_at is 'When a run first no longer found it.';
comment on column ops.alerts.silenced_until is 'Nobody is told of this check until then.';
comment on column ops.alerts.silenced_by is 'Who asked that nobody be told.';
comment on column ops.alerts.silence_reason is 'Why, in their words.';
comment on constraint alerts_pkey on ops.alerts is 'An alert is known by its id.';
comment on constraint alerts_fingerprint_key on ops.alerts is
  'One row per thing that can be wrong, however often it is found.';
comment on constraint alerts_level_known on ops.alerts is 'The levels there are.';
comment on constraint alerts_state_known on ops.alerts is 'The states there are.';
comment on constraint alerts_resolved_has_time on ops.alerts is 'A resolved alert says when, and no other does.';
comment on index ops.alerts_open_idx is 'What is wrong now, for the sentinel, the digest and the metrics.';
grant select, insert, update on ops.alerts to service_role;

create table ops.alert_digests (
  digest_on date primary key,
  decided_at timestamptz not null default now(),
  alerts int not null
);
alter table ops.alert_digests enable row level security;

comment on table ops.alert_digests is
  'Days whose digest has been decided, the last 30: a digest a day, whatever is restarted.';
comment on column ops.alert_digests.digest_on is 'The day, UTC.';
comment on column ops.alert_digests.decided_at is 'When its digest was decided.';
comment on column ops.alert_digests.alerts is 'How many alerts it lists.';
comment on constraint alert_digests_pkey on ops.alert_digests is 'One digest a day.';
grant select, insert, update, delete on ops.alert_digests to service_role;

create function ops.notice_window()
returns interval language sql stable set search_path = '' as $$ select ops.scaled(4 * 3600) $$;
comment on function ops.notice_window() is 'How long people are not told again of a critical finding that stays.';
grant execute on function ops.notice_window() to service_role;

create function ops.silence_of(check_name text)
returns timestamptz
language sql
stable
set search_path = ''
as $$
  select max(a.silenced_until) from ops.alerts a where a."check" = check_name and a.silenced_until > now()
$$;
comment on function ops.silence_of(text) is 'Until when a check is silenced; null when it is not.';
grant execute on function ops.silence_of(text) to service_role;

create function ops.describe_alert(alert ops.alerts)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  select jsonb_build_object('id', alert.id, 'fingerprint', alert.fingerprint, 'check', alert."check",
    'level', alert.level,
    'message', alert.message, 'remedy', alert.remedy, 'state', alert.state, 'first_seen', alert.first_seen,
    'last_seen', alert.last_seen,
    'count', alert.count, 'notified_at', alert.notified_at, 'silenced_until', alert.silenced_until)
$$;
comment on function ops.describe_alert(ops.alerts) is 'An alert as the HTTP surface and notify jobs tell it.';
grant execute on function ops.describe_alert(ops.alerts) to service_role;

create function ops.queue_notice(alert ops.alerts, kind text, channels text[])
returns int
language plpgsql
set search_path = ''
as $$
declare
  channel text;
begin
  update ops.alerts a set notices = a.notices + 1, notified_at = now() where a.id = alert.id returning * into alert;
  foreach channel in array channels loop
    perform ops.enqueue('notify',
      jsonb_build_object('kind', kind, 'channel', channel, 'alert', ops.describe_alert(alert)),
      'notify:' || channel || ':' || alert.fingerprint || ':' || alert.notices, null, 50);
  end loop;
  return cardinality(channels);
end
$$;
comment on function ops.queue_notice(ops.alerts, text, text[]) is
  'One notify job per channel about a locked alert, kind alert or resolved; the window of the alert begins anew. '
  'Before ingest work: priority 50.';
grant execute on function ops.queue_notice(ops.alerts, text, text[]) to service_role;

create function ops.raise_alert(finding jsonb)
returns ops.alerts
language sql
volatile
set search_path = ''
as $$
  insert into ops.alerts as a (fingerprint, "check", level, message, remedy, state)
  values (finding ->> 'fingerprint', finding ->> 'check', finding ->> 'level', finding ->> 'message',
    finding ->> 'remedy',
          case when ops.silence_of(finding ->> 'check') is null then 'open' else 'silenced' end)
  on conflict (fingerprint) do update
    set level = excluded.level, message = excluded.message, remedy = excluded.remedy, state = excluded.state,
        last_seen = now(), resolved_at = null,
        first_seen = case when a.state = 'resolved' then now() else a.first_seen end,
        notified_at = case when a.state = 'resolved' then null else a.notified_at end,
        count = case when a.state = 'resolved' then 1 else a.count + 1 end
  returning a.*
$$;
comment on function ops.raise_alert(jsonb) is
  'Opens the alert of a finding, or notes that it is still there. One that was resolved begins a new incident, of '
  'which people are told at once.';
grant execute on function ops.raise_alert(jsonb) to service_role;

create function ops.resolve_alerts(findings jsonb, channels text[])
returns int
language plpgsql
set search_path = ''
as $$
declare
  alert ops.alerts;
  resolved int := 0;
begin
  for alert in
    update ops.alerts a set state = 'resolved', resolved_at = now()
     where a.state <> 'resolved'
       and not exists (select 1 from jsonb_array_elements(findings) f
                        where f ->> 'fingerprint' = a.fingerprint or f ->> 'check' = a."check"
                          and (f ->> 'could_not_run')::boolean)
    returning a.*
  loop
    resolved := resolved + 1;
    if alert.notified_at is not null then
      perform ops.queue_notice(alert, 'resolved', channels);
    end if;
  end loop;
  return resolved;
end
$$;
comment on function ops.resolve_alerts(jsonb, text[]) is
  'Resolves what was not found again, but nothing of a check that could not run. Whoever was told of an alert is told '
  'that it is over.';
grant execute on function ops.resolve_alerts(jsonb, text[]) to service_role;

create function ops.decide_alerts(findings jsonb, channels text[])
returns int
language plpgsql
set search_path = ''
as $$
declare
  finding jsonb;
  alert ops.alerts;
  decided int := 0;
begin
  for finding in select f from jsonb_array_elements(findings) f order by f ->> 'fingerprint' loop
    alert := ops.raise_alert(finding);
    if alert.state = 'open' and alert.level = 'critical' and cardinality(channels) > 0
       and (alert.notified_at is null or alert.notified_at <= now() - ops.notice_window()) then
      perform ops.queue_notice(alert, 'alert', channels);
      decided := decided + 1;
    end if;
  end loop;
  perform ops.resolve_alerts(findings, channels);
  return decided;
end
$$;
comment on function ops.decide_alerts(jsonb, text[]) is
  'From the findings of one run: opens, keeps and resolves alerts, and queues notices of what is critical, at once '
  'and again after four hours. Returns how many alerts people are told of. Call under the lock of '
  'record_sentinel_run.';
grant execute on function ops.decide_alerts(jsonb, text[]) to service_role;

create function ops.decide_digest(channels text[], at timestamptz default now())
returns boolean
language plpgsql
set search_path = ''
set timezone = 'UTC'
as $$
declare
  channel text;
  listed jsonb;
begin
  if extract(hour from at) < 8 or exists (select 1 from ops.alert_digests d where d.digest_on = at::date) then
    return false;
  end if;
  select jsonb_agg(ops.describe_alert(d.alert) order by (d.alert).level desc, (d.alert).fingerprint) into listed
    from (select x as alert from ops.alerts x where x.level <> 'critical' and x.last_seen > at - interval '24 hours'
           order by x.last_seen desc limit 50) d;
  insert into ops.alert_digests (digest_on, alerts) values (at::date, coalesce(jsonb_array_length(listed), 0));
  delete from ops.alert_digests d where d.digest_on < at::date - 30;
  if listed is null then
    return false;
  end if;
  foreach channel in array channels loop
    if channel in ('slack', 'discord') then -- a digest wakes nobody
      perform ops.enqueue('notify', jsonb_build_object('kind', 'digest', 'channel', channel, 'day', at::date,
        'alerts', listed),
        'notify:' || channel || ':digest:' || at::date);
    end if;
  end loop;
  return true;
end
$$;
comment on function ops.decide_digest(text[], timestamptz) is
  'Once a day from 08:00 UTC: queues the digest of warnings and remarks of the last 24 hours, for the channels people '
  'read. True when there was something to say.';
grant execute on function ops.decide_digest(text[], timestamptz) to service_role;

create function ops.record_sentinel_run(result jsonb, ran_by text, channels text[])
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  seen_at constant timestamptz := (result ->> 'timestamp')::timestamptz;
  decided int := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('dragonfly.alerts', 0));
  -- Two runs can overlap: what the later one saw is not undone by the earlier one's late word.
  if not exists (select 1 from ops.sentinel_runs r where r.ran_at > seen_at) then
    decided := ops.decide_alerts(result -> 'alerts', channels);
    perform ops.decide_digest(channels);
  end if;
  insert into ops.sentinel_runs (ran_at, ran_by, overall_status, exit_code, result)
  values (seen_at, record_sentinel_run.ran_by, result ->> 'overall_status', (result ->> 'exit_code')::int, result);
  delete from ops.sentinel_runs r where r.id <= (select max(m.id) - 300 from ops.sentinel_runs m);
  delete from ops.alerts a where a.state = 'resolved' and a.resolved_at < now() - interval '90 days'
    and (a.silenced_until is null or a.silenced_until < now());
  perform ops.wake_outbound(); -- it is called when this is committed
  return jsonb_build_object('told', decided);
end
$$;
comment on function ops.record_sentinel_run(jsonb, text, text[]) is
  'Stores one run and decides, in the same transaction, what people are told and on which of the configured channels, '
  'and wakes who tells them. Keeps the newest 300 runs, and resolved alerts for 90 days.';
grant execute on function ops.record_sentinel_run(jsonb, text, text[]) to service_role;

create function ops.record_export(head jsonb, channels text[])
returns void
language plpgsql
set search_path = ''
as $$
declare
  channel text;
begin
  insert into audit.exported_heads as x
  select r.* from jsonb_populate_record(null::audit.exported_heads, head) r
  on conflict (seal_no) do update -- nothing has happened for a day
    set exported_at = excluded.exported_at, destination = excluded.destination, key_id = excluded.key_id,
        signature = excluded.signature;
  foreach channel in array channels loop
    perform ops.enqueue('notify', jsonb_build_object('kind', 'head', 'channel', channel, 'head', head),
      'notify:' || channel || ':head:' || (head ->> 'exported_at'));
  end loop;
  perform ops.wake_outbound();
end
$$;
comment on function ops.record_export(jsonb, text[]) is
  'Notes that a head of the audit chain was stored outside the database, and queues it to every channel in the same '
  'transaction. The sentinel comes as the owner of the database: others may call this, and may not write the register.';
grant execute on function ops.record_export(jsonb, text[]) to service_role;

create function ops.list_alerts(state text default null)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select coalesce(jsonb_agg(ops.describe_alert(l.alert)
           order by (l.alert).state = 'resolved', array_position('{critical,warning,info}'::text[], (l.alert).level),
             (l.alert).last_seen desc), '[]')
    from (select x as alert from ops.alerts x
           where list_alerts.state is null or x.state = list_alerts.state order by x.last_seen desc limit 200) l
$$;
comment on function ops.list_alerts(text) is
  'Alerts, open and worst first, at most 200; all states when none is named.';
grant execute on function ops.list_alerts(text) to service_role;

create function ops.silence_check(check_name text, seconds int, reason text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  until timestamptz := now() + make_interval(secs => seconds);
begin
  perform ops.act_as(actor, request_id);
  insert into ops.alerts as a (fingerprint, "check", level, message, state, resolved_at, count)
  values (check_name, check_name, 'info', 'silenced before it was found', 'resolved', now(), 0)
  on conflict (fingerprint) do nothing;
  update ops.alerts a
     set silenced_until = until, silenced_by = ops.actor(), silence_reason = silence_check.reason,
         state = case when a.state = 'open' then 'silenced' else a.state end
   where a."check" = check_name;
  perform audit.append('alert.silenced', 'alert', check_name, null,
    jsonb_build_object('until', until, 'reason', reason));
  return jsonb_build_object('check', check_name, 'silenced_until', until);
end
$$;
comment on function ops.silence_check(text, int, text, text, text) is
  'Silences a check for so many seconds, found or not; it is still looked at and recorded. Leaves an audit event.';
grant execute on function ops.silence_check(text, int, text, text, text) to service_role;

create function ops.silence_alert(alert uuid, seconds int, reason text, actor text, request_id text)
returns jsonb
language sql
volatile
set search_path = ''
as $$
  select ops.silence_check(a."check", seconds, reason, actor, request_id) from ops.alerts a where a.id = alert
$$;
comment on function ops.silence_alert(uuid, int, text, text, text) is
  'Silences the check of an alert; null when there is no such alert.';
grant execute on function ops.silence_alert(uuid, int, text, text, text) to service_role;
