/**
 * What a command is. A command reports data and returns an exit code; whether that becomes text or JSON is
 * decided elsewhere, and the command never knows.
 */
import type { Target } from "./target.ts";

export { CannotRun, Declined, UsageError } from "./refusals.ts";

/** Exit codes of every command. */
export const EXIT = {
  /** All is well. */
  fine: 0,
  /** What was looked at is not well. */
  notFine: 1,
  /** Critical, could not run, or wrong usage. */
  failed: 2,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

/** A flag of a command; its name is the key, with hyphens. */
export interface Flag {
  readonly type: "string" | "boolean";
  readonly help: string;
  /** What to write for the value, as the usage shows it. */
  readonly value?: string;
  /** May be given several times. */
  readonly multiple?: boolean;
}

/** A command line without the name of the command, and what one would type it for. */
export type Example = readonly [typed: string, purpose: string];

/** What was typed after the command's name. */
export interface Typed {
  readonly words: readonly string[];
  /** The text of a flag with a value, or undefined. */
  text(flag: string): string | undefined;
  /** All texts of a flag that may be given several times, in their order. */
  texts(flag: string): readonly string[];
  /** A whole number from a flag. @throws UsageError when it is none or outside. */
  whole(flag: string, limits: { readonly least: number; readonly most: number }): number | undefined;
  on(flag: string): boolean;
}

/** What a command is given to work with. */
export interface Context {
  readonly typed: Typed;
  readonly target: Target;
  /** Remarks for the person who waits: standard error, never part of the result. */
  note(line: string): void;
  /** Asks before a write on prod; passes at once elsewhere and with --yes. @throws CannotRun when refused. */
  confirm(what: string): Promise<void>;
  /** Writes bytes to standard output as they are; for a command whose result is a file. */
  write(bytes: Uint8Array): Promise<void>;
  /** Standard output is a terminal, which obeys control characters. */
  readonly toTerminal: boolean;
  /** Aborted by Ctrl-C. */
  readonly stopping: AbortSignal;
}

/** Tells one result. A command that follows something tells many, each whole. */
export type Report<Data> = (data: Data) => void;

/** One command. `Data` is what `--json` prints. */
export interface Command<Data> {
  /** As it is typed, two words for a group: `queue pause`. */
  readonly name: string;
  /** What it changes; `none` for one that only looks. */
  readonly effects: string;
  /** Words after the name, for the usage: `<batch> [file…]`. */
  readonly words?: string;
  /** How many words may follow the name. */
  readonly wordCount?: readonly [least: number, most: number];
  readonly flags?: Readonly<Record<string, Flag>>;
  /** What people type, after the name: at least two, each with what it is for. */
  readonly examples?: readonly Example[];
  /** @returns the exit code. */
  run(context: Context, report: Report<Data>): Promise<number>;
  /** The result for a person. */
  show(data: Data, pen: Pen): string;
}

/** How a result is written for a person. Colours, or none. */
export interface Pen {
  /** Signs that fit a line; null where lines may be as long as they like: files and pipes. */
  readonly width: number | null;
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  warn(text: string): string;
  bad(text: string): string;
}

/** A command whose type of data is forgotten, for lists of commands. */
export interface AnyCommand {
  readonly name: string;
  readonly effects: string;
  readonly words: string;
  readonly wordCount: readonly [least: number, most: number];
  readonly flags: Readonly<Record<string, Flag>>;
  readonly examples: readonly Example[];
  /** Runs it; every result is handed on as data and as a way to show it. */
  run(context: Context, tell: (data: unknown, show: (pen: Pen) => string) => void): Promise<number>;
}

/** A command and what it must show, in one line. */
export interface DescribedCommand extends AnyCommand {
  readonly summary: string;
}

/** A command as the list of all has it: loaded when it is wanted. */
export interface ListedCommand {
  readonly summary: string;
  load(): Promise<AnyCommand>;
}

/** Commands by name. */
export type CommandList = Readonly<Record<string, ListedCommand>>;

/** Makes a command ready for the list of commands. */
export function command<Data>(made: Command<Data>): AnyCommand {
  return {
    name: made.name,
    effects: made.effects,
    words: made.words ?? "",
    wordCount: made.wordCount ?? [0, 0],
    flags: made.flags ?? {},
    examples: made.examples ?? [],
    run: (context, tell) => made.run(context, (data) => tell(data, (pen) => made.show(data, pen))),
  };
}
