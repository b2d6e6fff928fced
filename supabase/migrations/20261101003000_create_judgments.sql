-- The judgments themselves, and the plaintiffs they belong to.

create table public.plaintiffs (
  id uuid primary key default gen_random_uuid(),
  name text not null,
  name_normalized text not null unique,
  firm_name text,
  status text default 'new',
  merged_into uuid references public.plaintiffs (id),
  merge_reason text,
  standing_id uuid not null generated always as (coalesce(merged_into, id)) stored,
  is_proof boolean not null generated always as (name_normalized like 'dragonfly-proof%') stored,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint plaintiffs_status_known
    check (status in ('new', 'contacted', 'qualified', 'sent_agreement', 'signed', 'active', 'inactive', 'lost'))
);
alter table public.plaintiffs enable row level security;
create index plaintiffs_standing_id_idx on public.plaintiffs (standing_id);
create index plaintiffs_merged_into_idx on public.plaintiffs (merged_into) where merged_into is not null;

comment on table public.plaintiffs is 'Creditors, one row per normalised name.';
comment on column public.plaintiffs.id is 'Id of the plaintiff.';
comment on column public.plaintiffs.name is 'The spelling that was met first.';
comment on column public.plaintiffs.name_normalized is
  'The name with case folded and white space joined: what makes two spellings one plaintiff.';
comment on column public.plaintiffs.firm_name is
  'The firm that acts for it, where somebody entered one; never guessed.';
comment on column public.plaintiffs.status is
  'How far it has come as a client. null or inactive: nothing may be enforced for it.';
comment on column public.plaintiffs.merged_into is
  'The plaintiff it turned out to be. Its judgments, consents and actions keep its id and count as that one''s.';
comment on column public.plaintiffs.merge_reason is 'Why it was merged, or taken apart again, last.';
comment on column public.plaintiffs.standing_id is
  'The plaintiff that stands for it: the one it was merged into, or itself.';
comment on column public.plaintiffs.is_proof is
  'Made by a command that proves something, which its name says: it is counted nowhere.';
comment on column public.plaintiffs.created_at is 'When its first judgment was inserted.';
comment on column public.plaintiffs.updated_at is 'When the row was last changed.';
comment on constraint plaintiffs_pkey on public.plaintiffs is 'A plaintiff is known by its id.';
comment on constraint plaintiffs_name_normalized_key on public.plaintiffs is 'One row however the name is spelt.';
comment on constraint plaintiffs_status_known on public.plaintiffs is 'The states there are.';
comment on constraint plaintiffs_merged_into_fkey on public.plaintiffs is
  'Only a plaintiff that is there stands for another.';
comment on index public.plaintiffs_standing_id_idx is 'Everybody a plaintiff stands for.';
comment on index public.plaintiffs_merged_into_idx is
  'Who was merged into a plaintiff; what its foreign key looks through.';
revoke all on public.plaintiffs from anon, authenticated;
grant select, insert, update, delete on public.plaintiffs to service_role;

create table public.judgments (
  id bigint generated always as identity primary key,
  case_number text collate "C" not null unique,
  plaintiff_name text not null,
  defendant_name text not null,
  amount numeric(12, 2) not null,
  judgment_date date not null,
  filing_date date,
  court text,
  county text,
  state text,
  defendant_address text,
  defendant_phone text,
  defendant_email text,
  source_reference text,
  status text not null default 'active',
  enforcement_stage text not null default 'pre_enforcement',
  enforcement_stage_updated_at timestamptz,
  plaintiff_id uuid,
  source text,
  batch_id uuid,
  source_row_index int,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint judgments_amount_not_negative check (amount >= 0),
  constraint judgments_enforcement_stage_known check (enforcement_stage in (
    'pre_enforcement', 'paperwork_filed', 'levy_issued', 'waiting_payment', 'payment_plan', 'collected',
    'closed_no_recovery'))
);
alter table public.judgments enable row level security;
create index judgments_batch_id_idx on public.judgments (batch_id);
create index judgments_plaintiff_id_idx on public.judgments (plaintiff_id);

comment on table public.judgments is
  'One row per case number. batch_id and plaintiff_id carry no foreign key: the check would cost more than the '
  'insert (see ARCHITECTURE.md).';
comment on column public.judgments.id is 'Number of the judgment; lineage, enforcement and evidence name it.';
comment on column public.judgments.case_number is
  'Upper case ASCII, white space joined. Byte-wise collation: sorted inserts keep the unique index cheap.';
comment on column public.judgments.plaintiff_name is 'As the file spells it, white space joined.';
comment on column public.judgments.defendant_name is 'As the file spells it, white space joined.';
comment on column public.judgments.amount is 'What was awarded, in US dollars.';
comment on column public.judgments.judgment_date is
  'Day of the judgment; the filing date where a file has no other and says so.';
comment on column public.judgments.filing_date is 'Day the case was filed.';
comment on column public.judgments.court is 'Name of the court, as written.';
comment on column public.judgments.county is 'County, as written.';
comment on column public.judgments.state is 'State, as written.';
comment on column public.judgments.defendant_address is 'As written; personal.';
comment on column public.judgments.defendant_phone is
  'As written, even where it does not look like a number; personal.';
