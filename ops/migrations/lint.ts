/** All that can be said about migrations without a database. */
import { editedSince } from "./edited.ts";
import { type Complaint, forbiddenIn } from "./forbidden.ts";
import { FOLDER, git, migrationsAt, previousRelease, readMigrations } from "./files.ts";
import { houseComplaints } from "./house_rules.ts";
import { squawk } from "./squawk.ts";

/** What was looked at, and what came of it. */
export interface Linted {
  readonly files: number;
  /** What is dangerous or refused; nothing when all is well. */
  readonly complaints: readonly Complaint[];
  /** What is not written as the house writes SQL. */
  readonly manners: readonly Complaint[];
}

/** Lints the migrations of a checkout. */
export async function lintMigrations(root: string): Promise<Linted> {
  const migrations = await readMigrations(root);
  const names = migrations.map(({ file }) => file);
  const paths = names.map((file) => `${root}/${FOLDER}/${file}`);
  const before = await previousRelease(root, migrations);
  const released = before.tag === null ? [] : before.migrations.map(({ file }) => file);
  return {
    files: migrations.length,
    manners: houseComplaints(migrations, new Set(released)),
    complaints: [
      ...migrations.flatMap(({ file, text }) => forbiddenIn(file, text, names)),
      ...editedSince(before, migrations).map((edited) => ({ ...edited, line: 1, rule: "applied-file" })),
      ...await squawk(paths, await firstRelease(root, names)),
    ],
  };
}

/** @returns the files of the first release; all there are before there is one. */
async function firstRelease(root: string, names: readonly string[]): Promise<ReadonlySet<string>> {
  const tags = (await git(root, ["tag", "--merged", "HEAD", "--sort=version:refname", "v*"]) ?? "").trim();
  const first = tags.split("\n")[0];
  if (first === undefined || first === "") return new Set(names);
  return new Set((await migrationsAt(root, first)).map(({ file }) => file));
}
