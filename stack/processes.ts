/**
 * Processes of a stack: started so that none outlives its supervisor, found again by pid *and* birth.
 * A pid is reused by the kernel; nothing here signals a process without having checked when it was born.
 */

/**
 * `sh` turns itself into the program, leaving behind a reader on the supervisor's pipe: when the supervisor dies,
 * by any signal, the pipe ends without a line and the reader ends the program. A line means "already reaped".
 */
const LEASH = `exec 3<&0
main=$$
signal=$LEASH_SIGNAL
unset LEASH_SIGNAL PWD
( IFS= read -r _ <&3 || kill -"$signal" "$main" ) >/dev/null 2>&1 &
exec 3<&-
exec "$@" </dev/null`;

export interface LeashedOptions {
  args: string[];
  env: Record<string, string>;
  cwd: string;
  uid?: number;
  gid?: number;
  /** Sent by the leash when the supervisor is gone. */
  signal: "INT" | "KILL";
  onOutput: (line: string) => void;
}

export interface Leashed {
  pid: number;
  /** Resolves when the process has ended, with its exit code (128 + signal when it was killed). */
  ended: Promise<number>;
  kill(signal: Deno.Signal): void;
}

/** Starts `program` on a leash. The environment is exactly `env`; nothing of ours leaks in. */
export function startLeashed(program: string, options: LeashedOptions): Leashed {
  const child = new Deno.Command("/bin/sh", {
    args: ["-c", LEASH, "leash", program, ...options.args],
    env: { ...options.env, LEASH_SIGNAL: options.signal },
    clearEnv: true,
    cwd: options.cwd,
    uid: options.uid,
    gid: options.gid,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const leash = child.stdin.getWriter();
  const outputs = Promise.all([
    eachLine(child.stdout, options.onOutput),
    eachLine(child.stderr, options.onOutput),
  ]);
  const ended = (async () => {
    const status = await child.status;
    try {
      await leash.write(new TextEncoder().encode("reaped\n"));
      await leash.close();
    } catch (error) {
      // The reader went with the process group: nobody is left to be told.
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
    await outputs;
    return status.code;
  })();
  return {
    pid: child.pid,
    ended,
    kill(signal) {
      try {
        child.kill(signal);
      } catch (error) {
        // Ended between the decision and the signal.
        if (!(error instanceof Deno.errors.NotFound || error instanceof TypeError)) throw error;
      }
    },
  };
}

async function eachLine(stream: ReadableStream<Uint8Array>, take: (line: string) => void): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  }
  if (rest !== "") take(rest);
}

/**
 * @returns a text that differs for two processes that had the same pid, or null when none has it now.
 * Zombies count as gone.
 */
export async function birthOf(pid: number): Promise<string | null> {
  if (Deno.build.os === "linux") {
    try {
      const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return fields[0] === "Z" ? null : (fields[19] ?? null); // proc(5): state is field 3, starttime field 22
    } catch (error) {
      if (error instanceof Deno.errors.NotFound || isGone(error)) return null;
      throw error;
    }
  }
  const { stdout } = await new Deno.Command("ps", { args: ["-o", "lstart=", "-p", String(pid)] }).output();
  const text = new TextDecoder().decode(stdout).trim();
  return text === "" ? null : text;
}

/** ESRCH: the process ended between opening its file and reading it. */
function isGone(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ESRCH";
}

/** Ends a process that is not our child: asks, waits, insists. True when it is gone. */
export async function endProcess(pid: number, born: string, patienceMs: number): Promise<boolean> {
  for (const [signal, ms] of [["SIGTERM", patienceMs], ["SIGKILL", 5000]] as const) {
    if (await birthOf(pid) !== born) return true;
    signalIfThere(pid, signal);
    if (await gone(pid, born, ms)) return true;
  }
  return false;
}

/** Sends a signal; a process that is gone is fine. */
export function signalIfThere(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound) && !isGone(error)) throw error;
  }
}

/** Polls, because the kernel tells only a parent when a process ends. */
export async function gone(pid: number, born: string, ms: number): Promise<boolean> {
  const until = Date.now() + ms;
  while (await birthOf(pid) === born) {
    if (Date.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
