/** The usage of all commands, and of one. */
import { GLOBAL_FLAGS } from "./arguments.ts";
import type { AnyCommand, CommandList, DescribedCommand, Flag } from "./command.ts";
import { TYPED_AS } from "../checkout/installed.ts";

/** All commands by name, one line each. */
export function helpOfAll(commands: CommandList): string {
  const sorted = Object.entries(commands).sort(([a], [b]) => a < b ? -1 : 1);
  const width = Math.max(...sorted.map(([name]) => name.length));
  return [
    `${TYPED_AS} <command> [flags]`,
    "",
    ...sorted.map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`),
    "",
    flagLines(GLOBAL_FLAGS),
    "",
    "Exit: 0 fine, 1 not fine, 2 critical, could not run, or wrong usage, 130 interrupted.",
    `${TYPED_AS} <command> --help tells more about one.`,
  ].join("\n");
}

/** One command: usage, what it shows, what it changes, its flags. */
export function helpOf(command: DescribedCommand): string {
  return [
    `${TYPED_AS} ${[command.name, command.words].filter(Boolean).join(" ")} [flags]`,
    "",
    command.summary,
    `Changes: ${command.effects}.`,
    "",
    flagLines({ ...command.flags, ...GLOBAL_FLAGS }),
    ...examplesOf(command),
  ].join("\n");
}

function examplesOf({ name, examples }: AnyCommand): string[] {
  const lines = examples.map(([typed, purpose]) =>
    [`${TYPED_AS} ${`${name} ${typed}`.trim()}`, purpose] as const
  );
  const width = Math.max(...lines.map(([typed]) => typed.length));
  return lines.length === 0
    ? []
    : ["", ...lines.map(([typed, purpose]) => `  ${typed.padEnd(width)}  ${purpose}`)];
}

function flagLines(flags: Readonly<Record<string, Flag>>): string {
  const names = Object.entries(flags).map(([name, flag]) =>
    [`--${name}${flag.type === "string" ? ` ${flag.value ?? "VALUE"}` : ""}`, flag.help] as const
  );
  const width = Math.max(...names.map(([name]) => name.length));
  return names.map(([name, help]) => `  ${name.padEnd(width)}  ${help}`).join("\n");
}
