/** Runs all checks. One that fails hinders no other and is a finding of its own. */
import type { Check, CheckPorts } from "./check.ts";
import type { Finding } from "./finding.ts";

/** Hears of a check that could not run, with the whole error. */
export type OnFailure = (check: string, error: unknown) => void;

/** @returns every finding, in the order of the checks. Never throws. */
export async function runChecks(
  checks: readonly Check[],
  ports: CheckPorts,
  onFailure: OnFailure = () => {},
): Promise<Finding[]> {
  return (await Promise.all(checks.map((check) => runCheck(check, ports, onFailure)))).flat();
}

async function runCheck(check: Check, ports: CheckPorts, onFailure: OnFailure): Promise<Finding[]> {
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
    onFailure(check.name, error);
    return [{
      check: check.name,
      fingerprint: check.name,
      level: "critical",
      message: `Check ${check.name} could not run: ${kindOf(error)}`,
      remedy:
        "ops logs sentinel has the whole error (check_failed); ops migration-status shows whether a migration " +
        "is missing. Nothing is known of what this check looks at: do not call it well.",
      details: {},
      could_not_run: true,
    }];
  }
}

/** Kinds of trouble in Postgres by the first signs of their code, in words. */
const KINDS: readonly (readonly [code: string, words: string])[] = [
  ["57014", "it took too long"],
  ["42501", "a right is missing"],
  ["42", "something it reads is not there"],
  ["53", "Postgres is out of resources"],
  ["08", "the connection broke"],
  ["57P", "the connection broke"],
];

/** The kind of an error: its code, or its name. Its text may hold values of rows, which leave through no alert. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown error";
  if (!("code" in error) || typeof error.code !== "string") return error.name;
  const { code } = error;
  const words = KINDS.find(([start]) => code.startsWith(start))?.[1];
  return words === undefined ? code : `${words} (${code})`;
}
