/** Each function holds together with nothing but its own deno.json, at the versions everything else is tested with. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { readConfig } from "../../checkout/config.ts";
import { checkAlone, functionNames, pinProblems, reachedFiles } from "./function_bundle.ts";
import { ROOT } from "./project_files.ts";

const { functions } = await readConfig();

for (const name of await functionNames(ROOT)) {
  Deno.test(`function ${name} is deployed without the platform's own check of callers`, () => {
    assertEquals(
      functions[name]?.verify_jwt,
      false,
      `[functions.${name}] verify_jwt in supabase/config.toml`,
    );
  });

  Deno.test(`function ${name} holds together alone`, async () => {
    const { ok, said } = await checkAlone(ROOT, name);
    assert(ok, said);
  });

  Deno.test(`function ${name} pins the root's versions, exactly`, async () => {
    assertEquals(await pinProblems(ROOT, name), []);
  });
}

const ZOD = "npm:zod@4.6.7";

/** A project of one function `probe`, with this project's lock. */
async function withFunction<T>(
  options: { source: string; imports: Record<string, string>; root?: Record<string, string> },
  use: (root: string) => Promise<T>,
): Promise<T> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/supabase/functions/probe`, { recursive: true });
    await Deno.mkdir(`${root}/shared`);
    const map = options.root ?? { zod: ZOD, postgres: "npm:postgres@3.4.9" };
    await Deno.writeTextFile(`${root}/deno.json`, JSON.stringify({ imports: map }));
    await Deno.copyFile(`${ROOT}/deno.lock`, `${root}/deno.lock`);
    const home = `${root}/supabase/functions/probe`;
    await Deno.writeTextFile(`${home}/deno.json`, JSON.stringify({ imports: options.imports }));
    await Deno.writeTextFile(`${home}/index.ts`, options.source);
    await Deno.writeTextFile(`${root}/shared/near.ts`, `export * from "./far.ts";`);
    await Deno.writeTextFile(
      `${root}/shared/far.ts`,
      `import * as z from "zod"; export const text = z.string();`,
    );
    await Deno.writeTextFile(`${root}/shared/apart.ts`, `export {};`);
    return await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const REACHES =
  `import { text } from "../../../shared/near.ts"; Deno.serve(() => new Response(text.parse("ok")));`;

Deno.test("checkAlone() lets a function through that pins what it reaches", async () => {
  await withFunction({ source: REACHES, imports: { zod: ZOD } }, async (root) => {
    assertEquals(await checkAlone(root, "probe"), { ok: true, said: "" });
    assertEquals(await pinProblems(root, "probe"), []);
  });
});

Deno.test("checkAlone() refuses what only the root's map resolves, in the function", async () => {
  const source = `import postgres from "postgres"; Deno.serve(() => new Response(String(postgres)));`;
  const { ok, said } = await withFunction(
    { source, imports: { zod: ZOD } },
    (root) => checkAlone(root, "probe"),
  );
  assert(!ok);
  assertStringIncludes(said, `"postgres"`);
});

Deno.test("checkAlone() refuses what only the root's map resolves, in a file it reaches", async () => {
  const { ok, said } = await withFunction(
    { source: REACHES, imports: {} },
    (root) => checkAlone(root, "probe"),
  );
  assert(!ok);
  assertStringIncludes(said, `"zod"`);
});

Deno.test("reachedFiles() follows imports and takes nothing else along", async () => {
  await withFunction({ source: REACHES, imports: { zod: ZOD } }, async (root) => {
    assertEquals(await reachedFiles(root, "probe"), [
      "shared/far.ts",
      "shared/near.ts",
      "supabase/functions/probe/index.ts",
    ]);
  });
});

const BAD_PINS: Record<string, [alias: string, target: string]> = {
  "a range": ["zod", "npm:zod@^4.6.7"],
  "no version": ["zod", "npm:zod"],
  "another version": ["zod", "npm:zod@4.6.6"],
  "another package under the name": ["zod", "npm:postgres@3.4.9"],
  "what the root does not have": ["hono", "npm:hono@4.13.19"],
  "another registry": ["zod", "https://esm.example/zod@4.6.7"],
};
for (const [what, [alias, target]] of Object.entries(BAD_PINS)) {
  Deno.test(`pinProblems() refuses ${what}`, async () => {
    const options = { source: REACHES, imports: { [alias]: target } };
    assertEquals((await withFunction(options, (root) => pinProblems(root, "probe"))).length, 1);
  });
}

Deno.test("pinProblems() lets a path of a package through", async () => {
  const options = {
    source: REACHES,
    imports: { "hono/cors": "npm:hono@4.13.19/cors" },
    root: { hono: "npm:hono@4.13.19" },
  };
  assertEquals(await withFunction(options, (root) => pinProblems(root, "probe")), []);
});
