/**
 * A function as the platform gets it: its uploaded files alone in an empty folder, with nothing of the repository
 * around them. Measured, type-checked and started there.
 */
import * as z from "zod";
import type { Upload } from "./management_api.ts";
import { freePort } from "../../checkout/free_port.ts";

/** The platform's limit for one function, source and packages together. */
export const BUNDLE_LIMIT_BYTES = 20 * 1024 * 1024;

const BOOT_TIMEOUT_MS = 60_000; // the first start on a machine may download packages

/** @returns what is wrong, in words; nothing when all is well. */
export type Problems = string[];

/**
 * Writes an upload into a folder.
 * @throws when a path leads out of the folder.
 */
export async function rebuild(upload: Upload, folder: string): Promise<void> {
  for (const [path, bytes] of upload.files) {
    if (path.startsWith("/") || path.split("/").includes("..")) {
      throw new Error(`Cannot rebuild ${upload.name}: ${path} leads out of the folder`);
    }
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]+$/, ""), { recursive: true });
    await Deno.writeFile(`${folder}/${path}`, bytes);
  }
}

/** What of the upload alone is wrong: no code, no import map, the platform's own check of callers switched on. */
export function uploadProblems(upload: Upload): Problems {
  const problems: Problems = [];
  if (!upload.files.has(upload.entrypoint)) problems.push(`${upload.entrypoint} was not uploaded`);
  if (upload.importMap === "") problems.push("no deno.json of its own: only full addresses would resolve");
  if (upload.verifyJwt) problems.push("verify_jwt is on: keys that are no JWTs would be refused at the door");
  const tests = [...upload.files.keys()].filter((path) =>
    /[._]test\.[jt]sx?$|(^|\/)(tests?|fixtures)\//.test(path)
  );
  if (tests.length > 0) problems.push(`tests are uploaded: ${tests.join(", ")}`);
  return problems;
}

/** Type-checks it with nothing but its own `deno.json`: no root map, no lock, no `node_modules`. */
export async function check(upload: Upload, folder: string): Promise<Problems> {
  const { success, said } = await deno([
    "check",
    "--quiet",
    ...ownConfig(upload, folder),
    `${folder}/${upload.entrypoint}`,
  ], folder);
  return success ? [] : [said];
}

/** @returns bytes of sources and of whole packages, uncompressed: more than the platform's own bundle will have. */
export async function bundleBytes(upload: Upload, folder: string): Promise<number> {
  const sources = [...upload.files.values()].reduce((sum, bytes) => sum + bytes.length, 0);
  const { success, output, said } = await deno([
    "info",
    "--json",
    ...ownConfig(upload, folder),
    `${folder}/${upload.entrypoint}`,
  ], folder);
  if (!success) throw new Error(`Cannot measure ${upload.name}: ${said}`);
  const { npmPackages } = Info.parse(JSON.parse(output));
  const cache = Cache.parse(JSON.parse((await deno(["info", "--json"], folder)).output)).npmCache;
  let packages = 0;
  for (const { name, version } of Object.values(npmPackages)) {
    packages += await packageBytes(cache, name, version);
  }
  return sources + packages;
}

const Info = z.object({
  npmPackages: z.record(z.string(), z.object({ name: z.string(), version: z.string() })).default({}),
});
const Cache = z.object({ npmCache: z.string() });

/**
 * Starts it with exactly the given environment and asks its health.
 * @param environment what the platform injects and the project's secrets; nothing else of ours reaches it.
 */
export async function boot(
  upload: Upload,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<Problems> {
  const port = freePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--no-prompt",
      "--quiet",
      ...ownConfig(upload, folder),
      "--allow-env",
      "--allow-net=127.0.0.1", // starting and health need nobody else
      `${folder}/${upload.entrypoint}`,
    ],
    env: { ...environment, ...cacheEnvironment(), DENO_SERVE_ADDRESS: `tcp:127.0.0.1:${port}` },
    clearEnv: true,
    cwd: folder,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const ended = child.output();
  const early = ended.then(({ stdout, stderr }) => {
    const decoder = new TextDecoder();
    return `it does not start: ${`${decoder.decode(stderr)}${decoder.decode(stdout)}`.trim().slice(0, 2000)}`;
  });
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), BOOT_TIMEOUT_MS);
  try {
    const health = askHealth(`http://127.0.0.1:${port}/${upload.name}/health`, late.signal);
    const problem = await Promise.race([early, health]);
    return problem === null ? [] : [problem];
  } finally {
    late.abort();
    clearTimeout(timer);
    killIfAlive(child);
    await ended;
  }
}

function killIfAlive(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // it has ended by itself
  }
}

/** @returns null when it is healthy. */
async function askHealth(url: string, stop: AbortSignal): Promise<string | null> {
  for (;;) {
    try {
      const response = await fetch(url, { signal: stop });
      const text = await response.text();
      const healthy = response.status === 200 && Health.safeParse(parsed(text)).success;
      return healthy ? null : `health answers ${response.status} ${text.slice(0, 300)}`;
    } catch (error) {
      if (stop.aborted) return `no answer within ${BOOT_TIMEOUT_MS / 1000} s`;
      if (!(error instanceof TypeError)) throw error; // not listening yet
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

const Health = z.looseObject({ status: z.literal("healthy") });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

function ownConfig(upload: Upload, folder: string): string[] {
  const config = upload.importMap === "" ? ["--no-config"] : ["--config", `${folder}/${upload.importMap}`];
  return [...config, "--no-lock", "--node-modules-dir=none"];
}

async function deno(args: string[], cwd: string) {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  const output = decoder.decode(stdout);
  return { success, output, said: `${decoder.decode(stderr)}${output}`.trim() };
}

async function packageBytes(cache: string, name: string, version: string): Promise<number> {
  for await (const registry of Deno.readDir(cache)) {
    const folder = `${cache}/${registry.name}/${name}/${version}`;
    const bytes = registry.isDirectory ? await folderBytes(folder) : null;
    if (bytes !== null) return bytes;
  }
  throw new Error(`Cannot measure ${name}@${version}: it is not in Deno's cache`);
}

/** Nothing runs a source map or a type declaration; of some packages they are more than half. */
const NEVER_RUN = /\.map$|\.d\.[cm]?ts$/;

async function folderBytes(folder: string): Promise<number | null> {
  let sum = 0;
  try {
    for await (const entry of Deno.readDir(folder)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) sum += await folderBytes(path) ?? 0;
      else if (!NEVER_RUN.test(entry.name)) sum += (await Deno.stat(path)).size;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  return sum;
}

/** Where Deno keeps packages: not part of the platform's environment, but of this machine's Deno. */
function cacheEnvironment(): Record<string, string> {
  const names = ["DENO_DIR", "HOME", "NPM_CONFIG_REGISTRY", "XDG_CACHE_HOME"];
  return Object.fromEntries(names.flatMap((name) => {
    const value = Deno.env.get(name);
    return value === undefined ? [] : [[name, value]];
  }));
}
