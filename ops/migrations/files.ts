/** The migrations of a checkout, and those of the release before it. */

/** Where they lie in every checkout. */
export const FOLDER = "supabase/migrations";

/** One migration file. */
export interface Migration {
  /** Its file's name. */
  readonly file: string;
  /** The 14 digits it begins with. */
  readonly version: string;
  /** What stands between version and `.sql`. */
  readonly name: string;
  readonly text: string;
}

/** @returns the migrations of a checkout in the order they are applied. */
export async function readMigrations(root: string): Promise<Migration[]> {
  const migrations: Migration[] = [];
  for await (const { name, isFile } of Deno.readDir(`${root}/${FOLDER}`)) {
    if (isFile) migrations.push(...migrationOf(name, await Deno.readTextFile(`${root}/${FOLDER}/${name}`)));
  }
  return migrations.sort((a, b) => a.file < b.file ? -1 : 1);
}

/** A release's migrations, and how it is called. */
export interface Release {
  /** Its tag; null when there was none and the newest migration was left out instead. */
  readonly tag: string | null;
  readonly migrations: readonly Migration[];
}

/**
 * The migrations of the newest tag `v…` before the checkout's commit; without one, all but the newest, so that there
 * is always a way from something older.
 */
export async function previousRelease(root: string, now: readonly Migration[]): Promise<Release> {
  const tag = await newestTag(root);
  if (tag === null) return { tag: null, migrations: now.slice(0, -1) };
  return { tag, migrations: await migrationsAt(root, tag) };
}

/** @returns the migrations as they stand at a commit or tag. */
export async function migrationsAt(root: string, ref: string): Promise<Migration[]> {
  const list = await git(root, ["ls-tree", "--name-only", "-z", `${ref}:${FOLDER}`]) ?? "";
  const names = list.split("\0").filter((name) => name !== "").sort();
  const found: Migration[] = [];
  for (const name of names) {
    found.push(...migrationOf(name, await git(root, ["show", `${ref}:${FOLDER}/${name}`]) ?? ""));
  }
  return found;
}

/** @returns the newest release tag that is not the commit itself, or null. */
async function newestTag(root: string): Promise<string | null> {
  const head = (await git(root, ["tag", "--points-at", "HEAD"]) ?? "").split("\n");
  const tags = (await git(root, ["tag", "--merged", "HEAD", "--sort=-version:refname", "v*"]) ?? "").split(
    "\n",
  );
  return tags.find((tag) => tag !== "" && !head.includes(tag)) ?? null;
}

function migrationOf(file: string, text: string): Migration[] {
  const [, version, name] = /^(\d{14})_(.+)\.sql$/.exec(file) ?? [];
  return version === undefined || name === undefined ? [] : [{ file, version, name, text }];
}

/** @returns its standard output, or null when git cannot say: no repository, no such thing. */
export async function git(root: string, args: readonly string[]): Promise<string | null> {
  const { success, stdout } = await new Deno.Command("git", {
    args: ["-c", "safe.directory=*", ...args],
    cwd: root,
    stdin: "null",
    stderr: "null",
  }).output();
  return success ? new TextDecoder().decode(stdout) : null;
}
