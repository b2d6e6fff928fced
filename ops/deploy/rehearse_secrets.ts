/** Second act: the project's secrets are taken by the platform, every one. */
import { REHEARSAL_REF, requiredSecrets } from "./rehearsal_environment.ts";
import { runProblems, type Stage } from "./stage.ts";

/** Sets them on the stand-in; the platform leaves out names it keeps for itself. */
export async function rehearseSecrets({ cli, api, folder, options, tell }: Stage): Promise<void> {
  const secrets = options.secrets ?? requiredSecrets();
  const file = `${folder}/secrets.env`;
  await Deno.writeTextFile(file, envFileOf(secrets), { mode: 0o600 });
  const run = await cli(["secrets", "set", "--env-file", file, `--remote=${REHEARSAL_REF}`, "--yes"]);
  await Deno.remove(file);
  const lost = Object.keys(secrets).filter((name) => !api.secrets.includes(name));
  tell("secrets", [
    ...runProblems(run),
    ...lost.map((name) => `${name} was not set`),
  ], `${api.secrets.length} set: ${[...api.secrets].sort().join(", ")}`);
}

/** Lines of an `.env` file. Values are quoted, so that `#` and spaces stay. */
export function envFileOf(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables).map(([name, value]) => `${name}='${value.replaceAll("'", "")}'\n`).join(
    "",
  );
}
