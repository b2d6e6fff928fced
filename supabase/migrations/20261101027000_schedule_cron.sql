-- What runs by the clock. Cron reaches functions only through ops.wake; SQL chores run in the database.

create extension if not exists pg_cron;

create function ops.prune()
returns void
language plpgsql
security definer -- cron's own log and Storage's objects are not the caller's
set search_path = ''
as $$
begin
  -- Runs that a restart cut off have no end.
  delete from cron.job_run_details d where coalesce(d.end_time, d.start_time) < now() - interval '1 day';
  delete from ops.wake_calls w where w.called_at < now() - interval '1 day';
  delete from ops.worker_heartbeats h where h.last_seen_at < now() - interval '1 day';
  delete from ops.job_queue j where j.status = 'completed' and j.updated_at < now() - interval '30 days';
  delete from ops.job_queue j where j.status = 'failed' and j.updated_at < now() - interval '90 days';
  delete from intake.uploads u
   where u.arrived_at < now() - interval '30 days'
     and not exists (select 1 from intake.simplicity_batches b where b.id = u.id);
  delete from intake.forgotten_objects f
   where f.forgotten_at < now() - interval '1 day'
     and not exists (
       select 1
         from storage.objects o
        where o.bucket_id = f.storage_bucket
          and o.name = f.storage_path
          and coalesce(o.version, '') = f.storage_version);
  perform intake.fold_days();
end
$$;
comment on function ops.prune() is
  'Keeps logs from growing without end: cron runs, wake calls and heartbeats for a day, completed jobs for 30 days, '
  'failed ones for 90, announcements of deleted batches for 30, and what is known of deleted batches'' objects as long '
  'as these are stored; adds up the figures of days. docs/retention.md lists every table.';
grant execute on function ops.prune() to service_role;

select cron.schedule('dragonfly-wake-worker', '30 seconds', $$select ops.wake('worker', 'cron')$$);
select cron.schedule('dragonfly-wake-outbound', '30 seconds', $$select ops.wake_outbound()$$);
select cron.schedule('dragonfly-wake-enforcement', '30 seconds', $$select ops.wake('enforcement', 'cron')$$);
select cron.schedule('dragonfly-sentinel', '*/5 * * * *', $$select ops.wake('sentinel', 'cron')$$);
select cron.schedule('dragonfly-vendor-pull', '7 * * * *', $$select ops.queue_vendor_pull()$$);
select cron.schedule('dragonfly-sweep', '* * * * *', $$select intake.sweep()$$);
select cron.schedule('dragonfly-sweep-enforcement', '* * * * *', $$select enforcement.sweep()$$);
select cron.schedule('dragonfly-sum-judgments', '* * * * *', $$select enforcement.sum_judgments()$$);
select cron.schedule('dragonfly-seal-audit', '10 seconds', $$select audit.seal()$$);
select cron.schedule('dragonfly-prune', '17 * * * *', $$select ops.prune()$$);
select cron.schedule('dragonfly-prune-rate-buckets', '*/10 * * * *', $$select ops.prune_rate_buckets()$$);
