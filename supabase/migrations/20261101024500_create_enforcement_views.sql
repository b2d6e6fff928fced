-- Who may be acted for, and what the business reads: plaintiffs, their judgments, how far enforcement is. A page of
-- each costs what the page holds, not what the table does: sums stand in the list of what is selected, where they are
-- made for the rows that are shown alone. What a command made to prove something is counted nowhere.

create view enforcement.v_authorized_plaintiffs with (security_invoker = true) as
select p.id as plaintiff_id, p.name as plaintiff_name, p.firm_name, p.status
from public.plaintiffs p
where p.merged_into is null and not p.is_proof and p.status is not null and p.status <> 'inactive'
  and not exists (
    select 1 from public.plaintiffs m where m.merged_into = p.id and (m.status is null or m.status = 'inactive'))
  and exists (
    select 1 from legal.v_consents_in_force f where f.plaintiff_id = p.id and f.consent_type = 'fee_agreement')
  and exists (select 1 from legal.v_consents_in_force l where l.plaintiff_id = p.id and l.consent_type = 'loa');
comment on view enforcement.v_authorized_plaintiffs is
  'Plaintiffs for whom actions may be executed at this moment; who was merged is told by the one that stands for it. '
  'A test holds it against legal.is_authorized.';
comment on column enforcement.v_authorized_plaintiffs.plaintiff_id is 'The plaintiff.';
comment on column enforcement.v_authorized_plaintiffs.plaintiff_name is 'Its name.';
comment on column enforcement.v_authorized_plaintiffs.firm_name is 'The firm that acts for it.';
comment on column enforcement.v_authorized_plaintiffs.status is 'How far it has come as a client.';
grant select on enforcement.v_authorized_plaintiffs to service_role;

create view enforcement.v_unauthorized_plaintiffs with (security_invoker = true) as
select u.plaintiff_id, u.plaintiff_name, u.firm_name, u.status, u.missing_fee_agreement, u.missing_loa
from (
  select p.id as plaintiff_id, p.name as plaintiff_name, p.firm_name, p.status,
    -- limit 1: looked up for the rows that are shown; as exists() all consents would be put into a hash first
    (select true from legal.v_consents_in_force f
      where f.plaintiff_id = p.id and f.consent_type = 'fee_agreement' limit 1) is null as missing_fee_agreement,
    (select true from legal.v_consents_in_force l
      where l.plaintiff_id = p.id and l.consent_type = 'loa' limit 1) is null as missing_loa,
    p.status is null or p.status = 'inactive' or exists (
      select 1 from public.plaintiffs m where m.merged_into = p.id and (m.status is null or m.status = 'inactive'))
      as is_inactive
  from public.plaintiffs p
  where p.merged_into is null and not p.is_proof
) u
where u.missing_fee_agreement or u.missing_loa or u.is_inactive;
comment on view enforcement.v_unauthorized_plaintiffs is
  'Plaintiffs for whom nothing may be executed at this moment, and what is missing. Nothing missing: it, or somebody '
  'merged into it, has no state or is inactive.';
comment on column enforcement.v_unauthorized_plaintiffs.plaintiff_id is 'The plaintiff.';
comment on column enforcement.v_unauthorized_plaintiffs.plaintiff_name is 'Its name.';
comment on column enforcement.v_unauthorized_plaintiffs.firm_name is 'The firm that acts for it.';
comment on column enforcement.v_unauthorized_plaintiffs.status is 'How far it has come as a client.';
comment on column enforcement.v_unauthorized_plaintiffs.missing_fee_agreement is 'No fee agreement holds.';
comment on column enforcement.v_unauthorized_plaintiffs.missing_loa is 'No letter of authority holds.';
grant select on enforcement.v_unauthorized_plaintiffs to service_role;

create view public.v_plaintiffs_overview with (security_invoker = true) as
select p.id as plaintiff_id, p.name as plaintiff_name, p.firm_name, p.status,
  -- columns, and no join: asked about the plaintiffs of a page, not about all that were sorted for it
  (select s.amount from enforcement.sum_of(array(select m.id from public.plaintiffs m where m.standing_id = p.id)) s)
    as total_judgment_amount,
  (select s.cases from enforcement.sum_of(array(select m.id from public.plaintiffs m where m.standing_id = p.id)) s)
    as case_count
