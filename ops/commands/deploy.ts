/** `ops deploy`: rehearses, asks, deploys, looks whether it is well. `--ref` goes back to older code. */
import { CannotRun, command, type Context, EXIT, type Report } from "../command.ts";
import { layOut, uncommitted } from "../deploy/code_of_ref.ts";
import { deploy as deployProject } from "../deploy/deploy.ts";
import { type Deployment, showDeployment } from "../deploy/deployment.ts";
import { projectOf } from "../deploy/project.ts";
import { rehearse } from "../deploy/rehearse.ts";
import type { Step } from "../deploy/stage.ts";
import { ROOT } from "../../checkout/root.ts";
import { lintMigrations } from "../migrations/lint.ts";

export const deploy = command<Deployment>({
  name: "deploy",
  effects: "the project named by --env; with --dry-run nothing outside this machine",
  flags: {
    "dry-run": { type: "boolean", help: "rehearse only: the real CLI against a stand-in of the platform" },
    "ref": {
      type: "string",
      value: "COMMIT",
      help: "go back: deploy the functions of this tag or commit alone",
    },
  },
  examples: [
    ["--env dev --dry-run", "rehearse it on a scratch database"],
    ["--env prod --ref v1.2.0", "the code of a tag"],
  ],
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
