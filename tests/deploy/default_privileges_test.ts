/**
 * Rights are the listed ones whatever a project grants by itself: everything, as before 2026-10-30 and with
 * `supabase start`, or nothing, as since.
 */
import { assertEquals } from "deno-std/assert/mod.js";
import { auditSecurity } from "../../ops/security/checks.ts";
import { DEFAULT_PRIVILEGES } from "../../stack/database/bootstrap.ts";
import { connect } from "../../stack/database/connect.ts";
import { supabaseCli } from "../../checkout/supabase_cli.ts";
import { startTestServer } from "../support/test_postgres.ts";

/** What Supabase's own lints say above INFO. */
async function adviceOn(url: string): Promise<unknown> {
  const { stdout, stderr } = await new Deno.Command(supabaseCli(), {
    args: ["db", "advisors", `--remote=${url}`, "--level", "warn", "--output-format", "json"],
    env: { SUPABASE_TELEMETRY_DISABLED: "1" },
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stdout);
  if (said.trim() === "") throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(said).results;
}

for (const defaults of DEFAULT_PRIVILEGES) {
  Deno.test(`where defaults are "${defaults}", the security audit and Supabase's advisors find nothing`, async () => {
    const server = await startTestServer(defaults);
    const sql = connect(server, "postgres", "tests");
    try {
      const [found] = await sql`
        select count(*)::int as entries from pg_default_acl
        where defaclrole = 'supabase_admin'::regrole and defaclnamespace = 'public'::regnamespace`;
      assertEquals(found?.entries, defaults === "granted" ? 3 : 0);
      assertEquals(await auditSecurity(sql), []);
      assertEquals(
        await adviceOn(`postgresql://postgres:${server.password}@127.0.0.1:${server.port}/postgres`),
        [],
      );
    } finally {
      await sql.end();
      await server.stop();
    }
  });
}