from public.plaintiffs p
where p.merged_into is null and not p.is_proof;
comment on view public.v_plaintiffs_overview is
  'Plaintiffs with the sum and number of their judgments; those that were merged count for the one that stands for '
  'them.';
comment on column public.v_plaintiffs_overview.plaintiff_id is 'The plaintiff.';
comment on column public.v_plaintiffs_overview.plaintiff_name is 'Its name.';
comment on column public.v_plaintiffs_overview.firm_name is 'The firm that acts for it.';
comment on column public.v_plaintiffs_overview.status is 'How far it has come as a client.';
comment on column public.v_plaintiffs_overview.total_judgment_amount is 'Sum of its judgments, in US dollars.';
comment on column public.v_plaintiffs_overview.case_count is 'How many judgments it has.';
revoke all on public.v_plaintiffs_overview from anon, authenticated;
grant select on public.v_plaintiffs_overview to service_role;

create view public.v_judgment_pipeline with (security_invoker = true) as
select j.id as judgment_id, j.case_number, j.plaintiff_id, j.plaintiff_name, j.defendant_name,
  j.amount as judgment_amount, j.enforcement_stage, j.enforcement_stage_updated_at,
  public.collectability_tier(j.amount, j.judgment_date) as collectability_tier, j.batch_id
from public.judgments j
where not starts_with(lower(j.plaintiff_name), 'dragonfly-proof');
comment on view public.v_judgment_pipeline is 'Every judgment, how far its enforcement is and what it is worth.';
comment on column public.v_judgment_pipeline.judgment_id is 'The judgment.';
comment on column public.v_judgment_pipeline.case_number is 'The court''s number.';
comment on column public.v_judgment_pipeline.plaintiff_id is 'Its plaintiff, as it was linked.';
comment on column public.v_judgment_pipeline.plaintiff_name is 'As the file spells it.';
comment on column public.v_judgment_pipeline.defendant_name is 'As the file spells it.';
comment on column public.v_judgment_pipeline.judgment_amount is 'What was awarded, in US dollars.';
comment on column public.v_judgment_pipeline.enforcement_stage is 'How far enforcement has come.';
comment on column public.v_judgment_pipeline.enforcement_stage_updated_at is 'Since when.';
comment on column public.v_judgment_pipeline.collectability_tier is 'A, B or C, by amount and age, today.';
comment on column public.v_judgment_pipeline.batch_id is 'The batch that brought it.';
revoke all on public.v_judgment_pipeline from anon, authenticated;
grant select on public.v_judgment_pipeline to service_role;

create view public.v_enforcement_overview with (security_invoker = true) as
select c.enforcement_stage, public.collectability_tier(c.amount_from, c.judgment_date) as collectability_tier,
  sum(c.cases)::bigint as case_count, sum(c.amount) as total_judgment_amount
from (
  select s.enforcement_stage, s.amount_from, s.judgment_date, s.cases, s.amount
    from enforcement.stage_sums s
   where coalesce(s.judgment_id, 0) <= (select p.judgment_id from enforcement.summed_up_to p)
  union all
  select j.enforcement_stage, j.amount, j.judgment_date, 1, j.amount
    from public.judgments j
   where j.id > (select p.judgment_id from enforcement.summed_up_to p)
     and not starts_with(lower(j.plaintiff_name), 'dragonfly-proof')
) c
group by 1, 2
having sum(c.cases) <> 0;
comment on view public.v_enforcement_overview is 'How many judgments, worth how much, are in each stage, by tier.';
comment on column public.v_enforcement_overview.enforcement_stage is 'The stage.';
comment on column public.v_enforcement_overview.collectability_tier is 'The tier.';
comment on column public.v_enforcement_overview.case_count is 'How many judgments.';
comment on column public.v_enforcement_overview.total_judgment_amount is 'Their sum, in US dollars.';
revoke all on public.v_enforcement_overview from anon, authenticated;
grant select on public.v_enforcement_overview to service_role;
