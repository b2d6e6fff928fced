/** The files that make up the project: what git tracks or would track. Nothing that .gitignore keeps out. */

import { ROOT } from "../../checkout/root.ts";

export { ROOT };

/** @returns paths relative to the root, sorted; files that were deleted but not yet committed are left out. */
export async function projectFiles(root: string = ROOT): Promise<string[]> {
  const command = new Deno.Command("git", {
    // The checkout may belong to another user (a container running as root), which git refuses unless told.
    args: ["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
    cwd: root,
    stdin: "null",
  });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`Cannot list the project's files: git said: ${decoder.decode(stderr).trim()}`);
  }
  const paths = [...new Set(decoder.decode(stdout).split("\0").filter((path) => path !== ""))].sort();
  const there = await Promise.all(paths.map((path) => isFile(`${root}/${path}`)));
  return paths.filter((_, index) => there[index]);
}

/** @returns those that hold TypeScript or JavaScript. */
export function codeFiles(paths: readonly string[]): string[] {
  return paths.filter((path) => /\.(ts|tsx|mts|js|jsx|mjs)$/.test(path));
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
