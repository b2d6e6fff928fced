/** Names in the SQL that code has: a table, column or function that a migration renames is red here. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import postgres from "postgres";
import { ROOT } from "../../checkout/root.ts";
import { codeFiles, projectFiles } from "../checks/project_files.ts";
import { sqlIn } from "../checks/sql_texts.ts";
import { type Sql, withDatabase } from "../support/database.ts";

const ROOMS = /^(shared|ops|supabase\/functions|checkout|stack)\//;

/**
 * Texts that name a table and cannot be prepared: statements with more than values in their gaps, whose names are held
 * by the tests that run them, and a remedy in words.
 */
const UNREAD: Record<string, number> = {
  "ops/commands/verify_court_proof.ts": 3,
  "shared/sentinel/checks/header_changes.ts": 1,
  "stack/gateway/accounts.ts": 1,
  "stack/net/sender.ts": 1,
  "stack/storage/list.ts": 1,
  "stack/storage/records.ts": 2,
};

/** What Postgres says of a statement whose parameters it cannot type: it has found every name by then. */
const UNTYPED = "42P18";

/** @returns what Postgres says against the statement; null when every name in it is there. */
async function refusalOf(sql: Sql, statement: string): Promise<string | null> {
  try {
    await sql.unsafe(`prepare looked_at as ${statement}`);
    await sql.unsafe("deallocate looked_at");
    return null;
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    return error.code === UNTYPED ? null : `${error.code} ${error.message}`;
  }
}

Deno.test("every table, column and function that SQL in code names is there", () =>
  withDatabase(async (db) => {
    const sql = db.connect("supabase_admin");
    const refused: string[] = [];
    const unread: Record<string, number> = {};
    let read = 0;
    for (const path of codeFiles(await projectFiles()).filter((file) => ROOMS.test(file))) {
      const found = sqlIn(path, await Deno.readTextFile(`${ROOT}/${path}`));
      if (found.unread.length > 0) unread[path] = found.unread.length;
      for (const { line, statement } of found.statements) {
        read++;
        const refusal = await refusalOf(sql, statement);
        if (refusal !== null) refused.push(`${path}:${line}: ${refusal}\n${statement}`);
      }
    }
    assertEquals(refused, []);
    assertEquals(unread, UNREAD);
    assert(read > 60, `only ${read} statements were found`);
  }));

Deno.test("sqlIn() finds statements behind tags and in texts, and no prose", () => {
  const source = `
    const a = await this.#sql<Row[]>\`select b.id from intake.batches b where b.id = \${id}\`;
    const CHECK = { sql: \`
      with x as (select 1) select * from x\` };
    const b = "delete from ops.alerts where id = 1; notify pgrst";
    const c = "select a file, or drop one";
    const d = await tx\`insert into ops.jobs \${tx(row)} returning id\`;
    const e = sql\`now()\`;`;
  const { statements, unread } = sqlIn("a.ts", source);
  assertEquals(statements.map(({ line, statement }) => [line, statement.trim()]), [
    [2, "select b.id from intake.batches b where b.id = $1"],
    [3, "with x as (select 1) select * from x"],
    [5, "delete from ops.alerts where id = 1"],
  ]);
  assertEquals(unread.map(({ line }) => line), [7]);
});

Deno.test("refusalOf() tells a column, a table and a function that are not there", () =>
  withDatabase(async (db) => {
    const sql = db.connect("supabase_admin");
    assertEquals(await refusalOf(sql, "select j.id from ops.job_queue j where j.batch_id = $1"), null);
    const bad = [
      "select j.identity from ops.job_queue j",
      "select 1 from ops.job_queues",
      "select ops.reap_lease()",
      "update ops.job_queue set state = 'pending' where id = $1",
    ];
    const codes = await Promise.all(bad.map(async (one) => (await refusalOf(sql, one))?.slice(0, 5)));
    assertEquals(codes, ["42703", "42P01", "42883", "42703"]);
  }));
