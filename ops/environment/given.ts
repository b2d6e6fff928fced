/** What is set for a system: what a deploy would send, and what is judged before. */
import { readEnvFile } from "../env_file.ts";
import { CannotRun } from "../refusals.ts";
import type { Target } from "../target.ts";
import { ownNames } from "./verify.ts";

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
