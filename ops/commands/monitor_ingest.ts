/** `ops monitor-ingest`: batches by state, and what moves. */
import * as z from "zod";
import { command, EXIT, type Pen } from "../command.ts";
import { pause } from "../follow.ts";
import { age, table } from "../../checkout/table.ts";

const State = z.object({
  status: z.string(),
  batch_count: z.number(),
  oldest_seconds: z.number().nullable(),
});
const Batch = z.object({
  batch_id: z.string(),
  filename: z.string(),
  status: z.string(),
  total: z.number(),
  valid: z.number(),
  invalid: z.number(),
  inserted: z.number(),
  seconds: z.number(),
});
interface Ingest {
  readonly states: readonly z.infer<typeof State>[];
  readonly batches: readonly z.infer<typeof Batch>[];
}

export const monitorIngest = command<Ingest>({
  name: "monitor-ingest",
  summary: "batches by state with the age of the oldest, and the newest batches",
  effects: "nothing",
  flags: { follow: { type: "boolean", help: "again every 2 seconds until Ctrl-C" } },
  async run({ target, typed, stopping }, report) {
    const sql = await target.sql();
    for (;;) {
      const states = await sql`
        select h.status, h.batch_count::float8 as batch_count, (h.oldest_age_minutes * 60)::float8 as oldest_seconds
          from ops.v_pipeline_health h order by h.status`;
      const batches = await sql`
        select o.batch_id, o.filename, o.status, o.row_count_total as total, o.row_count_valid as valid,
               o.row_count_invalid as invalid, o.row_count_inserted as inserted,
               extract(epoch from coalesce(o.completed_at, now()) - o.created_at)::float8 as seconds
          from intake.v_batch_observability o order by o.created_at desc limit 10`;
      report({ states: z.array(State).parse([...states]), batches: z.array(Batch).parse([...batches]) });
      if (!typed.on("follow") || !await pause(2, stopping)) return EXIT.fine;
    }
  },
  show,
});

function show({ states, batches }: Ingest, _pen: Pen): string {
  return [
    table(
      ["state", "batches", "oldest"],
      states.map((one) => [one.status, one.batch_count, age(one.oldest_seconds)]),
      "No batch yet.",
    ),
    "",
    table(
      ["batch", "state", "total", "valid", "invalid", "inserted", "age", "file"],
      batches.map((one) => [
        one.batch_id.slice(0, 8),
        one.status,
        one.total,
        one.valid,
        one.invalid,
        one.inserted,
        age(one.seconds),
        one.filename,
      ]),
      "",
    ),
  ].join("\n").trimEnd();
}
