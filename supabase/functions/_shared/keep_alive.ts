/** Work that goes on behind an answer. */

/** The platform keeps an isolate alive for promises it is told of; elsewhere a running promise is enough. */
export function keepAlive(work: Promise<unknown>): void {
  const runtime: unknown = Reflect.get(globalThis, "EdgeRuntime");
  if (typeof runtime !== "object" || runtime === null || !("waitUntil" in runtime)) return;
  if (typeof runtime.waitUntil === "function") runtime.waitUntil(work);
}
