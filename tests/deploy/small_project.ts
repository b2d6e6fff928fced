/** A project of one function and two migrations that deploys, for breaking one thing at a time. */
import type { Act, RehearsalOptions, Step } from "../../ops/deploy/stage.ts";
import { rehearse } from "../../ops/deploy/rehearse.ts";

/** Files by path; what a breakage names replaces the file or adds one. */
export type Files = Readonly<Record<string, string>>;

const CONFIG = `project_id = "small"
[api]
schemas = ["public", "intake"]
extra_search_path = ["public"]
max_rows = 1000
[auth]
enable_signup = false
jwt_expiry = 3600
[storage]
file_size_limit = "50MiB"
[db.seed]
enabled = false
[functions.probe]
verify_jwt = false
`;

const INDEX = `import * as z from "zod";
import { healthy } from "../../../shared/near.ts";
if (Deno.env.get("ENVIRONMENT") === undefined) throw new Error("ENVIRONMENT is missing");
Deno.serve(() => Response.json(z.object({ status: z.string() }).parse(healthy)));
`;

const SOUND: Files = {
  "deno.json": '{ "imports": { "zod": "npm:zod@4.6.7", "postgres": "npm:postgres@3.4.9" } }',
  "shared/near.ts": 'export { healthy } from "./far.ts";\n',
  "shared/far.ts": 'export const healthy = { status: "healthy" };\n',
  "supabase/config.toml": CONFIG,
  "supabase/functions/probe/deno.json": '{ "imports": { "zod": "npm:zod@4.6.7" } }',
  "supabase/functions/probe/index.ts": INDEX,
  "supabase/migrations/20260101000000_create_schema.sql": "create schema intake;\n",
  "supabase/migrations/20260102000000_create_table.sql":
    "create table intake.things (id bigint primary key);\ncreate extension if not exists pg_cron;\n",
};

/** The configuration with one more line under `[api]`, instead of its schemas, or with more below. */
export const config = (change: (text: string) => string): Files => ({
  "supabase/config.toml": change(CONFIG),
});

/** @returns the red steps of rehearsing the project with these files, `step: detail`. */
export async function redSteps(
  files: Files,
  acts: readonly Act[],
  options: Partial<RehearsalOptions> = {},
): Promise<string[]> {
  const steps = await rehearseSmall(files, acts, options);
  return steps.filter(({ ok }) => !ok).map(({ step, detail }) => `${step}: ${detail}`);
}

/** Rehearses the project with these files. */
export async function rehearseSmall(
  files: Files,
  acts: readonly Act[],
  options: Partial<RehearsalOptions> = {},
): Promise<Step[]> {
  const root = await Deno.makeTempDir({ prefix: "dragonfly-small-" });
  try {
    for (const [path, text] of Object.entries({ ...SOUND, ...files })) {
      await Deno.mkdir(`${root}/${path}`.replace(/\/[^/]+$/, ""), { recursive: true });
      await Deno.writeTextFile(`${root}/${path}`, text);
    }
    return await rehearse({ root, acts, note: () => {}, ...options });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}
