/** What a check tells people to type is there to be typed. */
import { assertEquals } from "deno-std/assert/equals.js";
import { CHECKS } from "../../shared/sentinel/checks.ts";
import { runChecks } from "../../shared/sentinel/run_checks.ts";
import { quietPorts } from "../unit/sentinel/ports.ts";
import { namedInSentence, notThere } from "./named_commands.ts";
import { codeFiles, projectFiles, ROOT } from "./project_files.ts";
import { assertGreater } from "deno-std/assert/greater.js";

Deno.test("the remedy of every check names only commands and flags that there are", () => {
  const named = CHECKS.flatMap((check) => namedInSentence(check.remedy));
  assertGreater(named.length, 15);
  assertEquals(notThere(named), []);
});

Deno.test("the remedy of a check that could not run names only commands that there are", async () => {
  const blind = { name: "blind", remedy: "none", look: () => Promise.reject(new Error("dark")) };
  const [finding] = await runChecks([blind], quietPorts());
  const named = namedInSentence(finding?.remedy ?? "");
  assertGreater(named.length, 0);
  assertEquals(notThere(named), []);
});

Deno.test("notThere() knows a command that is not there, and a flag", () => {
  const of = (text: string) => notThere(namedInSentence(text));
  assertEquals(of("ops batches --status failed, then ops docter."), ["ops docter"]);
  assertEquals(of("ops analyze-errors --latest 5 names them"), ["ops analyze-errors --latest"]);
  assertEquals(of("ops queue resume <queue>; ops alerts silence x --for 2h"), []);
});

Deno.test("what the commands themselves and the checks tell people to type is there", async () => {
  const paths = codeFiles(await projectFiles()).filter((path) => /^(ops|shared\/sentinel)\//.test(path));
  const missing = await Promise.all(paths.map(async (path) => {
    const named = namedInSentence(await Deno.readTextFile(`${ROOT}/${path}`));
    return notThere(named).map((words) => `${path}: ${words}`);
  }));
  assertEquals(missing.flat(), []);
});
