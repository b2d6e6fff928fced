/**
 * `deno task pack`: the one file runs where there is nothing but `sh`, `tar` and `gzip`: an empty folder, an empty home, and
 * addresses of every registry and proxy that lead nowhere.
 */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { ROOT } from "../../checkout/root.ts";

const MOST_MB = 60; // Deno is 42 of it; with the packages that only stacks need it would be hundreds
const NOWHERE = "http://127.0.0.1:1";

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(program: string, args: string[], cwd: string, env: Record<string, string>): Promise<Ran> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    clearEnv: true,
    env: {
      PATH: "/usr/bin:/bin",
      HTTP_PROXY: "",
      HTTPS_PROXY: NOWHERE,
      NPM_CONFIG_REGISTRY: NOWHERE,
      ...env,
    },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

Deno.test("the packed file runs from an empty folder with an empty home and without a network", async (t) => {
  const work = await Deno.makeTempDir({ dir: "/tmp", prefix: "dragonfly-packed-" });
  const [program, empty, home] = [`${work}/dragonfly`, `${work}/empty`, `${work}/home`];
  await Deno.mkdir(empty);
  await Deno.mkdir(home);
  const type = (...args: string[]) => run(program, args, empty, { HOME: home });
  try {
    const packed = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `${ROOT}/checkout/pack.ts`, "--output", program],
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(packed.code, 0, new TextDecoder().decode(packed.stderr));
    const { size, mode } = await Deno.stat(program);
    assert(size < MOST_MB * 1e6, `${size} bytes`);
    assertEquals((mode ?? 0) & 0o111, 0o111);

    await t.step("--version needs not even unpacking", async () => {
      assertMatch((await type("--version")).out, /^dragonfly \d+\.\d+\.\d+ \([0-9a-f]{16}\)\n$/);
      assertEquals(await Array.fromAsync(Deno.readDir(home)), []);
    });
    await t.step("--help calls the program by its name", async () => {
      const { code, out, err } = await type("--help");
      assertEquals([code, err, out.split("\n")[0]], [0, "", "dragonfly <command> [flags]"]);
      assertMatch((await type("docter")).err, /Did you mean doctor\? dragonfly --help lists all\.$/m);
    });
    await t.step("completions name the commands", async () => {
      const { code, out } = await type("completions", "bash");
      assertEquals(code, 0);
      assertStringIncludes(out, "complete -F _dragonfly dragonfly");
    });
    await t.step("what comes with it is there: the golden dataset, the configuration", async () => {
      assertEquals((await type("evaluate")).code, 0);
      assertMatch(
        (await type("verify-env-config", "--env", "dev")).out + (await type("batches")).err,
        /dev|stack/,
      );
    });
    await t.step("a command that reads asks the system that .env.dev of this folder names", async () => {
      const asked: string[] = [];
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
        asked.push(`${new URL(request.url).pathname} ${request.headers.get("authorization")}`);
        return Response.json({ batches: [], total: 0, page: 1, page_size: 20 });
      });
      const key = "k".repeat(40);
      await Deno.writeTextFile(
        `${empty}/.env.dev`,
        `SUPABASE_URL=http://127.0.0.1:${server.addr.port}\nDRAGONFLY_API_KEY=${key}\n`,
      );
      try {
        const { code, out, err } = await type("batches", "--env", "dev");
        assertEquals([code, out, err], [0, "No batch found.\n", ""]);
        assertEquals(asked, [`/functions/v1/intake/batches Bearer ${key}`]);
      } finally {
        await server.shutdown();
      }
    });
    await t.step("it is unpacked once, for its owner alone, whoever is there at once", async () => {
      const other = `${work}/other`;
      const together = await Promise.all(
        [1, 2, 3].map(() => run(program, ["completions", "fish"], empty, { DRAGONFLY_CACHE: other })),
      );
      assertEquals(together.map(({ code, err }) => [code, err]), [[0, ""], [0, ""], [0, ""]]);
      const kept = await Array.fromAsync(Deno.readDir(other));
      assertEquals(kept.map(({ name }) => /^[0-9a-f]{16}$/.test(name)), [true]);
      const inside = await Array.fromAsync(Deno.readDir(`${other}/${kept[0]?.name}`));
      assertEquals(inside.filter(({ name }) => name.startsWith("unpacking")), []);
      assertEquals((await Deno.stat(other)).mode! & 0o777, 0o700);
    });
    await t.step("half a file says so, and leaves nothing that runs", async () => {
      const half = `${work}/half`;
      const bytes = await Deno.readFile(program);
      await Deno.writeFile(half, bytes.subarray(0, bytes.length / 2), { mode: 0o755 });
      const cache = `${work}/half-cache`;
      const { code, err } = await run(half, ["--help"], empty, { DRAGONFLY_CACHE: cache });
      assertEquals(code, 2);
      assertMatch(err, /Cannot unpack: is the file whole/);
      assertEquals(await Array.fromAsync(Deno.readDir(cache)), []);
    });
  } finally {
    await Deno.remove(work, { recursive: true });
  }
});
