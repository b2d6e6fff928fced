/** `ops completions`: what a shell needs to complete commands and flags. */
import { command, EXIT, UsageError } from "../command.ts";
import { COMMANDS, loadAll } from "../commands.ts";
import { completionsFor, type Shell, SHELLS } from "../completions.ts";

interface Script {
  readonly shell: Shell;
  readonly script: string;
}

export const completions = command<Script>({
  name: "completions",
  effects: "nothing; your shell reads what is printed",
  words: SHELLS.join("|"),
  wordCount: [1, 1],
  examples: [
    ["bash > ~/.dragonfly-completions", "then have ~/.bashrc read that file"],
    ["fish > ~/.config/fish/completions/dragonfly.fish", "fish finds it there by itself"],
  ],
  async run({ typed }, report) {
    const [word = ""] = typed.words;
    const shell = SHELLS.find((one) => one === word);
    if (shell === undefined) {
      throw new UsageError(`There are completions for ${SHELLS.join(", ")}, not for "${word}".`);
    }
    report({ shell, script: completionsFor(shell, await loadAll(COMMANDS)) });
    return EXIT.fine;
  },
  show: ({ script }) => script,
});
