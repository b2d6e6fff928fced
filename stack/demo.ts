/**
 * `deno task demo`: a fresh stack, real files dropped into the bucket through Storage alone, and what became of
 * each. Progress goes to stderr, the result to stdout. Side effects: a stack of its own, gone afterwards unless --keep.
 */
import { parseArgs } from "node:util";
import { createClient } from "@supabase/supabase-js";
import { randomLetters } from "../checkout/letters.ts";
import { ROOT } from "../checkout/root.ts";
import { runStack } from "../checkout/run_stack.ts";
import { Addresses } from "../checkout/stacks.ts";
import { type Drop, drops, follow, type Outcome } from "./demo/drops.ts";
import { asJson, outcomeTable } from "./demo/report.ts";

const USAGE = `deno task demo [--keep] [--json]

  --keep   leave the stack running; print its addresses, the dashboard's, and a user for it
  --json   print one JSON object on stdout and nothing else`;

/** @returns the exit code: 0 when every file ended as it must, 1 when one did not, 2 when the demo could not run. */
async function main(args: string[]): Promise<number> {
  const { values: flags } = parseArgs({
    args,
    options: {
      keep: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (flags.help) {
    console.log(USAGE);
    return 0;
  }
  const started = performance.now();
  const name = `demo-${Deno.pid}`;
  const say = (line: string) => console.error(line);
  if (flags.keep) await buildDashboard();
  say("Starting a local Supabase (Postgres, REST, Storage, functions) and applying the migrations …");
  const untilWeEnd = flags.keep ? [] : ["--parent", `${Deno.pid}`];
  const addresses = Addresses.parse(
    JSON.parse(await runStack(["up", "--detach", "--json", "--name", name, ...untilWeEnd])),
  );
  const down = () => runStack(["down", "--name", name]);
  const interrupted = async () => {
    say("\nInterrupted; taking the stack down.");
    await down();
    Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", interrupted);
  Deno.addSignalListener("SIGTERM", interrupted);
  try {
    say(`Ready after ${seconds(started)} s at ${addresses.api_url}\n`);
    const outcomes = await play(addresses, say);
    const total = Number(seconds(started));
    const width = Deno.stdout.isTerminal() ? Deno.consoleSize().columns : null;
    console.log(flags.json ? asJson(outcomes, total) : outcomeTable(outcomes, total, width));
    return outcomes.every((outcome) => outcome.asExpected) ? 0 : 1;
  } finally {
    if (flags.keep) {
      say(`\nThe stack stays up. Addresses: deno task stack status --name ${name}\n${list(addresses)}`);
      say(await welcome(addresses));
    } else await down();
  }
}

/** Side effects: replaces the dashboard's built files. @throws with what the build said. */
async function buildDashboard(): Promise<void> {
  const args = ["run", "-A", `${ROOT}/dashboard/build.ts`, "--quiet"];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd: ROOT, stdin: "null" })
    .output();
  if (!success) throw new Error(`Cannot build the dashboard: ${new TextDecoder().decode(stderr).trim()}`);
}

/** Makes a user. @returns the way into the dashboard, for a person. */
async function welcome({ api_url, secret_key, dashboard_url }: Addresses): Promise<string> {
  const { auth } = createClient(api_url, secret_key, { auth: { persistSession: false } });
  const [email, password] = ["operator@example.org", randomLetters(16)];
  const account = { email, password, email_confirm: true, app_metadata: { role: "operator" } };
  const { error } = await auth.admin.createUser(account);
  if (error !== null) throw new Error(`Cannot make a user: ${error.message}`);
  return `\nDashboard: ${dashboard_url}\n  e-mail    ${email}\n  password  ${password}`;
}

async function play(addresses: Addresses, say: (line: string) => void): Promise<Outcome[]> {
  const client = createClient(addresses.api_url, addresses.secret_key, { auth: { persistSession: false } });
  const outcomes: Outcome[] = [];
  for (const drop of await drops()) {
    const outcome = await follow(client, drop, say);
    outcomes.push(outcome);
    say(line(drop, outcome));
  }
  return outcomes;
}

function line(drop: Drop, outcome: Outcome): string {
  const mark = outcome.asExpected ? "ok  " : "NOT AS EXPECTED";
  return `  ${mark} ${drop.path}: ${outcome.batch.status} in ${outcome.batch.seconds.toFixed(1)} s`;
}

function list(addresses: Addresses): string {
  return Object.entries(addresses).map(([name, value]) => `  ${name.padEnd(16)}${value ?? "-"}`).join("\n");
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exit(2);
  }
}
