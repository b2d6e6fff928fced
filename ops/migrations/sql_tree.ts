/**
 * SQL as Postgres itself reads it: its statements as trees, and the SQL inside bodies of functions and `do` blocks.
 * Owns the parser (libpg_query, the grammar of Postgres 18); knows no rule.
 */
import { hasSqlDetails, loadModule, type Node, parsePlPgSQLSync, parseSync, scanSync } from "libpg-query";

export type { Node };

await loadModule();

/** The fields of one node, as far as whoever looks has to check them. */
export type Fields = Readonly<Record<string, unknown>>;

/** One statement of a text. */
export interface Statement {
  /** Line of the text it begins on, from 1. */
  readonly line: number;
  readonly node: Node;
  /** As written, from its first word to before its semicolon. */
  readonly text: string;
  /** @returns the line of the whole text on which one of its nodes stands; its own for a node without a place. */
  lineOf(node: Fields): number;
}

/** SQL inside a body, and what is made of texts there when the body runs. */
export interface Inner {
  /** Line of the whole text on which its block begins, from 1. */
  readonly block: number;
  /** Line of the whole text on which it begins, from 1. */
  readonly line: number;
  readonly node: Node;
  /** True: read out of the text of an `execute`, whose gaps are filled with what makes it SQL. */
  readonly dynamic: boolean;
}

/** What Postgres would refuse to parse. */
export class NotSql extends Error {
  override readonly name = "NotSql";
  constructor(message: string, readonly line: number) {
    super(message);
  }
}

/** @returns the statements of a text, in order. @throws NotSql with the line where the text is no SQL. */
export function statementsOf(sql: string): Statement[] {
  const bytes = new TextEncoder().encode(sql);
  const ends = lineEnds(bytes);
  const starts = tokensOf(sql).map(({ start }) => start);
  return parsed(sql).map(({ stmt, stmt_location = 0, stmt_len }) => {
    const first = starts[firstAtLeast(starts, stmt_location)] ?? stmt_location; // comments stand before it
    const end = stmt_len === undefined ? bytes.length : stmt_location + stmt_len;
    const line = firstAtLeast(ends, first) + 1;
    return {
      line,
      node: stmt,
      text: new TextDecoder().decode(bytes.subarray(first, end)),
      lineOf: ({ location }) => typeof location === "number" ? firstAtLeast(ends, location) + 1 : line,
    };
  });
}

/** @returns what is left of a text when white space and comments say nothing, and words no case. */
export function bareText(sql: string): string {
  return tokensOf(sql).filter(({ text }) => text !== ";").map(({ text }) => {
    const body = dollarQuoted(text);
    if (body !== null) return text.replace(/\s+/g, " ");
    return /^[eu&xbn]*'/i.test(text) || text.startsWith('"') ? text : text.toLowerCase();
  }).join(" ");
}

/**
 * The SQL in the body of a `create function` or `do` statement; nothing for any other.
 * @throws NotSql when the body cannot be parsed in its language.
 */
export function insideOf(statement: Statement): Inner[] {
  const { node, line, text } = statement;
  const body = bodyOf(statement);
  if (body === null) return [];
  const language = "CreateFunctionStmt" in node
    ? optionText(node.CreateFunctionStmt.options, "language")
    : "DoStmt" in node
    ? optionText(node.DoStmt.args, "language") ?? "plpgsql"
    : null;
  if (language === "plpgsql") return [...new PlPgSql(body.line, line).read(text), ...keptIn(body)];
  if (language !== "sql") return [];
  return moved(body.line, () =>
    statementsOf(body.text).map((inner) => ({
      block: body.line,
      line: body.line + inner.line - 1,
      node: inner.node,
      dynamic: false,
    })));
}

