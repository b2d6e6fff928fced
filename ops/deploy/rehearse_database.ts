/** Third act: the migrations on an empty database and on the previous release's, and the configuration after them. */
import postgres from "postgres";
import * as z from "zod";
import { editedSince } from "../migrations/edited.ts";
import { previousRelease, readMigrations } from "../migrations/files.ts";
import { differences, schemaLines } from "../migrations/schema_lines.ts";
import { auditSecurity, missingSchemas } from "../security/checks.ts";
import type { CliRun } from "../supabase_cli.ts";
import { readConfig } from "../../checkout/config.ts";
import { REHEARSAL_REF } from "./rehearsal_environment.ts";
import { openScratchDatabase, type ScratchDatabase } from "./scratch_database.ts";
import { runProblems, type Stage } from "./stage.ts";

/** Applies, applies again, pushes the configuration, looks at the rights, takes the other road. */
export async function rehearseDatabase(stage: Stage): Promise<void> {
  const { options, tell } = stage;
  await using database = await openScratchDatabase();
  const pushed = await push(stage, database, options.root);
  if (!tell("migrations on an empty database", runProblems(pushed), await applied(database))) return;
  const again = await push(stage, database, options.root);
  const fresh = await withSql(database, schemaLines);
  tell("migrations again", [
    ...runProblems(again),
    ...(/up to date/i.test(again.said) ? [] : ["the second push found something to apply"]),
  ], "nothing left to apply");
  await rehearseConfig(stage, database);
  const violations = await withSql(database, auditSecurity);
  tell(
    "rights",
    violations.map(({ check, object, detail, fix }) => `${check}: ${object}: ${detail} (${fix})`),
    "as listed, guards always on, row level security everywhere",
  );
  await askAdvisors(stage, database);
  await rehearseUpgrade(stage, database, fresh);
}

const Advice = z.object({
  results: z.array(z.object({ name: z.string(), level: z.string(), detail: z.string() })),
});

/** Supabase's own lints. The CLI tells them which schemas config.toml exposes: only those can be reached. */
async function askAdvisors({ cli, tell }: Stage, database: ScratchDatabase): Promise<void> {
  const run = await cli([
    "db",
    "advisors",
    `--remote=${database.url}`,
    "--level",
    "warn",
    "--output-format",
    "json",
  ]);
  const advice = Advice.safeParse(parsed(run.output));
  tell("advisors", [
    ...runProblems(run),
    ...(advice.success ? [] : ["the advisors gave no report"]),
    ...(advice.data?.results ?? []).map(({ name, level, detail }) => `${level} ${name}: ${detail}`),
  ], "nothing above INFO");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** After the migrations: a schema that is exposed before it exists makes every REST call fail. */
async function rehearseConfig({ cli, api, options, tell }: Stage, database: ScratchDatabase): Promise<void> {
  const run = await cli(["config", "push", `--remote=${REHEARSAL_REF}`, "--yes"]);
  const exposed = String(api.settings.get("postgrest")?.db_schema ?? "").split(",").filter(Boolean);
  const missing = await withSql(database, (sql) => missingSchemas(sql, exposed));
  const { functions } = await readConfig(options.root);
  tell("config", [
    ...runProblems(run),
    ...(exposed.length === 0 ? ["config push sent no exposed schemas"] : []),
    ...missing.map((name) =>
      `schema ${name} is exposed and does not exist: every REST call would fail (PGRST002)`
    ),
    ...Object.entries(functions).filter(([, { verify_jwt }]) => verify_jwt !== false)
      .map(([name]) => `[functions.${name}] verify_jwt must be false: it authenticates its callers itself`),
  ], `pushed: ${[...api.settings.keys()].sort().join(", ")}; exposed: ${exposed.join(", ")}`);
}

async function rehearseUpgrade(
  stage: Stage,
  database: ScratchDatabase,
  fresh: readonly string[],
): Promise<void> {
  const { options, tell, folder } = stage;
  const now = await readMigrations(options.root);
  const before = await previousRelease(options.root, now);
  const edited = editedSince(before, now).map(({ file, message }) => `${file} ${message}`);
  const workdir = `${folder}/before`;
  await Deno.mkdir(`${workdir}/supabase/migrations`, { recursive: true });
  await Deno.copyFile(`${options.root}/supabase/config.toml`, `${workdir}/supabase/config.toml`);
  for (const { file, text } of before.migrations) {
    await Deno.writeTextFile(`${workdir}/supabase/migrations/${file}`, text);
  }
  await database.reset();
  const older = await push(stage, database, workdir);
  const newer = older.ok ? await push(stage, database, options.root) : older;
  const from = before.tag ?? "all but the newest migration";
  const went = tell(`migrations from ${from}`, [...edited, ...runProblems(newer)], await applied(database));
  if (!went) return;
  const { ours, theirs } = differences(fresh, await withSql(database, schemaLines));
  tell("both roads lead to one schema", [
    ...ours.slice(0, 10).map((line) => `only from empty: ${line.slice(0, 200)}`),
    ...theirs.slice(0, 10).map((line) => `only from ${from}: ${line.slice(0, 200)}`),
  ], `${fresh.length} objects alike`);
}

function push({ cli }: Stage, database: ScratchDatabase, workdir: string): Promise<CliRun> {
  return cli(["db", "push", `--remote=${database.url}`, "--skip-vault", "--yes"], workdir);
}

async function applied(database: ScratchDatabase): Promise<string> {
  return await withSql(database, async (sql) => {
    const [there] = await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as yes`;
    if (there?.yes !== true) return "nothing applied";
    const [row] =
      await sql`select count(*)::int as n, max(version) as newest from supabase_migrations.schema_migrations`;
    return `${row?.n} applied as a user who is no superuser, up to ${row?.newest}`;
  });
}

async function withSql<T>(database: ScratchDatabase, use: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(database.url, {
    max: 1,
    onnotice: () => {},
    connection: { application_name: "dragonfly-rehearsal" },
  });
  try {
    return await use(sql);
  } finally {
    await sql.end();
  }
}
