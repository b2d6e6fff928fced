/** `ops migration-status`: which migrations a database has, lacks, or has differently. */
import { command, EXIT } from "../command.ts";
import { ROOT } from "../../checkout/root.ts";
import { readMigrations } from "../migrations/files.ts";
import { compareMigrations, driftPage, type MigrationLine, readApplied } from "../migrations/status.ts";
import { table } from "../../checkout/table.ts";

/** Where the drift is written down. */
const PAGE = "docs/SCHEMA_DRIFT.md";

interface Status {
  readonly environment: string;
  readonly migrations: readonly MigrationLine[];
  readonly drift: number;
  /** The page that was written, or null. */
  readonly written: string | null;
}

export const migrationStatus = command<Status>({
  name: "migration-status",
  effects: `nothing; with --write ${PAGE}`,
  flags: { write: { type: "boolean", help: `write ${PAGE}` } },
  examples: [
    ["", "what the local stack has and lacks"],
    ["--env prod --write", "write down how prod differs"],
  ],
  async run({ target, typed }, report) {
    const migrations = compareMigrations(await readMigrations(ROOT), await readApplied(await target.sql()));
    const drift = migrations.filter(({ state }) => state !== "applied").length;
    const written = typed.on("write") ? PAGE : null;
    if (written !== null) {
      await Deno.writeTextFile(`${ROOT}/${written}`, driftPage(target.environment, migrations));
    }
    report({ environment: target.environment, migrations, drift, written });
    return drift === 0 ? EXIT.fine : EXIT.notFine;
  },
  show: ({ environment, migrations, drift, written }, pen) =>
    [
      table(
        ["version", "name", "state"],
        migrations.map((
          { version, name, state },
        ) => [version, name, state === "applied" ? state : pen.bad(state)]),
        "There are no migrations.",
      ),
      "",
      drift === 0
        ? pen.good(`No pending migrations, no drift on ${environment}`)
        : pen.bad(`${drift} differ`),
      ...(written === null ? [] : [pen.dim(`written: ${written}`)]),
    ].join("\n"),
});
