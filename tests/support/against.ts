/**
 * A stack that is there already, for stories that are not to start one of their own: `deno task test e2e --against
 * <file>`, the file having addresses and keys as `stack status --json` prints them. Owns what a story may need that such a
 * stack cannot give, and the removal of what a story brought.
 */
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import * as z from "zod";
import { Addresses } from "../../checkout/stacks.ts";
import type { TestStack } from "./test_stack.ts";

/** How the runner passes the addresses on. */
export const AGAINST_VARIABLE = "DRAGONFLY_TEST_AGAINST";

/** The name such a stack goes by in tests. */
export const AGAINST_NAME = "against";

const Given = Addresses.extend({
  dashboard_url: z.string().nullable().default(null),
  pid: z.number().int().default(0),
});

/** @returns the addresses. @throws naming every one that is missing. */
export function parseAgainst(text: string): Addresses {
  const given = Given.safeParse(JSON.parse(text));
  if (given.success) return given.data;
  throw new Error(`Cannot test against this: ${z.prettifyError(given.error)}`);
}

const text = Deno.env.get(AGAINST_VARIABLE);

/** The stack to test against; null to start one of our own. */
export const AGAINST: Addresses | null = text === undefined ? null : parseAgainst(text);

/** What a stack has to be for a story, and only our own is. */
export type Need =
  /** One that goes wrong on request. */
  | "faults"
  /** One whose clock runs faster, or is set. */
  | "time"
  /** One with settings, keys or parts of the story's choosing. */
  | "settings"
  /** One nobody else looks at meanwhile: the story takes parts of it away. */
  | "solitude";

/** A test for `Deno.test`; against a stack that is there, one that needs more is left out under a name that says so. */
export function story(
  name: string,
  needs: readonly Need[],
  test: (t: Deno.TestContext) => Promise<void>,
): Deno.TestDefinition {
  const leftOut = AGAINST !== null && needs.length > 0;
  return { name: leftOut ? `${name} [needs ${needs.join(", ")}]` : name, ignore: leftOut, fn: test };
}

/**
 * The stack as a test stack. Stopping it removes what has come in since: batches, judgments, plaintiffs, objects. Audit
 * events stay, for nobody can remove them.
 */
export async function openAgainst(addresses: Addresses): Promise<TestStack> {
  const sql = postgres(addresses.db_url, { max: 1, onnotice: () => {}, prepare: false });
  const [row] = await sql`select clock_timestamp()::text as now`;
  const since = String(row?.now);
  return {
    ...addresses,
    name: AGAINST_NAME,
    ask: ({ do: order }) => Promise.reject(new Error(`Cannot order "${order}" of a stack that is not ours`)),
    async stop() {
      try {
        await removeSince(sql, addresses, since);
      } finally {
        await sql.end();
      }
    },
  };
}

async function removeSince(sql: postgres.Sql, addresses: Addresses, since: string): Promise<void> {
  const batches = await sql`delete from intake.simplicity_batches where created_at >= ${since} returning id`;
  await sql`delete from intake.uploads where created_at >= ${since}`; // announced, and never sent
  await sql`delete from intake.sources where created_at >= ${since}`;
  const ids = batches.map((batch) => String(batch.id));
  await sql`delete from public.judgments where batch_id = any (${ids}::uuid[])`;
  await sql`
    delete from public.plaintiffs p
    where p.created_at >= ${since} and not exists (select from public.judgments j where j.plaintiff_id = p.id)
  `;
  const objects = await sql`
    select name from storage.objects where bucket_id = 'intake' and created_at >= ${since} order by name
  `;
  const paths = objects.map((object) => String(object.name));
  const client = createClient(addresses.api_url, addresses.secret_key, {
    auth: { persistSession: false, autoRefreshToken: false },
  });
  for (let at = 0; at < paths.length; at += 100) {
    const { error } = await client.storage.from("intake").remove(paths.slice(at, at + 100));
    if (error !== null) throw error;
  }
  await sql`delete from intake.forgotten_objects where storage_path = any (${paths}::text[])`;
}
