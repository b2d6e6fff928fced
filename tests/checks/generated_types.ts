/** The database's types as the Supabase CLI generates them from a freshly migrated database. */
import { readConfig } from "../../checkout/config.ts";
import { supabaseCli } from "../../checkout/supabase_cli.ts";
import { withDatabase } from "../support/database.ts";
import { ROOT } from "./project_files.ts";

/** Where the generated types are kept. */
export const TYPES_FILE = `${ROOT}/shared/data/database.types.ts`;

const HEAD = "// Generated from the migrations by `deno task types`; not edited by hand.\n";

/** @returns the file's text as it should be, formatted. @throws with what the CLI said when it fails. */
export async function generateTypes(): Promise<string> {
  const { api } = await readConfig();
  const home = await Deno.makeTempDir({ prefix: "dragonfly-types-" }); // the CLI reads nobody's login
  try {
    let text = "";
    await withDatabase(async ({ url }) => {
      // Told to do without TLS: the CLI's remark about missing it goes to stdout, into the types.
      text = await output(supabaseCli(), [
        "gen",
        "types",
        `--remote=${url}?sslmode=disable`,
        ...schemaFlags(api.schemas),
      ], {
        cwd: ROOT,
        env: { HOME: home, PATH: "/usr/bin:/bin", SUPABASE_TELEMETRY_DISABLED: "1" },
        clearEnv: true,
      });
    });
    await Deno.writeTextFile(`${home}/types.ts`, HEAD + text);
    await output(
      Deno.execPath(),
      ["fmt", "--quiet", "--no-config", "--line-width=110", `${home}/types.ts`],
      {},
    );
    return await Deno.readTextFile(`${home}/types.ts`);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

function schemaFlags(schemas: readonly string[]): string[] {
  return schemas.map((schema) => `--schema=${schema}`);
}

async function output(program: string, args: string[], options: Deno.CommandOptions): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args, stdin: "null", ...options })
    .output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot generate the database's types: ${decoder.decode(stderr).trim()}`);
  return decoder.decode(stdout);
}
