/**
 * `ops migration-repair <version>`: tells the register that a migration is applied, or is not, without running anything.
 * For the playbook's "migration block" (scenario 2) and nothing else: history is appended to, not repaired.
 */
import { CannotRun, command, EXIT, UsageError } from "../command.ts";
import { migrationUrl } from "../deploy/project.ts";
import { ROOT } from "../../checkout/root.ts";
import { readMigrations } from "../migrations/files.ts";
import { readApplied } from "../migrations/status.ts";
import { lastWords, runCli } from "../supabase_cli.ts";

interface Repair {
  readonly version: string;
  readonly status: "applied" | "reverted";
  readonly was: "applied" | "not applied";
}

export const migrationRepair = command<Repair>({
  name: "migration-repair",
  effects: "one row of supabase_migrations.schema_migrations",
  words: "<version>",
  wordCount: [1, 1],
  flags: { status: { type: "string", value: "applied|reverted", help: "what to record (default applied)" } },
  examples: [
    ["20261101001000 --env dev", "mark a migration as applied that was run by hand"],
    ["20261101001000 --env prod --yes", "on prod, unasked"],
  ],
  async run({ typed, target, confirm }, report) {
    const version = typed.words[0] ?? "";
    const status = typed.text("status") ?? "applied";
    if (status !== "applied" && status !== "reverted") {
      throw new UsageError("--status is applied or reverted.");
    }
    if (!/^\d{14}$/.test(version)) throw new UsageError("A version is the 14 digits its file begins with.");
    const known = (await readMigrations(ROOT)).some((one) => one.version === version);
    if (status === "applied" && !known) throw new CannotRun(`There is no file of version ${version} here.`);
    const had = (await readApplied(await target.sql())).some((one) => one.version === version);
    await confirm(`Record migration ${version} as ${status}`);
    const url = migrationUrl(await target.need("databaseUrl"));
    const run = await runCli(
      ["migration", "repair", "--status", status, version, `--remote=${url}`, "--yes"],
      {
        workdir: ROOT,
      },
    );
    if (!run.ok) throw new CannotRun(lastWords(run));
    report({ version, status, was: had ? "applied" : "not applied" });
    return EXIT.fine;
  },
  show: ({ version, status, was }) => `${version} was ${was}, and is recorded as ${status}. Nothing was run.`,
});
