/**
 * What a migration may not do: the forbidden patterns of the go-live runbook (§4.4). Data that a migration throws away
 * is gone on production before anybody has looked; what must be taken back is taken back by a migration that says so.
 */
import { insideOf, isFields, type Node, NotSql, type Statement, statementsOf, walk } from "./sql_tree.ts";

/** One thing that is wrong with a migration. */
export interface Complaint {
  readonly file: string;
  readonly line: number;
  /** Name of the rule; squawk's own where squawk found it. */
  readonly rule: string;
  readonly message: string;
}

const REVERT = "a revert is a file of its own: <14 digits>_revert_<name>.sql, and names what it reverts";

const MESSAGES = {
  "drop-column": `drops a column; ${REVERT}`,
  "drop-table": `drops a table; ${REVERT}`,
  "drop-schema": `drops a schema; ${REVERT}`,
  "truncate": `empties a table; ${REVERT}`,
  "unguarded-update": "changes every row: say which with where",
  "unguarded-delete": "deletes every row: say which with where",
};

/** A rule of the runbook by name. */
export type Forbidden = keyof typeof MESSAGES;

/** @returns what a rule holds against a statement, in words. */
export function whyForbidden(rule: Forbidden): string {
  return MESSAGES[rule];
}

/** @returns the rules a statement breaks, wherever in it. */
export function brokenBy(statement: Node): Forbidden[] {
  const broken: Forbidden[] = [];
  walk(statement, (kind, fields) => {
    if (kind === "AlterTableCmd" && fields.subtype === "AT_DropColumn") broken.push("drop-column");
    if (kind === "DropStmt" && fields.removeType === "OBJECT_TABLE") broken.push("drop-table");
    if (kind === "DropStmt" && fields.removeType === "OBJECT_SCHEMA") broken.push("drop-schema");
    if (kind === "TruncateStmt") broken.push("truncate");
    if (kind === "UpdateStmt" && !isFields(fields.whereClause)) broken.push("unguarded-update");
    if (kind === "DeleteStmt" && !isFields(fields.whereClause)) broken.push("unguarded-delete");
  });
  return broken;
}

/**
 * @param file its name: a revert may do what others may not, when it names what it reverts.
 * @param others names of all migration files, for what can be reverted.
 */
export function forbiddenIn(file: string, sql: string, others: readonly string[]): Complaint[] {
  const reverts = /^(\d{14})_revert_(.+)\.sql$/.exec(file);
  if (reverts !== null) {
    const known = others.some((other) => other < file && namesIt(other, reverts[2] ?? "", sql));
    if (known) return [];
    return [{
      file,
      line: 1,
      rule: "revert-of-nothing",
      message: "names no earlier migration by version or name",
    }];
  }
  try {
    return statementsOf(sql).flatMap(run).flatMap(({ line, node }) =>
      brokenBy(node).map((rule) => ({ file, line, rule, message: MESSAGES[rule] }))
    );
  } catch (error) {
    if (error instanceof NotSql) return [{ file, line: error.line, rule: "syntax", message: error.message }];
    throw error;
  }
}

function namesIt(other: string, reverted: string, sql: string): boolean {
  const [, version = "", name = ""] = /^(\d{14})_(.+)\.sql$/.exec(other) ?? [];
  return name !== "" && (name === reverted || sql.includes(version) || sql.includes(name));
}

/** What runs when the migration does: a statement, or what is in a `do` block. Bodies of functions only lie there. */
function run(statement: Statement): { line: number; node: Node }[] {
  if (!("DoStmt" in statement.node)) return [statement];
  return insideOf(statement).map(({ block, node }) => ({ line: block, node }));
}
