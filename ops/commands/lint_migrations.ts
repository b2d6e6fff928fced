/** `ops lint-migrations`: what the go-live runbook forbids (§4.4), and what squawk knows about locks and clients. */
import { command, EXIT } from "../command.ts";
import { ROOT } from "../local_stack.ts";
import type { Complaint } from "../migrations/forbidden.ts";
import { lintMigrations as lint } from "../migrations/lint.ts";

interface Verdict {
  readonly files: number;
  readonly complaints: readonly Complaint[];
}

export const lintMigrations = command<Verdict>({
  name: "lint-migrations",
  summary: "forbidden patterns, edits of released files, dangerous locks (1 with any)",
  effects: "nothing",
  async run(_context, report) {
    const verdict = await lint(ROOT);
    report(verdict);
    return verdict.complaints.length === 0 ? EXIT.fine : EXIT.notFine;
  },
  show: ({ files, complaints }, pen) =>
    [
      ...complaints.map(({ file, line, rule, message }) => `${pen.bad(rule)} ${file}:${line} ${message}`),
      complaints.length === 0
        ? pen.good(`ok: ${files} migrations`)
        : pen.bad(`${complaints.length} complaints about ${files} migrations`),
    ].join("\n"),
});
