/**
 * A stack for tests: started as a child, named apart, gone when the test is done or its process dies (`--parent`).
 */
import { ask } from "../../stack/faults/client.ts";
import { runStack } from "../../checkout/run_stack.ts";
import { type Addresses, readState } from "../../checkout/stacks.ts";
import * as z from "zod";
import "./answers.ts"; // every answer that a test of a stack meets is held against the document
import { AGAINST, openAgainst } from "./against.ts";
import type { TestStack } from "./test_stack.ts";

export type { TestStack };

export interface TestStackOptions {
  /** `STACK_TIME`; 1 when absent. */
  time?: number;
  /** Vendor → key. */
  vendors?: Record<string, string>;
  /** More environment for the functions. */
  env?: Record<string, string>;
  /** False for database, REST, Auth and Storage alone; true when absent. */
  functions?: boolean;
}

/**
 * Starts a fresh stack, ready when this resolves; or takes the one the run is held against. Every stack must be stopped;
 * a dead test's stack ends by itself. @throws when the one that is there cannot be had as wanted.
 */
export async function startStack(options: TestStackOptions = {}): Promise<TestStack> {
  if (AGAINST !== null) {
    const wanted = Object.keys(options);
    if (wanted.length === 0) return await openAgainst(AGAINST);
    throw new Error(`Cannot test against a stack that is there with ${wanted.join(", ")} of the test's own`);
  }
  const name = `test-${crypto.randomUUID().slice(0, 8)}`;
  const flags = [
    ...(options.functions === false ? ["--no-functions"] : []),
  ];
  const addresses = await bringUp(name, flags, {
    STACK_TIME: String(options.time ?? 1),
    STACK_VENDOR_KEYS: JSON.stringify(options.vendors ?? {}),
    STACK_SECRETS: JSON.stringify(options.env ?? {}),
  });
  const state = await readState(name);
  if (state === null) throw new Error(`Cannot find the stack "${name}" that has just started`);
  return {
    ...addresses,
    name,
    ask: (order) => ask(state.control, order),
    stop: async () => {
      await runStack(["down", "--name", name]);
    },
  };
}

/** A test's database outlives nothing: it is written where the run throws things away. */
function scratch(): Record<string, string> {
  const folder = Deno.env.get("TMPDIR");
  return folder === undefined ? {} : { STACK_DATA: folder };
}

/** A stack that fails to come up leaves its folder for whoever reads the log; a test's error says it already. */
async function bringUp(name: string, flags: string[], env: Record<string, string>): Promise<Addresses> {
  const args = ["up", "--detach", "--json", "--name", name, "--parent", String(Deno.pid), ...flags];
  try {
    return JSON.parse(await runStack(args, { ...scratch(), ...env }));
  } catch (error) {
    await runStack(["down", "--name", name]);
    throw error;
  }
}

const Isolates = z.array(z.object({ function: z.string(), busy: z.boolean() }));

/** Waits until no isolate of the worker is at work, seen three times in a row: work is handed from one to the next. */
export async function untilNobodyWorks(stack: TestStack): Promise<void> {
  for (let quiet = 0; quiet < 3;) {
    const isolates = Isolates.parse(await stack.ask({ do: "isolates" }));
    quiet = isolates.some((isolate) => isolate.function === "worker" && isolate.busy) ? 0 : quiet + 1;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
