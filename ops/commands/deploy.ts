/** `ops deploy`: rehearses, asks, deploys, looks whether it is well. `--ref` goes back to older code. */
import { CannotRun, command, type Context, EXIT, type Pen, type Report } from "../command.ts";
import { layOut, uncommitted } from "../deploy/code_of_ref.ts";
import { deploy as deployProject } from "../deploy/deploy.ts";
import { projectOf } from "../deploy/project.ts";
import { rehearse } from "../deploy/rehearse.ts";
import type { Step } from "../deploy/stage.ts";
import { ROOT } from "../local_stack.ts";
import { lintMigrations } from "../migrations/lint.ts";

/** What came of it. */
export interface Deployment {
  readonly environment: string;
  readonly rehearsal: boolean;
  /** The commit whose code was deployed; null for the working tree, rehearsed or not. */
  readonly commit: string | null;
  readonly steps: readonly Step[];
}

export const deploy = command<Deployment>({
  name: "deploy",
  summary: "migrations, configuration, secrets and functions, rehearsed first (1 when a step is red)",
  effects: "the project named by --env; with --dry-run nothing outside this machine",
  flags: {
    "dry-run": { type: "boolean", help: "rehearse only: the real CLI against a stand-in of the platform" },
    "ref": {
      type: "string",
      value: "COMMIT",
      help: "go back: deploy the functions of this tag or commit alone",
    },
  },
  async run(context, report) {
    const folder = await Deno.makeTempDir({ prefix: "dragonfly-deploy-" });
    try {
      return await run(context, report, folder);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
  show: showDeployment,
});

async function run(context: Context, report: Report<Deployment>, folder: string): Promise<number> {
  const { typed, target, note } = context;
  const ref = typed.text("ref");
  const commit = ref === undefined ? null : await layOut(ROOT, ref, folder);
  const root = commit === null ? ROOT : folder;
  const tell = (step: Step) => note(`${step.ok ? "ok  " : "FAIL"} ${step.step}`);
  const told = (rehearsal: boolean, steps: readonly Step[]) => {
    report({ environment: target.environment, rehearsal, commit, steps });
    return steps.every(({ ok }) => ok) ? EXIT.fine : EXIT.notFine;
  };
  if (typed.on("dry-run")) return told(true, await rehearsed(root, commit !== null, tell));
  const project = await projectOf(target);
  const loose = commit === null ? await uncommitted(ROOT) : [];
  if (loose.length > 0) throw new CannotRun(`Not committed: ${loose.join(", ")}. A deploy is of a commit.`);
  const steps = await rehearsed(root, commit !== null, tell);
  if (steps.some(({ ok }) => !ok)) return told(true, steps);
  const what = commit === null ? "Deploy everything" : `Deploy the functions of ${commit.slice(0, 8)}`;
  await context.confirm(`${what} to project ${project.ref}`);
  return told(false, await deployProject(project, { root, codeOnly: commit !== null, note: tell }));
}

/** Old code is rehearsed as code: its migrations are history, and the database is ahead of them. */
async function rehearsed(root: string, codeOnly: boolean, note: (step: Step) => void): Promise<Step[]> {
  if (codeOnly) return await rehearse({ root, acts: ["functions"], note });
  const { files, complaints } = await lintMigrations(root);
  const lint: Step = {
    step: "lint migrations",
    ok: complaints.length === 0,
    detail:
      complaints.map(({ file, line, rule, message }) => `${file}:${line} ${rule}: ${message}`).join("\n") ||
      `${files} files`,
  };
  note(lint);
  return [lint, ...await rehearse({ root, note })];
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
