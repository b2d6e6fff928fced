/**
 * A child with everything it starts, as one process group: what a test leaves behind, or an interrupt cuts off, is
 * ended by the group's id and never by name.
 */
import process from "node:process";

/** Time for tests to shut servers down after being asked, before they are killed. */
const PATIENCE_MS = 15_000;
/** Time for servers that watch their test process to see that it has gone. */
const FAREWELL_MS = 3000;

export interface GroupProcess {
  readonly stdout: ReadableStream<Uint8Array>;
  readonly stderr: ReadableStream<Uint8Array>;
  readonly status: Promise<Deno.CommandStatus>;
  /** Asks the whole group to end, waits until it has, kills what has not. */
  end(signal: "SIGINT" | "SIGTERM"): Promise<void>;
  /** For after the child has ended: ends what it left running. @returns whether there was anything. */
  sweep(): Promise<boolean>;
}

/** @param options with both outputs `piped`. */
export function startGroup(program: string, options: Omit<Deno.CommandOptions, "detached">): GroupProcess {
  const child = new Deno.Command(program, { ...options, detached: true }).spawn();
  let ending: Promise<void> | undefined;
  const end = async (signal: "SIGINT" | "SIGTERM") => {
    signalGroup(child.pid, signal);
    if (!await emptied(child.pid, PATIENCE_MS)) signalGroup(child.pid, "SIGKILL");
  };
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    status: child.status,
    end(signal) {
      ending ??= end(signal);
      return ending;
    },
    async sweep() {
      if (ending !== undefined) await ending;
      if (await emptied(child.pid, FAREWELL_MS)) return false;
      signalGroup(child.pid, "SIGTERM");
      if (!await emptied(child.pid, FAREWELL_MS)) signalGroup(child.pid, "SIGKILL");
      return true;
    },
  };
}

/** Polls, because the kernel tells nobody when a group is empty. @returns whether it was within `ms`. */
async function emptied(id: number, ms: number): Promise<boolean> {
  for (const until = Date.now() + ms; Date.now() < until;) {
    if (!signalGroup(id, 0)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** @param signal 0 only asks. @returns false when nobody of ours is left in the group. */
function signalGroup(id: number, signal: Deno.Signal | 0): boolean {
  try {
    process.kill(-id, signal);
    return true;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    // EPERM: only processes of another user are left, which are not ours to end.
    if (error instanceof Deno.errors.NotFound || code === "ESRCH" || code === "EPERM") return false;
    throw error;
  }
}
