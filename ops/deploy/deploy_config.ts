/** What of `supabase/config.toml` a deploy must know; the Supabase CLI reads the rest. */
import { parse } from "deno-std/toml/parse.js";
import * as z from "zod";

const DeployConfig = z.object({
  api: z.object({ schemas: z.array(z.string()) }),
  storage: z.object({ buckets: z.record(z.string(), z.unknown()).default({}) }),
  functions: z.record(z.string(), z.object({ verify_jwt: z.boolean().optional() })).default({}),
});

/** @throws naming what is missing. */
export async function readDeployConfig(root: string): Promise<z.infer<typeof DeployConfig>> {
  return DeployConfig.parse(parse(await Deno.readTextFile(`${root}/supabase/config.toml`)));
}
