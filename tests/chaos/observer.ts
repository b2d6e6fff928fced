/**
 * Looks on from inside the database: every committed change of a batch, and every write that should have been refused.
 * Triggers of the test's own, written against the contract and not against the functions that keep it.
 */
import type postgres from "postgres";

/** Small files go the way of big ones: slices of 16 kB, blocks of ten rows, scanning passes of 200 kB. */
const SIZE_SCALE = 0.002;

/** Installs the triggers and shortens shares of work; needs a superuser. Connections opened before know nothing of the latter. */
export async function observe(admin: postgres.Sql): Promise<void> {
  await admin.unsafe(`
    alter database postgres set dragonfly.size_scale = '${SIZE_SCALE}';
    create schema chaos;
    create table chaos.history (id bigint generated always as identity primary key, batch_id uuid, path text, attempt int,
      status text, total int, valid int, progress numeric, at timestamptz not null default clock_timestamp());
    create table chaos.wrong (id bigint generated always as identity primary key, what text, batch_id uuid, detail text,
      at timestamptz not null default clock_timestamp());

    create function chaos.note_batch() returns trigger language plpgsql security definer set search_path = '' as $$
    begin
      insert into chaos.history (batch_id, path, attempt, status, total, valid, progress)
      values (new.id, new.storage_path, new.attempt, new.status, new.row_count_total, new.row_count_valid, intake.progress_of(new));
      return null;
    end $$;
    create trigger zz_chaos_note after insert or update on intake.simplicity_batches for each row execute function chaos.note_batch();

    create function chaos.watch_slice() returns trigger language plpgsql security definer set search_path = '' as $$
    begin
      if old.status = 'leased' and new.status = 'leased' and old.lease_token <> new.lease_token and old.lease_expires_at > clock_timestamp() then
        insert into chaos.wrong (what, batch_id, detail) values ('lease_stolen', new.batch_id, 'slice ' || new.slice_no || ' was still leased to ' || old.locked_by);
      end if;
      if old.status = 'done' and new.status = 'done' then
        insert into chaos.wrong (what, batch_id, detail) values ('late_write', new.batch_id, 'slice ' || new.slice_no || ' was finished a second time');
      end if;
      return null;
    end $$;
    create trigger zz_chaos_watch after update on intake.batch_slices for each row execute function chaos.watch_slice();

    create function chaos.watch_job() returns trigger language plpgsql security definer set search_path = '' as $$
    begin
      if old.lease_token is not null and new.lease_token is not null and old.lease_token <> new.lease_token and old.lease_expires_at > clock_timestamp() then
        insert into chaos.wrong (what, batch_id, detail) values ('lease_stolen', new.batch_id, 'job was still leased to ' || old.locked_by);
      end if;
      return null;
    end $$;
    create trigger zz_chaos_watch after update on ops.job_queue for each row execute function chaos.watch_job();

    create function chaos.watch_block() returns trigger language plpgsql security definer set search_path = '' as $$
    begin
      if not exists (select 1 from intake.batch_slices s join intake.simplicity_batches b on b.id = s.batch_id
                      where s.batch_id = new.batch_id and s.slice_no = new.slice_no and s.status = 'leased' and b.status = 'validating') then
        insert into chaos.wrong (what, batch_id, detail) values ('late_write', new.batch_id, 'block ' || new.block_no || ' of slice ' || new.slice_no || ' which nobody holds');
      end if;
      return null;
    end $$;
    create trigger zz_chaos_watch after insert on intake.staged_blocks for each row execute function chaos.watch_block();
  `);
}
