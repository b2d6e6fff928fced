/** `ops db-push`: migrations, then the configuration that may name their schemas. */
import { command, EXIT } from "../command.ts";
import { pushDatabase } from "../deploy/deploy.ts";
import { type Deployment, showDeployment } from "../deploy/deployment.ts";
import { projectOf } from "../deploy/project.ts";
import { rehearse } from "../deploy/rehearse.ts";
import { ROOT } from "../../checkout/root.ts";
import { lintMigrations } from "../migrations/lint.ts";

export const dbPush = command<Deployment>({
  name: "db-push",
  effects: "schema, REST settings and buckets of the project named by --env; with --dry-run nothing",
  flags: { "dry-run": { type: "boolean", help: "rehearse only, on a scratch database" } },
  examples: [
    ["--env dev", "apply pending migrations"],
    ["--env prod --yes", "on prod, unasked"],
  ],
  async run({ typed, target, note, confirm }, report) {
    const tell = (rehearsal: boolean, steps: Deployment["steps"]) => {
      report({ environment: target.environment, rehearsal, commit: null, steps });
      return steps.every(({ ok }) => ok) ? EXIT.fine : EXIT.notFine;
    };
    const hear = (step: Deployment["steps"][number]) => note(`${step.ok ? "ok  " : "FAIL"} ${step.step}`);
    const project = typed.on("dry-run") ? null : await projectOf(target);
    const { files, complaints } = await lintMigrations(ROOT);
    const steps = [
      {
        step: "lint migrations",
        ok: complaints.length === 0,
        detail: complaints.map(({ file, rule, message }) => `${file} ${rule}: ${message}`).join("\n") ||
          `${files} files`,
      },
      ...await rehearse({ root: ROOT, acts: ["database"], note: hear }),
    ];
    if (project === null || steps.some(({ ok }) => !ok)) return tell(true, steps);
    await confirm(`Apply the pending migrations to project ${project.ref}`);
    return tell(false, await pushDatabase(project, { root: ROOT, codeOnly: false, note: hear }));
  },
  show: showDeployment,
});
