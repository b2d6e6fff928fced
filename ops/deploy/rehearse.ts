/**
 * The rehearsal of a deploy: everything a deploy does, done by the real CLI to a project that exists nowhere. Goes
 * through to the end whatever it finds, so that one run shows all there is to mend.
 */
import { parse as parseToml } from "deno-std/toml/parse.js";
import postgres from "postgres";
import * as z from "zod";
import { previousRelease, readMigrations, type Release } from "../migrations/files.ts";
import { differences, schemaLines } from "../migrations/schema_lines.ts";
import { auditSecurity, missingSchemas } from "../security/checks.ts";
import { type CliRun, lastWords, runCli } from "../supabase_cli.ts";
import { type ManagementApi, startManagementApi, type Upload } from "./management_api.ts";
import * as rebuilt from "./rebuilt_function.ts";
import { platformEnvironment, REHEARSAL_REF, requiredSecrets } from "./rehearsal_environment.ts";
import { openScratchDatabase, type ScratchDatabase } from "./scratch_database.ts";

/** One thing that was tried. */
export interface Step {
  readonly step: string;
  readonly ok: boolean;
  /** What was seen; when red, what is wrong and where. */
  readonly detail: string;
}

export interface RehearsalOptions {
  /** The checkout to rehearse. */
  readonly root: string;
  /** Bytes one function may have; the platform's limit when absent. */
  readonly bundleLimit?: number;
  /** What `secrets set` would send; the required ones, made up, when absent. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Told each step when it is over. */
  note(step: Step): void;
}

/** What a rehearsal's parts share. */
interface Stage {
  readonly options: RehearsalOptions;
  readonly api: ManagementApi;
  readonly folder: string;
  /** Runs the CLI as nobody, against the stand-in. */
  cli(args: readonly string[], workdir?: string): Promise<CliRun>;
  tell(step: string, problems: readonly string[], fine: string): boolean;
}

