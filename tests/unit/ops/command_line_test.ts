/** What is typed becomes a command, its flags, an exit code; results and remarks stay apart. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { assertThrows } from "deno-std/assert/throws.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { CannotRun, command, Declined, EXIT } from "../../../ops/command.ts";
import { parseEnvFile } from "../../../ops/env_file.ts";
import { runOps } from "../../../ops/run_ops.ts";
import { age, plain, table } from "../../../checkout/table.ts";
import { minutesOf } from "../../../ops/words.ts";

const look = command<{ words: readonly string[]; limit: number | null; deep: boolean; env: string }>({
  name: "look-around",
  effects: "nothing",
  words: "[where…]",
  wordCount: [0, 2],
  flags: { "row-limit": { type: "string", help: "how many" }, "deep": { type: "boolean", help: "more" } },
  run({ typed, target, note }, report) {
    note("looking");
    report({
      words: typed.words,
      limit: typed.whole("row-limit", { least: 1, most: 10 }) ?? null,
      deep: typed.on("deep"),
      env: target.environment,
    });
    return Promise.resolve(EXIT.notFine);
  },
  show: (seen, pen) => pen.bad(`saw ${seen.words.join("+")}`),
});

const write = command<string>({
  name: "thing write",
  effects: "the thing",
  async run({ confirm }, report) {
    await confirm("Write the thing");
    report("written");
    return EXIT.fine;
  },
  show: (word) => word,
});

const fail = command<string>({
  name: "fail",
  effects: "nothing",
  run: () => Promise.reject(new CannotRun("The moon is away. Wait for it.")),
  show: (word) => word,
});

const decline = command<string>({
  name: "decline",
  effects: "nothing",
  run: () => Promise.reject(new Declined("The moon is full already.")),
  show: (word) => word,
});

const copy = command<never>({
  name: "copy",
  effects: "nothing",
  async run({ write }) {
    await write(new Uint8Array([0xef, 0xbb, 0xbf, 0x0d, 0x0a]));
    return EXIT.fine;
  },
  show: () => "",
});

interface Around {
  env?: Record<string, string>;
  colours?: boolean;
  answer?: string | null;
  stopped?: boolean;
}

async function run(args: string[], around: Around = {}) {
  const [out, err]: [string[], string[]] = [[], []];
  const bytes: number[] = [];
  const stop = new AbortController();
  if (around.stopped) stop.abort();
  const code = await runOps(args, {
    commands: Object.fromEntries(
      [look, write, fail, decline, copy, quote, declineRudely].map((
        one,
      ) => [one.name, { summary: `what ${one.name} shows`, load: () => Promise.resolve(one) }]),
    ),
    env: (name) => around.env?.[name],
    print: (line) => out.push(line),
    write: (chunk) => Promise.resolve(void bytes.push(...chunk)),
    complain: (line) => err.push(line),
    colours: around.colours ?? false,
    ask: () => around.answer ?? null,
    stopping: stop.signal,
  });
  return { code, out: out.join("\n"), err: err.join("\n"), bytes };
}

Deno.test("runOps() prints results on stdout, remarks on stderr, and exits as the command says", async () => {
  const { code, out, err } = await run(["look-around", "here"]);
  assertEquals([code, out, err], [1, "saw here", "looking"]);
});

Deno.test("runOps() gives --json the data and nothing else", async () => {
  const { out } = await run(["look-around", "here", "--json", "--deep"]);
  assertEquals(JSON.parse(out), { words: ["here"], limit: null, deep: true, env: "local" });
});

Deno.test("runOps() lets underscores pass for hyphens, and flags stand anywhere", async () => {
  for (
    const args of [
      ["look_around", "a_b", "--row_limit", "3", "--json"],
      ["--json", "look-around", "--row-limit=3", "a_b"],
      ["--env", "local", "--json", "look_around", "--row_limit=3", "a_b"],
    ]
  ) {
    const seen = JSON.parse((await run(args)).out);
    assertEquals([seen.words, seen.limit], [["a_b"], 3], args.join(" "));
  }
});

Deno.test("runOps() takes the environment from --env, else SUPABASE_MODE, else local", async () => {
  const env = async (args: string[], mode?: string) =>
    JSON.parse(
      (await run(["look-around", "--json", ...args], {
        env: mode === undefined ? {} : { SUPABASE_MODE: mode },
      })).out,
    ).env;
  assertEquals([await env([]), await env([], "dev"), await env(["--env", "prod"], "dev")], [
    "local",
    "dev",
    "prod",
  ]);
});

Deno.test("runOps() exits 2 on wrong usage, and says what would be right", async () => {
  const wrong: [args: string[], words: RegExp][] = [
    [["look-arond"], /There is no command "look-arond"\. Did you mean look-around\?/],
    [["xyzzy"], /There is no command "xyzzy"\. deno task/],
    [["thing"], /"thing" goes on with write\.$/],
    [["thing", "wriet"], /"thing" goes on with write\. Did you mean thing write\?$/],
    [["thnig", "write"], /There is no command "thnig"\. Did you mean thing write\?/],
    [
      ["look-around", "--row_limt", "3"],
      /There is no flag --row-limt\. Did you mean --row-limit\? Flags here: /,
    ],
    [["look-around", "--depth"], /There is no flag --depth\. Flags here: .*--deep/],
    [["look-around", "a", "b", "c"], /Usage: deno task ops look-around \[where…\]/],
    [["look-around", "--row-limit", "eleven"], /--row-limit takes a whole number from 1 to 10, not "eleven"/],
    [["look-around", "--row-limit", "11"], /from 1 to 10/],
    [["look-around", "--row-limit"], /row-limit/],
    [["look-around", "--env", "moon"], /There is no environment "moon": local\|dev\|prod/],
    [["--json"], /Name a command/],
  ];
  for (const [args, words] of wrong) {
    const { code, out, err } = await run(args);
    assertEquals([code, out], [2, ""], args.join(" "));
    assertMatch(err, words);
  }
});

Deno.test("runOps() exits 2 with the reason when a command cannot run, 130 when it was interrupted", async () => {
  const { code, out, err } = await run(["fail"]);
  assertEquals([code, out, err], [2, "", "The moon is away. Wait for it."]);
  assertEquals((await run(["look-around"], { stopped: true })).code, 130);
  assertEquals((await run(["fail"], { stopped: true })).code, 130);
});

Deno.test("runOps() exits 1 with the reason when what was asked for is not there, or not in that state", async () => {
  const { code, out, err } = await run(["decline"]);
  assertEquals([code, out, err], [1, "", "The moon is full already."]);
});

Deno.test("runOps() hands bytes on as they are, and adds nothing", async () => {
  const { code, out, bytes } = await run(["copy"]);
  assertEquals([code, out, bytes], [0, "", [0xef, 0xbb, 0xbf, 0x0d, 0x0a]]);
});

Deno.test("runOps() asks before a write on prod, and only there; --yes answers, nobody to ask is a no", async () => {
  assertEquals((await run(["thing", "write"])).code, 0);
  assertEquals((await run(["thing", "write", "--env", "dev"])).code, 0);
  const unasked = await run(["thing", "write", "--env", "prod"]);
  assertEquals([unasked.code, unasked.out], [2, ""]);
  assertStringIncludes(unasked.err, "--yes");
  assertEquals((await run(["thing", "write", "--env", "prod"], { answer: "no" })).code, 2);
  assertEquals((await run(["thing", "write", "--env", "prod"], { answer: "prod" })).code, 0);
  assertEquals((await run(["thing", "write", "--env", "prod", "--yes"])).code, 0);
});

Deno.test("runOps() colours on a terminal only, and not with --no-color or NO_COLOR", async () => {
  const coloured = async (args: string[], env: Record<string, string> = {}) =>
    (await run(["look-around", ...args], { colours: true, env })).out.includes("\x1b[");
  assertEquals(await coloured([]), true);
  assertEquals(await coloured(["--no-color"]), false);
  assertEquals(await coloured([], { NO_COLOR: "1" }), false);
  assertEquals((await run(["look-around"])).out.includes("\x1b["), false);
});

Deno.test("runOps() lists every command with --help, and tells one's effects and flags", async () => {
  const all = await run(["--help"]);
  assertEquals(all.code, 0);
  for (const name of ["look-around", "thing write", "fail"]) assertStringIncludes(all.out, name);
  const one = await run(["thing", "write", "--help"]);
  assertEquals(one.code, 0);
  assertStringIncludes(one.out, "Changes: the thing.");
  assertEquals((await run([])).code, 0);
});

Deno.test("parseEnvFile() reads assignments, with and without quotes, and passes over the rest", () => {
  const text = `# keys\nA=1\nexport B="two words"\nC='x#y' \nD=plain # remark\nbroken line\n\r\nE=a=b\r\n`;
  assertEquals(parseEnvFile(text), { A: "1", B: "two words", C: "x#y", D: "plain", E: "a=b" });
});

Deno.test("parseEnvFile() refuses a value that would lose its end, and says which", () => {
  const refused = assertThrows(() => parseEnvFile("A=1\nexport B=x#y\n"), CannotRun);
  assertEquals(refused.message, "Cannot read B: a value with # in it stands between quotes.");
  assertEquals(parseEnvFile("A=1 # remark\nB='x#y'\n# C=x#y\nD= # nothing\n"), { A: "1", B: "x#y", D: "" });
});

Deno.test("table() is as wide as its cells, and says so when there is nothing", () => {
  assertEquals(table(["a", "bb"], [["xxx", 1], [null, "y"]], "none"), "a    bb\nxxx  1\n-    y");
  assertEquals(table(["a"], [], "none"), "none");
});

Deno.test("table() groups numbers and sets them to the right, and says under a row what belongs there", () => {
  assertEquals(
    table(["n", "file"], [[1500, "a"], [null, "b"]], "none", (at) => at === 0 ? "why" : null),
    "    n  file\n1,500  a\n    why\n    -  b",
  );
});

Deno.test("table() lets nothing a vendor wrote move the cursor", () => {
  assertEquals(table(["file"], [["a\x1b[2J\nb"]], "none"), "file\na [2J b");
});

Deno.test("age() and minutesOf() say and read durations as people do", () => {
  assertEquals([null, 45, 600, 7200, 200_000].map(age), ["-", "45 s", "10 min", "2 h", "2 d"]);
  assertEquals(["30s", "90m", "2h", "1d"].map((typed) => minutesOf("for", typed)), [0.5, 90, 120, 1440]);
});

const RLO = "\u202e";
const quote = command<{ name: string }>({
  name: "quote",
  effects: "nothing",
  run: (_, report) => {
    report({ name: `a\x1b]0;x\x07${RLO}vsc.\x9b` });
    return Promise.resolve(EXIT.fine);
  },
  show: ({ name }) => plain(name),
});

const declineRudely = command<null>({
  name: "decline-rudely",
  effects: "nothing",
  run: () => Promise.reject(new Declined(`409 name ${RLO}\x1b[2J \x07.csv\nDo something else.`)),
  show: () => "",
});

Deno.test("plain() leaves nothing that a terminal obeys or that turns its direction", () => {
  assertEquals(plain(`a\x1b[2Jb\r\n\x9bc${RLO}d\u2066e\u200ff\u2028g`), "a [2Jb c d e f g");
  assertEquals(plain("Müller & Söhne, 漢字  😀"), "Müller & Söhne, 漢字  😀");
});

Deno.test("runOps() writes JSON that a terminal obeys nothing of, and that means the same", async () => {
  const { out } = await run(["quote", "--json"]);
  assertEquals(out.match(/[\p{Cc}\p{Cf}]/u), null);
  assertEquals(JSON.parse(out).name, `a\x1b]0;x\x07${RLO}vsc.\x9b`);
});

Deno.test("runOps() complains in words that a terminal obeys nothing of, line by line", async () => {
  const { err } = await run(["decline-rudely"]);
  assertEquals(err, "409 name  [2J  .csv\nDo something else.");
});
