/** Which commands of `ops` a text tells people to type, and whether there are such. */
import type { AnyCommand } from "../../ops/command.ts";
import { COMMANDS, loadAll } from "../../ops/commands.ts";
import { GLOBAL_FLAGS } from "../../ops/arguments.ts";

/** Every command there is. */
export const ALL: readonly AnyCommand[] = await loadAll(COMMANDS);

/** A command as a text names it: one or two words, and the flags that follow before the next sentence sign. */
export interface Named {
  readonly command: string;
  readonly flags: readonly string[];
}

/** In documents and workflows, where commands stand in code: `ops wake` between backticks, or after `task`. */
export function namedInDocument(text: string): Named[] {
  return named(text, /(?:`|task (?:--quiet )?)ops ([a-z][a-z0-9_-]*)(?: ([a-z][a-z-]*))?([^`\n#|]*)/g);
}

/** In a sentence, where `ops` is followed by the command. */
export function namedInSentence(text: string): Named[] {
  return named(text, /\bops ([a-z][a-z0-9_-]*)(?: ([a-z][a-z-]*))?((?:(?!\bops )[^;,.()])*)/g);
}

/** What is wrong with what was named: commands and flags there are not. */
export function notThere(all: readonly Named[]): string[] {
  return all.flatMap(({ command, flags }) => {
    const found = ALL.find((one) => one.name === command);
    if (found === undefined) return [`ops ${command}`];
    return flags.filter((flag) => !knows(found, flag)).map((flag) => `ops ${command} --${flag}`);
  });
}

function named(text: string, pattern: RegExp): Named[] {
  return [...text.matchAll(pattern)].map(([, first = "", second = "", rest = ""]) => {
    const word = first.replaceAll("_", "-");
    const both = `${word} ${second}`;
    return {
      command: both in COMMANDS ? both : word,
      flags: [...rest.matchAll(/--([a-z][a-z-]*)/g)].map(([, flag = ""]) => flag),
    };
  });
}

function knows(command: AnyCommand, flag: string): boolean {
  return flag in command.flags || flag in GLOBAL_FLAGS;
}

/** @returns the tasks of `deno.json` a text tells people to run: after `deno task`, whatever stands between. */
export function tasksIn(text: string): string[] {
  return [...text.matchAll(/\bdeno(?:@[\d.]+)? task (?:--quiet )?([a-z][a-z:]*)/g)].map(([, task = ""]) =>
    task
  );
}
