/** From the outside: starting a stack here or in the background, finding it, ending it, clearing what a killed one left. */
import { ROOT } from "../checkout/root.ts";
import { readState, stackHome, stackNames, type State } from "../checkout/stacks.ts";
import { readTextOrNull, removeIfThere } from "./home.ts";
import { birthOf, endProcess, gone, signalIfThere } from "./processes.ts";
import type { StackOptions } from "./frame.ts";
import { watchFiles } from "./functions/watch.ts";

/** What functions are made of. */
const SOURCES = [`${ROOT}/supabase/functions`, `${ROOT}/shared`];

export interface RunOptions extends Omit<StackOptions, "log"> {
  /** The stack ends when this process does. */
  parent: number | null;
  /** Restart function isolates when files change. */
  reload: boolean;
  /** Whoever started this process has cleared the folder, and keeps its log there. */
  cleared: boolean;
}

/** @returns whether the process that wrote the state is the one that has its pid now. */
export async function isRunning(state: State): Promise<boolean> {
  return await birthOf(state.addresses.pid) === state.born;
}

/** @returns all stacks of this checkout that run. */
export async function running(): Promise<State[]> {
  const states = await Promise.all((await stackNames()).map(readState));
  const found: State[] = [];
  for (const state of states) if (state !== null && await isRunning(state)) found.push(state);
  return found;
}

/** Runs a stack in this process until a signal, or its parent's end. @returns the exit code. */
export async function runHere(options: RunOptions, ready: (state: State) => void): Promise<number> {
  const ended = Promise.withResolvers<void>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    Deno.addSignalListener(signal, ended.resolve);
  }
  if (options.parent !== null) watchParent(options.parent, ended.resolve);
  if (!options.cleared) await clearAway(options.name);
  const log = (line: string) => console.error(`${new Date().toISOString()} ${line}`);
  outliveLostConnections(log);
  // Whoever starts, looks for or ends a stack elsewhere need not load all it is made of.
  const { bringUp } = await import("./supervisor.ts");
  const up = bringUp({ ...options, log });
  const early = ended.promise.then(() => null);
  const stack = await Promise.race([up, early]);
  if (stack === null) { // asked to stop while starting
    await (await up).stop();
    return 130;
  }
  ready(stack.state);
  const watch = options.reload ? watchFiles(SOURCES, () => stack.reloadFunctions(), log) : undefined;
  await ended.promise;
  watch?.close();
  await stack.stop();
  return 0;
}

/**
 * When Postgres goes away the driver breaks promises nobody holds any more. Each is written down; none may end the
 * process that brings Postgres back.
 */
function outliveLostConnections(log: (line: string) => void): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log(`nobody waited for: ${event.reason instanceof Error ? event.reason.stack : event.reason}`);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log(`nobody caught: ${event.error instanceof Error ? event.error.stack : event.message}`);
  });
}

function watchParent(pid: number, ended: () => void): void {
  birthOf(pid).then((born) => {
    if (born === null) return ended();
    const timer = setInterval(async () => {
      if (await birthOf(pid) === born) return;
      clearInterval(timer);
      ended();
    }, 500);
    Deno.unrefTimer(timer);
  });
}

/** Starts the same command in the background, in a session of its own, and waits until the stack is ready. */
export async function runDetached(options: RunOptions, args: string[]): Promise<State> {
  await clearAway(options.name);
  const home = stackHome(options.name);
  await Deno.mkdir(home, { recursive: true });
  const log = `${home}/stack.log`;
  const entry = new URL("main.ts", import.meta.url).pathname;
  const child = new Deno.Command("/bin/sh", {
    args: [
      "-c",
      'log=$1; shift; (umask 077; : >"$log"); exec "$@" >"$log" 2>&1 </dev/null', // addresses and keys are nobody else's
      "detach",
      log,
      Deno.execPath(),
      "run",
      "-A",
      entry,
      ...args.filter((arg) => arg !== "--detach"),
      "--cleared",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
    detached: true,
  }).spawn();
  child.unref();
  let ended = false;
  child.status.then(() => ended = true);
  while (true) {
    const state = await readState(options.name);
    if (state?.addresses.pid === child.pid) return state;
    if (ended) {
      throw new Error(`Cannot bring up "${options.name}":\n${(await readTextOrNull(log))?.trim() ?? ""}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Ends the stack `name` if it runs, ends what a killed one left running, and removes its folders. */
export async function clearAway(name: string): Promise<void> {
  const home = stackHome(name);
  const state = await readState(name);
  if (state !== null && state.addresses.pid !== Deno.pid && await isRunning(state)) {
    if (!await endProcess(state.addresses.pid, state.born, 20_000)) {
      throw new Error(`Cannot end process ${state.addresses.pid} of stack "${name}"`);
    }
  }
  const outside = await readTextOrNull(`${home}/data-home`);
  await endPostgres(`${outside ?? home}/postgres`);
  if (outside !== null) await removeIfThere(outside);
  await removeIfThere(home);
}

/** A Postgres whose supervisor was killed ends by itself; this waits for it, and insists. */
async function endPostgres(folder: string): Promise<void> {
  const lines = (await readTextOrNull(`${folder}/postmaster.pid`))?.split("\n");
  const pid = Number(lines?.[0]);
  if (lines === undefined || !(pid > 0) || lines[1] !== folder) return;
  const born = await birthOf(pid);
  if (born === null) return;
  if (await gone(pid, born, 5000)) return;
  signalIfThere(pid, "SIGQUIT");
  await gone(pid, born, 5000);
}
