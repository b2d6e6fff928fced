/** The two secrets SQL needs to wake functions. Kept in Vault, written by a deploy and never by a migration. */
import type postgres from "postgres";

/**
 * @param functionsUrl `https://<ref>.supabase.co/functions/v1`
 * @param wakeToken the narrow token, no key: what pg_net sends can be read by every login role.
 */
export async function writeVaultSecrets(
  sql: postgres.Sql,
  functionsUrl: string,
  wakeToken: string,
): Promise<void> {
  const secrets = { dragonfly_functions_url: functionsUrl, dragonfly_wake_token: wakeToken };
  for (const [name, value] of Object.entries(secrets)) {
    const [known] = await sql`select s.id from vault.secrets s where s.name = ${name}`;
    if (known === undefined) await sql`select vault.create_secret(${value}, ${name})`;
    else await sql`select vault.update_secret(${known.id}::uuid, ${value})`;
  }
}
