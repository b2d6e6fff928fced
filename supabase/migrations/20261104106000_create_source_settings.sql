-- Settings of a source, read and written as a whole or in part.

create function intake.describe_source(source text)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  select to_jsonb(s) from intake.sources s where s.source = describe_source.source
$$;
comment on function intake.describe_source(text) is 'The settings of a source; null when there is none of this name.';

create function intake.put_source(source text, settings jsonb, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
set timezone = 'UTC'
as $$
declare
  earlier jsonb;
  stored jsonb;
begin
  perform ops.act_as(actor, request_id);
  insert into intake.sources (source) values (put_source.source) on conflict do nothing;
  earlier := case when found then null else intake.describe_source(put_source.source) end;
  update intake.sources s
     set header_map = coalesce(settings -> 'header_map', s.header_map),
         dialect = coalesce(settings -> 'dialect', s.dialect),
         error_threshold_percent = coalesce((settings ->> 'error_threshold_percent')::int, s.error_threshold_percent),
         code_budgets = coalesce(settings -> 'code_budgets', s.code_budgets),
         warn_percent = case when settings ? 'warn_percent' then (settings ->> 'warn_percent')::numeric else s.warn_percent end,
         requires_approval = coalesce((settings ->> 'requires_approval')::boolean, s.requires_approval),
         priority = coalesce((settings ->> 'priority')::int, s.priority)
   where s.source = put_source.source
  returning to_jsonb(s) into stored;
  perform audit.append(case when earlier is null then 'source.created' else 'source.changed' end, 'source', put_source.source,
    earlier, stored);
  return stored;
end
$$;
comment on function intake.put_source(text, jsonb, text, text) is
  'Makes or changes a source. What settings does not name stays as it is, or has its default in a new source; null takes a warn line away. Batches that are running keep the threshold and priority they came with. Returns the settings.';

grant execute on function intake.describe_source(text), intake.put_source(text, jsonb, text, text) to service_role;
