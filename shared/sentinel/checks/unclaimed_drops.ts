/** Stored files that became no batch: the trigger missed them. They are taken in on the spot. */
import * as z from "zod";
import type { Check, CheckPorts } from "../check.ts";
import { plural } from "../check.ts";

const UNCLAIMED_SQL = "select count(*)::int as drops from intake.unclaimed_objects()";

const Rows = z.tuple([z.object({ drops: z.number() })]);

export const unclaimedDrops: Check = {
  name: "unclaimed_drops",
  remedy:
    "Nothing, when they were taken in. Else ops ingest-trigger, and ops logs worker; see whether the storage trigger is there.",
  async look(ports) {
    const drops = await countDrops(ports);
    if (drops === 0) return [];
    await ports.query("select intake.sweep()");
    const left = Math.min(drops, await countDrops(ports)); // more, and others have come since
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
