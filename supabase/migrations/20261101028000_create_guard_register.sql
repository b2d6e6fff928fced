-- Which triggers must be there and always fire, for whoever looks from inside. The sentinel's own table, with hashes of
-- what they do, is in its code, shared/sentinel/guard_hashes.ts.

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
select c.relnamespace::regnamespace || '.' || c.relname, t.tgname
  from pg_catalog.pg_trigger t
  join pg_catalog.pg_class c on c.oid = t.tgrelid
 where not t.tgisinternal and t.tgenabled = 'A';
insert into ops.guard_triggers (table_name, trigger_name, must_be)
values ('storage.objects', 'dragonfly_on_object_stored', 'enabled'),
       ('storage.objects', 'dragonfly_protect_evidence', 'enabled');
