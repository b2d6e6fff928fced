/**
 * How SQL is written here. None of this endangers data, so `ops lint-migrations` says it and goes on; the project's own
 * checks hold it at nothing.
 */
import { SCHEMAS } from "../security/rights.ts";
import { brokenBy, type Complaint, whyForbidden } from "./forbidden.ts";
import type { Migration } from "./files.ts";
import { commentedBy, goneBy, languageOf, madeBy } from "./named_objects.ts";
import {
  bracketedIn,
  type Fields,
  insideOf,
  isFields,
  nodesOf,
  NotSql,
  partsOf,
  type Statement,
  statementsOf,
  walk,
} from "./sql_tree.ts";

const MOST_CHARACTERS = 120; // what a screen holds beside another

/** The functions of the engine: whoever else changed rows behind the engine's door would pass the guards. */
const ENGINE = [
  ...["ops.set_door", "ops.enqueue", "ops.move_job", "ops.lease_job", "intake.move_batch"],
  ...["intake.insert_batch", "intake.undo_step", "intake.recount_standing"], // who writes judgments counts them
];

const NOT_YOUR_DOOR = `opens the engine's door; only ${ENGINE.join(", ")} do`;

/** Columns and variables that hold words for people. Their wording is free; what programs go by has a column of its own. */
const PROSE =
  /^(.*_)?(reason|message|remedy|error|note|notes|words|cause|fix|actor|created_by|changed_by|redriven_by|silenced_by)$/;

interface Read {
  readonly file: string;
  readonly statements: readonly Statement[];
}

/**
 * @param migrations of a checkout, in order.
 * @param released names of files that were released: functions they define may be defined anew by later ones.
 */
export function houseComplaints(
  migrations: readonly Migration[],
  released: ReadonlySet<string>,
): Complaint[] {
  const read = migrations.map(({ file, text }): Read => ({ file, statements: readable(text) }));
  return [
    ...migrations.flatMap(({ file, text }) => tooWide(file, text)),
    ...read.flatMap(({ file, statements }) =>
      statements.flatMap((statement) => [...searchPath(file, statement), ...bodyComplaints(file, statement)])
    ),
    ...definedTwice(read, released),
    ...uncommented(read),
  ];
}

function readable(text: string): Statement[] {
  try {
    return statementsOf(text);
  } catch (error) {
    if (error instanceof NotSql) return []; // a forbidden thing of its own
    throw error;
  }
}

function tooWide(file: string, text: string): Complaint[] {
  return text.split("\n").flatMap((line, index) =>
    line.length <= MOST_CHARACTERS ? [] : [{
      file,
      line: index + 1,
      rule: "line-width",
      message: `is ${line.length} characters wide, ${MOST_CHARACTERS} fit`,
    }]
  );
}

/** A function that looks names up by its caller's path runs whatever the caller put there. */
function searchPath(file: string, statement: Statement): Complaint[] {
  if (languageOf(statement) === null) return [];
  const empty = nodesOf(statement.node, "VariableSetStmt").some(({ name, args }) =>
    name === "search_path" && nodesOf(args, "A_Const").every(({ sval }) => isFields(sval) && sval.sval === "")
  );
  if (empty) return [];
  return [{
    file,
    line: statement.line,
    rule: "search-path",
    message: "is a function without: set search_path = ''",
  }];
}

