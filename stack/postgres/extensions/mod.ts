/**
 * Stand-ins for the extensions of hosted Supabase that cannot be loaded here. Same names, schemas, functions and
 * columns as documented, in SQL alone; the stack sends and fires what they queue.
 */
import { PG_CRON } from "./pg_cron.ts";
import { PG_NET } from "./pg_net.ts";
import { VAULT } from "./vault.ts";

/** `trusted`: hosted lets the non-superuser `postgres` create these, and so does this. */
function control(comment: string, more = ""): string {
  return `comment = '${comment} (stand-in of the local stack)'
default_version = '1.0'
relocatable = false
superuser = true
trusted = true
${more}`;
}

/** File name → text, as they go into Postgres' extension folder. */
export const STAND_INS: Record<string, string> = {
  "pg_net.control": control("Async HTTP"),
  "pg_net--1.0.sql": PG_NET,
  "pg_cron.control": control("Job scheduler", "schema = pg_catalog\n"),
  "pg_cron--1.0.sql": PG_CRON,
  "supabase_vault.control": control(
    "Supabase Vault",
    "requires = pgcrypto\nschema = vault\n",
  ),
  "supabase_vault--1.0.sql": VAULT,
};
