/** Which migrations a database has, which it lacks, and which it has that the checkout does not. */
import type postgres from "postgres";
import * as z from "zod";
import type { Migration } from "./files.ts";
import { bareText } from "./sql_tree.ts";
import { standVerbatim } from "./verbatim.ts";

/**
 * - `applied`: in both, alike
 * - `pending`: in the checkout alone
 * - `orphan`: in the database alone
 * - `edited`: in both, but the file is not what was applied
 */
export type MigrationState = "applied" | "pending" | "orphan" | "edited";

export interface MigrationLine {
  readonly version: string;
  readonly name: string;
  readonly state: MigrationState;
}

/** A row of the CLI's own register. */
export interface Applied {
  readonly version: string;
  readonly name: string;
  /** Null for one that was marked as applied by hand. */
  readonly statements: readonly string[] | null;
}

const Rows = z.array(z.object({
  version: z.string(),
  name: z.string().nullable().transform((name) => name ?? ""),
  statements: z.array(z.string()).nullable(),
}));

/** @returns what the CLI has recorded; nothing for a database before its first migration. */
export async function readApplied(sql: postgres.Sql): Promise<Applied[]> {
  const [there] = await sql`select to_regclass('supabase_migrations.schema_migrations') is not null as yes`;
  if (there?.yes !== true) return [];
  const rows = await sql`
    select m.version, m.name, to_jsonb(m.statements) as statements
      from supabase_migrations.schema_migrations m order by m.version`;
  return Rows.parse([...rows]);
}

/** Sorted by version. */
export function compareMigrations(files: readonly Migration[], applied: readonly Applied[]): MigrationLine[] {
  const known = new Map(applied.map((row) => [row.version, row]));
  const ours = new Set(files.map(({ version }) => version));
  return [
    ...files.map(({ version, name, text }): MigrationLine => {
      const row = known.get(version);
      if (row === undefined) return { version, name, state: "pending" };
      return { version, name, state: sameStatements(text, row.statements) ? "applied" : "edited" };
    }),
    ...applied.filter(({ version }) => !ours.has(version))
      .map(({ version, name }): MigrationLine => ({ version, name, state: "orphan" })),
  ].sort((a, b) => a.version < b.version ? -1 : 1);
}

/** White space, comments and case aside: the CLI keeps statements, not files. */
function sameStatements(text: string, statements: readonly string[] | null): boolean {
  if (statements === null || statements.length === 0) return true;
  return standVerbatim(text, statements) || bareText(text) === bareText(statements.join(";\n"));
}

const MEANING: Record<MigrationState, string> = {
  applied: "",
  pending: "not applied yet: `deno task ops db-push`",
  orphan: "applied, but not in this checkout: left as it is, documented here",
  edited: "the file is not what was applied: put it back and write a new migration",
};

/** The page `docs/SCHEMA_DRIFT.md`. @param environment the database it was written from. */
export function driftPage(environment: string, lines: readonly MigrationLine[]): string {
  const drift = lines.filter(({ state }) => state !== "applied");
  const newest = lines.findLast(({ state }) => state === "applied" || state === "edited");
  return [
    "# Schema drift",
    "",
    "Where a database differs from the migrations of this checkout. Written by `deno task ops migration-status --write`;",
    "history is never repaired, only appended to: what is missing comes with a new migration, what is too much is left and",
    "listed here.",
    "",
    `- database: ${environment}`,
    `- migrations here: ${lines.filter(({ state }) => state !== "orphan").length}`,
    `- applied up to: ${newest?.version ?? "nothing"}`,
    "",
    ...(drift.length === 0 ? ["No drift.", ""] : [
      "| version | name | state | what to do |",
      "|---|---|---|---|",
      ...drift.map(({ version, name, state }) => `| ${version} | ${name} | ${state} | ${MEANING[state]} |`),
      "",
    ]),
  ].join("\n");
}
