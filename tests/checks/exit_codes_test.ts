/**
 * Every command has a test for each of its exit codes: 0 where all is well, 1 for what it exists to find, 2 where it could not
 * run. What docs/runbooks/commands.md types and tests/checks/unreachable_test.ts sweeps counts; the rest is named here.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { COMMANDS, loadAll } from "../../ops/commands.ts";
import { GLOBAL_FLAGS } from "../../ops/arguments.ts";
import { ALONE } from "./reach.ts";
import { TYPED_LINES } from "./older_commands.ts";
import { ROOT } from "./project_files.ts";

/** A test: its file below tests/, and words of its name. */
type Shown = readonly [file: string, name: string];
/** Why a command has no such exit. */
type Without = string;

const A_LIST = "what it lists may be anything: there is nothing for it to find wrong";
const DOES = "it does what it is told, or could not";

/** What each command exists to find: 1. */
const NOT_FINE: Readonly<Record<string, Shown | Without>> = {
  "sentinel": ["e2e/incidents_test.ts", "incidents end with the documented steps"],
  "alerts": ["e2e/incidents_test.ts", "incidents end with the documented steps"],
  "alerts silence": DOES,
  "batches": A_LIST,
  "ingest-trigger": ["e2e/operator_test.ts", "ops ingest-trigger sends files, tells each one's fate"],
  "queue-inspect": ["e2e/sentinel_test.ts", 'story("the sentinel"'],
  "wake": DOES,
  "monitor-workers": ["e2e/incidents_test.ts", "incidents end with the documented steps"],
  "monitor-ingest": A_LIST,
  "fix-schema-cache": "what cannot be healed is critical: 2",
  "pgrst-reload": DOES,
  "logs": A_LIST,
  "fix-pooler-connection": ["e2e/gates_test.ts", "ops fix-pooler-connection tells one shut door from two"],
  "doctor": ["checks/unreachable_test.ts", "what looks at every part says of each that it is away"],
  "doctor-all": ["e2e/gates_test.ts", "ops doctor says what is ill, and the cure"],
  "go-live-gate": ["e2e/gates_test.ts", "gates 2, 8 and 9 are shut by their own causes"],
  "prod-gate": ["e2e/gates_test.ts", "ops prod-gate has the playbook's table"],
  "verify-env-config": [
    "checks/unreachable_test.ts",
    "what looks at every part says of each that it is away",
  ],
  "verify-evidence": ["functions/evidence_test.ts", "verify-evidence reads every file again"],
  "verify-business-logic": ["functions/enforcement_test.ts", "verify-business-logic is red"],
  "verify-court-proof": ["functions/evidence_test.ts", "verify-court-proof is red when a guard is gone"],
  "security-audit": ["e2e/gates_test.ts", "gates 1, 4, 6 and 10 are shut"],
  "lint-migrations": ["deploy/lint_migrations_test.ts", "lintMigrations() refuses the runbook's patterns"],
  "migration-status": ["e2e/gates_test.ts", "ops prod-gate has the playbook's table"],
  "migration-repair": DOES,
  "db-push": ["deploy/deploy_test.ts", "pushDatabase() ends red when a right is loosened"],
  "deploy": ["deploy/deploy_test.ts", "deploy() stops at the first step that fails"],
  "golden-path": ["e2e/proofs_test.ts", "a view that is gone is red by its name"],
  "smoke-simplicity": ["e2e/proofs_test.ts", "a default that was changed by hand is red"],
  "smoke-e2e": ["e2e/proofs_test.ts", "a source that takes every bad file fails"],
  "smoke-plaintiffs": ["e2e/proofs_test.ts", "a view that is gone is red by its name"],
  "verify-green-light": ["e2e/proofs_test.ts", "a source that takes every bad file fails"],
  "evaluate": ["checks/evaluate_test.ts", "ops evaluate: 0 at 95 % and above, 1 below"],
  "completions": DOES,
  "generate-announcement": ["e2e/gates_test.ts", "ops prod-gate has the playbook's table"],
  "users add": DOES,
  "users list": A_LIST,
  "users remove": DOES,
};

/** Where all is well, for what no line of the page shows: 0. */
const FINE: Readonly<Record<string, Shown>> = {
  "abort": ["e2e/operator_test.ts", "ops approve and refuse decide what waits"],
  "approve": ["e2e/operator_test.ts", "ops approve and refuse decide what waits"],
  "migration-repair": ["e2e/runbooks_test.ts", "exits as docs/runbooks/commands.md says"],
  "refuse": ["e2e/operator_test.ts", "ops approve and refuse decide what waits"],
  "replay": ["e2e/operator_test.ts", "ops replay takes it back"],
  "undo": ["e2e/operator_test.ts", "ops approve and refuse decide what waits"],
};

/** Where it could not run, for what needs no system: 2. */
const FAILED: Readonly<Record<string, Shown>> = {
  "lint-migrations": ["deploy/lint_migrations_test.ts", "squawk() that is not there cannot run"],
};

