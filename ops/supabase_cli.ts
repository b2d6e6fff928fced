/** Runs the real Supabase CLI. Owns what of its output is a warning. */
import { supabaseCli } from "../checkout/supabase_cli.ts";

/** What one run of the CLI came to. */
export interface CliRun {
  readonly ok: boolean;
  /** Standard output. */
  readonly output: string;
  /** Everything it said, output and remarks. */
  readonly said: string;
  /** Remarks that no rehearsal lets pass. */
  readonly warnings: readonly string[];
}

/** Where and as whom the CLI runs. */
export interface CliSurroundings {
  /** Holds `supabase/config.toml`. */
  readonly workdir: string;
  /** More environment: an access token, another HOME. The process's own stays beneath. */
  readonly env?: Readonly<Record<string, string>>;
  /** Environment of this process that must not be seen: a rehearsal uses nobody's login. */
  readonly alone?: boolean;
  /** A file that says which platform is meant; Supabase itself when absent. */
  readonly profile?: string;
}

/** Runs it to its end. Never throws for what the CLI says. @throws when the CLI is not there. */
export async function runCli(args: readonly string[], around: CliSurroundings): Promise<CliRun> {
  const command = new Deno.Command(supabaseCli(), {
    args: [...args, "--workdir", around.workdir, ...(around.profile ? ["--profile", around.profile] : [])],
    env: {
      PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin",
      ...around.env,
      SUPABASE_TELEMETRY_DISABLED: "1",
      NO_COLOR: "1",
    },
    clearEnv: around.alone === true,
    cwd: around.workdir,
    stdin: "null",
  });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout);
  const said = `${decoder.decode(stderr)}${output}`.trim();
  return { ok: success, output, said, warnings: warningsIn(said) };
}

/** Lines that say something is not right although the CLI goes on: `WARN: …`, and secrets it leaves out. */
export function warningsIn(said: string): string[] {
  return said.split("\n").map((line) => line.trim())
    .filter((line) => /^(?:WARN|WARNING)\b/i.test(line) || /cannot start with SUPABASE_/i.test(line));
}

/** The last lines the CLI said, for a message: its cause stands there. */
export function lastWords(run: CliRun, lines = 6): string {
  return run.said.split("\n").filter((line) => line.trim() !== "" && !/--debug to troubleshoot/.test(line))
    .slice(-lines).join("\n");
}
