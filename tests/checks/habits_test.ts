/** No drawers, no `any`, no look-away comments, no test that is skipped or shuts the others out. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertNotEquals } from "deno-std/assert/not_equals.js";
import { emptyName, forbiddenCode, forbiddenComments } from "./habits.ts";
import { codeFiles, projectFiles, ROOT } from "./project_files.ts";
import { readSyntax } from "./syntax.ts";

const files = await projectFiles();

Deno.test("no folder or file is a drawer for anything", () => {
  assertEquals(files.filter((path) => emptyName(path) !== null), []);
});

Deno.test("no code escapes the types or keeps tests from running", async () => {
  const found: string[] = [];
  for (const path of codeFiles(files)) {
    for (const oddity of readSyntax(path, await Deno.readTextFile(`${ROOT}/${path}`)).oddities) {
      const why = forbiddenCode(path, oddity);
      if (why !== null) found.push(`${path}:${oddity.line} ${oddity.found}: ${why}`);
    }
  }
  assertEquals(found, []);
});

Deno.test("no comment tells the compiler to look away or puts work off", async () => {
  const found: string[] = [];
  for (const path of files.filter((one) => /\.([tj]sx?|sql|sh|toml|ya?ml|css|html)$|^\.ci\//.test(one))) {
    const text = await Deno.readTextFile(`${ROOT}/${path}`);
    found.push(...forbiddenComments(text).map((line) => `${path}:${line}`));
  }
  assertEquals(found, []);
});

Deno.test("emptyName() sees drawers as folders and in file names", () => {
  for (
    const path of [
      "shared/utils/a.ts",
      "ops/helpers.ts",
      "a/csv_utils_test.ts",
      "stack/common/x/y.ts",
      "Services/a.ts",
    ]
  ) {
    assertNotEquals(emptyName(path), null, path);
  }
  for (const path of ["shared/csv/mod.ts", "docs/customer_service_hours/x.md", "stack/commonplace.ts"]) {
    assertEquals(emptyName(path), null, path);
  }
});

const BAD_CODE = [
  "let a: any;",
  "const a = b as unknown as string;",
  `Deno.test.only("a", f);`,
  `Deno.test.ignore("a", f);`,
  `Deno.test({ name: "a", ignore: true, fn });`,
  `Deno.test({ name: "a", only: true, fn });`,
  `describe.only("a", f);`,
  "for (;;) f();",
  "while (true) f();",
];
for (const text of BAD_CODE) {
  Deno.test(`forbiddenCode() refuses ${text}`, () => {
    const why = readSyntax("a_test.ts", text).oddities.map((oddity) => forbiddenCode("a_test.ts", oddity));
    assertEquals(why.filter((one) => one !== null).length, 1);
  });
}

Deno.test("forbiddenCode() lets ordinary code through", () => {
  const text = `// any
    const a = b as string; const many = "any"; only(x); set.only; rule.ignore(x); test({ ignore: os === "windows" });
    const c = value as const; Date.now();`;
  const { oddities } = readSyntax("a_test.ts", text);
  assertEquals(
    oddities.map((oddity) => forbiddenCode("a_test.ts", oddity)).filter((why) => why !== null),
    [],
  );
  assertEquals(readSyntax("a.ts", "for (;;) f();").oddities.map((oddity) => forbiddenCode("a.ts", oddity)), [
    null,
  ]);
});

Deno.test("forbiddenComments() sees comments that look away or put off", () => {
  const at = "@ts-";
  for (const text of [`// ${at}ignore`, `// ${at}nocheck`, `-- TO${"DO"} later`, `# FIX${"ME"}`]) {
    assertEquals(forbiddenComments(`\n${text}`).length, 1, text);
  }
  assertEquals(forbiddenComments(`// deno-lint-${"ignore"} no-explicit-any`).length, 1);
  assertEquals(forbiddenComments("// what is to do here: nothing"), []);
});
