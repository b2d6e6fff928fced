/** Ids as people type them: whole, or the first eight characters and more. */
import type postgres from "postgres";
import { CannotRun, Declined, UsageError } from "./command.ts";

const BEGINNING = /^[0-9a-f]{8}[0-9a-f-]{0,28}$/;

/** Tables whose rows people name by id. */
const TABLES = { batch: "intake.simplicity_batches", job: "ops.job_queue", alert: "ops.alerts" } as const;

/** @returns the whole id. @throws UsageError for what cannot be one, Declined when none begins so, CannotRun when several do. */
export async function findId(sql: postgres.Sql, kind: keyof typeof TABLES, typed: string): Promise<string> {
  const beginning = typed.toLowerCase();
  if (!BEGINNING.test(beginning)) {
    throw new UsageError(`"${typed}" is no ${kind} id: give it whole, or at least its first 8 characters.`);
  }
  const rows = await sql<{ id: string }[]>`
    select t.id from ${sql(TABLES[kind])} t where t.id::text like ${`${beginning}%`} limit 2`;
  const [first, second] = rows;
  if (first === undefined) throw new Declined(`There is no ${kind} ${typed}.`);
  if (second !== undefined) {
    throw new CannotRun(`More than one ${kind} begins with ${typed}: give more of the id.`);
  }
  return first.id;
}
