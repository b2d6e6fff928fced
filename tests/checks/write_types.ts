/** `deno task types`: writes shared/data/database.types.ts anew after a migration has changed. */
import { generateTypes, TYPES_FILE } from "./generated_types.ts";

await Deno.writeTextFile(TYPES_FILE, await generateTypes());
console.log(`written: ${TYPES_FILE}`);
