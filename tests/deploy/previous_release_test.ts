/** previousRelease(): from where an upgrade is rehearsed. */
import { assertEquals } from "deno-std/assert/equals.js";
import { previousRelease, readMigrations } from "../../ops/migrations/files.ts";

/** A checkout with a commit, and a migration more, for each entry; each with its tags. @returns tag and files found. */
async function releaseOf(history: readonly string[][]): Promise<[tag: string | null, files: number]> {
  const root = await Deno.makeTempDir();
  const git = (...args: string[]) =>
    new Deno.Command("git", {
      args: ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args],
      cwd: root,
    })
      .output();
  try {
    await Deno.mkdir(`${root}/supabase/migrations`, { recursive: true });
    await git("init", "-q");
    for (const [at, tags] of history.entries()) {
      await Deno.writeTextFile(
        `${root}/supabase/migrations/2026010${at + 1}000000_create_a.sql`,
        `select ${at};`,
      );
      await git("add", ".");
      await git("commit", "-qm", `${at}`);
      for (const tag of tags) await git("tag", tag);
    }
    const { tag, migrations } = await previousRelease(root, await readMigrations(root));
    return [tag, migrations.length];
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("previousRelease() is the newest release before the commit", async () => {
  assertEquals(await releaseOf([["v1.9.0"], ["v1.10.0"], []]), ["v1.10.0", 2]);
});

Deno.test("previousRelease() of a release is the one before it", async () => {
  assertEquals(await releaseOf([["v1.0.0"], [], ["v1.1.0"]]), ["v1.0.0", 1]);
});

Deno.test("previousRelease() leaves out the newest migration where nothing was released", async () => {
  assertEquals(await releaseOf([[], ["nightly"], []]), [null, 2]);
});
