/**
 * Completions for the shells people use: the commands, their flags and the values a flag takes. Written from the
 * commands as they are, so nothing has to be kept up by hand. The shell asks nobody while somebody types.
 */
import { GLOBAL_FLAGS } from "./arguments.ts";
import type { DescribedCommand, Flag } from "./command.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** What the program is called where it is installed; in a checkout people give `deno task ops` this name. */
export const PROGRAM = "dragonfly";

/** @returns the script for a shell; what to do with it stands in its first lines. */
export function completionsFor(shell: Shell, commands: readonly DescribedCommand[]): string {
  const sorted = [...commands].sort((a, b) => a.name < b.name ? -1 : 1);
  if (shell === "bash") return bash(sorted);
  return shell === "zsh" ? zsh(sorted) : fish(sorted);
}

/** The values of a flag that has a closed list of them. */
function valuesOf(flag: Flag): string[] {
  return flag.value !== undefined && /^[a-z0-9]+(\|[a-z0-9]+)+$/.test(flag.value)
    ? flag.value.split("|")
    : [];
}

const flagsOf = (command: DescribedCommand) => Object.entries({ ...command.flags, ...GLOBAL_FLAGS });

/** First words of names, each once. */
function firstWords(commands: readonly DescribedCommand[]): string[] {
  return [...new Set(commands.map(({ name }) => name.split(" ")[0] ?? ""))];
}

/** Names of two words by their first. */
function groups(commands: readonly DescribedCommand[]): Map<string, DescribedCommand[]> {
  return Map.groupBy(
    commands.filter(({ name }) => name.includes(" ")),
    ({ name }) => name.split(" ")[0] ?? "",
  );
}

function bash(commands: readonly DescribedCommand[]): string {
  const choices = new Map(
    commands.flatMap((one) => flagsOf(one)).map(([name, flag]) => [name, valuesOf(flag)]),
  );
  return `# Completions for bash: put them into a file and have it read by your ~/.bashrc, or try them at once:
#   source <(${PROGRAM} completions bash)
# In a checkout: alias ${PROGRAM}='deno task --quiet ops'
_${PROGRAM}() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" first="" second="" at
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "\${COMP_WORDS[at]}" in
      ${
    Object.entries(GLOBAL_FLAGS).filter(([, flag]) => flag.type === "string").map(([name]) => `--${name}`)
      .join("|")
  }) ((at++)) ;;
      -*) ;;
      *)
        if [[ -z $first ]]; then first="\${COMP_WORDS[at]}"
        elif [[ -z $second ]]; then second="\${COMP_WORDS[at]}"; fi ;;
    esac
  done
  case "$before" in
${
    [...choices].filter(([, values]) => values.length > 0).map(([name, values]) =>
      `    --${name}) mapfile -t COMPREPLY < <(compgen -W "${values.join(" ")}" -- "$word"); return ;;`
    ).join("\n")
  }
  esac
  local words=""
  case "$first $second" in
${
    [...groups(commands)].map(([first, members]) =>
      `    "${first} ") words="${
        [
          ...members.map(({ name }) => name.split(" ")[1]),
          ...commands.filter(({ name }) => name === first).flatMap((one) => dashed(one)),
        ].join(" ")
      }" ;;`
    ).join("\n")
  }
${
    commands.filter(({ name }) => name.includes(" ")).map((one) =>
      `    "${one.name}") words="${dashed(one).join(" ")}" ;;`
    ).join("\n")
  }
    " ") words="${firstWords(commands).join(" ")}" ;;
    *)
      case "$first" in
