/** What of `supabase/config.toml` a deploy must know; the Supabase CLI reads the rest. */
import { parse } from "deno-std/toml/parse.js";
import * as z from "zod";

const Bucket = z.object({
  public: z.boolean().default(false),
  /** `"1GiB"` as the CLI has it; Storage itself wants bytes. */
  file_size_limit: z.string().transform(bytesOf).optional(),
  allowed_mime_types: z.array(z.string()).optional(),
});

const DeployConfig = z.object({
  api: z.object({ schemas: z.array(z.string()) }),
  storage: z.object({ buckets: z.record(z.string(), Bucket).default({}) }).default({ buckets: {} }),
  functions: z.record(z.string(), z.object({ verify_jwt: z.boolean().optional() })).default({}),
});

/** @throws naming what is missing. */
export async function readDeployConfig(root: string): Promise<z.infer<typeof DeployConfig>> {
  return DeployConfig.parse(parse(await Deno.readTextFile(`${root}/supabase/config.toml`)));
}

function bytesOf(size: string, context: z.RefinementCtx): number {
  const [, count, unit] = /^(\d+)\s*(?:([KMG])i?B)?$/i.exec(size.trim()) ?? [];
  if (count === undefined) {
    context.addIssue({ code: "custom", message: `no size: ${size}` });
    return z.NEVER;
  }
  const power = unit === undefined ? 0 : "KMG".indexOf(unit.toUpperCase()) + 1;
  return Number(count) * 1024 ** power;
}
