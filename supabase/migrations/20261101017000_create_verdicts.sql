-- What an operator does to a batch. The state is looked at without a lock first: a batch that is inserting is locked
-- for as long as that takes, and the answer would be no in any case.

create function intake.wrong_state(batch intake.simplicity_batches, allowed text[])
returns jsonb
language sql
immutable
set search_path = ''
as $$
  select jsonb_build_object('outcome', case when batch.id is null then 'unknown' else 'wrong_state' end,
    'status', batch.status, 'filename', batch.filename, 'allowed_from', to_jsonb(allowed))
$$;
comment on function intake.wrong_state(intake.simplicity_batches, text[]) is
  'The answer when an action cannot be done: no such batch, or its state does not allow it.';
grant execute on function intake.wrong_state(intake.simplicity_batches, text[]) to service_role;

create function intake.lock_in_state(batch uuid, allowed text[])
returns intake.simplicity_batches
language plpgsql
set search_path = ''
as $$
declare
  held intake.simplicity_batches;
begin
  select * into held from intake.simplicity_batches b where b.id = batch;
  if held.status = any (allowed) then
    select * into held from intake.simplicity_batches b where b.id = batch for no key update;
  end if;
  return held;
end
$$;
comment on function intake.lock_in_state(uuid, text[]) is
  'Reads a batch, and locks it when its state is an allowed one. Look at the state again: it may have moved on before '
  'the lock was had.';
grant execute on function intake.lock_in_state(uuid, text[]) to service_role;

create function intake.retry_batch(batch uuid, threshold int, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  allowed constant text[] := '{failed,completed,awaiting_approval}';
  held intake.simplicity_batches := intake.lock_in_state(batch, allowed);
begin
  if held.status is null or not held.status = any (allowed) then
    return intake.wrong_state(held, allowed);
  end if;
  if held.storage_path is null then
    return jsonb_build_object('outcome', 'no_object');
  end if;
  if coalesce(threshold, held.error_threshold_percent) < intake.least_threshold(held) then
    return jsonb_build_object('outcome', 'below_standing', 'least', intake.least_threshold(held));
  end if;
  perform ops.act_as(actor, request_id);
  perform intake.retry(batch, jsonb_strip_nulls(jsonb_build_object('error_threshold_percent', threshold)), true);
  return jsonb_build_object('outcome', 'done');
end
$$;
comment on function intake.retry_batch(uuid, int, text, text) is
  'The next attempt of a batch, with a new threshold if one is given. outcome: done, wrong_state, no_object (nothing '
  'was ever stored), below_standing (least threshold) or unknown.';
grant execute on function intake.retry_batch(uuid, int, text, text) to service_role;

create function intake.abort_batch(batch uuid, reason text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  allowed constant text[] := '{uploaded,staging,validating,awaiting_approval}';
  held intake.simplicity_batches := intake.lock_in_state(batch, allowed);
begin
  if held.status is null or not held.status = any (allowed) then
    return intake.wrong_state(held, allowed);
  end if;
  perform ops.act_as(actor, request_id);
  perform intake.move_batch(batch, 'failed', 'Aborted by operator: ' || reason, 'ABORTED');
  return jsonb_build_object('outcome', 'done');
end
$$;
comment on function intake.abort_batch(uuid, text, text, text) is
  'Ends a batch that is under way; its worker loses the lease. outcome: done, wrong_state or unknown.';
grant execute on function intake.abort_batch(uuid, text, text, text) to service_role;

create function intake.approve_batch(batch uuid, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  allowed constant text[] := '{awaiting_approval}';
  held intake.simplicity_batches := intake.lock_in_state(batch, allowed);
begin
  if held.status is null or not held.status = any (allowed) then
    return intake.wrong_state(held, allowed);
  end if;
  perform ops.act_as(actor, request_id);
  perform audit.append('batch.approved', 'batch', batch::text, null,
    jsonb_build_object('invalid', held.row_count_invalid, 'total', held.row_count_total));
  update intake.simplicity_batches b set approved_attempt = b.attempt where b.id = batch;
  perform intake.move_batch(batch, 'inserting');
  perform intake.queue_batch(held);
  return jsonb_build_object('outcome', 'done');
end
$$;
comment on function intake.approve_batch(uuid, text, text) is
  'Lets a batch that waits be inserted; its job is due at once. outcome: done, wrong_state or unknown.';
grant execute on function intake.approve_batch(uuid, text, text) to service_role;

create function intake.refuse_batch(batch uuid, reason text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  allowed constant text[] := '{awaiting_approval}';
  held intake.simplicity_batches := intake.lock_in_state(batch, allowed);
begin
  if held.status is null or not held.status = any (allowed) then
    return intake.wrong_state(held, allowed);
  end if;
  perform ops.act_as(actor, request_id);
  perform audit.append('batch.refused', 'batch', batch::text, null, jsonb_build_object('reason', reason));
  perform intake.move_batch(batch, 'failed', 'Refused by operator: ' || reason, 'REFUSED');
  return jsonb_build_object('outcome', 'done');
end
$$;
comment on function intake.refuse_batch(uuid, text, text, text) is
  'Ends a batch that waits for approval; nothing of it was inserted. outcome: done, wrong_state or unknown.';
grant execute on function intake.refuse_batch(uuid, text, text, text) to service_role;

create function intake.delete_batch(batch uuid, confirm text, actor text, request_id text)
returns jsonb
language plpgsql
set search_path = ''
as $$
declare
  allowed constant text[] := '{uploaded,staging,validating,awaiting_approval,completed,failed,skipped}';
  held intake.simplicity_batches := intake.lock_in_state(batch, allowed);
begin
  if held.status is null or not held.status = any (allowed) then
    return intake.wrong_state(held, allowed);
  end if;
  if held.filename <> confirm then
    return jsonb_build_object('outcome', 'not_confirmed');
  end if;
  perform ops.act_as(actor, request_id);
  delete from intake.simplicity_batches b where b.id = batch;
  return jsonb_build_object('outcome', 'done', 'bucket', held.storage_bucket, 'path', held.storage_path);
end
$$;
comment on function intake.delete_batch(uuid, text, text, text) is
  'Removes the record of a batch whose file name is confirmed; judgments stay, the object is forgotten. outcome: done '
  '(with bucket and path), not_confirmed, wrong_state or unknown.';
grant execute on function intake.delete_batch(uuid, text, text, text) to service_role;
