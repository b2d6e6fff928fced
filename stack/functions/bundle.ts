/**
 * Functions as a deploy makes them: each one file, bundled from its `index.ts`, which an isolate loads at once. A stack
 * keeps its own copies: what it serves changes when it is reloaded, never in between. What was bundled stays on a shelf
 * of the checkout for as long as every file it was made of stays the same.
 */
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { digest } from "../../checkout/digest.ts";
import { ROOT } from "../../checkout/root.ts";
import { STACKS } from "../../checkout/stacks.ts";

/** What an isolate runs. */
export interface Code {
  readonly entry: string;
  /** The `deno.json` that says what its imports mean; null for a bundle, which has none left. */
  readonly config: string | null;
}

/** What a bundle on the shelf was made of. */
interface Made {
  /** Our own files, by path; packages are named with their versions in `deno.json`, which is one of them. */
  readonly files: readonly string[];
  readonly digest: string;
}

/** A shelf for each function of the checkout. */
const SHELVES = `${STACKS}/.bundles`;
const UNUSED_MS = 24 * 3600_000;

const MADE = "made_of.json";
const ENDINGS = [".js", ".js.map"];
const HALF = "making-";

/**
 * Bundles the function in `folder`, which holds its `index.ts` and `deno.json`, to `<target>.js` and `<target>.js.map`.
 * Where that fails, the function's own files are what is run, and Deno's words are logged: one that does not compile
 * will not start, and one that could not be bundled for want of a network starts more slowly.
 */
export async function bundle(folder: string, target: string, log: (line: string) => void): Promise<Code> {
  const shelf = `${SHELVES}/${await digest([folder, Deno.version.deno])}`;
  const bundled = { entry: `${target}.js`, config: null };
  if (await takeKept(shelf, target)) return bundled;
  const said = await make(folder, shelf, target);
  if (said === null) return bundled;
  log(`Cannot bundle ${folder}, it runs from its sources: ${said}`);
  const fetched = await deno(["cache", ...settings(folder), `${folder}/index.ts`]);
  if (fetched !== null) log(`Cannot fetch what ${folder} imports: ${fetched}`);
  return { entry: `${folder}/index.ts`, config: `${folder}/deno.json` };
}

/** Copies what the shelf has to the target. @returns false when it has nothing, or made of files that have changed. */
async function takeKept(shelf: string, target: string): Promise<boolean> {
  try {
    const made: Made = JSON.parse(await Deno.readTextFile(`${shelf}/${MADE}`));
    if (await digestOfFiles(made.files) !== made.digest) return false;
    for (const ending of ENDINGS) {
      await Deno.copyFile(`${shelf}/${made.digest}${ending}`, `${target}${ending}`);
    }
    const now = new Date();
    await Deno.utime(`${shelf}/${MADE}`, now, now);
    return true;
  } catch (error) {
    unlessGone(error);
    return false;
  }
}

/** Bundles to the target and to the shelf. @returns what Deno said when it failed, null when it did not. */
async function make(folder: string, shelf: string, target: string): Promise<string | null> {
  const options = ["--sourcemap=linked", `--output=${target}.js`];
  const said = await deno(["bundle", ...settings(folder), ...options, `${folder}/index.ts`]);
  if (said !== null) return said;
  const map = JSON.parse(await Deno.readTextFile(`${target}.js.map`));
  const sources: string[] = map.sources.map((source: string) => resolve(dirname(target), source));
  // An error's trace names the files people edit, wherever the map lies.
  const places = sources.map((source) => pathToFileURL(source).href);
  await Deno.writeTextFile(
    `${target}.js.map`,
    JSON.stringify({ ...map, sources: places, sourcesContent: undefined }),
  );
  for (const ending of ENDINGS) await Deno.chmod(`${target}${ending}`, 0o600); // as all that a stack keeps; copies are alike
  const files = [`${folder}/deno.json`, ...sources.filter((source) => isOurs(source, folder)).sort()];
  await keep(shelf, target, { files, digest: await digestOfFiles(files) });
  return null;
}

function isOurs(source: string, folder: string): boolean {
  return !source.includes("/node_modules/") &&
    (source.startsWith(`${ROOT}/`) || source.startsWith(`${folder}/`));
}

/** Puts the bundle at the target on the shelf, in place of what was there, and clears shelves nobody has used for a day. */
async function keep(shelf: string, target: string, made: Made): Promise<void> {
  await clearUnused();
  await Deno.mkdir(shelf, { recursive: true });
  for (const ending of ENDINGS) {
    await replace(`${shelf}/${made.digest}${ending}`, (path) => Deno.copyFile(`${target}${ending}`, path));
  }
  await replace(`${shelf}/${MADE}`, (path) => Deno.writeTextFile(path, JSON.stringify(made)));
  for await (const { name } of Deno.readDir(shelf)) {
    if (name === MADE || name.startsWith(made.digest)) continue;
    if (name.startsWith(HALF) && !await isUnused(`${shelf}/${name}`)) continue;
    await Deno.remove(`${shelf}/${name}`).catch(unlessGone);
  }
}

/** Another stack may be at the same file: it is there whole or not at all. */
async function replace(path: string, write: (path: string) => Promise<void>): Promise<void> {
  const half = await Deno.makeTempFile({ dir: dirname(path), prefix: HALF });
  await write(half);
  await Deno.rename(half, path);
}

async function clearUnused(): Promise<void> {
  await Deno.mkdir(SHELVES, { recursive: true });
  for await (const { name } of Deno.readDir(SHELVES)) {
    const shelf = `${SHELVES}/${name}`;
    // One without that file is being made, or its maker was killed.
    if (await isUnused(`${shelf}/${MADE}`) ?? await isUnused(shelf)) {
      await Deno.remove(shelf, { recursive: true }).catch(unlessGone);
    }
  }
}

/** Whether nobody has touched it for a day; null when it is not there. */
async function isUnused(path: string): Promise<boolean | null> {
  try {
    const { mtime } = await Deno.stat(path);
    return mtime !== null && Date.now() - mtime.getTime() >= UNUSED_MS;
  } catch (error) {
    unlessGone(error);
    return null;
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

function settings(folder: string): string[] {
  return ["--quiet", "--no-lock", "--node-modules-dir=none", "--config", `${folder}/deno.json`];
}

/** Runs Deno with this process's own network settings. @returns what it said when it failed, null when it did not. */
async function deno(args: string[]): Promise<string | null> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  return success ? null : new TextDecoder().decode(stderr).trim();
}

async function digestOfFiles(files: readonly string[]): Promise<string> {
  return await digest(await Promise.all(files.map(async (file) => [file, await Deno.readTextFile(file)])));
}