/** The statements in texts between dollar quotes inside a body: kept there to be executed. */
function keptIn(body: { text: string; line: number }): Inner[] {
  return tokensOf(body.text).flatMap((token) => {
    const first = body.line + lineAt(body.text, token.start) - 1;
    return whenSql(dollarQuoted(token.text) ?? "").map((inner) => ({
      block: body.line,
      line: first + inner.line - 1,
      node: inner.node,
      dynamic: true,
    }));
  });
}

/**
 * @returns `schema.name` of whatever is followed by a bracket in the body of a function: what it calls, and tables whose
 * columns it lists. The tree of PL/pgSQL leaves out what variables of a row type begin with; words leave out nothing.
 */
export function bracketedIn(statement: Statement): { name: string; line: number }[] {
  const body = bodyOf(statement);
  if (body === null) return [];
  const words = tokensOf(body.text);
  return words.flatMap(({ text: schema, start }, at) => {
    const [dot, name, bracket] = [words[at + 1]?.text, words[at + 2]?.text, words[at + 3]?.text];
    if (dot !== "." || bracket !== "(" || name === undefined) return [];
    return [{ name: `${schema}.${name}`, line: body.line + lineAt(body.text, start) - 1 }];
  });
}

/** What stands between dollar quotes in a `create function` or `do`, and the line it begins on. */
function bodyOf({ node, line, text }: Statement): { text: string; line: number } | null {
  if (!("CreateFunctionStmt" in node) && !("DoStmt" in node)) return null;
  for (const token of tokensOf(text)) {
    const body = dollarQuoted(token.text);
    if (body !== null) return { text: body, line: line + lineAt(text, token.start) - 1 };
  }
  return null;
}

/** @returns every node of a kind in a tree, however deep. */
export function nodesOf(tree: unknown, kind: string): Fields[] {
  const found: Fields[] = [];
  walk(tree, (name, fields) => {
    if (name === kind) found.push(fields);
  });
  return found;
}

/** Visits every node of a tree, outer ones first: its kind, and its fields. */
export function walk(tree: unknown, visit: (kind: string, fields: Fields) => void): void {
  if (Array.isArray(tree)) {
    for (const item of tree) walk(item, visit);
  } else if (isFields(tree)) {
    for (const [name, value] of Object.entries(tree)) {
      if (/^[A-Z]/.test(name) && isFields(value)) visit(name, value);
      walk(value, visit);
    }
  }
}

/** @returns the texts in a list of `String` nodes: the parts of a name. */
export function partsOf(list: unknown): string[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((item) =>
    isFields(item) && isFields(item.String) && typeof item.String.sval === "string" ? [item.String.sval] : []
  );
}

/** @returns the text of an option of a function, such as its language. */
export function optionText(options: unknown, name: string): string | null {
  if (!Array.isArray(options)) return null;
  for (const item of options) {
    const option = isFields(item) && isFields(item.DefElem) ? item.DefElem : {};
    if (option.defname === name) return partsOf([option.arg])[0] ?? null;
  }
  return null;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(sql: string): { stmt: Node; stmt_location?: number; stmt_len?: number }[] {
  return refusing(
    sql,
    () =>
      (parseSync(sql).stmts ?? []).flatMap(({ stmt, ...place }) =>
        stmt === undefined ? [] : [{ stmt, ...place }]
      ),
  );
}

function tokensOf(sql: string): { start: number; text: string }[] {
  return refusing(sql, () => scanSync(sql).tokens.filter(({ tokenName }) => !tokenName.endsWith("COMMENT")));
}

/** Runs the parser; what it refuses is told with its line. */
function refusing<T>(sql: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const at = hasSqlDetails(error) ? error.sqlDetails?.cursorPosition ?? 0 : 0;
    throw new NotSql(error.message, lineAt(sql, at));
  }
}

/** Runs what parses a body that begins on a line of a larger text. */
function moved<T>(first: number, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof NotSql) throw new NotSql(error.message, first + error.line - 1);
    throw error;
  }
}

/** @param offset in bytes. @returns the line of a text it lies on, from 1. */
function lineAt(text: string, offset: number): number {
  return firstAtLeast(lineEnds(new TextEncoder().encode(text)), offset) + 1;
}

