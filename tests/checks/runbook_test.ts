/** The runbook knows every check, and names no command that is not there. */
import { assertEquals } from "deno-std/assert/equals.js";
import { COMMANDS } from "../../ops/commands.ts";
import { CHECKS } from "../../shared/sentinel/checks.ts";
import { ROOT } from "./project_files.ts";

const RUNBOOK = await Deno.readTextFile(`${ROOT}/docs/runbook.md`);
const NAMES = COMMANDS.map((command) => command.name);

/** Commands named after `ops` in code of a text, one or two words long. */
function commandsIn(text: string): string[] {
  return [...text.matchAll(/(?:`|task )ops ([a-z-]+)(?: ([a-z-]+))?/g)]
    .map(([, first = "", second = ""]) =>
      NAMES.includes(`${first} ${second}`) ? `${first} ${second}` : first
    );
}

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

Deno.test("the runbook names only commands that there are", () => {
  const named = commandsIn(RUNBOOK);
  assertEquals(named.length > 10, true);
  assertEquals(named.filter((name) => !NAMES.includes(name)), []);
});
