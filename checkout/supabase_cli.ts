/** The real Supabase CLI: where it is found. */
import { ROOT } from "./root.ts";

/** `SUPABASE_CLI` names another build of the CLI where this platform's is not among our packages. */
export function supabaseCli(): string {
  return Deno.env.get("SUPABASE_CLI") ?? `${ROOT}/node_modules/@supabase/cli-linux-x64/bin/supabase`;
}
