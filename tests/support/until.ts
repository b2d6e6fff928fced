/** Waiting in tests: bounded, and with words for what did not come. */

/** How long most waits may take on the busiest machine. */
const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 20;

type Found<T> = T | null | undefined | false;

/**
 * Looks again and again until there is something.
 * @param what completes "Cannot see …".
 * @param look gives what was waited for, or nothing yet.
 * @throws when it does not come within `patienceMs`.
 */
export async function until<T>(
  what: string,
  look: () => Promise<Found<T>> | Found<T>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`Cannot see ${what} within ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
