/**
 * Every command where it cannot run: no such stack, nothing set, nobody at the address. It exits 2, and says what to do
 * or what did not answer. Run in this process: a hundred and fifty runs take as long as five of their own.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { ROOT } from "../../checkout/root.ts";
import { COMMANDS, loadAll } from "../../ops/commands.ts";
import { runOps } from "../../ops/run_ops.ts";
import { ALONE, JUDGES, LOOKERS } from "./reach.ts";

const SOME_ID = "00000000-0000-4000-8000-000000000000";

/** What each command is typed with, so that it is the system it fails of. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  "abort": [SOME_ID, "--why", "test"],
  "alerts silence": ["error_spike", "--for", "1h", "--why", "test"],
  "logs": ["worker"],
  "migration-repair": ["20261101000000"],
  "prod-gate": ["--mode", "prod"],
  "refuse": [SOME_ID, "--why", "test"],
  "replay": [SOME_ID, `${ROOT}/README.md`],
  "undo": [SOME_ID, "--why", "test"],
  "users add": ["nobody@example.org", "--role", "viewer"],
  "users remove": ["nobody@example.org"],
  "wake": ["sentinel"],
};

/** Runs one command line in this process. */
async function type(args: readonly string[]): Promise<{ code: number; said: string }> {
  const told: string[] = [];
  const code = await runOps(args, {
    commands: COMMANDS,
    env: () => undefined,
    print: (line) => told.push(line),
    write: () => Promise.reject(new Error("Cannot write: nothing is there")),
    complain: (line) => told.push(line),
    colours: false,
    ask: () => null,
    stopping: new AbortController().signal,
  });
  return { code, said: told.join("\n") };
}

/** @returns each command that did not exit 2 with words that fit, and what it did. */
async function sweep(where: readonly string[], words: RegExp, but: readonly string[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const { name, wordCount: [least] } of await loadAll(COMMANDS)) {
    if (but.includes(name)) continue;
    const { code, said } = await type(
      [...name.split(" "), ...WORDS[name] ?? Array<string>(least).fill(SOME_ID), ...where],
    );
    if (code !== 2 || !words.test(said)) wrong.push(`${name}: ${code} ${said}`);
  }
  return wrong;
}

Deno.test("every command says that there is no such stack, and how to start one: exit 2", async () => {
  const words =
    /No local stack is running\. Start one|No stack "no-such-stack" is running|A local stack takes the working tree/;
  assertEquals(await sweep(["--stack", "no-such-stack"], words, ALONE), []);
});

Deno.test("every command names the variable that is missing, and the file it belongs into: exit 2", async () => {
  const words =
    /is not set: put it into \.env\.prod|Nothing is set for prod: copy|Logs of a hosted project are at/;
  const but = [...ALONE, "prod-gate"]; // its rows say so, each of its part
  assertEquals(await sweep(["--env", "prod", "--yes"], words, but), []);
});

/** Sets an environment whose addresses nobody is at, while `work` is done. @param work is given the secret in it. */
async function withNobodyThere(work: (secret: string) => Promise<void>): Promise<void> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close(); // nobody is there any more
  const secret = crypto.randomUUID();
  const settings = {
    SUPABASE_URL: `http://127.0.0.1:${port}`,
    SUPABASE_SECRET_KEY: `sb_secret_${secret}`,
    DRAGONFLY_API_KEY: secret.repeat(2),
    DRAGONFLY_WAKE_TOKEN: secret.repeat(2),
    DATABASE_URL: `postgresql://postgres:${secret}@127.0.0.1:${port}/postgres`,
  };
  const before = Object.keys(settings).map((name) => [name, Deno.env.get(name)] as const);
  for (const [name, value] of Object.entries(settings)) Deno.env.set(name, value);
  try {
    await work(secret);
  } finally {
    for (const [name, value] of before) {
      if (value === undefined) Deno.env.delete(name);
      else Deno.env.set(name, value);
    }
  }
}

Deno.test("every command says who does not answer where nobody is at the address: exit 2, and no secret", async () => {
  await withNobodyThere(async (secret) => {
    const words = new RegExp(
      `^(?![^]*${secret})[^]*(?:ECONNREFUSED|[Ff]etch failed|[Cc]onnection refused|error sending request|no connection|` +
        "Logs of a hosted project are at)",
    );
    assertEquals(await sweep(["--env", "dev", "--yes"], words, [...ALONE, ...LOOKERS, ...JUDGES]), []);
  });
});

Deno.test("what looks at every part says of each that it is away, and what judges the environment what is wrong in it: exit 1, and no secret", async () => {
  await withNobodyThere(async (secret) => {
    for (const name of ["doctor", "prod-gate", "verify-env-config"]) {
      const { code, said } = await type([
        name,
        ...WORDS[name] ?? [],
        ...name === "prod-gate" ? ["--skip", "evaluator"] : [],
        "--env",
        "dev",
      ]);
      assertEquals([name, code], [name, 1], said);
      assertEquals(said.includes(secret), false, name);
      if (name !== "verify-env-config") assertMatch(said, /\n {2,4}→ \S/, `${name} says what to do`);
    }
    for (const name of ["db-push", "deploy"]) {
      const { code, said } = await type([name, "--env", "dev", "--yes"]);
      assertEquals([name, code, said.includes(secret)], [name, 2, false], said);
    }
  });
});
