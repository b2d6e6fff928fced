/**
 * What a migration may not do: the forbidden patterns of the go-live runbook (§4.4). Data that a migration throws away
 * is gone on production before anybody has looked; what must be taken back is taken back by a migration that says so.
 */
import { type Statement, statementsOf } from "./statements.ts";

/** One thing that is wrong with a migration. */
export interface Complaint {
  readonly file: string;
  readonly line: number;
  /** Name of the rule; squawk's own where squawk found it. */
  readonly rule: string;
  readonly message: string;
}

interface Rule {
  readonly name: string;
  readonly breaks: (words: string) => boolean;
  readonly message: string;
}

const REVERT = "a revert is a file of its own: <14 digits>_revert_<name>.sql, and names what it reverts";

const RULES: readonly Rule[] = [
  {
    name: "drop-column",
    breaks: (words) =>
      /^alter table\b.*\bdrop (?!constraint|default|not null|expression|identity)(?:column )?\S/.test(words),
    message: `drops a column; ${REVERT}`,
  },
  { name: "drop-table", breaks: (words) => /^drop table\b/.test(words), message: `drops a table; ${REVERT}` },
  {
    name: "drop-schema",
    breaks: (words) => /^drop schema\b/.test(words),
    message: `drops a schema; ${REVERT}`,
  },
  { name: "truncate", breaks: (words) => /^truncate\b/.test(words), message: `empties a table; ${REVERT}` },
  {
    name: "unguarded-update",
    breaks: (words) => /^(?:with\b.*\) )?update\b/.test(words) && !/\bwhere\b/.test(words),
    message: "changes every row: say which with where",
  },
  {
    name: "unguarded-delete",
    breaks: (words) => /^(?:with\b.*\) )?delete from\b/.test(words) && !/\bwhere\b/.test(words),
    message: "deletes every row: say which with where",
  },
];

/**
 * @param file its name: a revert may do what others may not, when it names what it reverts.
 * @param others names of all migration files, for what can be reverted.
 */
export function forbiddenIn(file: string, sql: string, others: readonly string[]): Complaint[] {
  const reverts = /^(\d{14})_revert_(.+)\.sql$/.exec(file);
  if (reverts !== null) {
    const known = others.some((other) => other < file && namesIt(other, reverts[2] ?? "", sql));
    if (known) return [];
    return [{
      file,
      line: 1,
      rule: "revert-of-nothing",
      message: "names no earlier migration by version or name",
    }];
  }
  return run(statementsOf(sql)).flatMap(({ line, words }) =>
    RULES.filter((rule) => rule.breaks(words)).map(({ name, message }) => ({
      file,
      line,
      rule: name,
      message,
    }))
  );
}

function namesIt(other: string, reverted: string, sql: string): boolean {
  const [, version = "", name = ""] = /^(\d{14})_(.+)\.sql$/.exec(other) ?? [];
  return name !== "" && (name === reverted || sql.includes(version) || sql.includes(name));
}

/** What runs when the migration does: its statements, and those in `do` blocks. Bodies of functions only lie there. */
function run(statements: readonly Statement[]): { line: number; words: string }[] {
  return statements.flatMap(({ line, words, bodies }) => {
    if (!/^do\b/.test(words)) return [{ line, words }];
    return bodies.flatMap((body) =>
      statementsOf(body.text).flatMap((inner) =>
        inner.words.split(/\b(?:begin|then|else|loop)\b/)
          .map((words) => ({ line: body.line + inner.line - 1, words: words.trim() }))
      )
    );
  });
}
