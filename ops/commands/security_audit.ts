/** `ops security-audit`: rights, row level security, guards, views, functions and buckets as they must be. */
import { command, EXIT, type Pen } from "../command.ts";
import { auditSecurity, CHECK_NAMES, type Violation } from "../security/checks.ts";

interface Audit {
  readonly checks: readonly string[];
  readonly violations: readonly Violation[];
}

export const securityAudit = command<Audit>({
  name: "security-audit",
  effects: "nothing",
  examples: [
    ["", "rights, policies and guards of the local stack"],
    ["--env prod --json", "of prod, for a program"],
  ],
  async run({ target }, report) {
    const violations = await auditSecurity(await target.sql());
    report({ checks: CHECK_NAMES, violations });
    return violations.length === 0 ? EXIT.fine : EXIT.notFine;
  },
  show: ({ checks, violations }, pen) =>
    [
      ...checks.map((check) => line(check, violations.filter((one) => one.check === check), pen)),
      "",
      violations.length === 0 ? pen.good("No violations") : pen.bad(`${violations.length} violations`),
    ].join("\n"),
});

function line(check: string, found: readonly Violation[], pen: Pen): string {
  if (found.length === 0) return `${pen.good("ok  ")} ${check}`;
  return [
    `${pen.bad("FAIL")} ${check}`,
    ...found.map(({ object, detail }) => `       ${object}: ${detail}`),
    `       fix: ${found[0]?.fix}`,
  ].join("\n");
}
