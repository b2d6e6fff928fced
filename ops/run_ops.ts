/** One run of `ops`, with everything outside handed in. */
import { GLOBAL_FLAGS, readCommandLine } from "./arguments.ts";
import {
  type AnyCommand,
  CannotRun,
  type CommandList,
  Declined,
  EXIT,
  type Typed,
  UsageError,
} from "./command.ts";
import { helpOf, helpOfAll } from "./help.ts";
import { colourPen, plainPen } from "./pen.ts";
import { plain, plainJson } from "../checkout/table.ts";
import { ENVIRONMENT_NAMES, type EnvironmentName, makeTarget, type Target } from "./target.ts";

/** The terminal and the environment as `ops` sees them. */
export interface Surroundings {
  readonly commands: CommandList;
  env(name: string): string | undefined;
  /** Standard output. */
  print(line: string): void;
  /** Standard output, byte by byte. */
  write(bytes: Uint8Array): Promise<void>;
  /** Standard error. */
  complain(line: string): void;
  /** Standard output is a terminal: there are colours, and nothing of a file goes there as it is. */
  readonly colours: boolean;
  /** Signs in a line of the terminal; absent where there is none. */
  readonly columns?: number;
  /** Asks a person; null when there is none. */
  ask(question: string): string | null;
  readonly stopping: AbortSignal;
}

/** @returns the exit code. Never throws for what a person can cause. */
export async function runOps(args: readonly string[], around: Surroundings): Promise<number> {
  try {
    const { command, typed } = await readCommandLine(args, around.commands);
    if (command === null) return print(around, helpOfAll(around.commands));
    if (typed.on("help")) {
      const summary = around.commands[command.name]?.summary ?? "";
      return print(around, helpOf({ ...command, summary }));
    }
    const target = makeTarget(
      environmentOf(typed, around),
      typed.text("stack") ?? around.env("DRAGONFLY_STACK") ?? null,
    );
    try {
      const code = await runCommand(command, typed, target, around);
      return around.stopping.aborted ? EXIT.interrupted : code;
    } finally {
      await target.close();
    }
  } catch (error) {
    if (around.stopping.aborted) return EXIT.interrupted;
    around.complain(wordsOf(error).split("\n").map(plain).join("\n")); // an answer's words may quote a file's
    return error instanceof Declined ? EXIT.notFine : EXIT.failed;
  }
}

function print(around: Surroundings, text: string): number {
  around.print(text);
  return EXIT.fine;
}

async function runCommand(
  command: AnyCommand,
  typed: Typed,
  target: Target,
  around: Surroundings,
): Promise<number> {
  const json = typed.on("json");
  const coloured = around.colours && !typed.on("no-color") && !around.env("NO_COLOR");
  const pen = { ...(coloured ? colourPen : plainPen), width: around.columns ?? null };
  return await command.run({
    typed,
    target,
    note: (line) => around.complain(line),
    write: around.write,
    toTerminal: around.colours,
    confirm: (what) => confirm(what, typed, target, around),
    stopping: around.stopping,
  }, (data, show) => around.print(json ? plainJson(data) : show(pen)));
}

function environmentOf(typed: Typed, around: Surroundings): EnvironmentName {
  const named = typed.text("env") ?? around.env("SUPABASE_MODE") ?? "local";
  const known = ENVIRONMENT_NAMES.find((name) => name === named);
  if (known !== undefined) return known;
  throw new UsageError(`There is no environment "${named}": ${GLOBAL_FLAGS["env"]?.value}.`);
}

// deno-lint-ignore require-await -- a refusal is a rejected promise, never a throw on the spot
async function confirm(what: string, typed: Typed, target: Target, around: Surroundings): Promise<void> {
  if (target.environment !== "prod" || typed.on("yes")) return;
  const answer = around.ask(`${what} on prod. Type prod to go on:`);
  if (answer === null) throw new CannotRun(`${what} on prod needs --yes where nobody can be asked.`);
  if (answer.trim() !== "prod") throw new CannotRun("Nothing was done.");
}

function wordsOf(error: unknown): string {
  if (error instanceof UsageError || error instanceof CannotRun || error instanceof Declined) {
    return error.message;
  }
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? `${error.code} ` : "";
  return `Cannot run: ${code}${error.message || error.name}`;
}
