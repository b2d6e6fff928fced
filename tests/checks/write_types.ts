/** `deno task types`: writes anew what is generated from the migrations, after one has changed. */
import { generateGuards, GUARDS_FILE } from "./generated_guards.ts";
import { generateTypes, TYPES_FILE } from "./generated_types.ts";

for (const [file, generate] of [[TYPES_FILE, generateTypes], [GUARDS_FILE, generateGuards]] as const) {
  await Deno.writeTextFile(file, await generate());
  console.log(`written: ${file}`);
}
