/** `deno task stack up|down|status|reset`: the local Supabase. Results on stdout, the rest on stderr. */
import { parseArgs } from "node:util";
import * as z from "zod";
import { DEFAULT_PRIVILEGES, type DefaultPrivileges } from "./database/bootstrap.ts";
import { ask } from "./faults/client.ts";
import { type Addresses, readState } from "../checkout/stacks.ts";
import { clearAway, isRunning, runDetached, runHere, running } from "./lifecycle.ts";

const USAGE = `deno task stack <command> [flags]

  up       start a stack: Postgres, REST, Auth, Storage, functions
  dev      the same, restarting functions when their files change, and the dashboard with reload
  down     end it and remove what it left
  status   where it is reached
  reset    a fresh database behind the same addresses and keys

  --name N        which stack (default: DRAGONFLY_STACK, else default; several run side by side)
  --detach        up: leave it running in the background
  --json          print one JSON object on stdout
  --parent PID    up: end when that process ends
  --env N=VALUE   up: one more variable for the functions, repeatable; not for secrets, a command line is seen by all
  --no-functions  up: database, REST, Auth and Storage alone
  --wall SECONDS  up: how long an isolate of a function lives (default: 400; 150 on the free plan)
  --bare          up: a database with its buckets, before the first migration
  --defaults WHAT up: what is granted by itself in public: none (new projects), granted (before 2026-10-30)

  STACK_TIME=0.1 shortens leases, beats, back-off and cron alike.
  STACK_VENDOR_KEYS='{"acme":"<key>"}' gives vendors their keys, STACK_SECRETS='{"NAME":"<value>"}' more variables.
  STACK_DATA=/dev/shm has the database written there.`;

/** Side effects: processes and a folder per stack. @returns the exit code. */
async function main(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      name: { type: "string", default: Deno.env.get("DRAGONFLY_STACK") ?? "default" },
      detach: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      parent: { type: "string" },
      env: { type: "string", multiple: true, default: [] },
      cleared: { type: "boolean", default: false }, // how --detach starts itself
      "no-functions": { type: "boolean", default: false },
      wall: { type: "string" },
      bare: { type: "boolean", default: false },
      defaults: { type: "string", default: "none" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const command = positionals[0];
  if (values.help) return say(USAGE, 0);
  if (command === undefined || positionals.length > 1) return complain(USAGE);
  const name = values.name ?? await usualName(command);
  const print = (addresses: Addresses) => say(values.json ? JSON.stringify(addresses) : table(addresses), 0);
  const known = await readState(name);
  const alive = known !== null && await isRunning(known) ? known : null;
  switch (command) {
    case "up":
    case "dev": {
      if (alive !== null) return print(alive.addresses);
      const options = {
        name,
        timeScale: timeScale(),
        vendorKeys: named("STACK_VENDOR_KEYS"),
        dataFolder: Deno.env.get("STACK_DATA") ?? null,
        functionEnv: { ...pairs(values.env), ...named("STACK_SECRETS") },
        functions: !values["no-functions"],
        wallSeconds: values.wall === undefined ? null : wallSeconds(values.wall),
        bare: values.bare,
        defaultPrivileges: defaultPrivileges(values.defaults),
        parent: values.parent === undefined ? null : Number(values.parent),
        reload: command === "dev",
        liveDashboard: command === "dev",
        cleared: values.cleared,
      };
      if (values.detach) return print((await runDetached(options, args)).addresses);
      // Whoever started this in the background reads the state file: no key stands in the log.
      return await runHere(options, (state) => options.cleared ? 0 : print(state.addresses));
    }
    case "down":
      await clearAway(name);
      return values.json ? say(JSON.stringify({ name }), 0) : complain(`${name} is down`, 0);
    case "status":
      if (alive !== null) return print(alive.addresses);
      return complain(
        `No stack "${name}" is running. ${await others()}Start it: deno task stack up --detach`,
        1,
      );
    case "reset":
      if (alive === null) return complain(`No stack "${name}" is running`, 1);
      await ask(alive.control, { do: "reset" });
      return print(alive.addresses);
    default:
      return complain(USAGE);
  }
}

/** Without --name: a new stack is "default"; anything else means the only one running. */
async function usualName(command: string | undefined): Promise<string> {
  const names = command === "up" || command === "dev" ? [] : (await running()).map((state) => state.name);
  return names.length === 1 && names[0] !== undefined ? names[0] : "default";
}

async function others(): Promise<string> {
  const names = (await running()).map((state) => state.name);
  return names.length === 0 ? "" : `Running: ${names.join(", ")}. `;
}

function timeScale(): number {
  const text = Deno.env.get("STACK_TIME") ?? "1";
  const scale = Number(text);
  if (!(scale > 0 && scale <= 1)) {
    throw new Error(`Cannot use STACK_TIME=${text}: give a number above 0, at most 1`);
  }
  return scale;
}

function wallSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0) return seconds;
  throw new Error(`Cannot use --wall ${text}: give seconds, above 0`);
}

function defaultPrivileges(text: string): DefaultPrivileges {
  const found = DEFAULT_PRIVILEGES.find((one) => one === text);
  if (found === undefined) {
    throw new Error(`Cannot use --defaults ${text}: give ${DEFAULT_PRIVILEGES.join(" or ")}`);
  }
  return found;
}

function pairs(texts: string[]): Record<string, string> {
  return Object.fromEntries(texts.map((text) => {
    const at = text.indexOf("=");
    if (at < 1) throw new Error(`Cannot use "${text}": give NAME=VALUE`);
    return [text.slice(0, at), text.slice(at + 1)];
  }));
}

/** Names and values from a variable: unlike a command line, only this user sees it. */
function named(variable: string): Record<string, string> {
  const text = Deno.env.get(variable);
  if (text === undefined || text === "") return {};
  const read = z.record(z.string(), z.string()).safeParse(JSON.parse(text));
  if (!read.success) throw new Error(`Cannot use ${variable}: give a JSON object of names and values`);
  return read.data;
}

function table(addresses: Addresses): string {
  return Object.entries(addresses).map(([name, value]) => `${name.padEnd(16)}${value ?? "-"}`).join("\n");
}

function say(text: string, code: number): number {
  console.log(text);
  return code;
}

function complain(text: string, code = 2): number {
  console.error(text);
  return code;
}

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    Deno.exit(complain(error instanceof Error ? error.message : String(error), 2));
  }
}