function bodyComplaints(file: string, statement: Statement): Complaint[] {
  const complain = (line: number, rule: string, message: string): Complaint => ({
    file,
    line,
    rule,
    message,
  });
  const name = madeBy(statement)[0]?.name.replace(/^function (.*)\(.*$/, "$1") ?? "";
  const found: Complaint[] = proseIn(statement.node).map(({ words, fields }) =>
    complain(statement.lineOf(fields), "prose", words)
  );
  try {
    for (const { line, node } of insideOf(statement)) {
      found.push(...proseIn(node).map(({ words }) => complain(line, "prose", words)));
      if (!("DoStmt" in statement.node)) { // those are forbidden things
        found.push(...brokenBy(node).map((rule) => complain(line, rule, whyForbidden(rule))));
      }
      if (!ENGINE.includes(name) && setsDoor(node)) found.push(complain(line, "door", NOT_YOUR_DOOR));
    }
    for (const called of ENGINE.includes(name) ? [] : bracketedIn(statement)) {
      if (called.name === "ops.set_door") found.push(complain(called.line, "door", NOT_YOUR_DOOR));
    }
  } catch (error) {
    if (!(error instanceof NotSql)) throw error;
    found.push(complain(error.line, "body", `cannot be parsed: ${error.message}`));
  }
  return found;
}

/** Comparing words for people with a pattern: whoever rewords them breaks a program that nobody sees. */
function proseIn(node: unknown): { words: string; fields: Fields }[] {
  const found: { words: string; fields: Fields }[] = [];
  walk(node, (kind, fields) => {
    const column = kind === "A_Expr" && matches(fields) ? proseColumn(fields.lexpr) : kind === "FuncCall" &&
        /^(starts_with|strpos|position|regexp_.*)$/.test(partsOf(fields.funcname).at(-1) ?? "")
      ? proseColumn(fields.args)
      : null;
    if (column !== null) {
      found.push({ words: `goes by the words of ${column}: give what is meant a column or a code`, fields });
    }
  });
  return found;
}

function matches({ kind, name }: Fields): boolean {
  const operator = partsOf(name)[0] ?? "";
  return /^AEXPR_(I?LIKE|SIMILAR)$/.test(String(kind)) || /^(!?~\*?|\^@)$/.test(operator);
}

/** The name of the column or of the key of a json value that is looked at, when it is one for people. */
function proseColumn(tree: unknown): string | null {
  const columns = nodesOf(tree, "ColumnRef").map(({ fields }) => partsOf(fields).at(-1) ?? "");
  const keys = nodesOf(tree, "A_Expr").filter(({ name }) => partsOf(name)[0] === "->>")
    .flatMap(({ rexpr }) =>
      nodesOf(rexpr, "A_Const").map(({ sval }) => isFields(sval) ? String(sval.sval) : "")
    );
  return [...columns, ...keys].find((name) => PROSE.test(name)) ?? null;
}

/** The door's own setting, past the function that sets it. */
function setsDoor(node: unknown): boolean {
  return nodesOf(node, "FuncCall").some(({ funcname, args }) =>
    partsOf(funcname).at(-1) === "set_config" &&
    nodesOf(args, "A_Const").some(({ sval }) => isFields(sval) && sval.sval === "dragonfly.door")
  );
}

/** A second definition leaves the first one lying there dead, where people go on reading it. */
function definedTwice(read: readonly Read[], released: ReadonlySet<string>): Complaint[] {
  const first = new Map<string, string>();
  return read.flatMap(({ file, statements }) =>
    statements.flatMap((statement) => {
      const name = languageOf(statement) === null ? undefined : madeBy(statement)[0]?.name;
      if (name === undefined) return [];
      const before = first.get(name);
      first.set(name, file);
      if (before === undefined || (before !== file && released.has(before) && !released.has(file))) return [];
      return [{
        file,
        line: statement.line,
        rule: "defined-twice",
        message: `${name} stands in ${before} already`,
      }];
    })
  );
}

/** Everything in our schemas says what it is. A trigger on a table of the platform belongs to the platform's owner. */
function uncommented(read: readonly Read[]): Complaint[] {
  const open = new Map<string, Complaint>();
  const said = new Set<string>();
  for (const { file, statements } of read) {
    for (const statement of statements) {
      for (const { name, line } of madeBy(statement)) {
        const [kind = "", path = ""] = name.split(" ");
        if (kind === "trigger" && !isOurs(path)) continue;
        open.set(name, { file, line, rule: "no-comment", message: `${name} says nowhere what it is` });
      }
      for (const name of goneBy(statement)) open.delete(name);
      const commented = commentedBy(statement);
      if (commented !== null) said.add(commented);
    }
  }
  return [...open].filter(([name]) => !said.has(name)).map(([, complaint]) => complaint);
}

function isOurs(path: string): boolean {
  return SCHEMAS.some((schema) => path.startsWith(`${schema}.`));
}
