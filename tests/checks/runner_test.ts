/** The runner on scratch projects: its sums are believed by everybody, so they are checked against known ones. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { shielded } from "../runner/environment.ts";
import { count } from "../runner/run_group.ts";
import { readForeign } from "../runner/foreign.ts";
import { availableBytes, isScratch } from "../runner/scratch.ts";
import { readReport } from "../runner/report.ts";

const TESTS = new URL("..", import.meta.url).pathname;
const PASSES = `Deno.test("passes", () => {});\n`;

/** A folder with the runner and these test files, removed afterwards. */
async function withProject<T>(files: Record<string, string>, use: (root: string) => Promise<T>): Promise<T> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/tests/runner`, { recursive: true });
    await Deno.mkdir(`${root}/checkout`);
    for await (const { name, isFile } of Deno.readDir(`${TESTS}../checkout`)) { // what the runner imports of it is its own affair
      if (isFile) await Deno.copyFile(`${TESTS}../checkout/${name}`, `${root}/checkout/${name}`);
    }
    await Deno.copyFile(`${TESTS}main.ts`, `${root}/tests/main.ts`);
    for await (const { name } of Deno.readDir(`${TESTS}runner`)) {
      await Deno.copyFile(`${TESTS}runner/${name}`, `${root}/tests/runner/${name}`);
    }
    await Deno.writeTextFile(`${root}/deno.json`, "{}");
    for (const [path, text] of Object.entries(files)) {
      const target = `${root}/tests/${path}`;
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(target, text);
    }
    return await use(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

interface Run {
  code: number;
  output: string;
  lastLine: string;
}

/** Runs the runner on these test files; without looking at their types, which takes longer than all the rest. */
function run(
  files: Record<string, string>,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Run> {
  return runWithTypes(files, ["--no-types", ...args], env);
}

function runWithTypes(
  files: Record<string, string>,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Run> {
  return withProject(files, async (root) => {
    const command = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `${root}/tests/main.ts`, ...args],
      cwd: root,
      env: { NO_COLOR: "1", CI: "", ...env },
      stdin: "null",
    });
    const { code, stdout, stderr } = await command.output();
    const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    const text = decode(stdout);
    return { code, output: text + decode(stderr), lastLine: text.trimEnd().split("\n").at(-1) ?? "" };
  });
}

Deno.test("main() adds up groups, files and steps", async () => {
  const result = await run({
    "unit/a/a_test.ts": PASSES + `Deno.test("steps", async (t) => { await t.step("one", () => {}); });`,
    "sql/b_test.ts": PASSES,
  });
  assertEquals([result.lastLine, result.code], ["4 passed, 0 failed", 0]);
});

Deno.test("main() counts a failed step once and names it at the end", async () => {
  const result = await run({
    "unit/a_test.ts": PASSES +
      `Deno.test("outer", async (t) => { await t.step("inner", () => { throw new Error("a < b"); }); });`,
  });
  assertEquals([result.lastLine, result.code], ["1 passed, 1 failed", 1]);
  assertStringIncludes(result.output, "FAILED tests/unit/a_test.ts: outer > inner");
  assertStringIncludes(result.output, "a < b");
});

Deno.test("main() counts a file that breaks before its tests beside the tests of others", async () => {
  const result = await run({
    "sql/a_test.ts": PASSES,
    "sql/b_test.ts": PASSES + `throw new Error("early");`,
  });
  assertEquals([result.lastLine, result.code], ["1 passed, 1 failed", 1]);
});

Deno.test("main() counts types that are wrong as one failure, whichever files they are in", async () => {
  const wrong = `const n: number = "text"; ${PASSES}`;
  const result = await runWithTypes({
    "sql/a_test.ts": wrong,
    "sql/b_test.ts": wrong,
    "unit/c_test.ts": PASSES,
  });
  assertEquals([result.lastLine, result.code], ["3 passed, 1 failed", 1]);
  assertStringIncludes(result.output, "TS2322");
  assertStringIncludes(result.output, "FAILED tests: (the types)");
});

Deno.test("main() counts types that are right as nothing, and a file that cannot be read as one failure", async () => {
  assertEquals((await runWithTypes({ "unit/a_test.ts": PASSES })).lastLine, "1 passed, 0 failed");
  const broken = await run({ "sql/a_test.ts": `Deno.test("passes", () => {`, "unit/b_test.ts": PASSES });
  assertEquals([broken.lastLine, broken.code], ["1 passed, 1 failed", 1]);
});

Deno.test("main() counts a group that kills its own runner", async () => {
  const result = await run({ "sql/a_test.ts": `Deno.test("kills", () => Deno.kill(Deno.pid, "SIGKILL"));` });
  assertEquals([result.lastLine, result.code], ["0 passed, 1 failed", 1]);
});

Deno.test("main() counts trouble after the last test", async () => {
  const result = await run({
    "sql/a_test.ts": PASSES + `globalThis.addEventListener("unload", () => { throw new Error("late"); });`,
  });
  assertEquals([result.lastLine, result.code], ["1 passed, 1 failed", 1]);
});

Deno.test("main() gives unit tests no rights", async () => {
  const asks = (what: string) => `Deno.test(${JSON.stringify(what)}, () => { ${what}; });\n`;
  const text = asks(`Deno.env.get("HOME")`) + asks(`Deno.readTextFileSync("deno.json")`) +
    asks(`Deno.listen({ port: 0 }).close()`);
  assertEquals((await run({ "unit/a_test.ts": text })).lastLine, "0 passed, 3 failed");
  assertEquals((await run({ "sql/a_test.ts": text })).lastLine, "3 passed, 0 failed");
});

Deno.test("main() runs a group it has no entry for", async () => {
  const result = await run({ "unit/a_test.ts": PASSES, "novel/b_test.ts": PASSES });
  assertEquals(result.lastLine, "2 passed, 0 failed");
});

Deno.test("main() runs the named groups and the tests a filter picks", async () => {
  const files = { "unit/a_test.ts": PASSES + `Deno.test("other", () => {});`, "sql/b_test.ts": PASSES };
  assertEquals((await run(files, ["sql"])).lastLine, "1 passed, 0 failed");
  assertEquals((await run(files, ["unit", "--filter", "other"])).lastLine, "1 passed, 0 failed");
});

Deno.test("main() is not content when nothing ran", async () => {
  const result = await run({ "unit/a_test.ts": PASSES }, ["--filter", "no such test"]);
  assertEquals([result.lastLine, result.code], ["0 passed, 0 failed", 1]);
});

Deno.test("main() refuses groups and flags it does not know", async () => {
  const files = { "unit/a_test.ts": PASSES };
  const group = await run(files, ["nowhere"]);
  assertEquals(group.code, 2);
  assertStringIncludes(group.output, "Cannot run nowhere: the groups with tests are unit");
  assertEquals((await run(files, ["--fliter", "x"])).code, 2);
});

Deno.test("main() leaves browser tests out loudly without a Chromium, and fails under CI", async () => {
  const files = { "unit/a_test.ts": PASSES, "dashboard/b_test.ts": PASSES };
  const without = { CHROMIUM: "/nowhere/chromium" };
  const alone = await run(files, [], without);
  assertEquals([alone.lastLine, alone.code], ["1 passed, 0 failed", 0]);
  assertStringIncludes(alone.output, "tests/dashboard DID NOT RUN");
  const gate = await run(files, [], { ...without, CI: "true" });
  assertEquals([gate.lastLine, gate.code], ["1 passed, 1 failed", 1]);
  const found = await run(files, [], { CHROMIUM: Deno.execPath() });
  assertEquals(found.lastLine, "2 passed, 0 failed");
});

Deno.test("main() ends what a test left running", async () => {
  const pidFile = await Deno.makeTempFile();
  try {
    const result = await run({ "sql/a_test.ts": leavesProcess(pidFile) });
    assertEquals(result.lastLine, "1 passed, 0 failed");
    assertStringIncludes(result.output, "ended processes its tests left running");
    assert(await isGone(Number(await Deno.readTextFile(pidFile))));
  } finally {
    await Deno.remove(pidFile);
  }
});

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`main() ends everything it started on ${signal}`, async () => {
    const pidFile = await Deno.makeTempFile();
    const hangs = leavesProcess(pidFile) +
      `Deno.test("hangs", async () => { console.log("hanging"); await new Promise((done) => setTimeout(done, 1e6)); });`;
    try {
      const ended = await withProject({ "sql/a_test.ts": hangs }, async (root) => {
        const child = new Deno.Command(Deno.execPath(), {
          args: ["run", "-A", `${root}/tests/main.ts`, "--no-types"],
          cwd: root,
          stdin: "null",
          stdout: "piped",
          stderr: "null",
        }).spawn();
        const rest = await readUntil(child.stdout, "hanging");
        child.kill(signal);
        await rest.cancel();
        return (await child.status).code;
      });
      assertEquals(ended, code);
      assert(await isGone(Number(await Deno.readTextFile(pidFile))));
    } finally {
      await Deno.remove(pidFile);
    }
  });
}

Deno.test("main() runs groups beside each other and shows them one after the other", async () => {
  const meeting = await Deno.makeTempDir();
  // Each waits for the other: they only pass when both are under way.
  const meets = (mine: string, other: string) =>
    `Deno.test("meets", async () => {
    Deno.writeTextFileSync("${meeting}/${mine}", "");
    for (let tries = 0; tries < 300; tries++) {
      try { Deno.statSync("${meeting}/${other}"); console.log("${mine} met"); return; } catch { /* not yet */ }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error("alone");
  });`;
  const files = { "sql/a_test.ts": meets("a", "b"), "stack/b_test.ts": meets("b", "a") };
  try {
    const result = await run(files, ["--at-once", "2"]);
    assertEquals(result.lastLine, "2 passed, 0 failed");
    const places = ["── sql: 1 files", "a met", "── sql: 1 passed", "── stack: 1 files", "b met"]
      .map((text) => result.output.indexOf(text));
    assert(places.every((place, at) => place > (places[at - 1] ?? -1)), result.output);
  } finally {
    await Deno.remove(meeting, { recursive: true });
  }
  assertEquals((await run({ "sql/a_test.ts": PASSES }, ["--at-once", "none"])).code, 2);
});

Deno.test("count() takes nothing as passed from a group without a report", () => {
  const { passed, failures } = count({ name: "sql", files: ["tests/sql/a_test.ts"] }, null, null);
  assertEquals([passed, failures.length], [0, 1]);
});

Deno.test("readReport() tells skipped tests from passed ones and reads escaped names", () => {
  const report = readReport(`<testsuites><testsuite name="./tests/sql/a_test.ts" tests="2">
    <testcase name="a &lt;b&gt; &quot;c&quot; &amp;amp;" classname="x"><failure message="no&#10;more">…</failure></testcase>
    <testcase name="later" classname="x"><skipped/></testcase>
    <testcase name="wake [needs faults, time]" classname="x"><skipped/></testcase>
  </testsuite></testsuites>`);
  assertEquals(report.failures, [{ file: "tests/sql/a_test.ts", test: 'a <b> "c" &amp;', message: "no" }]);
  assertEquals([report.passed, report.skipped, report.leftOut], [0, 2, ["wake [needs faults, time]"]]);
});

Deno.test("readForeign() says what cannot be held against a stack, and what its file misses", async () => {
  const file = await Deno.makeTempFile();
  try {
    await assertRejects(() => readForeign(file, ["unit", "e2e"]), Error, "Cannot hold unit against");
    await assertRejects(() => readForeign(file, []), Error, "Cannot hold everything against");
    await Deno.writeTextFile(file, JSON.stringify({ api_url: "http://127.0.0.1:1" }));
    await assertRejects(() => readForeign(file, ["e2e"]), Error, "db_url");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("isScratch() wants a file system in memory from which programs may be run", () => {
  const mounts = (options: string) =>
    `/dev/vda / ext4 rw,relatime 0 0\ntmpfs /dev/shm tmpfs ${options} 0 0\ntmpfs /run tmpfs rw 0 0`;
  assert(isScratch(mounts("rw,nosuid,size=4g"), "/dev/shm"));
  assert(!isScratch(mounts("rw,nosuid,noexec"), "/dev/shm"));
  assert(!isScratch(mounts("ro"), "/dev/shm"));
  assert(!isScratch("/dev/vda /dev/shm ext4 rw 0 0", "/dev/shm"));
  assert(!isScratch("tmpfs /dev tmpfs rw 0 0", "/dev/shm"));
});

Deno.test("availableBytes() reads what the kernel says, and nothing where it says nothing", () => {
  assertEquals(
    availableBytes("MemTotal:       10 kB\nMemAvailable:   2048 kB\nBuffers: 1 kB\n"),
    2048 * 1024,
  );
  assertEquals(availableBytes("MemTotal: 10 kB\n"), 0);
});

Deno.test("shielded() keeps from tests what points at a real project", () => {
  const kept = shielded({
    PATH: "/bin",
    HOME: "/h",
    DATABASE_URL: "x",
    SUPABASE_SECRET_KEYS: "x",
    PGHOST: "x",
  });
  assertEquals(kept, { PATH: "/bin", HOME: "/h" });
});

/** Source of a test that passes and leaves a process behind, whose pid it writes down. */
function leavesProcess(pidFile: string): string {
  const start = `new Deno.Command("sleep", { args: ["600"], stdout: "null", stderr: "null" }).spawn()`;
  return `Deno.test({ name: "leaves", sanitizeOps: false, sanitizeResources: false, fn() {
    const child = ${start};
    child.unref();
    Deno.writeTextFileSync(${JSON.stringify(pidFile)}, String(child.pid));
  } });\n`;
}

/** Polls: the process is nobody's child any more. A zombie counts as gone. */
async function isGone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 50; tries++) {
    const command = new Deno.Command("ps", { args: ["-o", "stat=", "-p", String(pid)] });
    const state = new TextDecoder().decode((await command.output()).stdout).trim();
    if (state === "" || state.startsWith("Z")) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

async function readUntil(stream: ReadableStream<Uint8Array>, text: string) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  for (let seen = ""; !seen.includes(text);) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Cannot find "${text}" in: ${seen}`);
    seen += value;
  }
  return reader;
}
