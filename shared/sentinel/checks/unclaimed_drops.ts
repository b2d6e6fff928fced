/** Stored files that became no batch: the trigger missed them. They are taken in on the spot. */
import * as z from "zod";
import type { Check, CheckPorts } from "../check.ts";
import { plural } from "../check.ts";

/** Objects without a batch, older than two minutes; the same rule as `intake.sweep()`. */
export const UNCLAIMED_SQL = `
  select count(*)::int as drops
    from storage.objects o
   where o.bucket_id = 'intake' and greatest(o.created_at, o.updated_at) < now() - ops.scaled(120)
     and intake.is_drop(o.bucket_id, o.name, o.metadata)
     and not exists (select 1 from intake.forgotten_objects f
                      where f.storage_bucket = o.bucket_id and f.storage_path = o.name and f.storage_version = coalesce(o.version, ''))
     and not exists (select 1 from intake.moved_objects m
                      where m.storage_bucket = o.bucket_id and m.storage_path = o.name and m.storage_version = coalesce(o.version, ''))
     and not exists (select 1 from intake.simplicity_batches b
                      where b.storage_bucket = o.bucket_id and b.storage_path = o.name
                        and b.storage_version is not distinct from o.version)`;

const Rows = z.tuple([z.object({ drops: z.number() })]);

export const unclaimedDrops: Check = {
  name: "unclaimed_drops",
  remedy:
    "Nothing, when they were taken in. Else ops ingest-trigger, and ops logs worker; see whether the storage trigger is there.",
  async look(ports) {
    const drops = await countDrops(ports);
    if (drops === 0) return [];
    await ports.query("select intake.sweep()");
    const left = await countDrops(ports);
    return [{
      level: "warning",
      message: `${plural(drops, "object", "objects")} without a batch > 2m: ${drops - left} taken in` +
        (left > 0 ? `, ${left} left` : ""),
      details: { found: drops, left },
    }];
  },
};

async function countDrops(ports: CheckPorts): Promise<number> {
  return Rows.parse(await ports.query(UNCLAIMED_SQL))[0].drops;
}
