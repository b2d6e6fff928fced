/** Reads `supabase/config.toml`: what the local stack obeys and a deploy must know. The Supabase CLI reads the rest. */
import { parse } from "smol-toml";
import * as z from "zod";
import { ROOT } from "./root.ts";

const Bucket = z.object({
  public: z.boolean().default(false),
  file_size_limit: z.string().optional(),
  allowed_mime_types: z.array(z.string()).optional(),
});

const Config = z.object({
  project_id: z.string(),
  api: z.object({
    schemas: z.array(z.string()),
    extra_search_path: z.array(z.string()),
    max_rows: z.number().int().positive(),
  }),
  auth: z.object({
    enable_signup: z.boolean(),
    jwt_expiry: z.number().int(),
  }),
  storage: z.object({
    file_size_limit: z.string(),
    buckets: z.record(z.string(), Bucket).default({}),
  }),
  functions: z.record(z.string(), z.object({ verify_jwt: z.boolean() })).default({}),
});
export type Config = z.infer<typeof Config>;

/** @param root of the checkout that is meant. @throws naming every setting that is missing or of the wrong kind. */
export async function readConfig(root: string = ROOT): Promise<Config> {
  const path = `${root}/supabase/config.toml`;
  const config = Config.safeParse(parse(await Deno.readTextFile(path)));
  if (!config.success) throw new Error(`Cannot use ${path}: ${z.prettifyError(config.error)}`);
  return config.data;
}

/** `"1GiB"`, `"50MB"`, `"100"` → bytes. Powers of 1024 either way: so the CLI reads them. */
export function bytesOf(size: string): number {
  const match = /^(\d+)\s*(?:([KMG])i?B|B)?$/i.exec(size.trim());
  if (match === null) throw new Error(`Cannot read a size from "${size}": use 50MiB, 1GiB or bytes`);
  const power = match[2] === undefined ? 0 : "KMG".indexOf(match[2].toUpperCase()) + 1;
  return Number(match[1]) * 1024 ** power;
}
