/** `ops verify-env-config`: the environment of a project, judged before it is used. Go-live runbook, §2.2. */
import { command, EXIT, type Pen } from "../command.ts";
import { ENVIRONMENT_CURE, type EnvironmentFinding, verifyEnvironment } from "../environment/verify.ts";
import { givenOf } from "../environment/given.ts";

interface Verdict {
  readonly environment: string;
  readonly findings: readonly EnvironmentFinding[];
}

export const verifyEnvConfig = command<Verdict>({
  name: "verify-env-config",
  effects: "nothing",
  examples: [
    ["", "the local stack's settings"],
    ["--env prod", "before a deployment"],
  ],
  async run({ target }, report) {
    const findings = verifyEnvironment(target.environment, await givenOf(target), new Date());
    report({ environment: target.environment, findings });
    return findings.some(({ level }) => level === "error") ? EXIT.notFine : EXIT.fine;
  },
  show({ environment, findings }, pen) {
    const errors = findings.filter(({ level }) => level === "error").length;
    return [
      ...findings.map((finding) => line(finding, pen)),
      errors === 0
        ? pen.good(`ok: the environment of ${environment} is whole`)
        : `${pen.bad(`${errors} wrong in the environment of ${environment}`)}\n  → ${ENVIRONMENT_CURE}`,
    ].join("\n");
  },
});

function line({ name, level, message }: EnvironmentFinding, pen: Pen): string {
  return `${level === "error" ? pen.bad("FAIL") : pen.warn("warn")} ${name}: ${message}`;
}
