/** GET …/errors.csv, streamed. The lines are made in Postgres: 100,000 of them are no work for an isolate. */
import type { BatchGateway } from "../../../shared/data/batch_gateway.ts";

/** Rejects per call: some 2 MB of text. */
const PAGE_ROWS = 5000;

/**
 * The whole file as a stream of UTF-8: heading, kept rejects in file order, and a last line when some were left out.
 *
 * @param unresolved without those a replay put right.
 */
export function streamErrorsCsv(
  batches: BatchGateway,
  id: string,
  frame: { readonly header: string; readonly footer: string },
  unresolved: boolean,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let after = -1;
  return new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(frame.header)),
    async pull(controller) {
      const page = await batches.csvAfter(id, after, PAGE_ROWS, unresolved);
      if (page !== null) {
        after = page.last_row;
        return controller.enqueue(encoder.encode(page.csv));
      }
      if (frame.footer !== "") controller.enqueue(encoder.encode(frame.footer));
      controller.close();
    },
  }, { highWaterMark: 1 });
}
