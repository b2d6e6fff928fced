/** What came of a deploy or a rehearsal, and its words for a person. */
import type { Pen } from "../command.ts";
import type { Step } from "./stage.ts";

/** What came of it. */
export interface Deployment {
  readonly environment: string;
  readonly rehearsal: boolean;
  /** The commit whose code was deployed; null for the working tree, rehearsed or not. */
  readonly commit: string | null;
  readonly steps: readonly Step[];
}

/** A line a step, the detail beneath when it is red. */
export function showDeployment({ rehearsal, environment, steps }: Deployment, pen: Pen): string {
  const red = steps.filter(({ ok }) => !ok).length;
  const width = Math.max(...steps.map(({ step }) => step.length));
  const what = rehearsal ? "rehearsal" : `deploy to ${environment}`;
  return [
    ...steps.map(({ step, ok, detail }) =>
      ok
        ? `${pen.good("ok  ")} ${step.padEnd(width)}  ${pen.dim(detail)}`
        : `${pen.bad("FAIL")} ${step}\n${detail.replaceAll(/^/gm, "       ")}`
    ),
    "",
    red === 0
      ? pen.good(`The ${what} went well: ${steps.length} steps`)
      : pen.bad(`The ${what} is red: ${red} steps`),
  ].join("\n");
}