function lineEnds(bytes: Uint8Array): number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) ends.push(at);
  return ends;
}

/** @returns the place of the first of sorted numbers that is not below a limit; their count when all are. */
function firstAtLeast(sorted: readonly number[], limit: number): number {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((sorted[middle] ?? 0) < limit) from = middle + 1;
    else to = middle;
  }
  return from;
}

function dollarQuoted(token: string): string | null {
  return /^(\$[^$]*\$)([\s\S]*)\1$/.exec(token)?.[2] ?? null;
}

/** How a text of PL/pgSQL becomes a statement that SQL's grammar knows, by libpg_query's parse mode. */
const AS_STATEMENT: ((text: string) => string)[] = [
  (text) => text,
  (text) => text,
  (text) => `select ${text}`,
  (text) => text.replace(/^[^=]*=/, "select "),
];

/** The SQL in one body of PL/pgSQL. */
class PlPgSql {
  readonly #first: number;
  readonly #found: Inner[] = [];
  #block: number;
  #line: number;

  /** @param first line of the whole text on which the body begins. */
  constructor(first: number, statement: number) {
    this.#first = first;
    this.#block = statement;
    this.#line = first;
  }

  read(statement: string): Inner[] {
    const tree = refusing(statement, () => parsePlPgSQLSync(statement));
    this.#look(tree, false);
    return this.#found;
  }

  #look(tree: unknown, executed: boolean): void {
    if (Array.isArray(tree)) {
      for (const item of tree) this.#look(item, executed);
    } else if (isFields(tree)) {
      for (const [name, value] of Object.entries(tree)) this.#enter(name, value, executed);
    }
  }

  #enter(name: string, value: unknown, executed: boolean): void {
    if (name === "PLpgSQL_expr" && isFields(value)) return this.#read(value, executed);
    const before = [this.#block, this.#line] as const;
    if (isFields(value) && typeof value.lineno === "number") {
      this.#line = this.#first + value.lineno - 1;
      if (name === "PLpgSQL_stmt_block") this.#block = this.#line;
    }
    const runsText = /^PLpgSQL_stmt_dyn/.test(name);
    if (runsText && isFields(value)) {
      for (const [field, inner] of Object.entries(value)) this.#enter(field, inner, field === "query");
    } else this.#look(value, executed);
    [this.#block, this.#line] = before;
  }

  #read({ query, parseMode }: Fields, executed: boolean): void {
    if (typeof query !== "string") return;
    const mode = typeof parseMode === "number" ? Math.min(parseMode, 3) : 0;
    const text = (AS_STATEMENT[mode] ?? String)(query);
    const place = { block: this.#block, line: this.#line };
    for (const { node } of moved(this.#line, () => statementsOf(text))) {
      this.#found.push({ ...place, node, dynamic: false });
      if (!executed) continue;
      for (const inner of spokenIn(node)) this.#found.push({ ...place, node: inner, dynamic: true });
    }
  }
}

/** The statements in the texts of an expression that is executed, where they can be made out. */
function spokenIn(expression: Node): Node[] {
  return nodesOf(expression, "A_Const").flatMap(({ sval }) => {
    const text = isFields(sval) && typeof sval.sval === "string" ? sval.sval : "";
    const filled = text.replace(/%(?:\d+\$)?[Is]/g, "x").replace(/%(?:\d+\$)?L/g, "''").trim();
    for (const whole of [filled, `${filled} x`]) { // a text that goes on in a variable lacks its last word
      const found = whenSql(whole).map(({ node }) => node);
      if (found.length > 0) return found;
    }
    return [];
  });
}

/** @returns the statements of a text that may be SQL; none when it is not. */
function whenSql(text: string): Statement[] {
  try {
    return statementsOf(text);
  } catch (error) {
    if (error instanceof NotSql) return [];
    throw error;
  }
}
