/** The list of commands: each is in the file the list names, under the name that is typed. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assert } from "deno-std/assert/assert.js";
import { readCommandLine } from "../../ops/arguments.ts";
import { COMMANDS, loadAll } from "../../ops/commands.ts";

Deno.test("every command is loaded by the name it has", async () => {
  for (const [name, { load }] of Object.entries(COMMANDS)) assertEquals((await load()).name, name);
});

Deno.test("every command in ops/commands/ is in the list", async () => {
  const known = new Set(Object.keys(COMMANDS));
  for await (const { name: file } of Deno.readDir(new URL("../../ops/commands", import.meta.url))) {
    const exported: Record<string, unknown> = await import(`../../ops/commands/${file}`);
    for (const one of Object.values(exported)) {
      if (typeof one !== "object" || one === null || !("name" in one) || !("effects" in one)) continue;
      assertEquals(known.has(String(one.name)), true, `${one.name} of ${file} cannot be typed`);
    }
  }
});

Deno.test("every command has two examples at least, which can be typed as they stand", async () => {
  for (const { name, examples } of await loadAll(COMMANDS)) {
    assert(examples.length >= 2, `${name} has ${examples.length} examples`);
    for (const [typed] of examples) {
      const { command } = await readCommandLine(wordsOf(`${name} ${typed}`), COMMANDS);
      assertEquals(command?.name, name, typed);
    }
  }
});

/** As a shell would take it apart: quoted words are one, and what is redirected is no word. */
function wordsOf(typed: string): string[] {
  const [line = ""] = typed.split(" > ");
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}
