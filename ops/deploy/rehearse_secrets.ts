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

/**
 * Lines of an `.env` file as the Supabase CLI reads it: a value between quotes holds everything but that quote.
 * @throws naming the variable, never its value, when no way of quoting keeps it as it is.
 */
export function envFileOf(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables).map(([name, value]) => `${name}=${quoted(name, value)}\n`).join("");
}

function quoted(name: string, value: string): string {
  if (/^[^\s#'"`]+$/.test(value)) return value;
  const quote = ["'", "`", '"'].find((mark) => !value.includes(mark));
  // Between double quotes \n and \r are line ends; a backslash before the closing quote would take it away.
  if (quote === undefined || value.endsWith("\\") || (quote === '"' && /\\[nr]/.test(value))) {
    throw new Error(
      `Cannot write ${name} to a file of secrets: it holds ', " and \`, or ends in a backslash`,
    );
  }
  return `${quote}${value}${quote}`;
}
