/** The rehearsal on a small project: green as it is, red by name for each thing that would surprise on the platform. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { requiredSecrets } from "../../ops/deploy/rehearsal_environment.ts";
import type { Step } from "../../ops/deploy/stage.ts";
import { config, type Files, redSteps, rehearseSmall } from "./small_project.ts";

Deno.test("rehearse() finds nothing wrong with functions that deploy", async () => {
  const steps = await rehearseSmall({}, ["functions", "secrets"]);
  assertEquals(steps.filter(({ ok }) => !ok), []);
  assertEquals(steps.map(({ step }) => step), [
    "functions upload",
    "function probe files",
    "function probe check",
    "function probe size",
    "function probe boot",
    "secrets",
  ]);
});

interface Breakage {
  readonly what: string;
  readonly files: Files;
  /** How the one red line begins, and what stands in it. */
  readonly step: string;
  readonly says: string;
}

const INDEX = "supabase/functions/probe/index.ts";
const serving = (first: string) => `${first}\nDeno.serve(() => Response.json({ status: "healthy" }));\n`;

const CODE: readonly Breakage[] = [
  {
    what: "a broken import",
    files: { "shared/near.ts": 'export { healthy } from "./nowhere.ts";\n' },
    step: "functions upload",
    says: "nowhere.ts",
  },
  {
    what: "an import only the root's map resolves, in the function",
    files: { [INDEX]: serving('import postgres from "postgres";\nconsole.log(typeof postgres);') },
    step: "function probe check",
    says: '"postgres"',
  },
  {
    what: "an import only the root's map resolves, in a file it reaches",
    files: {
      "shared/far.ts":
        'import postgres from "postgres";\nexport const healthy = { status: "healthy", sql: typeof postgres };\n',
    },
    step: "function probe check",
    says: '"postgres"',
  },
  {
    what: "an oversized bundle",
    files: { "shared/far.ts": `export const healthy = { status: "${"healthy".repeat(3_200_000)}" };\n` },
    step: "function probe files",
    says: "over the platform's 20,480 kB",
  },
  {
    what: "a mistake of types",
    files: { [INDEX]: serving('export const count: number = "one";') },
    step: "function probe check",
    says: "not assignable",
  },
  {
    what: "a function that does not start in the platform's environment",
    files: {
      [INDEX]: serving('if (Deno.env.get("ONLY_HERE") === undefined) throw new Error("no ONLY_HERE");'),
    },
    step: "function probe boot",
    says: "no ONLY_HERE",
  },
  {
    what: "a function whose health is not well",
    files: { [INDEX]: 'Deno.serve(() => new Response("no", { status: 500 }));\n' },
    step: "function probe boot",
    says: "health answers 500 no",
  },
  {
    what: "a function that is declared and has no code",
    files: config((text) => `${text}[functions.absent]\nverify_jwt = false\n`),
    step: "functions upload",
    says: "absent",
  },
  {
    what: "a function that asks the platform to check its callers",
    files: config((text) => text.replace("verify_jwt = false", "verify_jwt = true")),
    step: "function probe files",
    says: "verify_jwt is on",
  },
  {
    what: "a setting the CLI warns of",
    files: config((text) => `${text}[auth.email]\nenable_signup = false\n`),
    step: "functions upload",
    says: "WARN: auth.email.enable_signup is deprecated",
  },
  {
    what: "a setting the CLI does not know",
    files: config((text) => `${text}[api.nonsense]\nx = 1\n`),
    step: "functions upload",
    says: "does not recognize and ignores: api.nonsense",
  },
];

for (const { what, files, step, says } of CODE) {
  Deno.test(`rehearse() turns red for ${what}`, async () => {
    const red = await redSteps(files, ["functions"]);
    assert(
      red.some((line) => line.startsWith(`${step}: `) && line.includes(says)),
      red.join("\n") || "no red step",
    );
    const uploads = red.filter((line) => line.startsWith("functions upload: ")).length;
    assertEquals(uploads, step === "functions upload" ? 1 : 0, red.join("\n"));
  });
}

Deno.test("rehearse() counts packages as part of a bundle", async () => {
  const [red = ""] = await redSteps({}, ["functions"], { bundleLimit: 500_000 });
  assertStringIncludes(red, "function probe size: ");
});

Deno.test("rehearse() turns red for a secret with a name of the platform's", async () => {
  const secrets = { ...requiredSecrets(), SUPABASE_DIRECT_URL: "x" };
  const [red = ""] = await redSteps({}, ["secrets"], { secrets });
  assertStringIncludes(red, "secrets: Env name cannot start with SUPABASE_, skipping: SUPABASE_DIRECT_URL");
  assertStringIncludes(red, "SUPABASE_DIRECT_URL was not set");
});

