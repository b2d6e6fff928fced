/** The table of guards by hash, as a freshly migrated database has them. */
import * as z from "zod";
import {
  FoundFunction,
  FoundTrigger,
  FUNCTIONS_SQL,
  TRIGGERS_SQL,
} from "../../shared/sentinel/guards_sql.ts";
import { withDatabase } from "../support/database.ts";
import { ROOT } from "./project_files.ts";

/** Where the table is kept. */
export const GUARDS_FILE = `${ROOT}/shared/sentinel/guard_hashes.ts`;

/** @returns the file's text as it should be. */
export async function generateGuards(): Promise<string> {
  let text = "";
  await withDatabase(async ({ sql }) => {
    const registered = await sql`select table_name, trigger_name, must_be from ops.guard_triggers`;
    const triggers = z.array(FoundTrigger).parse([...await sql.unsafe(TRIGGERS_SQL)]).flatMap((one) => {
      const row = registered.find((guard) =>
        guard.table_name === one.table && guard.trigger_name === one.trigger
      );
      return row === undefined ? [] : [{ ...one, must_be: String(row.must_be) }];
    });
    const functions = z.array(FoundFunction).parse([...await sql.unsafe(FUNCTIONS_SQL)]);
    text = write(triggers, functions);
  });
  return text;
}

function write(
  triggers: readonly (FoundTrigger & { must_be: string })[],
  functions: readonly FoundFunction[],
) {
  return [
    "// Generated from the migrations by `deno task types`; not edited by hand.",
    "// Guard triggers, and SHA-256 of their definitions and of the functions they call: what the database says of itself",
    "// is held against this.",
    "",
    "export interface Guard {",
    "  readonly table: string;",
    "  readonly trigger: string;",
    '  readonly must_be: "always" | "enabled";',
    "  readonly definition: string;",
    "  readonly function: string;",
    "  readonly body: string;",
    "}",
    "",
    "export const GUARDS: readonly Guard[] = [",
    ...triggers.flatMap((one) => [
      "  {",
      ...(["table", "trigger", "must_be", "definition", "function", "body"] as const).map((key) =>
        `    ${key}: ${JSON.stringify(one[key])},`
      ),
      "  },",
    ]),
    "];",
    "",
    "/** Functions the record and its guards stand on; overloads are one text. */",
    "export const GUARD_FUNCTIONS: Readonly<Record<string, string>> = {",
    ...functions.flatMap((one) => [`  ${JSON.stringify(one.function)}:`, `    ${JSON.stringify(one.body)},`]),
    "};",
    "",
  ].join("\n");
}
