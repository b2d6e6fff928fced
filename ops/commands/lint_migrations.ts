/**
 * `ops lint-migrations`: what the go-live runbook forbids (§4.4), and what squawk knows about locks and clients. What is
 * only not written as the house does is said and changes nothing.
 */
import { command, EXIT } from "../command.ts";
import { ROOT } from "../../checkout/root.ts";
import { type Linted, lintMigrations as lint } from "../migrations/lint.ts";

export const lintMigrations = command<Linted>({
  name: "lint-migrations",
  effects: "nothing",
  examples: [
    ["", "before a migration is committed"],
    ["--json", "for a program"],
  ],
  async run(_context, report) {
    const verdict = await lint(ROOT);
    report(verdict);
    return verdict.complaints.length === 0 ? EXIT.fine : EXIT.notFine;
  },
  show: ({ files, complaints, manners }, pen) =>
    [
      ...manners.map(({ file, line, rule, message }) => `${pen.warn(rule)} ${file}:${line} ${message}`),
      ...complaints.map(({ file, line, rule, message }) => `${pen.bad(rule)} ${file}:${line} ${message}`),
      complaints.length === 0
        ? pen.good(`ok: ${files} migrations`)
        : pen.bad(`${complaints.length} complaints about ${files} migrations`),
    ].join("\n"),
});
