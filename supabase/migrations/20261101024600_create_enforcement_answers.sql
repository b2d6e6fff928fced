-- What the HTTP surface tells of plaintiffs, consents, actions and tasks, each as one JSON in UTC. Names are in it; the
-- function that answers masks them for who may not see them. What proves something is found by its name alone.

create function enforcement.describe_action(action enforcement.actions)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  select jsonb_build_object(
    'action_id', action.id, 'plaintiff_id', action.plaintiff_id,
    'plaintiff_name', (select p.name from public.plaintiffs p where p.id = action.plaintiff_id),
    'judgment_id', action.judgment_id,
    'case_number', (select j.case_number from public.judgments j where j.id = action.judgment_id),
    'action_type', action.action_type, 'status', action.status, 'reason', action.reason,
    'evidence_file_id', action.evidence_file_id, 'remediation_task_id', action.remediation_task_id,
    'requested_by', action.requested_by, 'requested_by_kind', ops.kind_of_actor(action.requested_by),
    'requested_at', action.requested_at, 'executed_at', action.executed_at,
    'status_changed_at', action.status_changed_at)
$$;
comment on function enforcement.describe_action(enforcement.actions) is 'An action as callers see it.';
grant execute on function enforcement.describe_action(enforcement.actions) to service_role;

create function enforcement.action_record(action uuid)
returns jsonb
language sql
stable
set search_path = ''
as $$
  select enforcement.describe_action(a) from enforcement.actions a where a.id = action
$$;
comment on function enforcement.action_record(uuid) is 'An action by its id; null when there is none.';
grant execute on function enforcement.action_record(uuid) to service_role;

create function enforcement.list_actions(
  status text,
  action_type text,
  plaintiff uuid,
  page int default 1,
  page_size int default 50
)
returns jsonb
language sql
stable
set search_path = ''
as $$
  -- Two branches, of which one runs: as one condition no index would be looked at.
  with found as not materialized (
    select a as action, a.requested_at, a.id
      from enforcement.actions a
     where list_actions.plaintiff is null and not a.is_proof
       and (list_actions.status is null or a.status = list_actions.status)
       and (list_actions.action_type is null or a.action_type = list_actions.action_type)
    union all
    select a, a.requested_at, a.id
      from enforcement.actions a
     where list_actions.plaintiff is not null
       and a.plaintiff_id = any (
         array(select m.id from public.plaintiffs m where m.standing_id = list_actions.plaintiff))
       and (list_actions.status is null or a.status = list_actions.status)
       and (list_actions.action_type is null or a.action_type = list_actions.action_type)
  )
  select jsonb_build_object(
    'actions', (
      select coalesce(jsonb_agg(enforcement.describe_action(s.action) order by s.requested_at desc, s.id), '[]')
        from (select f.action, f.requested_at, f.id from found f order by f.requested_at desc, f.id
               limit page_size offset (page::bigint - 1) * page_size) s),
    'total', (select count(*) from found),
    'page', page,
    'page_size', page_size)
$$;
comment on function enforcement.list_actions(text, text, uuid, int, int) is
  'A page of actions, newest first; of one plaintiff and whoever was merged into it, where one is named.';
grant execute on function enforcement.list_actions(text, text, uuid, int, int) to service_role;

create function enforcement.list_tasks(status text, plaintiff uuid, page int default 1, page_size int default 50)
returns jsonb
language sql
stable
set search_path = ''
set timezone = 'UTC'
as $$
  with found as not materialized (
    select t as task, t.created_at, t.id
      from public.tasks t
     where list_tasks.plaintiff is null
       and (list_tasks.status is null or t.status = list_tasks.status)
       and not exists (select 1 from public.plaintiffs p where p.id = t.plaintiff_id and p.is_proof)
    union all
    select t, t.created_at, t.id
      from public.tasks t
     where list_tasks.plaintiff is not null
       and t.plaintiff_id = any (
         array(select m.id from public.plaintiffs m where m.standing_id = list_tasks.plaintiff))
       and (list_tasks.status is null or t.status = list_tasks.status)
  )
  select jsonb_build_object(
    'tasks', (
      select coalesce(jsonb_agg((to_jsonb(s.task) - 'id')
               || jsonb_build_object('task_id', s.id, 'plaintiff_name', (
                    select p.name from public.plaintiffs p where p.id = (s.task).plaintiff_id))
             order by s.created_at desc, s.id), '[]')
        from (select f.task, f.created_at, f.id from found f order by f.created_at desc, f.id
               limit page_size offset (page::bigint - 1) * page_size) s),
    'total', (select count(*) from found),
    'page', page,
    'page_size', page_size)
$$;
comment on function enforcement.list_tasks(text, uuid, int, int) is
  'A page of tasks, newest first; of one plaintiff and whoever was merged into it, where one is named.';
grant execute on function enforcement.list_tasks(text, uuid, int, int) to service_role;

