-- A source whose columns change: noticed while a file is staged, against the file of that source that came before it.

create table intake.header_changes (
  batch_id uuid primary key references intake.simplicity_batches (id) on delete cascade,
  source text not null,
  compared_with uuid not null,
  new_columns text[] not null default '{}',
  missing_columns text[] not null default '{}',
  renamed_columns text[] not null default '{}',
  noticed_at timestamptz not null default now()
);
alter table intake.header_changes enable row level security;
create index header_changes_noticed_at_idx on intake.header_changes (noticed_at desc);

comment on table intake.header_changes is
  'Files whose columns differ from those of the file before them, one row a batch: what alerts are made of.';
comment on column intake.header_changes.batch_id is 'The batch whose columns differ.';
comment on column intake.header_changes.source is 'Its source, kept so that alerts need no batch.';
comment on column intake.header_changes.compared_with is
  'The batch before: the latest of the source that arrived earlier and had the columns a judgment needs.';
comment on column intake.header_changes.new_columns is 'Headers that came, as written.';
comment on column intake.header_changes.missing_columns is 'Headers that went, as written.';
comment on column intake.header_changes.renamed_columns is
  'As "old to new": a column that went and one that came, both read as the same field, or in the same place.';
comment on column intake.header_changes.noticed_at is 'When the file was staged.';
comment on constraint header_changes_pkey on intake.header_changes is 'One row a batch.';
comment on constraint header_changes_batch_id_fkey on intake.header_changes is 'Goes with its batch.';
comment on index intake.header_changes_noticed_at_idx is 'The newest changes, for the sentinel.';
grant select, insert, update, delete on intake.header_changes to service_role;

create function intake.fold_header(name text)
returns text
language sql
immutable
set search_path = ''
as $$
  -- White space and all of Unicode's Z and Cf: the regular expressions of Postgres have no names for them.
  select replace(replace(regexp_replace(lower(name),
    '[\s._/()$'
    '\u00a0\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u1680\u180e\u2000-\u200f'
    '\u2028-\u202f\u205f-\u2064\u2066-\u206f\u3000\ufeff\ufff9-\ufffb'
    '\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a'
    '\U000e0001\U000e0020-\U000e007f-]+', '', 'g'), '#', 'number'), 'judgement', 'judgment')
$$;
comment on function intake.fold_header(text) is
  'The form in which headers are compared; the same rule stands in code, and a test compares the two.';
grant execute on function intake.fold_header(text) to service_role;

create function intake.columns_of(layout jsonb)
returns table (name text, folded text, place bigint, field text)
language sql
immutable
set search_path = ''
as $$
  select h.name, intake.fold_header(h.name), h.place, layout -> 'fields' ->> (h.place - 1)::int
    from jsonb_array_elements_text(layout -> 'header') with ordinality h(name, place)
   where btrim(h.name) <> ''
$$;
comment on function intake.columns_of(jsonb) is
  'The named columns of a file with the field each is read as, null for none.';
grant execute on function intake.columns_of(jsonb) to service_role;

create function intake.compare_headers(before jsonb, after jsonb)
returns table (new_columns text[], missing_columns text[], renamed_columns text[])
language sql
immutable
set search_path = ''
as $$
  with gone as (
    select c.* from intake.columns_of(before) c
     where not exists (select 1 from intake.columns_of(after) n where n.folded = c.folded)
  ), come as (
    select c.* from intake.columns_of(after) c
     where not exists (select 1 from intake.columns_of(before) o where o.folded = c.folded)
  ), pair as (
    select distinct on (p.come) p.* from (
      select distinct on (g.place) g.place as gone, c.place as come, g.name || ' to ' || c.name as words
        from gone g join come c on c.field = g.field or c.place = g.place and (c.field is null or g.field is null)
       order by g.place, (c.field is not distinct from g.field) desc, c.place) p
     order by p.come, p.gone
  )
  select array(select c.name from come c where c.place not in (select p.come from pair p) order by c.place),
         array(select g.name from gone g where g.place not in (select p.gone from pair p) order by g.place),
         array(select p.words from pair p order by p.gone)
$$;
comment on function intake.compare_headers(jsonb, jsonb) is
  'What became of the columns between two layouts. Order and spelling that is folded anyway are no change.';
grant execute on function intake.compare_headers(jsonb, jsonb) to service_role;

create function intake.note_header_change(batch intake.simplicity_batches)
returns void
language plpgsql
set search_path = ''
as $$
declare
  earlier record;
  change record;
begin
  delete from intake.header_changes h where h.batch_id = batch.id; -- of an earlier attempt
  if batch.replay_of is not null or batch.layout -> 'header' is null then
    return;
  end if;
  select b.id, b.filename, b.layout into earlier from intake.simplicity_batches b
   where b.source = batch.source and b.created_at < batch.created_at and b.staged_at is not null
     and b.layout -> 'header' is not null and b.replay_of is null and not b.dry_run
   order by b.created_at desc limit 1;
  if earlier.id is null then
    return;
  end if;
  select * into change from intake.compare_headers(earlier.layout, batch.layout);
  if cardinality(change.new_columns || change.missing_columns || change.renamed_columns) = 0 then
    return;
  end if;
  insert into intake.header_changes (batch_id, source, compared_with, new_columns, missing_columns, renamed_columns)
  values (batch.id, batch.source, earlier.id, change.new_columns, change.missing_columns, change.renamed_columns);
  update intake.simplicity_batches b
     set notes = b.notes || format('Columns changed since %s: %s', earlier.filename, concat_ws('; ',
       'new: ' || nullif(array_to_string(change.new_columns, ', '), ''),
       'missing: ' || nullif(array_to_string(change.missing_columns, ', '), ''),
       'renamed: ' || nullif(array_to_string(change.renamed_columns, ', '), '')))
   where b.id = batch.id;
  -- Counts alone: in a file that lost its header these are people's names, and the log forgets nothing.
  perform audit.append('source.header_changed', 'source', batch.source, jsonb_build_object('batch_id', earlier.id),
    jsonb_build_object('batch_id', batch.id, 'new_columns', cardinality(change.new_columns),
      'missing_columns', cardinality(change.missing_columns), 'renamed_columns', cardinality(change.renamed_columns)));
end
$$;
comment on function intake.note_header_change(intake.simplicity_batches) is
  'Compares the columns of a batch being staged with those of the file before it; a change becomes a note, a row of '
  'header_changes and an event of the source, which counts and names nothing. Replays have the columns of errors.csv '
  'and are not compared.';
grant execute on function intake.note_header_change(intake.simplicity_batches) to service_role;
