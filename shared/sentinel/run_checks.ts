/** Runs all checks. One that fails hinders no other and is a finding of its own. */
import type { Check, CheckPorts } from "./check.ts";
import type { Finding } from "./finding.ts";

/** @returns every finding, in the order of the checks. Never throws. */
export async function runChecks(checks: readonly Check[], ports: CheckPorts): Promise<Finding[]> {
  return (await Promise.all(checks.map((check) => runCheck(check, ports)))).flat();
}

async function runCheck(check: Check, ports: CheckPorts): Promise<Finding[]> {
  try {
    return (await check.look(ports)).map(({ level, message, subject, details }) => ({
      check: check.name,
      fingerprint: subject === undefined ? check.name : `${check.name}:${subject}`,
      level,
      message,
      remedy: check.remedy,
      details: { ...details },
      could_not_run: false,
    }));
  } catch (error) {
    return [{
      check: check.name,
      fingerprint: check.name,
      level: "critical",
      message: `Check ${check.name} could not run: ${kindOf(error)}`,
      remedy: "Read the function's log for this check; ops doctor shows which part does not answer.",
      details: {},
      could_not_run: true,
    }];
  }
}

/** The kind of an error: its code, or its name. Its text may hold values of rows, which leave through no alert. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}
