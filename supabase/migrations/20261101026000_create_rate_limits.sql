-- Rate limits of the functions, shared by all isolates. Unlogged: after a crash everybody starts with a full bucket.

create unlogged table ops.rate_buckets (
  bucket text primary key,
  tokens double precision not null,
  refilled_at timestamptz not null
);
alter table ops.rate_buckets enable row level security;

comment on table ops.rate_buckets is
  'Token buckets, one per kind of call, caller and address (a digest: neither is kept). A bucket that is full again is '
  'as good as none and is pruned.';
comment on column ops.rate_buckets.bucket is
  'Whose calls of which kind are counted: the kind, and a digest of the caller.';
comment on column ops.rate_buckets.tokens is 'Calls left when refilled_at was written.';
comment on column ops.rate_buckets.refilled_at is
  'When tokens was written; what has come in since is worked out from it.';
comment on constraint rate_buckets_pkey on ops.rate_buckets is 'One bucket per caller and kind of call.';
grant select, insert, update, delete on ops.rate_buckets to service_role;

create function ops.take_rate_token(bucket text, per_minute int, burst int)
returns table (allowed boolean, retry_after_seconds int)
language plpgsql
set search_path = ''
as $$
declare
  -- not now(): a transaction that waited for the row must not see a time before the other's
  at timestamptz;
  level double precision;
begin
  insert into ops.rate_buckets as b (bucket, tokens, refilled_at)
  values (take_rate_token.bucket, burst, clock_timestamp())
  on conflict on constraint rate_buckets_pkey do nothing;
  select b.tokens, b.refilled_at into level, at from ops.rate_buckets b
    where b.bucket = take_rate_token.bucket for update;
  level := least(burst,
    coalesce(level, burst) + greatest(0, extract(epoch from clock_timestamp() - at)) * per_minute / 60.0);
  allowed := level >= 1;
  retry_after_seconds := case when allowed then 0 else ceil((1 - level) * 60.0 / per_minute)::int end;
  update ops.rate_buckets b set tokens = level - case when allowed then 1 else 0 end, refilled_at = clock_timestamp()
   where b.bucket = take_rate_token.bucket;
  return next;
end
$$;
comment on function ops.take_rate_token(text, int, int) is
  'Takes one token from a bucket that holds burst and refills at per_minute. One row: whether it was there, and else '
  'in how many seconds the next one will be.';
grant execute on function ops.take_rate_token(text, int, int) to service_role;

create function ops.prune_rate_buckets()
returns int
language plpgsql
set search_path = ''
as $$
declare
  pruned int;
begin
  delete from ops.rate_buckets b where b.refilled_at < now() - interval '10 minutes';
  get diagnostics pruned = row_count;
  return pruned;
end
$$;
comment on function ops.prune_rate_buckets() is
  'Removes buckets untouched for ten minutes, by when any of them is full again; returns how many.';
grant execute on function ops.prune_rate_buckets() to service_role;
