/** Where migrations write things, and which SQL calls which function, as Postgres's grammar reads them. */
import type { Migration } from "../../ops/migrations/files.ts";
import { languageOf, madeBy } from "../../ops/migrations/named_objects.ts";
import {
  bracketedIn,
  insideOf,
  isFields,
  nodesOf,
  partsOf,
  type Statement,
  statementsOf,
} from "../../ops/migrations/sql_tree.ts";

/** A line of a migration. */
export interface Place {
  /** Name of the file, without its folder. */
  readonly file: string;
  readonly line: number;
}

/** One function calls, or something has it called. */
export interface Call {
  /** `schema.name`. */
  readonly called: string;
  /** In words, or the path of a file. */
  readonly by: string;
  /** The file, where code calls; null where SQL does. */
  readonly file: string | null;
}

/** @returns where each object is written; functions as `function schema.name`, without their arguments. */
export function placesIn(migrations: readonly Migration[]): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const { file, text } of migrations) {
    for (const statement of statementsOf(text)) {
      for (const { name, line } of madeBy(statement)) places.set(name.replace(/\(.*$/, ""), { file, line });
    }
  }
  return places;
}

/** @returns every call in bodies, views, triggers, defaults, constraints and by the clock. */
export function callsIn(migrations: readonly Migration[]): Call[] {
  return migrations.flatMap(({ text }) => statementsOf(text).flatMap(callsOf));
}

function callsOf(statement: Statement): Call[] {
  const { node } = statement;
  const made = madeBy(statement)[0]?.name ?? "";
  const by = (words: string, trees: readonly unknown[]): Call[] =>
    called(trees).map((name) => ({ called: name, by: words, file: null }));
  if (languageOf(statement) !== null) {
    const name = made.replace(/^function (.*)\(.*$/, "$1");
    const spoken = bracketedIn(statement).map((one): Call => ({ called: one.name, by: name, file: null }));
    return [...by(name, insideOf(statement).map((inner) => inner.node)), ...spoken];
  }
  if ("CreateTrigStmt" in node) {
    const [, table, trigger] = /^trigger (.*)\.([^.]*)$/.exec(made) ?? [];
    const runs: Call = {
      called: partsOf(node.CreateTrigStmt.funcname).join("."),
      by: `trigger ${trigger} on ${table}`,
      file: null,
    };
    return [runs, ...by(runs.by, [node.CreateTrigStmt.whenClause])];
  }
  if ("ViewStmt" in node || "CreateStmt" in node || "IndexStmt" in node) return by(made, [node]);
  if ("SelectStmt" in node) return byTheClock(node);
  return [];
}

/** `select cron.schedule('name', 'when', 'what')`. */
function byTheClock(node: unknown): Call[] {
  return nodesOf(node, "FuncCall").filter(({ funcname }) => partsOf(funcname).join(".") === "cron.schedule")
    .flatMap(({ args }) => {
      const [name = "", , command = ""] = nodesOf(args, "A_Const")
        .map(({ sval }) => isFields(sval) ? String(sval.sval) : "");
      return called(statementsOf(command).map((inner) => inner.node))
        .map((one): Call => ({ called: one, by: `the clock (${name})`, file: null }));
    });
}

function called(trees: readonly unknown[]): string[] {
  return trees.flatMap((tree) => nodesOf(tree, "FuncCall")).map(({ funcname }) => partsOf(funcname).join("."))
    .filter((name) => name.includes("."));
}
