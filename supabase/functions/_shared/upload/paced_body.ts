/** The body of an upload as it arrives: not slower than may be, and no faster than there is room for it. */
import { Problem } from "../../../../shared/errors.ts";

/** How slow a body may be. */
export interface BodyPace {
  /** So many bytes must arrive … */
  readonly bytes: number;
  /** … within so many milliseconds. Time that is spent waiting for room does not count. */
  readonly withinMs: number;
}

/** 64 kB within 30 s, the contract's: a modem of 1998 is faster. */
export const BODY_PACE: BodyPace = { bytes: 65_536, withinMs: 30_000 };

/**
 * The chunks of a body. take: waits until there is room for so many bytes more.
 *
 * @throws Problem REQUEST_TIMEOUT when it is too slow, BAD_REQUEST when it breaks off.
 */
export async function* pacedBody(
  request: Request,
  take: (bytes: number) => Promise<void>,
  pace: BodyPace,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  if (request.body === null) return;
  const reader = request.body.getReader();
  let arrived = 0;
  let leftMs = pace.withinMs;
  try {
    while (true) {
      const since = performance.now();
      const { done, value } = await readWithin(reader, leftMs);
      if (done) return;
      leftMs -= performance.now() - since;
      arrived += value.length;
      if (arrived >= pace.bytes) {
        arrived = 0;
        leftMs = pace.withinMs;
      }
      await take(value.length);
      yield value;
    }
  } finally {
    // Also when whoever reads has had enough. Nobody waits for it: the other end may never answer.
    reader.cancel().catch(() => {});
  }
}

async function readWithin(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  milliseconds: number,
): Promise<ReadableStreamReadResult<Uint8Array<ArrayBuffer>>> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Problem("REQUEST_TIMEOUT", "The file arrives too slowly.")),
    Math.max(0, milliseconds),
  );
  try {
    return await Promise.race([reader.read(), late.promise]);
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new Problem("BAD_REQUEST", "The upload broke off.", { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
