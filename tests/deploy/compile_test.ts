/**
 * `deno task compile`: what goes into the one file. The base is whatever `DENORT_BIN` names, else the `deno` at hand:
 * with that the file is put together as with any base, and cannot be run as a program. So what is in it is looked at.
 */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { ROOT } from "../../checkout/root.ts";

const MOST_EMBEDDED_MB = 40; // the packages that commands use; with those of the stack it would be hundreds

Deno.test("deno task compile puts every command and the migrations into one file, and no package that only stacks need", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-compile-" });
  try {
    const { tasks } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
    const words: string[] = String(tasks.compile).split(" ").slice(1);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: words.map((word) => word === "dragonfly" ? `${folder}/dragonfly` : word),
      cwd: ROOT,
      env: { DENORT_BIN: Deno.env.get("DENORT_BIN") ?? Deno.execPath(), NO_COLOR: "1" },
    }).output();
    const told = new TextDecoder().decode(stderr);
    assertEquals(code, 0, told);
    const made = await Deno.stat(`${folder}/dragonfly`);
    assert(made.isFile && ((made.mode ?? 0) & 0o100) !== 0);
    const embedded = /^Files: ([\d.]+)MB$/m.exec(told);
    assert(Number(embedded?.[1]) < MOST_EMBEDDED_MB, told);
    // Loaded by a name put together: nothing but --include brings the commands in.
    const bytes = new TextDecoder("latin1").decode(await Deno.readFile(`${folder}/dragonfly`));
    for await (const { name } of Deno.readDir(`${ROOT}/ops/commands`)) assertStringIncludes(bytes, name);
    assertStringIncludes(bytes, "golden_dataset.json");
    const target = await Deno.readTextFile(`${ROOT}/ops/target.ts`);
    for (const [, module = ""] of target.matchAll(/\bat\(\s*"([^"]+)"/g)) {
      assert(
        words.includes(`shared/${module}`),
        `${module} is loaded with its first use: --include shared/${module}`,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
