/** Imports follow the arrows, shared/ is pure, tests lie where they are run and are not uploaded. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertNotEquals } from "deno-std/assert/not_equals.js";
import { circles } from "./circles.ts";
import { forbidden, misplacedTest, packageOf, resolve, roomOf } from "./arrows.ts";
import { codeFiles, projectFiles, ROOT } from "./project_files.ts";
import { readSyntax } from "./syntax.ts";

const files = await projectFiles();
const sources = await Promise.all(
  codeFiles(files).map(async (path) => {
    return { path, syntax: readSyntax(path, await Deno.readTextFile(`${ROOT}/${path}`)) };
  }),
);

Deno.test("every import follows the arrows", () => {
  const broken = sources.flatMap(({ path, syntax }) =>
    syntax.imports.flatMap((entry) => {
      const why = forbidden(path, entry);
      return why === null ? [] : [`${path}:${entry.line} imports ${entry.specifier}: ${why}`];
    })
  );
  assertEquals(broken, []);
});

Deno.test("no file imports itself by a way round, types included", () => {
  const imports = new Map(sources.map(({ path, syntax }) => [
    path,
    syntax.imports.flatMap(({ specifier }) =>
      specifier.startsWith(".") ? resolve(path, specifier) ?? [] : []
    ),
  ]));
  assertEquals(circles(imports), []);
});

Deno.test("circles() finds every one, and nothing else", () => {
  const of = (arrows: Record<string, string[]>) => circles(new Map(Object.entries(arrows)));
  assertEquals(of({ a: ["b", "c"], b: ["c"], c: [] }), []);
  assertEquals(of({ a: ["b"], b: ["a"] }), ["a ↔ b"]);
  assertEquals(of({ a: ["a"] }), ["a"]);
  assertEquals(of({ a: ["b"], b: ["c"], c: ["b", "d"], d: ["e"], e: ["d"] }), ["b ↔ c", "d ↔ e"]);
});

Deno.test("every import in what is deployed can be seen without running it", () => {
  const hidden = sources.filter(({ path }) => /^(shared|supabase)\//.test(path)).flatMap(({ path, syntax }) =>
    syntax.oddities.filter((one) => one.rule === "hidden-import").map((one) =>
      `${path}:${one.line} ${one.found}`
    )
  );
  assertEquals(hidden, []);
});

Deno.test("shared/ has no host, no clock and no chance in it", () => {
  const impure = sources.filter(({ path }) => path.startsWith("shared/")).flatMap(({ path, syntax }) =>
    syntax.oddities.filter((one) => one.rule === "impure").map((one) => `${path}:${one.line} ${one.found}`)
  );
  assertEquals(impure, []);
});

Deno.test("tests lie in tests/<group>/ and nowhere else", () => {
  const misplaced = files.flatMap((path) => {
    const why = misplacedTest(path);
    return why === null ? [] : [`${path}: ${why}`];
  });
  assertEquals(misplaced, []);
});

const MAY: [from: string, specifier: string][] = [
  ["shared/csv/a.ts", "../judgments/mod.ts"],
  ["shared/csv/a.ts", "zod"],
  ["shared/data/a.ts", "../csv/mod.ts"],
  ["supabase/functions/_shared/a.ts", "../../../shared/errors.ts"],
  ["supabase/functions/_shared/a.ts", "node:crypto"],
  ["supabase/functions/worker/a.ts", "../_shared/env.ts"],
  ["supabase/functions/worker/a.ts", "../../../shared/data/a.ts"],
  ["stack/a.ts", "../shared/data/a.ts"],
  ["stack/a.ts", "../checkout/a.ts"],
  ["ops/a.ts", "../checkout/a.ts"],
  ["bench/a.ts", "../checkout/a.ts"],
  ["tests/unit/a_test.ts", "deno-std/assert/equals.js"],
  ["tests/sql/a_test.ts", "../../stack/a.ts"],
];

const MAY_NOT: [from: string, specifier: string][] = [
  ["shared/csv/a.ts", "../data/a.ts"],
  ["shared/csv/a.ts", "hono"],
  ["shared/csv/a.ts", "node:crypto"],
  ["shared/csv/a.ts", "../../supabase/functions/_shared/env.ts"],
  ["shared/data/a.ts", "@supabase/supabase-js"],
  ["supabase/functions/_shared/a.ts", "../worker/a.ts"],
  ["supabase/functions/worker/a.ts", "../intake/a.ts"],
  ["supabase/functions/worker/a.ts", "../../../stack/a.ts"],
  ["supabase/functions/worker/a.ts", "npm:zod@4.6.7"],
  ["supabase/functions/worker/a.ts", "../../../../other/a.ts"],
  ["supabase/functions/worker/a.ts", "../../../checkout/a.ts"],
  ["shared/data/a.ts", "../../checkout/a.ts"],
  ["checkout/a.ts", "../stack/a.ts"],
  ["checkout/a.ts", "../ops/a.ts"],
  ["ops/a.ts", "deno-std/toml/parse.js"],
  ["checkout/a.ts", "deno-std/toml/parse.js"],
  ["bench/a.ts", "fast-check"],
  ["ops/a.ts", "../stack/a.ts"],
  ["ops/a.ts", "../tests/support/a.ts"],
  ["stack/a.ts", "../tests/support/a.ts"],
  ["stack/a.ts", "../supabase/functions/_shared/a.ts"],
  ["dashboard/a.tsx", "../ops/a.ts"],
];

Deno.test("forbidden() lets the arrows through", () => {
  for (const [from, specifier] of MAY) {
    assertEquals(forbidden(from, { specifier, line: 1, typeOnly: false }), null, `${from} → ${specifier}`);
  }
});

Deno.test("forbidden() stops everything else", () => {
  for (const [from, specifier] of MAY_NOT) {
    assertNotEquals(forbidden(from, { specifier, line: 1, typeOnly: false }), null, `${from} → ${specifier}`);
  }
});

Deno.test("forbidden() lets shared/data know a client's types", () => {
  const client = { specifier: "@supabase/supabase-js", line: 1 };
  assertEquals(forbidden("shared/data/a.ts", { ...client, typeOnly: true }), null);
  assertNotEquals(forbidden("shared/csv/a.ts", { ...client, typeOnly: true }), null);
});

Deno.test("misplacedTest() keeps tests out of what is deployed and in a group", () => {
  for (const path of ["tests/unit/csv/a_test.ts", "tests/support/stack.ts", "shared/csv/latest.ts"]) {
    assertEquals(misplacedTest(path), null, path);
  }
  for (
    const path of [
      "shared/csv/a_test.ts",
      "supabase/functions/x/a.test.ts",
      "ops/tests/a.ts",
      "tests/a_test.ts",
    ]
  ) {
    assertNotEquals(misplacedTest(path), null, path);
  }
});

Deno.test("readSyntax() sees every way to import", () => {
  const { imports } = readSyntax(
    "a.ts",
    `import a from "./a.ts"; import type { b } from "b"; export * from "./c.ts"; export { d } from "./d.ts";
     import "./e.ts"; await import("./f.ts"); type G = import("./g.ts").G; // import h from "./h.ts"
     const text = 'import i from "./i.ts"';`,
  );
  const seen = imports.map((one) => one.specifier + (one.typeOnly ? " type" : "")).sort();
  assertEquals(seen, ["./a.ts", "./c.ts", "./d.ts", "./e.ts", "./f.ts", "./g.ts type", "b type"]);
});

Deno.test("readSyntax() sees hosts, clocks, chance and computed imports", () => {
  const impure = [
    "Deno.env",
    "process.env",
    "Date.now()",
    "new Date()",
    "fetch(url)",
    "Math.random()",
    "crypto.randomUUID()",
    "performance.now()",
    "setTimeout(f, 1)",
  ];
  for (const text of impure) {
    assertEquals(readSyntax("a.ts", text).oddities.map((one) => one.rule), ["impure"], text);
  }
  for (
    const text of ["new Date(0)", "Date.UTC(1, 1)", "Math.max(1)", "crypto.subtle", "x.fetch()", "'Deno.env'"]
  ) {
    assertEquals(readSyntax("a.ts", text).oddities, [], text);
  }
  assertEquals(readSyntax("a.ts", "import(name)").oddities.map((one) => one.rule), ["hidden-import"]);
});

Deno.test("resolve(), roomOf() and packageOf() read paths", () => {
  assertEquals(resolve("a/b/c.ts", "../d.ts"), "a/d.ts");
  assertEquals(resolve("a.ts", "../d.ts"), null);
  assertEquals(roomOf("supabase/functions/worker/run.ts"), "supabase/functions/worker");
  assertEquals(roomOf("shared/data/a.ts"), "shared/data");
  assertEquals(roomOf("deno.json"), null);
  assertEquals(packageOf("@supabase/lite/postgres"), "@supabase/lite");
  assertEquals(packageOf("hono/cors"), "hono");
});
