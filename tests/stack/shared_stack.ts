/** One stack for a file of tests: up before the first, down after the last. */
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { startStack, type TestStack, type TestStackOptions } from "../support/stack.ts";

export interface SharedStack {
  stack: TestStack;
  /** The non-superuser `postgres`, as migrations and operators connect. */
  sql: postgres.Sql;
  /** With the secret key. */
  service: SupabaseClient;
  /** With the publishable key. */
  anon: SupabaseClient;
}

/** Registers the hooks. @returns what to call, inside a test, for the stack. */
export function sharedStack(options: TestStackOptions = {}): () => SharedStack {
  let shared: SharedStack | undefined;
  Deno.test.beforeAll(async () => {
    const stack = await startStack(options);
    const sql = postgres(stack.db_url, { onnotice: () => {}, max: 4 });
    const client = (key: string) =>
      createClient(stack.api_url, key, { auth: { persistSession: false, autoRefreshToken: false } });
    shared = { stack, sql, service: client(stack.secret_key), anon: client(stack.publishable_key) };
  });
  Deno.test.afterAll(async () => {
    await shared?.sql.end();
    await shared?.stack.stop();
  });
  return () => {
    if (shared === undefined) throw new Error("Cannot use the stack: it is not up");
    return shared;
  };
}

const PATIENCE_MS = 240_000; // far above what any of it takes; on a busy machine too; a vain wait says where instead of hanging

/** Asks again until `holds` gives something truthy. @throws when it has not for four minutes. */
export async function until<T>(holds: () => Promise<T | null | undefined | false>): Promise<T> {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const found = await holds();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waited in vain until ${holds}`);
}
