/** From a copied template to this project's database: passwords, settings, migrations. */
import { ROOT } from "../../checkout/root.ts";
import { supabaseCli } from "../../checkout/supabase_cli.ts";
import type { Keys } from "../keys.ts";
import type { Sql } from "./connect.ts";

/** Who may log in; all with the stack's one password. */
const LOGINS = [
  "postgres",
  "authenticator",
  "supabase_auth_admin",
  "supabase_storage_admin",
  "supabase_admin",
];

/**
 * Sets passwords, and the settings SQL reads.
 * @param timeScale `STACK_TIME`: below 1 shortens leases, beats, back-off and cron alike.
 */
export async function openDoors(admin: Sql, keys: Keys, timeScale: number): Promise<void> {
  for (const login of LOGINS) await admin.unsafe(`alter role ${login} password '${keys.databasePassword}'`);
  await admin.unsafe(`alter database postgres set dragonfly.time_scale = '${timeScale}'`);
}

/** What the migrations count from the moment they ran, a copy of their outcome counts from its own start. */
export async function startClocks(admin: Sql): Promise<void> {
  await admin`update ops.expected_workers set since = now() where true`;
}

/**
 * Applies `supabase/migrations` with the real Supabase CLI, as the non-superuser `postgres`.
 * @param home a folder the CLI may call its own, so that a stack reads nobody's login.
 * @throws with what the CLI said when a migration fails.
 */
export async function pushMigrations(databaseUrl: string, home: string): Promise<void> {
  const command = new Deno.Command(supabaseCli(), {
    args: ["db", "push", `--remote=${databaseUrl}`, "--skip-vault", "--yes", "--workdir", ROOT],
    env: { HOME: home, PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", SUPABASE_TELEMETRY_DISABLED: "1" },
    clearEnv: true,
    cwd: ROOT,
    stdin: "null",
  });
  const { success, stdout, stderr } = await command.output();
  if (success) return;
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  throw new Error(`Cannot apply the migrations:\n${said.trim()}`);
}