/** Rehearses. @returns every step; the deploy may go on when all are ok. */
export async function rehearse(options: RehearsalOptions): Promise<Step[]> {
  const steps: Step[] = [];
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-rehearsal-" });
  try {
    await using api = startManagementApi(REHEARSAL_REF);
    const profile = `${folder}/profile.yaml`;
    await Deno.writeTextFile(profile, api.profile);
    const env = { HOME: folder, SUPABASE_ACCESS_TOKEN: `sbp_${"0a1b2c3d".repeat(5)}` };
    const stage: Stage = {
      options,
      api,
      folder,
      cli: (args, workdir = options.root) => runCli(args, { workdir, env, profile, alone: true }),
      tell(step, problems, fine) {
        const told = { step, ok: problems.length === 0, detail: problems.join("\n") || fine };
        steps.push(told);
        options.note(told);
        return told.ok;
      },
    };
    await rehearseFunctions(stage);
    await rehearseSecrets(stage);
    await rehearseDatabase(stage);
    return steps;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @returns what is wrong with a run of the CLI: its failure, its warnings. */
function runProblems(run: CliRun): string[] {
  return [...run.warnings, ...(run.ok ? [] : [lastWords(run)])];
}

async function rehearseFunctions(stage: Stage): Promise<void> {
  const { api, cli, tell, options } = stage;
  const run = await cli(["functions", "deploy", "--use-api", `--remote=${REHEARSAL_REF}`, "--yes"]);
  const config = await readDeployConfig(options.root);
  const missing = Object.keys(config.functions).filter((name) => !api.live.includes(name));
  tell("functions upload", [
    ...runProblems(run),
    ...missing.map((name) => `[functions.${name}] stands in config.toml and was not deployed`),
  ], `${api.live.length} functions: ${[...api.live].sort().join(", ")}`);
  for (const upload of [...api.uploads].sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (upload.files.size > 0) await rehearseFunction(stage, upload);
  }
}

async function rehearseFunction({ folder, options, tell }: Stage, upload: Upload): Promise<void> {
  const home = `${folder}/${upload.name}`;
  const limit = options.bundleLimit ?? rebuilt.BUNDLE_LIMIT_BYTES;
  await rebuilt.rebuild(upload, home);
  const name = `function ${upload.name}`;
  const problems = rebuilt.uploadProblems(upload);
  const sources = [...upload.files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  if (sources > limit) problems.push(tooLarge(sources, limit)); // nothing would come of checking megabytes
  if (!tell(`${name} files`, problems, `${upload.files.size} files, ${kilobytes(sources)}`)) return;
  if (!tell(`${name} check`, await rebuilt.check(upload, home), "compiles with its own deno.json alone")) {
    return;
  }
  const bytes = await rebuilt.bundleBytes(upload, home);
  tell(
    `${name} size`,
    bytes > limit ? [tooLarge(bytes, limit)] : [],
    `${kilobytes(bytes)} with whole packages, of ${kilobytes(limit)}`,
  );
  const environment = { ...platformEnvironment(), ...requiredSecrets() };
  tell(`${name} boot`, await rebuilt.boot(upload, home, environment), "starts and answers its health");
}

function tooLarge(bytes: number, limit: number): string {
  return `${kilobytes(bytes)} are over the platform's ${kilobytes(limit)}: leave out packages or data`;
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024).toLocaleString("en")} kB`;
}

async function rehearseSecrets({ cli, api, folder, options, tell }: Stage): Promise<void> {
  const secrets = options.secrets ?? requiredSecrets();
  const file = `${folder}/secrets.env`;
  await Deno.writeTextFile(file, envFileOf(secrets), { mode: 0o600 });
  const run = await cli(["secrets", "set", "--env-file", file, `--remote=${REHEARSAL_REF}`, "--yes"]);
  await Deno.remove(file);
  const lost = Object.keys(secrets).filter((name) => !api.secrets.includes(name));
  tell("secrets", [
    ...runProblems(run),
    ...lost.map((name) => `${name} was not set`),
  ], `${api.secrets.length} set: ${[...api.secrets].sort().join(", ")}`);
}

/** Lines of an `.env` file. Values are quoted, so that `#` and spaces stay. */
export function envFileOf(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables).map(([name, value]) => `${name}='${value.replaceAll("'", "")}'\n`).join(
    "",
  );
}

async function rehearseDatabase(stage: Stage): Promise<void> {
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
  await rehearseUpgrade(stage, database, fresh);
}

/** After the migrations: a schema that is exposed before it exists makes every REST call fail. */
async function rehearseConfig({ cli, api, options, tell }: Stage, database: ScratchDatabase): Promise<void> {
  const run = await cli(["config", "push", `--remote=${REHEARSAL_REF}`, "--yes"]);
  const exposed = String(api.settings.get("postgrest")?.db_schema ?? "").split(",").filter(Boolean);
  const missing = await withSql(database, (sql) => missingSchemas(sql, exposed));
  const { functions } = await readDeployConfig(options.root);
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
  const edited = before.tag === null ? [] : editedFiles(before, now);
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

/** Files a release has applied somewhere are history. */
export function editedFiles(before: Release, now: readonly { file: string; text: string }[]): string[] {
  const texts = new Map(now.map(({ file, text }) => [file, text]));
  return before.migrations.flatMap(({ file, text }) => {
    if (!texts.has(file)) return [`${file} was released with ${before.tag} and is gone`];
    return texts.get(file) === text
      ? []
      : [`${file} was released with ${before.tag} and has been edited since`];
  });
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

const DeployConfig = z.object({
  api: z.object({ schemas: z.array(z.string()) }),
  functions: z.record(z.string(), z.object({ verify_jwt: z.boolean().optional() })).default({}),
});

/** What of `supabase/config.toml` a deploy must know. */
export async function readDeployConfig(root: string): Promise<z.infer<typeof DeployConfig>> {
  return DeployConfig.parse(parseToml(await Deno.readTextFile(`${root}/supabase/config.toml`)));
}
