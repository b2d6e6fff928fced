/**
 * The SQL that stands in code: what is written behind `sql` and its like, and texts that begin as a statement does.
 * Works only under `deno test`, as `syntax.ts`.
 */
import { NotSql, type Statement, statementsOf } from "../../ops/migrations/sql_tree.ts";

export interface SqlText {
  readonly path: string;
  readonly line: number;
  /** One statement; what code puts in is a parameter. */
  readonly statement: string;
}

export interface SqlTexts {
  /** What selects, inserts, updates or deletes. */
  readonly statements: readonly SqlText[];
  /** Texts that are SQL and cannot be read here, because code puts more than values in. */
  readonly unread: readonly SqlText[];
}

/** Names that postgres.js goes by in this project. */
const TAGS = ["sql", "tx", "transaction", "admin"];
const BEGINS = /^\s*(select|insert\s+into|update|delete\s+from|with|merge\s+into)\s/i;
/** What makes a text SQL even if it does not parse: prose has no `from schema.table`. */
const NAMES_A_TABLE = /\b(from|into|update|join)\s+[a-z_]+\.[a-z_]+/;

/** @returns the statements of a file. */
export function sqlIn(path: string, text: string): SqlTexts {
  const statements: SqlText[] = [];
  const unread: SqlText[] = [];
  for (const { message, range } of Deno.lint.runPlugin(READER, path, text)) {
    const line = text.slice(0, range[0]).split("\n").length;
    const found = { path, line, statement: message };
    const parsed = parse(message);
    if (parsed === null) {
      if (NAMES_A_TABLE.test(message)) unread.push(found);
      continue;
    }
    for (const { node, text: statement } of parsed) {
      if ("SelectStmt" in node || "InsertStmt" in node || "UpdateStmt" in node || "DeleteStmt" in node) {
        statements.push({ ...found, statement });
      }
    }
  }
  return { statements, unread };
}

function parse(text: string): Statement[] | null {
  try {
    return statementsOf(text);
  } catch (error) {
    if (error instanceof NotSql) return null;
    throw error;
  }
}

const READER: Deno.lint.Plugin = {
  name: "sql",
  rules: {
    text: {
      create(context) {
        const report = (node: Deno.lint.Node, text: string) => {
          if (BEGINS.test(text)) context.report({ node, message: text });
        };
        return {
          TaggedTemplateExpression(node) {
            if (isTag(node.tag)) report(node, filled(node.quasi));
          },
          TemplateLiteral(node) {
            const tagged = node.parent.type === "TaggedTemplateExpression";
            if (!tagged) report(node, filled(node));
          },
          Literal(node) {
            if (typeof node.value === "string") report(node, node.value);
          },
        };
      },
    },
  },
};

function isTag(node: Deno.lint.Node): boolean {
  if (node.type === "Identifier" || node.type === "PrivateIdentifier") return TAGS.includes(node.name);
  return node.type === "MemberExpression" && isTag(node.property);
}

/** With a parameter for each value that code puts in, and a gap for what is more than a value. */
function filled({ quasis, expressions }: Deno.lint.TemplateLiteral): string {
  return quasis.map(({ cooked }, at) => {
    const next = expressions[at];
    return cooked + (next === undefined ? "" : isFragment(next) ? " ⟨a fragment⟩ " : `$${at + 1}`);
  }).join("");
}

/** `${sql(name)}` is an identifier or a row, `${sql`…`}` a piece of a statement. */
function isFragment(node: Deno.lint.Node): boolean {
  switch (node.type) {
    case "CallExpression":
      return isTag(node.callee);
    case "TaggedTemplateExpression":
      return isTag(node.tag);
    case "ConditionalExpression":
      return isFragment(node.consequent) || isFragment(node.alternate);
    default:
      return false;
  }
}
