/** `deno task openapi`: writes docs/openapi.json anew after a route, field or answer was declared otherwise. */
import { DOCUMENT_FILE, generateDocument } from "./generated_document.ts";

await Deno.writeTextFile(DOCUMENT_FILE, generateDocument());
console.log(`written: ${DOCUMENT_FILE}`);
