-- A block is cut off its head by right(): substr() counts every character of it, which took a third of the call.

create or replace function intake.stage_block(text)
returns void
language plpgsql
set search_path = ''
as $$
declare
  cut int := position(E'\x1d' in $1);
  head jsonb := left($1, cut - 1)::jsonb;
  batch uuid := (head ->> 'batch_id')::uuid;
begin
  perform 1 from intake.simplicity_batches b where b.id = batch for key share;
  update intake.batch_slices s set lease_expires_at = now() + ops.scaled(60)
   where s.batch_id = batch and s.slice_no = (head ->> 'slice_no')::int and s.status = 'leased' and s.lease_token = (head ->> 'token')::uuid;
  if not found then
    raise exception 'LEASE_LOST: slice % of batch % is no longer held with this token', head ->> 'slice_no', batch
      using errcode = 'P0001', hint = 'Stop: somebody else works on it, or the batch was reset, failed or deleted.';
  end if;
  if (head ->> 'row_count')::int > 0 then
    insert into intake.staged_blocks (batch_id, slice_no, block_no, row_count, payload)
    values (batch, (head ->> 'slice_no')::int, (head ->> 'block_no')::int, (head ->> 'row_count')::int, right($1, -cut));
  end if;
  if jsonb_array_length(head -> 'rejects') > 0 then
    perform intake.record_rejects(batch, (head ->> 'attempt')::int, head -> 'rejects');
  end if;
end
$$;
