/** Doing something again and again until Ctrl-C. */

/** Waits, or less when the person has had enough. @returns false when it is over. */
export async function pause(seconds: number, stopping: AbortSignal): Promise<boolean> {
  if (stopping.aborted) return false;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, seconds * 1000);
  stopping.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
  return !stopping.aborted;
}