let rehearsed: Promise<Step[]> | undefined;

/** The steps of the sound project's database, rehearsed once for all who look at them. */
function soundDatabase(): Promise<Step[]> {
  return rehearsed ??= rehearseSmall({}, ["database"]);
}

/** What the small project cannot have right: it has none of the tables the rights are about, and open ones. */
const EXPECTED_RED = ["rights", "advisors"];
const expected = (line: string) => EXPECTED_RED.some((step) => line.startsWith(`${step}: `));

Deno.test("rehearse() applies migrations, applies them again, and takes the road from before", async () => {
  const steps = await soundDatabase();
  assertEquals(steps.map(({ step, ok }) => [step, EXPECTED_RED.includes(step) || ok]), [
    ["migrations on an empty database", true],
    ["migrations again", true],
    ["config", true],
    ["rights", true],
    ["advisors", true],
    ["migrations from all but the newest migration", true],
    ["both roads lead to one schema", true],
  ]);
  assertStringIncludes(steps[2]?.detail ?? "", "exposed: public, intake");
});

const LAST = "supabase/migrations/20260103000000_alter_things.sql";

const DATABASE: readonly Breakage[] = [
  {
    what: "a migration that needs a superuser",
    files: { [LAST]: "alter system set work_mem = '64MB';\n" },
    step: "migrations on an empty database",
    says: "permission denied",
  },
  {
    what: "a migration that does not parse",
    files: { [LAST]: "create tabel x ();\n" },
    step: "migrations on an empty database",
    says: "syntax error",
  },
  {
    what: "a schema that depends on the road to it",
    files: {
      // A name that no two runs give alike.
      [LAST]: `do $$ begin
        execute pg_catalog.format('create table intake.%I (id bigint)', 't' || pg_catalog.pg_backend_pid());
      end $$;\n`,
    },
    step: "both roads lead to one schema",
    says: "only from empty: ",
  },
];

for (const { what, files, step, says } of DATABASE) {
  Deno.test(`rehearse() turns red for ${what}`, async () => {
    const red = await redSteps(files, ["database"]);
    assert(
      red.some((line) => line.startsWith(`${step}: `) && line.includes(says)),
      red.join("\n") || "no red step",
    );
    assertEquals(
      red.filter((line) => !expected(line)).length,
      EXPECTED_RED.includes(step) ? 0 : 1,
      red.join("\n"),
    );
  });
}

/** What a rehearsal goes on after: all of it is looked for in one, by the line it says. */
const AT_ONCE: readonly { what: string; sql: string; says: string }[] = [
  {
    what: "one grant to anon",
    sql: "grant usage on schema intake to anon;\ngrant select on intake.things to anon;\n",
    says: "no_grants_to_people: intake.things: anon may select",
  },
  {
    what: "row level security that is off on one table",
    sql: "create table intake.more (id bigint);\n",
    says: "row_level_security: intake.more: row level security is off",
  },
  {
    what: "one guard that is not always on",
    sql: `create function intake.refuse() returns trigger language plpgsql set search_path = '' as $$
        begin raise exception 'no'; end $$;
        create trigger _100_guard_things before delete on intake.things for each row execute function intake.refuse();
      `,
    says: "guards_always: intake.things: trigger _100_guard_things is not enable always",
  },
  {
    what: "a function the advisors warn of",
    sql: "create function public.loose() returns int language sql as 'select 1';\n",
    says: "WARN function_search_path_mutable: ",
  },
];

Deno.test("rehearse() tells of everything that is wrong after the migrations, in one run", async (test) => {
  const red = await redSteps({
    [LAST]: AT_ONCE.map(({ sql }) => sql).join(""),
    ...config((text) => text.replace('"intake"]', '"intake", "nowhere"]')),
  }, ["database"]);
  const sound = (await soundDatabase()).map(({ detail }) => detail);
  for (const { what, says } of AT_ONCE) {
    await test.step(what, () => {
      assert(red.some((line) => line.includes(says)), red.join("\n"));
      assert(!sound.some((detail) => detail.includes(says)), sound.join("\n")); // and not without its cause
    });
  }
  await test.step("an exposed schema that does not exist, the one other red step", () => {
    assertEquals(red.filter((line) => !expected(line)), [
      "config: schema nowhere is exposed and does not exist: every REST call would fail (PGRST002)",
    ]);
  });
});
