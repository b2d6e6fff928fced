/**
 * Below what systems hand out by themselves (Linux from 32,768 on, macOS from 49,152): there a connection that goes out
 * could take a port between its choice and its use.
 */
const LEAST = 15_000;
const MOST = 32_000;
const TRIES = 100;

/** @returns a TCP port on the loopback that was free a moment ago. @throws when a hundred by chance are all taken. */
export function freePort(): number {
  for (let tried = 0; tried < TRIES; tried++) {
    const port = LEAST + Math.floor(Math.random() * (MOST - LEAST));
    try {
      Deno.listen({ hostname: "127.0.0.1", port }).close();
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error(`Cannot find a free port from ${LEAST} to ${MOST}`);
}
