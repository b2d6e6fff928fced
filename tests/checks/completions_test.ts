/** Completions: the scripts are what their shell can read, and bash completes with them. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { COMMANDS, loadAll } from "../../ops/commands.ts";
import { completionsFor, SHELLS } from "../../ops/completions.ts";

const ALL = await loadAll(COMMANDS);

/** What bash offers for the last of the words. */
async function offered(...words: string[]): Promise<string[]> {
  const script = `${completionsFor("bash", ALL)}
COMP_WORDS=(dragonfly "$@")
COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
_dragonfly
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, code } = await new Deno.Command("bash", {
    args: ["--norc", "-c", script, "bash", ...words],
  }).output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  return new TextDecoder().decode(stdout).split("\n").filter(Boolean);
}

Deno.test("bash completes commands, groups, flags, and values of a flag", async () => {
  assertEquals(await offered("smo"), ["smoke-e2e", "smoke-plaintiffs", "smoke-simplicity"]);
  assertEquals(await offered("queue", ""), ["pause", "redrive", "reset", "resume"]);
  assertEquals(await offered("queue", "pause", "--w"), ["--why"]);
  assertEquals(await offered("batches", "--env", "p"), ["prod"]);
  assertEquals(await offered("--env", "dev", "golden"), ["golden-path"]);
  assertEquals(await offered("golden-path", "--cl"), ["--cleanup"]);
  assertEquals(await offered("no-such-command", "--x"), []);
});

Deno.test("every shell's completions name every command and each of its flags", () => {
  for (const shell of SHELLS) {
    const script = completionsFor(shell, ALL);
    for (const { name, flags } of ALL) {
      for (const word of [...name.split(" "), ...Object.keys(flags)]) {
        assertStringIncludes(script, word, shell);
      }
    }
  }
});