comment on column public.judgments.defendant_email is
  'As written, even where it does not look like an address; personal.';
comment on column public.judgments.source_reference is 'The sender''s own number for the case.';
comment on column public.judgments.status is 'active: stands as it was inserted.';
comment on column public.judgments.enforcement_stage is
  'How far enforcement has come. Anything beyond pre_enforcement keeps the judgment from being undone.';
comment on column public.judgments.enforcement_stage_updated_at is
  'When the stage last changed; null while nothing was done.';
comment on column public.judgments.plaintiff_id is
  'The plaintiff of that name; there when the row is inserted, so that no row is written twice.';
comment on column public.judgments.source is 'The vendor whose batch inserted it.';
comment on column public.judgments.batch_id is
  'The batch that inserted the row; stays when the batch record is deleted.';
comment on column public.judgments.source_row_index is 'Data row in the file of that batch, from 0.';
comment on column public.judgments.created_at is 'When the insert of its batch committed its row.';
comment on column public.judgments.updated_at is 'When the row was last changed.';
comment on constraint judgments_pkey on public.judgments is 'A judgment is known by its number.';
comment on constraint judgments_case_number_key on public.judgments is
  'One judgment per case number: what makes a row a duplicate. Inserts read it in order.';
comment on constraint judgments_amount_not_negative on public.judgments is 'No judgment awards less than nothing.';
comment on constraint judgments_enforcement_stage_known on public.judgments is 'The stages there are.';
comment on index public.judgments_plaintiff_id_idx is
  'The judgments of a plaintiff: their number and sum, a page of them.';
comment on index public.judgments_batch_id_idx is 'What a batch inserted: its counts and its undo.';
revoke all on public.judgments from anon, authenticated;
grant select, insert, update, delete on public.judgments to service_role;

create trigger _900_touch_updated_at before update on public.judgments
  for each row execute function ops.touch_updated_at();
comment on trigger _900_touch_updated_at on public.judgments is 'Keeps updated_at.';

create trigger _900_touch_updated_at before update on public.plaintiffs
  for each row execute function ops.touch_updated_at();
comment on trigger _900_touch_updated_at on public.plaintiffs is 'Keeps updated_at.';

create function public.collectability_tier(amount numeric, judgment_date date)
returns text
language sql
stable
set search_path = ''
as $$
  select case
    when amount >= 10000 and judgment_date > current_date - interval '5 years' then 'A'
    when amount >= 5000 or (amount >= 2000 and judgment_date > current_date - interval '3 years') then 'B'
    else 'C'
  end
$$;
comment on function public.collectability_tier(numeric, date) is
  'A: 10,000 or more and younger than 5 years. B: 5,000 or more, or 2,000 or more and younger than 3 years. C: the '
  'rest. Computed when read.';
revoke all on function public.collectability_tier(numeric, date) from public, anon, authenticated;
grant execute on function public.collectability_tier(numeric, date) to service_role;

create function public.normalize_name(name text)
returns text
language sql
immutable
set search_path = ''
as $$
  select lower(regexp_replace(btrim(name), '\s+', ' ', 'g'))
$$;
comment on function public.normalize_name(text) is
  'What makes two spellings of a name one: case folded, white space joined.';
revoke all on function public.normalize_name(text) from anon, authenticated;
grant execute on function public.normalize_name(text) to service_role;

create function public.fill_normalized_name()
returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.name_normalized := public.normalize_name(new.name);
  return new;
end
$$;
comment on function public.fill_normalized_name() is
  'Trigger: a plaintiff that a hand adds need not be normalised by it.';
revoke all on function public.fill_normalized_name() from anon, authenticated;
grant execute on function public.fill_normalized_name() to service_role;

create trigger _200_fill_normalized_name before insert on public.plaintiffs
  for each row when (new.name_normalized is null) execute function public.fill_normalized_name();
alter table public.plaintiffs enable always trigger _200_fill_normalized_name;
comment on trigger _200_fill_normalized_name on public.plaintiffs is 'A name brings its normalised form.';

-- Whoever writes past the engine is written down. An insert has no transition table: it would copy every row the engine
-- loads; what such an insert brought has no batch, or one that does not count it.
create trigger _500_note_insert after insert on public.judgments
  for each statement execute function audit.note_rewritten_rows();
alter table public.judgments enable always trigger _500_note_insert;
comment on trigger _500_note_insert on public.judgments is 'An insert that is not the engine''s leaves an event.';

create trigger _500_note_update after update on public.judgments
  referencing new table as written
  for each statement execute function audit.note_rewritten_rows();
alter table public.judgments enable always trigger _500_note_update;
comment on trigger _500_note_update on public.judgments is 'An update that is not the engine''s leaves an event.';

create trigger _500_note_delete after delete on public.judgments
  referencing old table as written
  for each statement execute function audit.note_rewritten_rows();
alter table public.judgments enable always trigger _500_note_delete;
comment on trigger _500_note_delete on public.judgments is 'A delete that is not the engine''s leaves an event.';

create trigger _500_note_truncate after truncate on public.judgments
  for each statement execute function audit.note_rewritten_rows();
alter table public.judgments enable always trigger _500_note_truncate;
comment on trigger _500_note_truncate on public.judgments is 'A truncate leaves an event.';
