/** The OpenAPI document as it is committed, and as the declarations make it. */
import { openApiDocument } from "../../shared/http/openapi.ts";
import { VERSION } from "../../supabase/functions/_shared/version.ts";
import { ROOT } from "./project_files.ts";

/** Where the document is kept. */
export const DOCUMENT_FILE = `${ROOT}/docs/openapi.json`;

/** @returns the file's text as it should be. */
export function generateDocument(): string {
  return `${JSON.stringify(openApiDocument(VERSION), null, 2)}\n`;
}
