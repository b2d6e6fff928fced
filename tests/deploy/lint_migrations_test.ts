/** lintMigrations() on checkouts with a history: what a release has applied is history, and locks begin to matter. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { squawk } from "../../ops/migrations/squawk.ts";
import { ROOT } from "../../checkout/root.ts";
import { CannotRun } from "../../ops/command.ts";
import { lintMigrations } from "../../ops/migrations/lint.ts";

Deno.test("lintMigrations() has nothing to say about this project", async () => {
  assertEquals((await lintMigrations(ROOT)).complaints, []);
});

const FIRST = "20260101000000_create_things.sql";
const SECOND = "20260102000000_alter_things.sql";
const CREATE = "create table public.things (id bigint primary key, other bigint);\n";

/** A checkout whose first migration was released, with these changes since. @returns the rules that are broken. */
async function rulesAfterRelease(files: Record<string, string>): Promise<string[]> {
  const root = await Deno.makeTempDir();
  const git = async (...args: string[]) => {
    const { success, stderr } = await new Deno.Command("git", {
      args: ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args],
      cwd: root,
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  const write = (file: string, text: string) =>
    Deno.writeTextFile(`${root}/supabase/migrations/${file}`, text);
  try {
    await Deno.mkdir(`${root}/supabase/migrations`, { recursive: true });
    await write(FIRST, CREATE);
    await git("init", "-q");
    await git("add", ".");
    await git("commit", "-qm", "first");
    await git("tag", "v1.0.0");
    for (const [file, text] of Object.entries(files)) await write(file, text);
    await git("add", ".");
    await git("commit", "-q", "--allow-empty", "-m", "second");
    const { complaints } = await lintMigrations(root);
    return complaints.map(({ file, rule }) => `${file}: ${rule}`);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

Deno.test("lintMigrations() lets a first release be", async () => {
  assertEquals(await rulesAfterRelease({}), []);
});

Deno.test("lintMigrations() refuses an edit of a released file", async () => {
  assertEquals(await rulesAfterRelease({ [FIRST]: CREATE.replace("other", "another") }), [
    `${FIRST}: applied-file`,
  ]);
});

Deno.test("lintMigrations() asks for a lock_timeout where a table is in use", async () => {
  const alter = "alter table public.things add column more bigint;\n";
  assertEquals(await rulesAfterRelease({ [SECOND]: alter }), [
    `${SECOND}: require-lock-timeout`,
    `${SECOND}: require-statement-timeout`,
  ]);
  const timed = `set lock_timeout = '5s';\nset statement_timeout = '60s';\n${alter}`;
  assertEquals(await rulesAfterRelease({ [SECOND]: timed }), []);
});

Deno.test("lintMigrations() refuses the runbook's patterns, and lets a revert through", async () => {
  const drop =
    "set lock_timeout = '5s';\nset statement_timeout = '60s';\nalter table public.things drop column other;\n";
  const rules = await rulesAfterRelease({ [SECOND]: drop });
  assertEquals(rules.includes(`${SECOND}: drop-column`), true, rules.join());
  const revert = "20260102000000_revert_create_things.sql";
  assertEquals(await rulesAfterRelease({ [revert]: drop }), []);
});

Deno.test("squawk() that is not there cannot run, and says where it would be", async () => {
  const before = Deno.env.get("SQUAWK");
  Deno.env.set("SQUAWK", "/no/such/squawk");
  try {
    await assertRejects(() => squawk([], new Set()), CannotRun, "In a working copy: deno install");
  } finally {
    if (before === undefined) Deno.env.delete("SQUAWK");
    else Deno.env.set("SQUAWK", before);
  }
});
