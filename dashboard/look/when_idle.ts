/** Work that can wait until the page has nothing better to do. */

/** Milliseconds after which it is done in any case. */
const LATEST_MS = 2000;

/** @returns what to call when it need not be done any more. */
export function whenIdle(work: () => void): () => void {
  if (!("requestIdleCallback" in globalThis)) { // Safari
    const timer = setTimeout(work, LATEST_MS);
    return () => clearTimeout(timer);
  }
  const id = requestIdleCallback(work, { timeout: LATEST_MS });
  return () => cancelIdleCallback(id);
}
