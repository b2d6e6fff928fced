/** The page `docs/errors.md`: every code somebody may be told, from the catalogues in code. */
import { ADVICE } from "../../ops/batches/advice.ts";
import { SQLSTATES } from "../../shared/data/database_refused.ts";
import { PROBLEMS } from "../../shared/errors.ts";
import { REJECTION_CODES } from "../../shared/intake/rejection_codes.ts";
import { ROW_CODES } from "../../shared/judgments/codes.ts";
import { ROOT } from "./project_files.ts";
import { table } from "./tables.ts";

/** Where the page is kept. */
export const ERRORS_PAGE = `${ROOT}/docs/errors.md`;

/** @returns the page as it should be. */
export function errorsPage(): string {
  return [
    `# Codes

Written from the catalogues in code by \`deno task types\`; not edited by hand. Programs go by codes: the words beside
them may be put better any day.

## Rows

What can be wrong with one row of a file. A row has all its problems in \`issues\`; the first is its \`error_code\`. The same
catalogue stands in \`intake.error_codes\`, and a test compares the two. *Stage*: \`parse\` while the file is read, \`validate\`
while values are looked at, \`insert\` for what is known already. Correct the rows in \`errors.csv\` and
[replay](repair.md) it.
`,
    table(
      ["code", "stage", "cause", "what to do"],
      ROW_CODES.map(({ code, stage, cause, fix }) => [`\`${code}\``, stage, cause, fix]),
    ),
    `## Batches

Why a batch is \`failed\` or \`skipped\`: its \`rejection_code\`. \`rejection_reason\` begins as the second column says and goes
on with what is particular to the batch. The list is \`shared/intake/rejection_codes.ts\`, and a constraint of
\`intake.simplicity_batches\`.
`,
    table(
      ["code", "begins", "what to do"],
      REJECTION_CODES.map((code) => [`\`${code}\``, ADVICE[code].reason, ADVICE[code].next]),
    ),
    `## Requests

What an HTTP function answers when it does not do what was asked: \`application/problem+json\` with this \`code\`
(\`shared/errors.ts\`).
`,
    table(
      ["code", "status", "meaning", "what to do"],
      PROBLEMS.map(({ code, status, title, ...rest }) => [
        `\`${code}\``,
        String(status),
        title,
        "fix" in rest ? rest.fix : "",
      ]),
    ),
    `## Postgres

SQLSTATEs of our own (\`shared/data/database_refused.ts\`). What a hand does wrong by SQL is \`P0001\`, with a hint that names
the right way; a change of the audit log is \`P0001\` too, and its message begins \`AUDIT_IMMUTABILITY_VIOLATION\`.
`,
    table(
      ["SQLSTATE", "meaning"],
      Object.entries(SQLSTATES).map(([meaning, state]) => [`\`${state}\``, spoken(meaning)]),
    ),
  ].join("\n");
}

/** `leaseLost` → `lease lost`. */
function spoken(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
