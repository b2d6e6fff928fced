/** First act: the functions are uploaded, and each holds together where it lands. */
import { readConfig } from "../../checkout/config.ts";
import type { Upload } from "./management_api.ts";
import * as rebuilt from "./rebuilt_function.ts";
import { platformEnvironment, REHEARSAL_REF, requiredSecrets } from "./rehearsal_environment.ts";
import { runProblems, type Stage } from "./stage.ts";

/** Uploads all functions; rebuilds, checks, measures and starts each. */
export async function rehearseFunctions(stage: Stage): Promise<void> {
  const { api, cli, tell, options } = stage;
  const run = await cli(["functions", "deploy", "--use-api", `--remote=${REHEARSAL_REF}`, "--yes"]);
  const config = await readConfig(options.root);
  const missing = Object.keys(config.functions).filter((name) => !api.live.includes(name));
  tell("functions upload", [
    ...runProblems(run),
    ...missing.map((name) => `[functions.${name}] stands in config.toml and was not deployed`),
  ], `${api.live.length} functions: ${[...api.live].sort().join(", ")}`);
  for (const upload of [...api.uploads].sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (upload.files.size > 0) await rehearseFunction(stage, upload);
  }
}

async function rehearseFunction({ folder, options, tell }: Stage, upload: Upload): Promise<void> {
  const home = `${folder}/${upload.name}`;
  const limit = options.bundleLimit ?? rebuilt.BUNDLE_LIMIT_BYTES;
  await rebuilt.rebuild(upload, home);
  const name = `function ${upload.name}`;
  const problems = rebuilt.uploadProblems(upload);
  const sources = [...upload.files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  if (sources > limit) problems.push(tooLarge(sources, limit)); // nothing would come of checking megabytes
  if (!tell(`${name} files`, problems, `${upload.files.size} files, ${kilobytes(sources)}`)) return;
  if (!tell(`${name} check`, await rebuilt.check(upload, home), "compiles with its own deno.json alone")) {
    return;
  }
  const bytes = await rebuilt.bundleBytes(upload, home);
  tell(
    `${name} size`,
    bytes > limit ? [tooLarge(bytes, limit)] : [],
    `${kilobytes(bytes)} with whole packages, of ${kilobytes(limit)}`,
  );
  const environment = { ...platformEnvironment(), ...requiredSecrets() };
  tell(`${name} boot`, await rebuilt.boot(upload, home, environment), "starts and answers its health");
}

function tooLarge(bytes: number, limit: number): string {
  return `${kilobytes(bytes)} are over the platform's ${kilobytes(limit)}: leave out packages or data`;
}

function kilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024).toLocaleString("en")} kB`;
}
