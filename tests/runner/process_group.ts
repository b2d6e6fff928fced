/**
 * A child with everything it starts, as one process group: what a test leaves behind, or an interrupt cuts off, is
 * ended by the group's id and never by name.
 */

/** Time for tests to shut servers down after being asked, before they are killed. */
const PATIENCE_MS = 15_000;

export interface GroupProcess {
  readonly status: Promise<Deno.CommandStatus>;
  /** Asks the whole group to end, waits for the child, then kills what is left. */
  end(signal: "SIGINT" | "SIGTERM"): Promise<void>;
  /** For after the child has ended: ends what it left running. @returns whether there was anything. */
  sweep(): Promise<boolean>;
}

export function startGroup(program: string, options: Omit<Deno.CommandOptions, "detached">): GroupProcess {
  const child = new Deno.Command(program, { ...options, detached: true }).spawn();
  const status = child.status;
  return {
    status,
    async end(signal) {
      signalGroup(child.pid, signal);
      await Promise.race([status, pause(PATIENCE_MS)]);
      signalGroup(child.pid, "SIGKILL");
      await status;
    },
    async sweep() {
      if (!signalGroup(child.pid, "SIGTERM")) return false;
      for (let waited = 0; waited < 3000; waited += 100) {
        await pause(100);
        if (!signalGroup(child.pid, "SIGTERM")) return true;
      }
      signalGroup(child.pid, "SIGKILL");
      return true;
    },
  };
}

/** @returns false when nobody is left in the group. */
function signalGroup(id: number, signal: Deno.Signal): boolean {
  try {
    Deno.kill(-id, signal);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // EPERM: only processes of another user are left, which are not ours to end.
    if (error instanceof Deno.errors.NotFound || code === "ESRCH" || code === "EPERM") return false;
    throw error;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    Deno.unrefTimer(setTimeout(resolve, ms));
  });
}
