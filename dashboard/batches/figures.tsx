/** The figures of a batch: what became of its rows, and how long it took. */
import type { Batch } from "../../shared/intake/record.ts";
import { percent, size, span, whole } from "../look/figures.ts";
import { Figure } from "../look/pieces.tsx";

const NONE = "–";

export function BatchFigures({ batch }: { readonly batch: Batch }) {
  const { row_count_invalid: invalid, row_count_total: total, row_count_unread: unread } = batch;
  const good = batch.dry_run ? batch.row_count_valid : batch.row_count_inserted;
  return (
    <dl className="figures">
      <Figure name="Rows">{whole(total)}</Figure>
      <Figure name={batch.dry_run ? "Would pass" : "Ingested"} tone={good > 0 ? "good" : undefined}>
        {whole(good)}
      </Figure>
      <Figure name="Errors" tone={invalid > 0 ? "bad" : undefined}>
        {whole(invalid)} {total > 0 && <span className="quiet">{percent(invalid, total)}</span>}
      </Figure>
      <Figure name="Already known">{whole(batch.row_count_duplicate)}</Figure>
      <Figure name="Not read" tone={unread > 0 ? "warn" : undefined}>{whole(unread)}</Figure>
      <Figure name="Size">{batch.file_size_bytes === null ? NONE : size(batch.file_size_bytes)}</Figure>
      <Figure name="Parse Time">
        {batch.parse_duration_ms === null ? NONE : span(batch.parse_duration_ms)}
      </Figure>
      <Figure name="DB Time">{batch.db_duration_ms === null ? NONE : span(batch.db_duration_ms)}</Figure>
      <Figure name="Throughput">
        {batch.rows_per_second === null ? NONE : `${whole(Math.round(batch.rows_per_second))} rows/s`}
      </Figure>
    </dl>
  );
}
