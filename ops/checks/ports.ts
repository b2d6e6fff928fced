/** The two ways to a database: through the transaction pooler, and past it. */
import postgres from "postgres";
import { projectOfDsn } from "../../shared/environment/rules.ts";
import { dsn } from "../../shared/environment/values.ts";
import { CannotRun } from "../refusals.ts";
import { reasonOf } from "../reason.ts";
import type { CheckRow } from "./check.ts";

/** Addresses with their passwords: never shown. */
export interface Doors {
  readonly pooler: string;
  /** Null where it is not known. */
  readonly direct: string | null;
}

/**
 * @param databaseUrl DATABASE_URL.
 * @param given SUPABASE_DB_URL, where somebody has set it; else the direct address follows from the project.
 * @throws CannotRun when DATABASE_URL is no address.
 */
export function doorsOf(databaseUrl: string, given: string | null): Doors {
  const read = dsn.safeParse(databaseUrl).data;
  if (read === undefined) throw new CannotRun("DATABASE_URL is no Postgres address: ops verify-env-config");
  if (given !== null) return { pooler: databaseUrl, direct: given };
  const ref = projectOfDsn(read);
  if (ref === null) return { pooler: databaseUrl, direct: null };
  const direct = new URL(databaseUrl);
  direct.username = "postgres";
  direct.hostname = `db.${ref}.supabase.co`;
  direct.port = "5432";
  return { pooler: databaseUrl, direct: direct.href };
}

/** An address for people: its password is four stars, whatever it was. */
export function withoutPassword(address: string): string {
  const url = new URL(address);
  if (url.password !== "") url.password = "****";
  return url.href;
}

/** Knocks at a door with one statement. */
export async function knock(name: string, address: string, remedy: string): Promise<CheckRow> {
  const sql = postgres(address, { max: 1, prepare: false, connect_timeout: 5, onnotice: () => {} });
  const began = performance.now();
  try {
    await sql`select 1`;
    return {
      name,
      passed: true,
      evidence: `HEALTHY, answers in ${Math.round(performance.now() - began)} ms`,
      remedy: null,
    };
  } catch (error) {
    return { name, passed: false, evidence: `FAILED - ${reasonOf(error)}`, remedy };
  } finally {
    await sql.end({ timeout: 1 });
  }
}
