/** From a copied template to this project's database: passwords, buckets, migrations, Vault secrets. */
import { bytesOf, type Config } from "../../checkout/config.ts";
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

/** Buckets exist before migrations run, as on a project whose config was pushed. */
export async function makeBuckets(admin: Sql, config: Config): Promise<void> {
  for (const [id, bucket] of Object.entries(config.storage.buckets)) {
    const limit = bytesOf(bucket.file_size_limit ?? config.storage.file_size_limit);
    await admin`
      insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
      values (${id}, ${id}, ${bucket.public}, ${limit}, ${bucket.allowed_mime_types ?? null})
      on conflict (id) do update
        set public = excluded.public,
          file_size_limit = excluded.file_size_limit,
          allowed_mime_types = excluded.allowed_mime_types
    `;
  }
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

/** What SQL needs to wake functions; on hosted `ops deploy` writes them. */
export async function writeVault(admin: Sql, functionsUrl: string, wakeToken: string): Promise<void> {
  const secrets = { dragonfly_functions_url: functionsUrl, dragonfly_wake_token: wakeToken };
  for (const [name, value] of Object.entries(secrets)) {
    const [known] = await admin`select id from vault.secrets where name = ${name}`;
    if (known === undefined) await admin`select vault.create_secret(${value}, ${name})`;
    else await admin`select vault.update_secret(${known.id}::uuid, ${value})`;
  }
}
