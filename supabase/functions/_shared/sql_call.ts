/** Calls of SQL functions over REST. Owns what a refusal means for the caller of ours. */
import type { SupabaseClient } from "@supabase/supabase-js";
import { DatabaseRefused } from "../../../shared/data/database_refused.ts";
import { Problem } from "../../../shared/errors.ts";

/**
 * Calls one SQL function by name with named arguments; each call is one transaction.
 *
 * @throws Problem UNAVAILABLE when the database or REST is away; DatabaseRefused when it said no, which is a
 * fault of ours: what may be refused is answered as a value.
 */
export type CallSql = (name: string, args: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** @param schema where the functions are. */
export function sqlCaller(client: SupabaseClient, schema: string): CallSql {
  return async (name, args) => {
    const { data, error, status } = await client.schema(schema).rpc(name, args);
    if (error === null) return data;
    const cause = DatabaseRefused.from(`${schema}.${name}`, status, error);
    if (status === 0 || status >= 500) {
      throw new Problem("UNAVAILABLE", "The database does not answer.", { cause });
    }
    throw cause;
  };
}
