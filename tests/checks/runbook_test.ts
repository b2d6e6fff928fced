/** The runbook knows every check; it and the other documents name no command that is not there. */
import { assertEquals } from "deno-std/assert/equals.js";
import { CHECKS } from "../../shared/sentinel/checks.ts";
import { namedInDocument, notThere } from "./named_commands.ts";
import { ROOT } from "./project_files.ts";
import { assertGreater } from "deno-std/assert/greater.js";

const RUNBOOK = await Deno.readTextFile(`${ROOT}/docs/runbook.md`);

Deno.test("the runbook has a section for every check, and for nothing else under that heading", () => {
  const section = RUNBOOK.slice(
    RUNBOOK.indexOf("## What each check means"),
    RUNBOOK.indexOf("## Vendor pull"),
  );
  assertEquals(
    [...section.matchAll(/^### (\w+)$/gm)].map(([, name]) => name),
    CHECKS.map((check) => check.name),
  );
});

Deno.test("docs/sentinel.md shows what every check prints, in their order", async () => {
  const page = await Deno.readTextFile(`${ROOT}/docs/sentinel.md`);
  assertEquals(
    [...page.matchAll(/^## (\w+)$/gm)].map(([, name]) => name),
    CHECKS.map((check) => check.name),
  );
});

Deno.test("the runbook names only commands and flags that there are", () => {
  const named = namedInDocument(RUNBOOK);
  assertGreater(named.length, 10);
  assertEquals(notThere(named), []);
});

Deno.test("so do README and the other documents", async () => {
  const paths = ["README.md", "ARCHITECTURE.md"];
  for (const folder of ["docs", "docs/runbooks"]) {
    for await (const { name } of Deno.readDir(`${ROOT}/${folder}`)) {
      if (name.endsWith(".md")) paths.push(`${folder}/${name}`);
    }
  }
  for (const path of paths) {
    assertEquals(notThere(namedInDocument(await Deno.readTextFile(`${ROOT}/${path}`))), [], path);
  }
});