${
    commands.filter(({ name }) => !name.includes(" ")).map((one) =>
      `        ${one.name}) words="${dashed(one).join(" ")}" ;;`
    ).join("\n")
  }
      esac ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
  [[ \${#COMPREPLY[@]} -gt 0 || $word == -* || -z $first ]] || mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
complete -F _${PROGRAM} ${PROGRAM}`;
}

function dashed(command: DescribedCommand): string[] {
  return flagsOf(command).map(([name]) => `--${name}`);
}

function zsh(commands: readonly DescribedCommand[]): string {
  const described = (name: string, text: string) => quoted(`${name.replaceAll(":", "\\:")}:${text}`);
  const options = (one: DescribedCommand) =>
    flagsOf(one).map(([name, flag]) => {
      const values = valuesOf(flag);
      const value = flag.type === "boolean"
        ? ""
        : `:${flag.value ?? "value"}:${values.length > 0 ? `(${values.join(" ")})` : ""}`;
      return `        ${quoted(`--${name}[${bracketed(flag.help)}]${value.replaceAll("|", " ")}`)}`;
    }).join(" \\\n");
  const summaries = firstWords(commands).map((first) => {
    const whole = commands.find(({ name }) => name === first);
    const text = whole?.summary ??
      (groups(commands).get(first) ?? []).map(({ name }) => name.split(" ")[1]).join(", ");
    return `    ${described(first, text)}`;
  });
  return `#compdef ${PROGRAM}
# Completions for zsh: put them into a file _${PROGRAM} in a folder of your $fpath, or try them at once:
#   source <(${PROGRAM} completions zsh)
_${PROGRAM}() {
  local -a commands members
  commands=(
${summaries.join("\n")}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands 'command' commands
    return
  fi
  case "\${words[2]} \${words[3]}" in
${
    commands.filter(({ name }) => name.includes(" ")).map((one) =>
      `    ${quoted(one.name)})\n      _arguments \\\n${
        options(one)
      } \\\n        '*:file:_files'\n      return ;;`
    ).join("\n")
  }
  esac
  case "\${words[2]}" in
${
    [...groups(commands)].map(([first, members]) =>
      `    ${first})\n      members=(${
        members.map(({ name, summary }) => described(name.split(" ")[1] ?? "", summary)).join(" ")
      })\n      (( CURRENT == 3 )) && _describe -t commands 'command' members${
        commands.some(({ name }) => name === first) ? "" : "\n      return"
      } ;|`
    ).join("\n")
  }
${
    commands.filter(({ name }) => !name.includes(" ")).map((one) =>
      `    ${one.name})\n      _arguments \\\n${options(one)} \\\n        '*:file:_files'\n      return ;;`
    ).join("\n")
  }
  esac
}
if [[ "\${funcstack[1]}" == _${PROGRAM} ]]; then _${PROGRAM} "$@"; else compdef _${PROGRAM} ${PROGRAM}; fi`;
}

/** In single quotes, as a shell reads it. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Brackets would end what _arguments takes for the description. */
function bracketed(text: string): string {
  return text.replaceAll("[", "\\[").replaceAll("]", "\\]").replaceAll(":", "\\:");
}

function fish(commands: readonly DescribedCommand[]): string {
  const line = (condition: string, rest: string) =>
    `complete -c ${PROGRAM} -n ${fishQuoted(condition)} ${rest}`;
  return [
    "# Completions for fish: put them into a file, or try them at once:",
    `#   ${PROGRAM} completions fish | source`,
    `#   ${PROGRAM} completions fish > ~/.config/fish/completions/${PROGRAM}.fish`,
    ...firstWords(commands).map((first) => {
      const whole = commands.find(({ name }) => name === first);
      const text = whole?.summary ??
        (groups(commands).get(first) ?? []).map(({ name }) => name.split(" ")[1]).join(", ");
      return line("__fish_use_subcommand", `-f -a ${first} -d ${fishQuoted(text)}`);
    }),
    ...[...groups(commands)].flatMap(([first, members]) => {
      const seconds = members.map(({ name }) => name.split(" ")[1] ?? "");
      return members.map(({ name, summary }) =>
        line(
          `__fish_seen_subcommand_from ${first}; and not __fish_seen_subcommand_from ${seconds.join(" ")}`,
          `-f -a ${name.split(" ")[1]} -d ${fishQuoted(summary)}`,
        )
      );
    }),
    ...commands.flatMap((one) => {
      const seen = one.name.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
      return Object.entries(one.flags).map(([name, flag]) => line(seen, fishFlag(name, flag)));
    }),
    ...Object.entries(GLOBAL_FLAGS).map(([name, flag]) => `complete -c ${PROGRAM} ${fishFlag(name, flag)}`),
  ].join("\n");
}

function fishFlag(name: string, flag: Flag): string {
  const values = valuesOf(flag);
  const value = flag.type === "boolean"
    ? ""
    : values.length > 0
    ? ` -x -a ${fishQuoted(values.join(" "))}`
    : " -r";
  return `-l ${name}${value} -d ${fishQuoted(flag.help)}`;
}

/** In single quotes, as fish reads it: a backslash and a quote are escaped. */
function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
