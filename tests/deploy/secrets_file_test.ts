/** A secret is the same on the platform, whatever characters it has. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertThrows } from "deno-std/assert/throws.js";
import * as z from "zod";
import { REHEARSAL_REF } from "../../ops/deploy/rehearsal_environment.ts";
import { envFileOf } from "../../ops/deploy/rehearse_secrets.ts";
import { runCli } from "../../ops/supabase_cli.ts";

const Sent = z.array(z.object({ name: z.string(), value: z.string() }));

const SECRETS = {
  APOSTROPHE: "it's",
  BACKSLASH: "a\\b'c\\n",
  BACKSLASH_AT_THE_END: "ab\\",
  BOTH: `a'b"c`,
  OTHER_BOTH: "a'b`c",
  DOLLAR: "pa'$HOME${x}",
  DOLLAR_ALONE: "pa$HOME${x}",
  HASH: "a # b",
  LINES: "first'\nsecond",
  PLAIN: "abc",
};

Deno.test("envFileOf() writes secrets that the Supabase CLI sends as they are", async () => {
  const sent: z.infer<typeof Sent> = [];
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-secrets-" });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    if (request.method !== "POST") return Response.json([]);
    sent.push(...Sent.parse(await request.json()));
    return new Response(null, { status: 201 });
  });
  try {
    const address = `http://127.0.0.1:${server.addr.port}`;
    const profile = `${folder}/profile.yaml`;
    await Deno.writeTextFile(
      profile,
      [
        "name: secrets",
        `api_url: ${address}`,
        `dashboard_url: ${address}`,
        "project_host: 127.0.0.1",
        "pooler_host: 127.0.0.1",
        "",
      ].join("\n"),
    );
    await Deno.writeTextFile(`${folder}/secrets.env`, envFileOf(SECRETS), { mode: 0o600 });
    const run = await runCli(
      ["secrets", "set", "--env-file", `${folder}/secrets.env`, `--project-ref=${REHEARSAL_REF}`, "--yes"],
      {
        workdir: folder,
        profile,
        env: { HOME: folder, SUPABASE_ACCESS_TOKEN: `sbp_${"0a1b2c3d".repeat(5)}` },
        alone: true,
      },
    );
    assert(run.ok, run.said);
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
  assertEquals(Object.fromEntries(sent.map(({ name, value }) => [name, value])), SECRETS);
});

Deno.test("envFileOf() refuses what no way of quoting keeps, by name and without the value", () => {
  for (const value of ["'\"`", "a b\\", "'`\\n"]) {
    const error = assertThrows(() => envFileOf({ ODD: value }), Error, "Cannot write ODD");
    assert(!error.message.includes(value));
  }
});
