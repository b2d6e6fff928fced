-- Which triggers must be there and always fire. The naming rule finds those of later migrations; the register finds
-- one of today's that was dropped.

create table ops.guard_triggers (
  table_name text not null,
  trigger_name text not null,
  must_be text not null default 'always',
  primary key (table_name, trigger_name),
  constraint guard_triggers_must_be_known check (must_be in ('always', 'enabled'))
);
alter table ops.guard_triggers enable row level security;

comment on table ops.guard_triggers is 'Triggers the sentinel misses when they are dropped or disabled.';
comment on column ops.guard_triggers.table_name is 'The table, with its schema.';
comment on column ops.guard_triggers.trigger_name is 'The trigger on it.';
comment on column ops.guard_triggers.must_be is
  'always: fires for every role, replication included. enabled: on a table that is not ours.';
comment on constraint guard_triggers_pkey on ops.guard_triggers is 'Each trigger once.';
comment on constraint guard_triggers_must_be_known on ops.guard_triggers is 'The two ways a guard may stand.';
grant select on ops.guard_triggers to service_role;

insert into ops.guard_triggers (table_name, trigger_name)
select t.tgrelid::regclass::text, t.tgname from pg_catalog.pg_trigger t
 where not t.tgisinternal and t.tgenabled = 'A';
insert into ops.guard_triggers (table_name, trigger_name, must_be)
values ('storage.objects', 'dragonfly_on_object_stored', 'enabled');

create function ops.broken_guards()
returns table (table_name text, trigger_name text, state text)
language sql
stable
set search_path = ''
as $$
  with found as (
    select t.tgrelid::regclass::text as table_name, t.tgname::text as trigger_name,
           case t.tgenabled when 'A' then 'always' when 'D' then 'disabled' when 'R' then 'replica only'
             else 'enabled' end as state
      from pg_catalog.pg_trigger t
      join pg_catalog.pg_class c on c.oid = t.tgrelid
      join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where not t.tgisinternal and n.nspname in ('intake', 'ops', 'audit', 'enforcement', 'legal', 'evidence', 'public',
       'storage')
  )
  select g.table_name, g.trigger_name, coalesce(f.state, 'missing')
    from ops.guard_triggers g left join found f using (table_name, trigger_name)
   where f.state is null or f.state not in ('always', case g.must_be when 'enabled' then 'enabled' else 'always' end)
  union
  select f.table_name, f.trigger_name, f.state
    from found f where f.trigger_name ~ '^_(100|500)_' and f.state <> 'always'
  order by 1, 2
$$;
comment on function ops.broken_guards() is
  'Guard triggers that are missing, or do not fire for every role: those of the register, and all whose names begin '
  '_100_ or _500_.';
grant execute on function ops.broken_guards() to service_role;
