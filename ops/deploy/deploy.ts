/**
 * A deploy for real: the steps of the rehearsal, done to a project, in the order in which every moment between two of
 * them works. Migrations only add, so the old code runs on the new schema; a schema is exposed once it exists; code
 * comes after the secrets it reads; SQL wakes functions once they are there. Stops at the first step that fails.
 */
import type postgres from "postgres";
import { FUNCTION_NAMES } from "../../shared/environment/function_names.ts";
import { type Client, createClient, Refused } from "../../shared/http/client.ts";
import { FOLDER } from "../migrations/files.ts";
import { auditSecurity } from "../security/checks.ts";
import { type CliRun, runCli } from "../supabase_cli.ts";
import { readConfig } from "../../checkout/config.ts";
import { makeBuckets, writeVaultSecrets } from "../../checkout/setup.ts";
import { envFileOf } from "./rehearse_secrets.ts";
import { runProblems, type Step } from "./stage.ts";

/** The project a deploy goes to. */
export interface Project {
  readonly ref: string;
  /** `https://<ref>.supabase.co` */
  readonly apiUrl: string;
  readonly wakeToken: string;
  /** What functions read that the platform does not inject. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Where the CLI applies migrations: see `migrationUrl()`. */
  readonly migrationUrl: string;
  /** Connected to the project's database. */
  readonly sql: postgres.Sql;
}

export interface DeployOptions {
  /** Holds `supabase/` and `shared/` as they are to be deployed. */
  readonly root: string;
  /** Going back to older code: migrations, configuration and secrets stay as they are. */
  readonly codeOnly: boolean;
  /** A platform other than Supabase itself, as a CLI profile; tests have one. */
  readonly profile?: string;
  /** More environment for the CLI. */
  readonly env?: Readonly<Record<string, string>>;
  note(step: Step): void;
}

/** One step; gives the detail when it went well. @throws StepFailed. */
type Act = () => Promise<string>;

/** A step did not go well; the message is its detail. */
class StepFailed extends Error {
  override readonly name = "StepFailed";
}

/** @returns the steps that were taken; the last one is red when the deploy stopped there. */
export async function deploy(project: Project, options: DeployOptions): Promise<Step[]> {
  const { root, codeOnly } = options;
  const cli = (args: readonly string[]) =>
    runCli(args, { workdir: root, env: options.env, profile: options.profile });
  const remote = `--remote=${project.ref}`;
  const acts: [step: string, act: Act][] = [];
  if (!codeOnly) {
    acts.push(
      ["migrations", () => pushMigrations(project, root, cli)],
      ["config", async () => succeeded(await cli(["config", "push", remote, "--yes"]), "pushed")],
      ["buckets", () => setUpBuckets(project, root)],
      ["secrets", () => setSecrets(project, remote, cli)],
    );
  }
  acts.push(
    ["functions", async () => {
      const run = await cli(["functions", "deploy", "--use-api", remote, "--yes"]);
      return succeeded(run, Object.keys((await readConfig(root)).functions).join(", "));
    }],
    ["vault", async () => {
      await writeVaultSecrets(project.sql, `${project.apiUrl}/functions/v1`, project.wakeToken);
      return "SQL knows where to wake functions, and with what";
    }],
    ["health", () => askHealth(project, root)],
    ["readiness", () => askReadiness(project)],
    ["rights", () => judgeRights(project)],
  );
  return await take(acts, options.note);
}

/** Only migrations, then the configuration that may name their schemas. */
export async function pushDatabase(project: Project, options: DeployOptions): Promise<Step[]> {
  const cli = (args: readonly string[]) =>
    runCli(args, { workdir: options.root, env: options.env, profile: options.profile });
  return await take([
    ["migrations", () => pushMigrations(project, options.root, cli)],
    ["config", async () => {
      return succeeded(await cli(["config", "push", `--remote=${project.ref}`, "--yes"]), "pushed");
    }],
    ["buckets", () => setUpBuckets(project, options.root)],
    ["rights", () => judgeRights(project)],
  ], options.note);
}

