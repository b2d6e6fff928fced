/** From what was typed to a command and its flags. Underscores pass for hyphens; nothing unknown passes. */
import { parseArgs } from "node:util";
import { type AnyCommand, type CommandList, type Flag, type Typed, UsageError } from "./command.ts";
import { TYPED_AS } from "../checkout/installed.ts";

/** Flags every command has. */
export const GLOBAL_FLAGS: Readonly<Record<string, Flag>> = {
  "env": {
    type: "string",
    value: "local|dev|prod",
    help: "which system (default: SUPABASE_MODE, else local)",
  },
  "stack": { type: "string", value: "NAME", help: "which local stack (default: the only one running)" },
  "json": { type: "boolean", help: "results as JSON, one object a line" },
  "yes": { type: "boolean", help: "do not ask before a write on prod" },
  "no-color": { type: "boolean", help: "no colours" },
  "help": { type: "boolean", help: "this text" },
};

/** What a command line says. */
export interface CommandLine {
  /** Null when none was named: help is wanted. */
  readonly command: AnyCommand | null;
  readonly typed: Typed;
}

/** @throws UsageError naming what is wrong and what would be right. */
export async function readCommandLine(
  given: readonly string[],
  commands: CommandList,
): Promise<CommandLine> {
  const args = given.map((arg) => arg.startsWith("--") ? hyphened(arg) : arg);
  const words = args.filter((arg) => !arg.startsWith("-"));
  const named = findCommand(Object.keys(commands), args);
  if (named === null) {
    const wantsHelp = args.some((arg) => arg === "--help" || arg === "-h") || args.length === 0;
    if (words.length > 0) throw await unknownCommand(words, Object.keys(commands));
    if (!wantsHelp) throw new UsageError(`Name a command: ${TYPED_AS} --help lists them.`);
    return { command: null, typed: await readTyped(["--help"], {}, null) };
  }
  const command = await commands[named.name]?.load() ?? null;
  return { command, typed: await readTyped(named.rest, command?.flags ?? {}, command) };
}

interface Named {
  readonly name: string;
  readonly rest: readonly string[];
}

/** The first words that are no flag name the command; global flags with a value may stand before them. */
function findCommand(names: readonly string[], args: readonly string[]): Named | null {
  const places: number[] = [];
  for (let at = 0; at < args.length && places.length < 2; at++) {
    const arg = args[at] ?? "";
    if (!arg.startsWith("-")) places.push(at);
    else if (GLOBAL_FLAGS[arg.slice(2)]?.type === "string") at++; // its value is no word
    else if (places.length > 0) break;
  }
  for (const count of [2, 1]) {
    const chosen = places.slice(0, count);
    const name = chosen.map((at) => hyphened(args[at] ?? "")).join(" ");
    if (chosen.length === count && names.includes(name)) {
      return { name, rest: args.filter((_, at) => !chosen.includes(at)) };
    }
  }
  return null;
}

function hyphened(arg: string): string {
  const [name = "", ...value] = arg.split("=");
  return [name.replaceAll("_", "-"), ...value].join("=");
}

async function unknownCommand(words: readonly string[], names: readonly string[]): Promise<UsageError> {
  const [first = "", second = ""] = words.map(hyphened);
  const group = names.filter((name) => name.startsWith(`${first} `)).map((name) => name.split(" ")[1] ?? "");
  if (group.length > 0) {
    const near = second === "" ? null : await nearest(second, group);
    const meant = near === null ? "" : ` Did you mean ${first} ${near}?`;
    return new UsageError(`"${words[0]}" goes on with ${group.join(", ")}.${meant}`);
  }
  const near = await nearest(words.length > 1 ? `${first} ${second}` : first, names) ??
    await nearest(first, names);
  const meant = near === null ? "" : ` Did you mean ${near}?`;
  return new UsageError(`There is no command "${words[0]}".${meant} ${TYPED_AS} --help lists all.`);
}

/** What was meant by a mistyped name: of those it is like in two thirds of its letters, the one most like it. */
async function nearest(typed: string, names: readonly string[]): Promise<string | null> {
  const { closest, distance } = await import("fastest-levenshtein"); // only who mistypes waits for it
  const near = closest(typed, names);
  return distance(typed, near) <= Math.max(2, near.length / 3) ? near : null;
}

async function readTyped(
  args: readonly string[],
  own: Readonly<Record<string, Flag>>,
  command: AnyCommand | null,
): Promise<Typed> {
  const flags = { ...GLOBAL_FLAGS, ...own };
  const { values, positionals } = await parse(args, flags);
  const count = positionals.length;
  const [least, most] = command?.wordCount ?? [0, 0];
  if (values["help"] !== true && command !== null && (count < least || count > most)) {
    throw new UsageError(`Usage: ${TYPED_AS} ${[command.name, command.words].filter(Boolean).join(" ")}`);
  }
  const text = (flag: string) => typeof values[flag] === "string" ? values[flag] : undefined;
  return {
    words: positionals,
    text,
    texts: (flag) => [values[flag] ?? []].flat().map(String),
    whole(flag, { least, most }) {
      const given = text(flag);
      if (given === undefined) return undefined;
      const number = /^\d{1,9}$/.test(given) ? Number(given) : NaN;
      if (number >= least && number <= most) return number;
      throw new UsageError(`--${flag} takes a whole number from ${least} to ${most}, not "${given}".`);
    },
    on: (flag) => values[flag] === true,
  };
}

async function parse(args: readonly string[], flags: Readonly<Record<string, Flag>>) {
  const options = Object.fromEntries(
    Object.entries(flags).map(([name, { type, multiple = false }]) =>
      [name, name === "help" ? { type, short: "h" } : { type, multiple }] as const
    ),
  );
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const unknown = /'(-[^' ]*)/.exec(error.message)?.[1];
    if (/unknown option/i.test(error.message)) {
      const names = Object.keys(flags).map((name) => `--${name}`);
      const near = await nearest(unknown ?? "", names);
      const meant = near === null ? "" : ` Did you mean ${near}?`;
      throw new UsageError(`There is no flag ${unknown}.${meant} Flags here: ${names.join(" ")}`);
    }
    throw new UsageError(`${error.message.split(". ")[0]}.`);
  }
}
