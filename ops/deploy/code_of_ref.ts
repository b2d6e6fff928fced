/** The code of an older commit, laid out in a folder of its own, for going back to it. */
import { CannotRun } from "../command.ts";
import { git } from "../migrations/files.ts";

/** What is deployed lies below these. */
const FOLDERS = ["supabase", "shared"];

/**
 * @param ref a tag, branch or commit.
 * @param folder an empty folder.
 * @returns the commit's full id.
 * @throws CannotRun when there is no such commit.
 */
export async function layOut(root: string, ref: string, folder: string): Promise<string> {
  const commit = (await git(root, ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]))?.trim();
  if (!commit) throw new CannotRun(`There is no commit "${ref}": name a tag, a branch or a commit.`);
  const paths = (await git(root, ["ls-tree", "-r", "--name-only", "-z", commit, "--", ...FOLDERS]) ?? "")
    .split("\0").filter((path) => path !== "");
  for (const path of paths) {
    const text = await git(root, ["show", `${commit}:${path}`]);
    if (text === null) throw new CannotRun(`Cannot read ${path} at ${ref}.`);
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]+$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  }
  return commit;
}

/** @returns what of the deployed folders differs from the last commit: a deploy is of something that can be named. */
export async function uncommitted(root: string): Promise<string[]> {
  const lines = await git(root, ["status", "--porcelain", "--", ...FOLDERS]);
  if (lines === null) throw new CannotRun("Cannot tell what is committed: this is no git checkout.");
  return lines.split("\n").filter((line) => line !== "").map((line) => line.slice(3));
}
