/**
 * Rows of Storage: `storage.buckets` and `storage.objects`, written as Storage writes them, with the caller's role.
 * Every upload first tries its INSERT and rolls it back, before a byte is stored; triggers see that too.
 */
import postgres from "postgres";
import type { Sql } from "../database/connect.ts";
import type { Caller } from "../gateway/credentials.ts";
import { duplicate, forbidden, noBucket } from "./problem.ts";

export interface Bucket {
  id: string;
  public: boolean;
  file_size_limit: number | null;
  allowed_mime_types: string[] | null;
}

/** What Storage keeps of stored bytes, spelt as it spells it. */
export interface ObjectMetadata {
  size: number;
  mimetype: string;
  eTag: string;
  cacheControl: string;
  lastModified: string;
  contentLength: number;
  httpStatusCode: number;
}

export interface ObjectRow {
  id: string;
  name: string;
  bucket_id: string;
  version: string;
  metadata: ObjectMetadata;
  user_metadata: Record<string, unknown> | null;
  created_at: Date;
  updated_at: Date;
  last_accessed_at: Date;
}

/** What an upload knows before its bytes are stored. */
export interface Intent {
  bucket: string;
  name: string;
  owner: string | null;
  upsert: boolean;
  userMetadata: Record<string, unknown> | null;
}

export type Transaction = postgres.TransactionSql;

/** Storage acts as the caller for permissions and as itself (null) where the API has decided already. */
export async function as<T>(
  sql: Sql,
  caller: Caller | null,
  operation: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    const result = await sql.begin(async (tx) => {
      await tx`
        select
          set_config('role', ${caller?.role ?? "supabase_storage_admin"}, true),
          set_config('request.jwt.claims', ${JSON.stringify(caller?.claims ?? {})}, true),
          set_config('storage.operation', ${operation}, true),
          set_config('storage.allow_delete_query', 'true', true)
      `;
      return { value: await work(tx) };
    });
    return result.value;
  } catch (error) {
    if (error instanceof postgres.PostgresError) {
      if (error.code === "23505") throw duplicate();
      if (error.code === "42501") throw forbidden();
      if (error.code === "23503") throw noBucket();
    }
    throw error;
  }
}

export async function findBucket(sql: Sql, id: string): Promise<Bucket> {
  const [row] = await sql<Bucket[]>`
    select id, public, file_size_limit::float8 as file_size_limit, allowed_mime_types from storage.buckets where id = ${id}
  `;
  if (row === undefined) throw noBucket();
  return row;
}

/** @returns the row when it exists and `caller` may see it. Nothing is touched: downloads fire no trigger. */
export async function findObject(
  sql: Sql,
  caller: Caller | null,
  bucket: string,
  name: string,
): Promise<ObjectRow | null> {
  const [row] = await as(
    sql,
    caller,
    "storage.object.get_authenticated",
    (tx) => tx<ObjectRow[]>`select * from storage.objects where bucket_id = ${bucket} and name = ${name}`,
  );
  return row?.version && row.metadata ? row : null;
}

class RollBack extends Error {}

/** What is known of an upload before its bytes are stored, which triggers see too. */
export interface Announced {
  mimetype: string;
  contentLength: number;
}

/** The permission probe: writes the row as the caller, with what is known by now, and takes it back. */
export function probe(sql: Sql, caller: Caller, intent: Intent, known: Announced): Promise<void> {
  return tryOut(sql, caller, "storage.object.upload", async (tx) => {
    await put(tx, intent, "1", { ...known });
  });
}

/** Does `work` as the caller and takes it back: whether it may be done shows before anything is. */
export async function tryOut(
  sql: Sql,
  caller: Caller,
  operation: string,
  work: (tx: Transaction) => Promise<void>,
): Promise<void> {
  try {
    await as(sql, caller, operation, async (tx) => {
      await work(tx);
      throw new RollBack();
    });
  } catch (error) {
    if (!(error instanceof RollBack)) throw error;
  }
}

/**
 * Writes the row for bytes that are stored.
 * @returns the object's id and the version it replaced, if any, whose bytes nobody can reach any more.
 */
export function complete(
  sql: Sql,
  intent: Intent,
  version: string,
  metadata: ObjectMetadata,
): Promise<{ id: string; replaced: string | null }> {
  return as(sql, null, "storage.object.upload", async (tx) => {
    const [old] = await tx<{ version: string | null }[]>`
      select version from storage.objects where bucket_id = ${intent.bucket} and name = ${intent.name} for update
    `;
    const id = await put(tx, intent, version, metadata);
    return { id, replaced: old?.version ?? null };
  });
}

async function put(
  tx: Transaction,
  intent: Intent,
  version: string,
  metadata: ObjectMetadata | Announced,
): Promise<string> {
  const row = {
    bucket_id: intent.bucket,
    name: intent.name,
    owner: intent.owner,
    owner_id: intent.owner,
    version,
    metadata: tx.json({ ...metadata }),
    user_metadata: intent.userMetadata === null
      ? null
      : tx.json(JSON.parse(JSON.stringify(intent.userMetadata))),
  };
  const [written] = intent.upsert
    ? await tx<{ id: string }[]>`
      insert into storage.objects ${tx(row)}
      on conflict (bucket_id, name) do update
        set owner = excluded.owner, owner_id = excluded.owner_id, version = excluded.version,
          metadata = excluded.metadata, user_metadata = excluded.user_metadata
      returning id
    `
    : await tx<{ id: string }[]>`insert into storage.objects ${tx(row)} returning id`;
  if (written === undefined) throw forbidden();
  return written.id;
}
