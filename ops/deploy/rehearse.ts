/**
 * The rehearsal of a deploy: everything a deploy does, done by the real CLI to a project that exists nowhere. Goes
 * through to the end whatever it finds, so that one run shows all there is to mend.
 */
import { runCli } from "../supabase_cli.ts";
import { startManagementApi } from "./management_api.ts";
import { rehearseDatabase } from "./rehearse_database.ts";
import { rehearseFunctions } from "./rehearse_functions.ts";
import { rehearseSecrets } from "./rehearse_secrets.ts";
import { REHEARSAL_REF } from "./rehearsal_environment.ts";
import { type Act, ACTS, type RehearsalOptions, type Stage, type Step } from "./stage.ts";

const REHEARSALS: Record<Act, (stage: Stage) => Promise<void>> = {
  functions: rehearseFunctions,
  secrets: rehearseSecrets,
  database: rehearseDatabase,
};

/** Rehearses. @returns every step; the deploy may go on when all are ok. */
export async function rehearse(options: RehearsalOptions): Promise<Step[]> {
  const steps: Step[] = [];
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-rehearsal-" });
  try {
    await using api = startManagementApi(REHEARSAL_REF);
    const profile = `${folder}/profile.yaml`;
    await Deno.writeTextFile(profile, api.profile);
    const env = { HOME: folder, SUPABASE_ACCESS_TOKEN: `sbp_${"0a1b2c3d".repeat(5)}` };
    const stage: Stage = {
      options,
      api,
      folder,
      cli: (args, workdir = options.root) => runCli(args, { workdir, env, profile, alone: true }),
      tell(step, problems, fine) {
        const told = { step, ok: problems.length === 0, detail: problems.join("\n") || fine };
        steps.push(told);
        options.note(told);
        return told.ok;
      },
    };
    for (const act of options.acts ?? ACTS) await REHEARSALS[act](stage);
    return steps;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
