/** The database's types as the Supabase CLI generates them, formatted as they are kept. */
import { readConfig } from "../../checkout/config.ts";
import { ROOT } from "../../checkout/root.ts";
import { lastWords, runCli } from "../supabase_cli.ts";

/** Where the generated types are kept, from the root. */
export const TYPES_FILE = "shared/data/database.types.ts";

const HEAD = "// Generated from the migrations by `deno task types`; not edited by hand.\n";

/** @returns the file's text as it should be. @throws with what the CLI said when it fails. */
export async function typesOf(databaseUrl: string): Promise<string> {
  const { api } = await readConfig();
  const home = await Deno.makeTempDir({ prefix: "dragonfly-types-" }); // the CLI reads nobody's login
  try {
    const run = await runCli(
      ["gen", "types", `--remote=${databaseUrl}`, ...api.schemas.map((schema) => `--schema=${schema}`)],
      { workdir: ROOT, env: { HOME: home }, alone: true },
    );
    if (!run.ok) throw new Error(`Cannot generate the database's types: ${lastWords(run)}`);
    await Deno.writeTextFile(`${home}/types.ts`, HEAD + run.output);
    const formatted = await new Deno.Command(Deno.execPath(), {
      args: ["fmt", "--quiet", "--no-config", "--line-width=110", `${home}/types.ts`],
      stdin: "null",
    }).output();
    if (!formatted.success) throw new Error(new TextDecoder().decode(formatted.stderr).trim());
    return await Deno.readTextFile(`${home}/types.ts`);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}