async function take(acts: readonly [string, Act][], note: (step: Step) => void): Promise<Step[]> {
  const steps: Step[] = [];
  for (const [step, act] of acts) {
    const told = await tried(step, act);
    steps.push(told);
    note(told);
    if (!told.ok) break;
  }
  return steps;
}

async function tried(step: string, act: Act): Promise<Step> {
  try {
    return { step, ok: true, detail: await act() };
  } catch (error) {
    if (error instanceof StepFailed) return { step, ok: false, detail: error.message };
    return { step, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function succeeded(run: CliRun, fine: string): string {
  const problems = runProblems(run);
  if (problems.length > 0) throw new StepFailed(problems.join("\n"));
  return fine;
}

type Cli = (args: readonly string[]) => Promise<CliRun>;

async function pushMigrations(project: Project, root: string, cli: Cli): Promise<string> {
  const run = await cli(["db", "push", `--remote=${project.migrationUrl}`, "--skip-vault", "--yes"]);
  succeeded(run, "");
  const [row] = await project.sql`select max(version) as newest from supabase_migrations.schema_migrations`;
  let files = 0;
  for await (const { isFile } of Deno.readDir(`${root}/${FOLDER}`)) if (isFile) files++;
  return `${files} files, applied up to ${row?.newest}`;
}

async function setUpBuckets(project: Project, root: string): Promise<string> {
  const config = await readConfig(root);
  await makeBuckets(project.sql, config);
  return Object.keys(config.storage.buckets).join(", ");
}

/** Values go by a file that only its owner reads and that is gone afterwards: arguments show in process lists. */
async function setSecrets(project: Project, remote: string, cli: Cli): Promise<string> {
  const file = await Deno.makeTempFile({ prefix: "dragonfly-secrets-" });
  try {
    await Deno.writeTextFile(file, envFileOf(project.secrets), { mode: 0o600 });
    const run = await cli(["secrets", "set", "--env-file", file, remote, "--yes"]);
    return succeeded(run, Object.keys(project.secrets).sort().join(", "));
  } finally {
    await Deno.remove(file);
  }
}

const ANSWER_TIMEOUT_MS = 30_000; // the first call of a new version starts an isolate

async function askHealth(project: Project, root: string): Promise<string> {
  const names = Object.keys((await readConfig(root)).functions);
  const functions = functionsOf(project);
  for (const name of names) {
    const known = FUNCTION_NAMES.find((one) => one === name);
    if (known === undefined) throw new StepFailed(`${name} has no route that is declared`);
    await orStepFailed(name, () => functions.call(`GET /${known}/health`, { timeoutMs: ANSWER_TIMEOUT_MS }));
  }
  return `${names.join(", ")} answer`;
}

async function askReadiness(project: Project): Promise<string> {
  const { body } = await orStepFailed(
    "readyz",
    () => functionsOf(project).call("GET /system/readyz", { timeoutMs: ANSWER_TIMEOUT_MS }),
  );
  if (body.ready) return "database, rest, storage and migrations are ready";
  const missing = body.checks.filter((check) => !check.ok).map(({ name, detail }) => `${name}: ${detail}`);
  throw new StepFailed(`readyz answers 503: ${missing.join("; ")}`);
}

/** Without a credential: health and readiness are open. */
function functionsOf({ apiUrl }: Project): Client {
  return createClient({ base: `${apiUrl}/functions/v1`, headers: () => ({}), fetch });
}

async function orStepFailed<Answered>(what: string, ask: () => Promise<Answered>): Promise<Answered> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Refused) {
      throw new StepFailed(`${what} answers ${error.status} ${error.text.slice(0, 300)}`);
    }
    throw error;
  }
}

async function judgeRights(project: Project): Promise<string> {
  const violations = await auditSecurity(project.sql);
  if (violations.length === 0) return "as listed";
  throw new StepFailed(
    violations.map(({ object, detail, fix }) => `${object}: ${detail} (${fix})`).join("\n"),
  );
}
