/** The database's types as the Supabase CLI generates them from a freshly migrated database. */
import { TYPES_FILE as KEPT, typesOf } from "../../ops/migrations/types.ts";
import { withDatabase } from "../support/database.ts";
import { ROOT } from "./project_files.ts";

/** Where the generated types are kept. */
export const TYPES_FILE = `${ROOT}/${KEPT}`;

/** @returns the file's text as it should be, formatted. @throws with what the CLI said when it fails. */
export async function generateTypes(): Promise<string> {
  let text = "";
  await withDatabase(async ({ url }) => {
    // Told to do without TLS: the CLI's remark about missing it goes to stdout, into the types.
    text = await typesOf(`${url}?sslmode=disable`);
  });
  return text;
}
