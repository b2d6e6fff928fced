/** What migrations make, by the names Postgres gives it, and what they say about it. */
import { type Fields, isFields, nodesOf, optionText, partsOf, type Statement } from "./sql_tree.ts";

/** One object of a schema, named as in `function ops.enqueue(text, jsonb)` or `column ops.alerts.level`. */
export interface Named {
  readonly name: string;
  /** Line of the migration, from 1. */
  readonly line: number;
}

/** @returns what a statement makes: schemas, tables, columns, constraints, indexes, views, functions, triggers. */
export function madeBy({ node, line, lineOf }: Statement): Named[] {
  const here = (name: string): Named => ({ name, line });
  const at = (fields: Fields, name: string): Named => ({ name, line: lineOf(fields) });
  if ("CreateSchemaStmt" in node) return [here(`schema ${node.CreateSchemaStmt.schemaname}`)];
  if ("ViewStmt" in node) return [here(`view ${relation(node.ViewStmt.view)}`)];
  if ("CreateTrigStmt" in node) {
    return [here(`trigger ${relation(node.CreateTrigStmt.relation)}.${node.CreateTrigStmt.trigname}`)];
  }
  if ("IndexStmt" in node) {
    return [here(`index ${relation(node.IndexStmt.relation).split(".")[0]}.${node.IndexStmt.idxname}`)];
  }
  if ("CreateFunctionStmt" in node) {
    return [
      here(`function ${functionName(node.CreateFunctionStmt.funcname, node.CreateFunctionStmt.parameters)}`),
    ];
  }
  if ("CreateStmt" in node) {
    const table = relation(node.CreateStmt.relation);
    return [here(`table ${table}`), ...elements(table, node.CreateStmt.tableElts, at)];
  }
  if ("AlterTableStmt" in node) {
    const table = relation(node.AlterTableStmt.relation);
    return nodesOf(node.AlterTableStmt.cmds, "AlterTableCmd").flatMap((command) =>
      /^AT_Add(Column|Constraint)$/.test(String(command.subtype)) ? elements(table, [command.def], at) : []
    );
  }
  return [];
}

/** @returns what a statement takes away again. */
export function goneBy({ node }: Statement): string[] {
  if (!("DropStmt" in node)) return [];
  const kind = KINDS[String(node.DropStmt.removeType)];
  if (kind === undefined) return [];
  return (node.DropStmt.objects ?? []).map((object) => `${kind} ${objectName(object)}`);
}

/** @returns the object a statement comments, or null. */
export function commentedBy({ node }: Statement): string | null {
  if (!("CommentStmt" in node)) return null;
  const { objtype, object, comment } = node.CommentStmt;
  const kind = KINDS[String(objtype)];
  if (kind === undefined || (comment ?? "").trim() === "") return null;
  return `${kind} ${objectName(object)}`;
}

/** @returns `schema.name(types)` of what is called as a function with these parameters. */
export function functionName(name: unknown, parameters: unknown): string {
  const types = nodesOf(parameters, "FunctionParameter")
    .filter(({ mode }) => !/OUT$|TABLE$/.test(String(mode)) || String(mode) === "FUNC_PARAM_INOUT")
    .map(({ argType }) => typeName(argType));
  return `${qualified(partsOf(name))}(${types.join(", ")})`;
}

/** @returns its language, or null for what is no function. */
export function languageOf({ node }: Statement): string | null {
  return "CreateFunctionStmt" in node ? optionText(node.CreateFunctionStmt.options, "language") : null;
}

const KINDS: Record<string, string | undefined> = {
  OBJECT_SCHEMA: "schema",
  OBJECT_TABLE: "table",
  OBJECT_VIEW: "view",
  OBJECT_COLUMN: "column",
  OBJECT_TABCONSTRAINT: "constraint",
  OBJECT_TRIGGER: "trigger",
  OBJECT_INDEX: "index",
  OBJECT_FUNCTION: "function",
};

function objectName(object: unknown): string {
  if (!isFields(object)) return "";
  if (isFields(object.String)) return String(object.String.sval);
  if (isFields(object.List)) return qualified(partsOf(object.List.items));
  if (isFields(object.ObjectWithArgs)) {
    const { objname, objargs } = object.ObjectWithArgs;
    return `${qualified(partsOf(objname))}(${
      (Array.isArray(objargs) ? objargs : []).map(typeName).join(", ")
    })`;
  }
  return "";
}

/** Columns and constraints in the order of a table's definition, with the names Postgres would choose. */
function elements(table: string, list: unknown, at: (fields: Fields, name: string) => Named): Named[] {
  const bare = table.split(".")[1] ?? table;
  const found: Named[] = [];
  for (const item of Array.isArray(list) ? list : []) {
    if (!isFields(item)) continue;
    if (isFields(item.ColumnDef)) {
      const column = String(item.ColumnDef.colname);
      found.push(at(item.ColumnDef, `column ${table}.${column}`));
      for (const fields of nodesOf(item.ColumnDef.constraints, "Constraint")) {
        const name = constraintName(bare, fields, [column]);
        if (name !== null) found.push(at(item.ColumnDef, `constraint ${table}.${name}`));
      }
    }
    if (isFields(item.Constraint)) {
      const { keys, fk_attrs } = item.Constraint;
      const name = constraintName(bare, item.Constraint, partsOf(keys ?? fk_attrs));
      if (name !== null) found.push(at(item.Constraint, `constraint ${table}.${name}`));
    }
  }
  return found;
}

function constraintName(table: string, fields: Fields, columns: readonly string[]): string | null {
  if (typeof fields.conname === "string") return fields.conname;
  switch (fields.contype) {
    case "CONSTR_PRIMARY":
      return `${table}_pkey`;
    case "CONSTR_UNIQUE":
      return [table, ...columns, "key"].join("_");
    case "CONSTR_FOREIGN":
      return [table, ...columns, "fkey"].join("_");
    case "CONSTR_CHECK":
      return [table, ...columns, "check"].join("_");
    default:
      return null; // not null, defaults and the like have no name of their own here
  }
}

function relation(fields: unknown): string {
  if (!isFields(fields)) return "";
  return qualified([fields.schemaname, fields.relname].filter((part) => typeof part === "string"));
}

function qualified(parts: readonly string[]): string {
  return parts.length === 1 ? `public.${parts[0]}` : parts.join(".");
}

function typeName(type: unknown): string {
  const fields = isFields(type) && isFields(type.TypeName) ? type.TypeName : type;
  if (!isFields(fields)) return "";
  const name = partsOf(fields.names).filter((part) => part !== "pg_catalog").join(".");
  return name + (Array.isArray(fields.arrayBounds) ? "[]" : "");
}
