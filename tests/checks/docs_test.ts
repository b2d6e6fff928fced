/** Pages are named alike and listed, their links lead somewhere, and tables of what there is are true. */
import { assertEquals } from "deno-std/assert/equals.js";
import { findGroups } from "../runner/groups.ts";
import { projectFiles, ROOT } from "./project_files.ts";

const FILES = await projectFiles();
const PAGES = FILES.filter((path) => path.endsWith(".md") && !path.startsWith("tests/fixtures/"));
const textOf = (path: string) => Deno.readTextFile(`${ROOT}/${path}`);

Deno.test("pages in docs/ have names in lower case, and are listed", async () => {
  const names = PAGES.filter((path) => path.startsWith("docs/")).map((path) => path.slice(5));
  const kept = ["README.md", "SCHEMA_DRIFT.md"]; // the index, and one whose name others rely on
  assertEquals(names.filter((name) => name !== name.toLowerCase() && !kept.includes(name)), []);
  const index = await textOf("docs/README.md");
  const generated = /^runbooks\/(?:checks|codes)\//; // listed by the page beside their folder, both written from code
  assertEquals(
    names.filter((name) => name !== "README.md" && !generated.test(name) && !index.includes(`](${name})`)),
    [],
  );
});

Deno.test("links between pages lead to files and headings that there are", async () => {
  const broken: string[] = [];
  for (const path of PAGES) {
    for (const [, target = ""] of (await textOf(path)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const why = await brokenLink(path, target);
      if (why !== null) broken.push(`${path}: ${target} ${why}`);
    }
  }
  assertEquals(broken, []);
});

Deno.test("pages that code and texts name are there", async () => {
  const missing: string[] = [];
  for (
    const path of FILES.filter((one) => /\.(ts|sql|md|toml|ya?ml)$/.test(one) && !one.endsWith("_test.ts"))
  ) {
    for (const [named] of (await textOf(path)).matchAll(/\bdocs\/[\w-]+\.(?:md|json)\b/g)) {
      if (!FILES.includes(named)) missing.push(`${path}: ${named}`);
    }
  }
  assertEquals(missing, []);
});

Deno.test("brokenLink() sees a file and a heading that are not there", async () => {
  assertEquals(await brokenLink("docs/README.md", "nowhere.md"), "is not there");
  assertEquals(await brokenLink("docs/README.md", "testing.md#no-such-heading"), "has no such heading");
  assertEquals(await brokenLink("docs/README.md", "testing.md#groups"), null);
});

Deno.test("docs/testing.md lists the groups of tests there are, in running order, with their rights", async () => {
  const section = /## Groups\n([\s\S]*?)\n## /.exec(await textOf("docs/testing.md"))?.[1] ?? "";
  const listed = [...section.matchAll(/^\| `(\w+)` +\|[^|]*\| ([^|]*?) +\|$/gm)]
    .map(([, name = "", rights = ""]) => ({ name, all: !rights.startsWith("none") }));
  const groups = (await findGroups(ROOT)).map(({ name, flags }) => ({ name, all: flags.includes("-A") }));
  assertEquals(listed, groups);
});

Deno.test("README and ARCHITECTURE list the groups of tests there are", async () => {
  const groups = (await findGroups(ROOT)).map(({ name }) => name).join(" · ");
  for (const path of ["README.md", "ARCHITECTURE.md"]) {
    const listed = /^\| `tests` \| (.*) \|$/m.exec((await textOf(path)).replace(/ \(no permissions\)/g, ""))
      ?.[1];
    assertEquals(listed?.startsWith(groups), true, `${path}: ${listed}`);
  }
});

Deno.test("recipes name files that there are", async () => {
  const text = (await textOf("docs/recipes.md")).replaceAll(/^Say .*$/gm, "");
  const named = [...text.matchAll(/`((?:shared|supabase|ops|tests|docs)\/[\w./…]+)`/g)].map(([, path = ""]) =>
    path
  );
  assertEquals(named.length > 20, true);
  const made = /judge_name|max_rows|slow_sources|oldest|doubled_end/; // what the recipes make
  const missing = named.filter((path) => !made.test(path)).filter((path) => {
    const pattern = new RegExp(`^${path.replaceAll(".", "\\.").replaceAll("…", "[^/]*")}(/|$)`);
    return !FILES.some((file) => pattern.test(file));
  });
  assertEquals(missing, []);
});

/** @returns what is wrong with a link in a page, or null. */
async function brokenLink(from: string, target: string): Promise<string | null> {
  const [path = "", heading] = target.split("#");
  const file = path === ""
    ? from
    : decodeURIComponent(new URL(path, `file:///${from}`).pathname.slice(1)).replace(/\/$/, "");
  if (!FILES.includes(file) && !FILES.some((one) => one.startsWith(`${file}/`))) return "is not there";
  if (heading === undefined || /^L\d+$/.test(heading) || !file.endsWith(".md")) return null;
  const headings = [...(await textOf(file)).matchAll(/^#+ (.*)$/gm)].map(([, words = ""]) =>
    words.toLowerCase().replace(/[^\w\s-]/g, "").trim().replaceAll(" ", "-")
  );
  return headings.includes(heading) ? null : "has no such heading";
}
