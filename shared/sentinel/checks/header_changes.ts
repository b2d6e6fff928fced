/** Sources whose files came with other columns than before. A remark: what it breaks, other checks say. */
import * as z from "zod";
import { sqlCheck } from "../check.ts";

export const headerChanges = sqlCheck({
  name: "header_changes",
  remedy:
    "select * from intake.header_changes order by noticed_at desc names the columns; the batch's notes do too. " +
    "A column that should be read gets its name into header_map (PUT /intake/sources/<source>).",
  // Columns are counted, not named: in a file without a header they are somebody's name and address.
  sql: `
    select distinct on (h.source) h.source, h.batch_id, h.compared_with,
           cardinality(h.new_columns) as come, cardinality(h.missing_columns) as gone, cardinality(h.renamed_columns) as renamed,
           (count(*) over (partition by h.source))::int as changes
      from intake.header_changes h join intake.simplicity_batches b on b.id = h.batch_id
     where h.noticed_at > now() - interval '24 hours' and not b.dry_run
     order by h.source, h.noticed_at desc, h.batch_id`,
  row: z.object({
    source: z.string(),
    batch_id: z.string(),
    compared_with: z.string(),
    come: z.number(),
    gone: z.number(),
    renamed: z.number(),
    changes: z.number(),
  }),
  judge: (rows) =>
    rows.map((row) => ({
      level: "info",
      subject: row.source,
      message: `Source ${row.source} changed its columns: ${kindsOf(row)}` +
        (row.changes > 1 ? ` (the latest of ${row.changes} changes in 24h)` : ""),
      details: { ...row },
    })),
});

function kindsOf(row: { readonly come: number; readonly gone: number; readonly renamed: number }): string {
  return [
    ...(row.gone > 0 ? [`${row.gone} missing`] : []),
    ...(row.renamed > 0 ? [`${row.renamed} renamed`] : []),
    ...(row.come > 0 ? [`${row.come} new`] : []),
  ].join(", ");
}