const COMMAND_LIST = await loadAll(COMMANDS);

/** The command a line names. */
function commandOf(here: string): string {
  const [first = "", second = ""] = here.replaceAll(/[^ ]*_[^ ]*/g, (word) => word.replaceAll("_", "-"))
    .split(" ");
  return `${first} ${second}` in COMMANDS ? `${first} ${second}` : first;
}

/** The text of a test, from its name to the next one; null when there is none of that name. */
async function textOf([file, name]: Shown): Promise<string | null> {
  const text = await Deno.readTextFile(`${ROOT}/tests/${file}`).catch(() => "");
  const at = text.indexOf(name);
  return at < 0 ? null : text.slice(at, text.indexOf("\nDeno.test(", at)).replaceAll("_", "-");
}

/** @returns why a test does not show what it is to show, or null. */
async function wrong(command: string, shown: Shown | Without | undefined): Promise<string | null> {
  if (shown === undefined) return `${command}: no test`;
  if (typeof shown === "string") return null;
  const text = await textOf(shown);
  if (text === null) return `${command}: tests/${shown[0]} has no test "${shown[1]}"`;
  const typed = [command, command.split(" ").map((word) => `"${word}"`).join(", ")];
  const bySweep = shown[0].startsWith("checks/");
  const byFunction = shown[0].startsWith("deploy/");
  return bySweep || byFunction || typed.some((one) => text.includes(one))
    ? null
    : `${command}: "${shown[1]}" does not type it`;
}

const lines = (command: string, exit: number) =>
  TYPED_LINES.some(({ here, exits }) =>
    commandOf(here) === command && exits.length === 1 && exits[0] === exit
  );

Deno.test("every command is seen to exit 0 where all is well", async () => {
  const missing = COMMAND_LIST.map(({ name }) => name).filter((name) =>
    !TYPED_LINES.some(({ here, exits }) => commandOf(here) === name && exits.includes(0))
  );
  assertEquals((await Promise.all(missing.map((name) => wrong(name, FINE[name])))).filter(Boolean), []);
});

Deno.test("every command is seen to exit 1 for what it exists to find, or has a reason why there is none", async () => {
  const missing = COMMAND_LIST.map(({ name }) => name).filter((name) => !lines(name, 1));
  assertEquals((await Promise.all(missing.map((name) => wrong(name, NOT_FINE[name])))).filter(Boolean), []);
  assertEquals(Object.keys(NOT_FINE).filter((name) => !(name in COMMANDS) || lines(name, 1)), []);
});

Deno.test("every command is seen to exit 2 where it cannot run", async () => {
  const swept = COMMAND_LIST.map(({ name }) => name).filter((name) => !ALONE.includes(name));
  assertEquals(ALONE.filter((name) => !lines(name, 2)), Object.keys(FAILED)); // all others are swept
  assertEquals(swept.length + ALONE.length, COMMAND_LIST.length);
  const entries = Object.entries(FAILED);
  assertEquals((await Promise.all(entries.map(([name, shown]) => wrong(name, shown)))).filter(Boolean), []);
});

Deno.test("every command and every flag of it is typed by a line of docs/runbooks/commands.md", () => {
  const typed = new Set(TYPED_LINES.flatMap(({ here }) => {
    const command = commandOf(here);
    return [command, ...[...here.matchAll(/ --([a-z-]+)/g)].map(([, flag]) => `${command} --${flag}`)];
  }));
  const there = COMMAND_LIST.flatMap((
    { name, flags },
  ) => [name, ...Object.keys(flags).map((flag) => `${name} --${flag}`)]);
  const inTheirTest = ["migration-status --write"]; // writes into the working copy
  assertEquals(there.filter((one) => !typed.has(one) && !inTheirTest.includes(one)), []);
  const unknown = [...typed].filter((one) =>
    !there.includes(one) && !Object.keys(GLOBAL_FLAGS).some((flag) => one.endsWith(` --${flag}`))
  );
  assertEquals(unknown, []);
});

Deno.test("what another test types is named in it", async () => {
  for (const { here, elsewhere } of TYPED_LINES) {
    if (elsewhere === undefined) continue;
    const text = (await Deno.readTextFile(`${ROOT}/${elsewhere}`)).replaceAll("_", "-");
    const steps: Readonly<Record<string, string>> = { "db-push": "pushDatabase()", "deploy": "deploy()" }; // no project is there to type it for
    const name = commandOf(here);
    assertEquals([here, text.includes(steps[name] ?? `"${name}"`)], [here, true]);
  }
});

Deno.test("a test that names what is not there is seen", async () => {
  assertEquals(await wrong("doctor", undefined), "doctor: no test");
  assertEquals(
    await wrong("doctor", ["e2e/gates_test.ts", "no such words"]),
    'doctor: tests/e2e/gates_test.ts has no test "no such words"',
  );
  assertEquals(
    await wrong("users add", ["e2e/gates_test.ts", "gate 7 alone"]),
    'users add: "gate 7 alone" does not type it',
  );
});
