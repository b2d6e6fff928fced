/** A deploy for real, to a running stack as the project and a stand-in of the platform's management API. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import type postgres from "postgres";
import { layOut, uncommitted } from "../../ops/deploy/code_of_ref.ts";
import { deploy, type DeployOptions, type Project, pushDatabase } from "../../ops/deploy/deploy.ts";
import { type ManagementApi, startManagementApi } from "../../ops/deploy/management_api.ts";
import { migrationUrl } from "../../ops/deploy/project.ts";
import { REHEARSAL_REF, requiredSecrets } from "../../ops/deploy/rehearsal_environment.ts";
import { ROOT } from "../../checkout/root.ts";
import { sharedStack } from "../stack/shared_stack.ts";

interface Scene {
  readonly project: Project;
  readonly options: DeployOptions;
  readonly api: ManagementApi;
  readonly sql: postgres.Sql;
}

/** One project for all tests: each deploy leaves it as it should be. */
const shared = sharedStack();

/** @param use gets a platform that was told nothing yet. */
async function withProject(use: (scene: Scene) => Promise<void>): Promise<void> {
  const home = await Deno.makeTempDir();
  const { stack, sql } = shared();
  try {
    await using api = startManagementApi(REHEARSAL_REF);
    await Deno.writeTextFile(`${home}/profile.yaml`, api.profile);
    const options: DeployOptions = {
      root: ROOT,
      codeOnly: false,
      profile: `${home}/profile.yaml`,
      env: { HOME: home, SUPABASE_ACCESS_TOKEN: `sbp_${"0a1b2c3d".repeat(5)}` },
      note: () => {},
    };
    const project: Project = {
      ref: REHEARSAL_REF,
      apiUrl: stack.api_url,
      wakeToken: "a-token-made-for-this-deploy",
      secrets: requiredSecrets(),
      migrationUrl: `${stack.db_url}?sslmode=disable`,
      sql,
    };
    await use({ project, options, api, sql });
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("deploy() takes all its steps in the safe order and leaves the project well", async () => {
  await withProject(async ({ project, options, api, sql }) => {
    await sql`update storage.buckets set file_size_limit = 1 where id = 'intake'`;
    const steps = await deploy(project, options);
    assertEquals(steps.filter(({ ok }) => !ok), []);
    assertEquals(steps.map(({ step }) => step), [
      "migrations",
      "config",
      "buckets",
      "secrets",
      "functions",
      "vault",
      "health",
      "readiness",
      "rights",
    ]);
    assertEquals([...api.secrets].sort(), Object.keys(requiredSecrets()).sort());
    assert(api.live.includes("intake") && api.live.includes("worker"), api.live.join());
    assertStringIncludes(String(api.settings.get("postgrest")?.db_schema), "intake");
    const [bucket] = await sql`select file_size_limit::text, public from storage.buckets where id = 'intake'`;
    assertEquals([bucket?.file_size_limit, bucket?.public], [String(1024 ** 3), false]);
    const vault = await sql`
      select s.name, s.decrypted_secret as value from vault.decrypted_secrets s where s.name like 'dragonfly%' order by 1`;
    assertEquals(vault.map((row) => row.value), [
      `${project.apiUrl}/functions/v1`,
      "a-token-made-for-this-deploy",
    ]);
  });
});

Deno.test("deploy() of older code leaves migrations, configuration and secrets alone", async () => {
  await withProject(async ({ project, options, api }) => {
    const folder = await Deno.makeTempDir();
    try {
      const commit = await layOut(ROOT, "HEAD", folder);
      assertEquals(commit.length, 40);
      const steps = await deploy(project, { ...options, root: folder, codeOnly: true });
      assertEquals(steps.map(({ step, ok }) => [step, ok]), [
        ["functions", true],
        ["vault", true],
        ["health", true],
        ["readiness", true],
        ["rights", true],
      ]);
      assertEquals([[...api.settings.keys()], [...api.secrets]], [[], []]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
});

Deno.test("deploy() stops at the first step that fails", async () => {
  await withProject(async ({ project, options, api }) => {
    const secrets = { ...project.secrets, SUPABASE_DIRECT_URL: "x" };
    const steps = await deploy({ ...project, secrets }, options);
    assertEquals(steps.at(-1)?.step, "secrets");
    assertStringIncludes(steps.at(-1)?.detail ?? "", "cannot start with SUPABASE_");
    assertEquals([...api.live], []);
  });
});

Deno.test("pushDatabase() ends red when a right is loosened", async () => {
  await withProject(async ({ project, options, sql }) => {
    assertEquals((await pushDatabase(project, options)).every(({ ok }) => ok), true);
    await sql`grant select on public.judgments to anon`;
    const last = (await pushDatabase(project, options).finally(() =>
      sql`revoke select on public.judgments from anon`
    )).at(-1);
    assertEquals([last?.step, last?.ok], ["rights", false]);
    assertStringIncludes(last?.detail ?? "", "public.judgments: anon may select");
  });
});

Deno.test("migrationUrl() takes the session pooler beside the transaction pooler", () => {
  const url = (port: number) =>
    `postgresql://postgres.ref:secret@pooler.example.com:${port}/postgres?sslmode=require`;
  assertEquals([migrationUrl(url(6543)), migrationUrl(url(5432))], [url(5432), url(5432)]);
});

Deno.test("layOut() refuses a commit that is not there", async () => {
  await assertRejects(() => layOut(ROOT, "no-such-tag", "."), Error, 'There is no commit "no-such-tag"');
});

Deno.test("uncommitted() names what would be deployed and stands in no commit", async () => {
  const folder = await Deno.makeTempDir();
  const git = (...args: string[]) => new Deno.Command("git", { args, cwd: folder }).output();
  try {
    await git("init", "-q");
    await Deno.mkdir(`${folder}/shared`);
    await Deno.writeTextFile(`${folder}/shared/a.ts`, "");
    await Deno.writeTextFile(`${folder}/elsewhere.ts`, "");
    assertEquals(await uncommitted(folder), ["shared/"]);
    await git("add", "shared");
    await git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "a");
    assertEquals(await uncommitted(folder), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