create function enforcement.describe_plaintiff(plaintiff public.plaintiffs)
returns jsonb
language sql
volatile -- asks the clock
set search_path = ''
set timezone = 'UTC'
as $$
  select jsonb_build_object(
    'plaintiff_id', plaintiff.id, 'name', plaintiff.name, 'firm_name', plaintiff.firm_name,
    'status', plaintiff.status, 'merged_into', plaintiff.merged_into,
    'is_authorized', legal.is_authorized(plaintiff.id),
    'missing', to_jsonb(legal.missing_consents(plaintiff.id)),
    'case_count', s.cases, 'total_judgment_amount', s.amount, 'created_at', plaintiff.created_at)
    from enforcement.sum_of(
      array(select m.id from public.plaintiffs m where m.standing_id = plaintiff.id
            union select plaintiff.id)) s
$$;
comment on function enforcement.describe_plaintiff(public.plaintiffs) is
  'A plaintiff as callers see it: whether it is authorised now, what is missing, and what its judgments come to.';
grant execute on function enforcement.describe_plaintiff(public.plaintiffs) to service_role;

create function enforcement.list_plaintiffs(
  q text,
  status text,
  authorized boolean,
  page int default 1,
  page_size int default 50
)
returns jsonb
language sql
volatile -- asks the clock
set search_path = ''
as $$
  with the_clock as materialized (
    select clock_timestamp() as now
  ), authorized_now as not materialized (
    select a.plaintiff_id, a.is_proof from legal.authorizations a where a.holds @> (select c.now from the_clock c)
  ), wanted as not materialized (
    select p.id, p.name_normalized
      from public.plaintiffs p
     where p.merged_into is null
       and p.is_proof = coalesce(starts_with(lower(q), 'dragonfly-proof'), false)
       and (list_plaintiffs.q is null or position(lower(list_plaintiffs.q) in p.name_normalized) > 0)
       and (list_plaintiffs.status is null or p.status = list_plaintiffs.status)
  )
  select jsonb_build_object(
    'plaintiffs', (
      select coalesce(jsonb_agg(enforcement.describe_plaintiff(p) order by s.name_normalized), '[]')
        from (select w.id, w.name_normalized
                from wanted w
               where list_plaintiffs.authorized is null
                  or list_plaintiffs.authorized = exists (select 1 from authorized_now a where a.plaintiff_id = w.id)
               order by w.name_normalized
               limit page_size offset (page::bigint - 1) * page_size) s
        join public.plaintiffs p on p.id = s.id),
    'total', case
      when list_plaintiffs.authorized is null then (select count(*) from wanted)
      when list_plaintiffs.q is null and list_plaintiffs.status is null then
        case when list_plaintiffs.authorized then 0 else (select count(*) from wanted) end
        + case when list_plaintiffs.authorized then 1 else -1 end
          * (select count(*) from authorized_now a where not a.is_proof)
      else (select count(*) from wanted w
             where list_plaintiffs.authorized = (w.id in (select a.plaintiff_id from authorized_now a)))
    end,
    'page', page,
    'page_size', page_size)
$$;
comment on function enforcement.list_plaintiffs(text, text, boolean, int, int) is
  'A page of plaintiffs that stand for themselves, by name. q is looked for in names. Who is authorised is told by the '
  'times that are kept.';
grant execute on function enforcement.list_plaintiffs(text, text, boolean, int, int) to service_role;

create function enforcement.plaintiff_record(plaintiff uuid)
returns jsonb
language sql
volatile -- asks the clock
set search_path = ''
set timezone = 'UTC'
as $$
  select enforcement.describe_plaintiff(p) || jsonb_build_object(
    'merged', (
      select coalesce(jsonb_agg(jsonb_build_object('plaintiff_id', m.id, 'name', m.name) order by m.name), '[]')
        from public.plaintiffs m where m.merged_into = p.id),
    'consents', (
      select coalesce(jsonb_agg(jsonb_build_object('consent_id', c.id, 'plaintiff_id', c.plaintiff_id,
          'consent_type', c.consent_type, 'version', c.version, 'status', c.status, 'valid_from', c.valid_from,
          'valid_until', c.valid_until, 'evidence_file_id', c.evidence_file_id, 'accepted_at', c.accepted_at,
          'revoked_at', c.revoked_at, 'revoked_reason', c.revoked_reason) order by c.registered_at desc), '[]')
        from public.plaintiffs m join legal.consents c on c.plaintiff_id = m.id where m.standing_id = p.id),
    'actions', (enforcement.list_actions(null, null, p.id)) -> 'actions',
    'tasks', (enforcement.list_tasks(null, p.id)) -> 'tasks',
    'judgments', (
      select coalesce(jsonb_agg(jsonb_build_object('judgment_id', j.id, 'case_number', j.case_number,
          'defendant_name', j.defendant_name, 'amount', j.amount, 'judgment_date', j.judgment_date,
          'enforcement_stage', j.enforcement_stage,
          'collectability_tier', public.collectability_tier(j.amount, j.judgment_date)) order by j.id desc), '[]')
        from (select * from public.judgments k
               where k.plaintiff_id = any (array(select m.id from public.plaintiffs m where m.standing_id = p.id))
               order by k.id desc limit 50) j))
    from public.plaintiffs p
   where p.id = plaintiff
$$;
comment on function enforcement.plaintiff_record(uuid) is
  'A plaintiff with everybody merged into it, every version of every consent, its 50 newest actions, tasks and '
  'judgments; null when there is none.';
grant execute on function enforcement.plaintiff_record(uuid) to service_role;
