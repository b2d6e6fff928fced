/** What a process has used so far, as the kernel counts it. Linux only; elsewhere nothing is measured or limited. */

export interface Usage {
  /** User and system time of all its threads, ms. */
  cpuMs: number;
  rssMb: number;
}

const MS_PER_TICK = 10; // sysconf(_SC_CLK_TCK) is 100 on every Linux we run on
const PAGE_KB = 4;

/** @returns null when the process is gone or cannot be measured. */
export function measure(pid: number): Usage | null {
  if (Deno.build.os !== "linux") return null;
  try {
    const stat = Deno.readTextFileSync(`/proc/${pid}/stat`);
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // proc(5): utime 14, stime 15, rss 24
    return {
      cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
      rssMb: (Number(fields[21]) * PAGE_KB) / 1024,
    };
  } catch (error) {
    if (
      error instanceof Deno.errors.NotFound ||
      (error instanceof Error && "code" in error && error.code === "ESRCH")
    ) {
      return null;
    }
    throw error;
  }
}
