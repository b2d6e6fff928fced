/** What a project's database needs beside its migrations, on the local stack as on a hosted project. */
import type { Sql } from "postgres";
import { bytesOf, type Config } from "./config.ts";

/**
 * Buckets as config.toml has them, which `config push` leaves out. Never removes one; a bucket without a limit of its
 * own has the project's.
 */
export async function makeBuckets(sql: Sql, { storage }: Config): Promise<void> {
  for (const [id, bucket] of Object.entries(storage.buckets)) {
    const limit = bucket.file_size_limit === undefined ? null : bytesOf(bucket.file_size_limit);
    await sql`
      insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
      values (${id}, ${id}, ${bucket.public}, ${limit}, ${bucket.allowed_mime_types ?? null})
      on conflict (id) do update
        set public = excluded.public,
            file_size_limit = excluded.file_size_limit,
            allowed_mime_types = excluded.allowed_mime_types`;
  }
}

/**
 * The two secrets SQL needs to wake functions. Kept in Vault, written by a deploy and never by a migration.
 *
 * @param functionsUrl `https://<ref>.supabase.co/functions/v1`
 * @param wakeToken the narrow token, no key: what pg_net sends can be read by every login role.
 */
export async function writeVaultSecrets(sql: Sql, functionsUrl: string, wakeToken: string): Promise<void> {
  const secrets = { dragonfly_functions_url: functionsUrl, dragonfly_wake_token: wakeToken };
  for (const [name, value] of Object.entries(secrets)) {
    const [known] = await sql`select s.id from vault.secrets s where s.name = ${name}`;
    if (known === undefined) await sql`select vault.create_secret(${value}, ${name})`;
    else await sql`select vault.update_secret(${known.id}::uuid, ${value})`;
  }
}
