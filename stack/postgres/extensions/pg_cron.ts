/**
 * pg_cron's documented surface: https://github.com/citusdata/pg_cron. The stack fires what is due and writes
 * `cron.job_run_details`, which nothing here ever prunes (nor does hosted).
 */
export const PG_CRON = `
create schema cron;

create sequence cron.jobid_seq;
create sequence cron.runid_seq;

create table cron.job (
  jobid bigint primary key default nextval('cron.jobid_seq'),
  schedule text not null,
  command text not null,
  nodename text not null default 'localhost',
  nodeport int not null default current_setting('port')::int,
  database text not null default current_database(),
  username text not null default current_user,
  active boolean not null default true,
  jobname text,
  constraint jobname_username_uniq unique (jobname, username)
);
alter table cron.job enable row level security;
create policy cron_job_policy on cron.job using (username = current_user);

create table cron.job_run_details (
  jobid bigint,
  runid bigint primary key default nextval('cron.runid_seq'),
  job_pid int,
  database text,
  username text,
  command text,
  status text,
  return_message text,
  start_time timestamptz,
  end_time timestamptz
);
alter table cron.job_run_details enable row level security;
create policy cron_job_run_details_policy on cron.job_run_details using (username = current_user);

create function cron._check(schedule text)
returns void
language plpgsql
set search_path = ''
as $$
begin
  if schedule ~* '^\\s*([1-9]|[1-5][0-9])\\s+seconds?\\s*$' or schedule ~* '^\\s*@(reboot|hourly|daily|midnight|weekly|monthly|yearly|annually)\\s*$'
    or schedule ~* '^\\s*[0-9*/,a-z$-]+(\\s+[0-9*/,a-z$-]+){4}\\s*$' then
    return;
  end if;
  raise exception 'invalid schedule: %', schedule
    using hint = 'Use cron format (e.g. 5 4 * * *), or interval format ''[1-59] seconds''';
end
$$;

create function cron._put(job_name text, schedule text, command text)
returns bigint
language plpgsql
security definer
set search_path = ''
as $$
declare
  job_id bigint;
begin
  perform cron._check(schedule);
  insert into cron.job (jobname, schedule, command, username)
  values (job_name, schedule, command, session_user)
  on conflict (jobname, username) do update
    set schedule = excluded.schedule, command = excluded.command, active = true
  returning jobid into job_id;
  perform pg_catalog.pg_notify('stack_cron', '');
  return job_id;
end
$$;

create function cron.schedule(job_name text, schedule text, command text)
returns bigint
language sql
set search_path = ''
as $$ select cron._put(job_name, schedule, command) $$;

create function cron.schedule(schedule text, command text)
returns bigint
language sql
set search_path = ''
as $$ select cron._put(null, schedule, command) $$;

create function cron.unschedule(job_id bigint)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from cron.job where jobid = job_id and username = session_user;
  if not found then
    raise exception 'could not find valid entry for job ''%''', job_id;
  end if;
  perform pg_catalog.pg_notify('stack_cron', '');
  return true;
end
$$;

create function cron.unschedule(job_name text)
returns boolean
language plpgsql
security definer
set search_path = ''
as $$
begin
  delete from cron.job where jobname = job_name and username = session_user;
  if not found then
    raise exception 'could not find valid entry for job ''%''', job_name;
  end if;
  perform pg_catalog.pg_notify('stack_cron', '');
  return true;
end
$$;

create function cron.alter_job(
  job_id bigint,
  schedule text default null,
  command text default null,
  database text default null,
  username text default null,
  active boolean default null
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
  if alter_job.schedule is not null then
    perform cron._check(alter_job.schedule);
  end if;
  update cron.job j
  set
    schedule = coalesce(alter_job.schedule, j.schedule),
    command = coalesce(alter_job.command, j.command),
    active = coalesce(alter_job.active, j.active)
  where j.jobid = job_id and j.username = session_user;
  if not found then
    raise exception 'Job % does not exist or you don''t own it', job_id;
  end if;
  perform pg_catalog.pg_notify('stack_cron', '');
end
$$;

-- As on hosted: for \`postgres\` alone.
do $$
begin
  if exists (select from pg_catalog.pg_roles where rolname = 'postgres') then
    grant usage on schema cron to postgres with grant option;
    grant all on all tables in schema cron to postgres with grant option;
    revoke all on table cron.job from postgres;
    grant select on table cron.job to postgres with grant option;
  end if;
end
$$;
`;
