-- What is particular to each vendor, and the closed catalogue of row codes.

create table intake.sources (
  source text primary key,
  header_map jsonb not null default '{}',
  columns text[],
  dialect jsonb not null default '{}',
  error_threshold_percent int not null default 10,
  code_budgets jsonb not null default '{}',
  warn_percent numeric,
  requires_approval boolean not null default false,
  priority int not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint sources_source_plain check (source ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  constraint sources_columns_are_fields check (cardinality(columns) > 0 and array_remove(columns, null) <@ array[
    'case_number', 'plaintiff_name', 'defendant_name', 'amount', 'judgment_date', 'filing_date', 'court', 'county',
    'state', 'defendant_address', 'defendant_phone', 'defendant_email', 'source_reference']),
  constraint sources_threshold_range check (error_threshold_percent between 0 and 100),
  constraint sources_warn_range check (warn_percent between 0 and 100),
  constraint sources_priority_range check (priority between -100 and 100)
);
alter table intake.sources enable row level security;

comment on table intake.sources is
  'What is particular to each vendor. A drop belongs to the source its first path segment names, else to simplicity.';
comment on column intake.sources.source is
  'Its name: the first segment of a path in the bucket, and what a vendor''s key stands for.';
comment on column intake.sources.header_map is
  'Header text to field name (null ignores the column); goes before the built-in names.';
comment on column intake.sources.columns is
  'The field of each column, in the order of the file, for files without a header; null in a place ignores that '
  'column. Files that have a header are read by it.';
comment on column intake.sources.dialect is 'Parts of the dialect that are given, not detected.';
comment on column intake.sources.error_threshold_percent is
  'Budget of its new batches: the share of rejects, in percent, above which one is refused whole.';
comment on column intake.sources.code_budgets is
  'Row code to the percentage of rows it may reject before the batch is refused.';
comment on column intake.sources.warn_percent is
  'Above it, and within budget, a source with requires_approval waits for a person.';
comment on column intake.sources.requires_approval is
  'True: a batch above warn_percent waits for an operator before anything is inserted.';
comment on column intake.sources.priority is 'Priority of its new batches, -100 to 100.';
comment on column intake.sources.created_at is 'When it was first set, or first met.';
comment on column intake.sources.updated_at is 'When its settings were last changed.';
comment on constraint sources_pkey on intake.sources is 'A source is known by its name.';
comment on constraint sources_source_plain on intake.sources is 'A name that can stand in a path as it is.';
comment on constraint sources_columns_are_fields on intake.sources is
  'Names of fields, or null for a column to ignore; at least one.';
comment on constraint sources_threshold_range on intake.sources is 'A share, in whole percent.';
comment on constraint sources_warn_range on intake.sources is 'A share, in percent.';
comment on constraint sources_priority_range on intake.sources is 'Nobody outbids everybody for good.';
grant select, insert, update, delete on intake.sources to service_role;

insert into intake.sources (source) values ('simplicity');

create trigger _900_touch_updated_at before update on intake.sources
  for each row execute function ops.touch_updated_at();
comment on trigger _900_touch_updated_at on intake.sources is 'Keeps updated_at.';

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
grant execute on function intake.describe_source(text) to service_role;

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
         columns = case jsonb_typeof(settings -> 'columns')
                     when 'array' then array(select jsonb_array_elements_text(settings -> 'columns'))
                     when 'null' then null
                     else s.columns end,
         dialect = coalesce(settings -> 'dialect', s.dialect),
         error_threshold_percent = coalesce((settings ->> 'error_threshold_percent')::int, s.error_threshold_percent),
         code_budgets = coalesce(settings -> 'code_budgets', s.code_budgets),
         warn_percent = case when settings ? 'warn_percent' then (settings ->> 'warn_percent')::numeric
           else s.warn_percent end,
         requires_approval = coalesce((settings ->> 'requires_approval')::boolean, s.requires_approval),
         priority = coalesce((settings ->> 'priority')::int, s.priority)
   where s.source = put_source.source
  returning to_jsonb(s) into stored;
  perform audit.append(case when earlier is null then 'source.created' else 'source.changed' end,
    'source', put_source.source, earlier, stored);
  return stored;
end
$$;
comment on function intake.put_source(text, jsonb, text, text) is
  'Makes or changes a source. What settings does not name stays as it is, or has its default in a new source; null '
  'takes a warn line or the columns away. Batches that are running keep the threshold and priority they came with. '
  'Returns the settings.';
grant execute on function intake.put_source(text, jsonb, text, text) to service_role;

create table intake.error_codes (
  code text primary key,
  stage text not null,
  cause text not null,
  fix text not null,
  constraint error_codes_stage_known check (stage in ('parse', 'validate', 'insert'))
);
alter table intake.error_codes enable row level security;

comment on table intake.error_codes is
  'The closed catalogue of row codes, in plain words. The same catalogue stands in code; a test compares them.';
comment on column intake.error_codes.code is 'As reports, errors.csv and answers name it.';
comment on column intake.error_codes.stage is
  'Where a row gets it: while the file is parsed, while values are validated, or at the insert.';
comment on column intake.error_codes.cause is 'What is wrong, for somebody who knows the file and not the system.';
comment on column intake.error_codes.fix is 'What to do about it in the file.';
comment on constraint error_codes_pkey on intake.error_codes is 'Each code once.';
comment on constraint error_codes_stage_known on intake.error_codes is 'The stages there are.';
grant select on intake.error_codes to service_role;

insert into intake.error_codes (code, stage, cause, fix) values
  ('MISSING_REQUIRED_FIELD', 'validate',
   'A value that every judgment needs is empty in this row.',
   'Fill in the empty cell. Case number, plaintiff, defendant, amount and judgment date are always needed.'),
  ('INVALID_AMOUNT', 'validate',
   'The amount is not written as a plain dollar amount.',
   'Write digits with at most two decimals, for example 1234.50 or $1,234.50.'),
  ('NEGATIVE_AMOUNT', 'validate',
   'The amount is negative: it has a minus sign or stands in brackets.',
   'Write what was awarded as a positive amount. Take out rows that are credits or corrections.'),
  ('AMOUNT_OUT_OF_RANGE', 'validate',
   'The amount is above 999,999,999.99.',
   'Check for a missing decimal point or two amounts run together, and write the right amount.'),
  ('INVALID_DATE_FORMAT', 'validate',
   'The date is in a form that is not read, or no such day exists.',
   'Write year-month-day, for example 2024-01-31, or month/day/year, for example 01/31/2024.'),
  ('FUTURE_DATE', 'validate',
   'The date has not come yet anywhere on Earth.',
   'Check the year. A year of two digits from 00 to 68 is read as 2000 to 2068.'),
  ('DATE_OUT_OF_RANGE', 'validate',
   'The date is before the year 1900.',
   'Check the year and write it with four digits.'),
  ('INVALID_CASE_NUMBER', 'validate',
   'The case number has no digit, holds a character that case numbers do not have, or a spreadsheet damaged it.',
   'Write it on one line as the court does: unaccented letters, digits, spaces and - / # . : ( ) only.'),
  ('INVALID_CHARACTER', 'validate',
   'The value holds an invisible character, often left by a faulty export or a copy from a web page.',
   'Type the value again by hand, or export the file again.'),
  ('VALUE_TOO_LONG', 'validate',
   'The value is longer than its field may be. It is never cut.',
   'Shorten the value, and check that two cells did not run together.'),
  ('TOO_FEW_FIELDS', 'parse',
   'The row has fewer cells than the header.',
   'Add the missing cells. An empty cell still needs its separator.'),
  ('TOO_MANY_FIELDS', 'parse',
   'The row has more cells than the header, often because a value holds the separator itself.',
   'Put values that hold the separator between quotes, for example "1,234.50".'),
  ('UNCLOSED_QUOTE', 'parse',
   'A quoted value was opened and never closed.',
   'Close the quote, and write a quote inside a quoted value twice.'),
  ('INVALID_ENCODING', 'parse',
   'The row holds bytes that are no text in the encoding the file claims to have.',
   'Save the file again as CSV UTF-8.'),
  ('PARSE_ERROR', 'parse',
   'The row could not be read as CSV.',
   'Compare the row with its neighbours: quotes and separators must follow the same pattern.'),
  ('VALIDATION_ERROR', 'validate',
   'The row was refused for a reason that has no code of its own.',
   'Read the message of the row. If it does not help, hand the row to support.'),
  ('DUPLICATE_CASE_NUMBER', 'insert',
   'A judgment with this case number is already kept, from this file or an earlier one.',
   'Nothing if it is the same judgment. If it is another one, correct the case number.');
