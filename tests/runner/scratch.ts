/**
 * Where tests write what they throw away. Each database of a test is a thousand small files; on a disk that is slow at
 * making files a clone takes ten times as long as in memory, and nothing a test writes has to outlive it.
 */
import { statfs } from "node:fs/promises";

const IN_MEMORY = "/dev/shm";
/** Several stacks, each with a database of its own; a container's default of 64 MB is too little. */
const ENOUGH_BYTES = 6 * 2 ** 30;

/**
 * @param mounts the text of /proc/mounts.
 * @returns whether programs may be run from `folder`, which is a file system in memory.
 */
export function isScratch(mounts: string, folder: string): boolean {
  return mounts.split("\n").map((line) => line.split(" ")).some(([, at, type, options = ""]) =>
    at === folder && type === "tmpfs" &&
    !options.split(",").some((option) => option === "noexec" || option === "ro")
  );
}

/** @param meminfo the text of /proc/meminfo. @returns the memory that is to be had without swapping. */
export function availableBytes(meminfo: string): number {
  return Number(/^MemAvailable: +(\d+) kB$/m.exec(meminfo)?.[1] ?? 0) * 1024;
}

/** @returns the environment that sends temporary files to memory; empty when TMPDIR says where, or there is no room. */
export async function scratchEnvironment(
  environment: Record<string, string>,
): Promise<Record<string, string>> {
  if (environment["TMPDIR"] !== undefined || Deno.build.os !== "linux") return {};
  try {
    if (!isScratch(await Deno.readTextFile("/proc/mounts"), IN_MEMORY)) return {};
    const { bavail, bsize } = await statfs(IN_MEMORY);
    const memory = availableBytes(await Deno.readTextFile("/proc/meminfo"));
    if (Math.min(bavail * bsize, memory) < ENOUGH_BYTES) return {};
    await Deno.remove(await Deno.makeTempDir({ dir: IN_MEMORY, prefix: "dragonfly-" }));
    return { TMPDIR: IN_MEMORY };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return {};
    throw error;
  }
}
