/** `ops verify-env-config`: the environment of a project, judged before it is used. Go-live runbook, §2.2. */
import { CannotRun, command, EXIT, type Pen } from "../command.ts";
import { type EnvironmentFinding, ownNames, verifyEnvironment } from "../environment/verify.ts";
import { readEnvFile } from "../env_file.ts";
import type { Target } from "../target.ts";

interface Verdict {
  readonly environment: string;
  readonly findings: readonly EnvironmentFinding[];
}

export const verifyEnvConfig = command<Verdict>({
  name: "verify-env-config",
  summary: "names and rules of the environment, each function's own; never shows a value (1 with any error)",
  effects: "nothing",
  async run({ target }, report) {
    const findings = verifyEnvironment(target.environment, await givenOf(target), new Date());
    report({ environment: target.environment, findings });
    return findings.some(({ level }) => level === "error") ? EXIT.notFine : EXIT.fine;
  },
  show({ environment, findings }, pen) {
    const errors = findings.filter(({ level }) => level === "error").length;
    return [
      ...findings.map((finding) => line(finding, pen)),
      errors === 0
        ? pen.good(`ok: the environment of ${environment} is whole`)
        : pen.bad(`${errors} wrong in the environment of ${environment}`),
    ].join("\n");
  },
});

function line({ name, level, message }: EnvironmentFinding, pen: Pen): string {
  return `${level === "error" ? pen.bad("FAIL") : pen.warn("warn")} ${name}: ${message}`;
}

/** The file's variables, those of the process above them; a local stack makes its own. */
export async function givenOf(target: Target): Promise<Record<string, string | undefined>> {
  if (target.environment === "local") return await localGiven(target);
  const file = await readEnvFile(target.environment);
  const names = new Set([...Object.keys(file), ...ownNames(), ...TYPED]);
  const given = Object.fromEntries([...names].map((name) => [name, Deno.env.get(name) || file[name]]));
  if (Object.values(given).every((value) => value === undefined)) {
    throw new CannotRun(
      `Nothing is set for ${target.environment}: copy .env.example to .env.${target.environment}.`,
    );
  }
  return given;
}

/** Names that matter when they are in the environment of the process alone. */
const TYPED = [
  "SUPABASE_URL",
  "SUPABASE_SECRET_KEY",
  "SUPABASE_PUBLISHABLE_KEY",
  "SUPABASE_DIRECT_URL",
  "SUPABASE_MIGRATE_DB_URL",
  "WORKER_TYPE",
];

async function localGiven(target: Target): Promise<Record<string, string | undefined>> {
  const { apiUrl, secretKey, operatorKey, wakeToken, databaseUrl } = await target.addresses();
  return {
    ENVIRONMENT: "local",
    SUPABASE_URL: apiUrl ?? undefined,
    SUPABASE_SECRET_KEY: secretKey ?? undefined,
    DATABASE_URL: databaseUrl ?? undefined,
    DRAGONFLY_API_KEY: operatorKey ?? undefined,
    DRAGONFLY_WAKE_TOKEN: wakeToken ?? undefined,
    DRAGONFLY_CORS_ORIGINS: "http://127.0.0.1:5173", // the stack allows its dashboard
  };
}
