/**
 * `deno task bench`: the pipeline beside what Postgres could do at best and what one would write instead, in one run, on
 * one server with fsync on. Starts a stack for itself and ends it. Exit 0 measured · 1 could not · 2 wrong usage.
 */
import { measure, type Measured } from "./measure.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { describe } from "./report.ts";
import { type BenchStack, startStack } from "./stack.ts";
import { writeFile } from "./files.ts";
import { makeTables } from "./ways/copy.ts";
import { hasPgloader } from "./ways/pgloader.ts";
import { forget, preparePipeline, runPipeline } from "./ways/pipeline.ts";

async function main(given: Options): Promise<void> {
  const only = given.only.includes("e") && !await hasPgloader()
    ? given.only.filter((way) => way !== "e")
    : given.only;
  if (only.length < given.only.length) console.error("pgloader is not installed: way e is left out");
  const options = { ...given, only };
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-bench-" });
  await Deno.chmod(folder, 0o755);
  const stack = await startStack();
  const results: Measured[] = [];
  try {
    await makeTables(stack.admin);
    await preparePipeline(stack);
    if (options.only.includes("d")) await warmUp(stack, folder);
    for (const rows of options.rows) {
      for (const bad of options.bad) {
        const measured = await measure(stack, options, rows, bad, folder);
        results.push(measured);
        for (const line of describe(measured)) (options.json ? console.error : console.log)(line);
      }
    }
  } finally {
    await stack.stop();
    await Deno.remove(folder, { recursive: true });
  }
  if (options.json) {
    const cores = navigator.hardwareConcurrency;
    console.log(JSON.stringify({ cores, runs: options.runs, results }));
  }
}

/** The first call of everything is slow, and no one's figure. */
async function warmUp(stack: BenchStack, folder: string): Promise<void> {
  const path = `${folder}/warm.csv`;
  await writeFile(path, 1000, 0, "all");
  await runPipeline(stack, path, "bench/warm.csv");
  await forget(stack, "bench/warm.csv");
}

let options: Options;
try {
  options = readOptions(Deno.args);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.error(USAGE);
  Deno.exit(2);
}
await main(options);
