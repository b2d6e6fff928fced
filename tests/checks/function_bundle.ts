/**
 * A function as it is deployed: its own folder, its own deno.json, and of the rest exactly the files it reaches. The
 * root's import map and lock are not there, so what only they resolve is missing here as it would be on the platform.
 */
import * as z from "zod";
import { packageOf, resolve } from "./arrows.ts";
import { codeFiles } from "./project_files.ts";
import { readSyntax } from "./syntax.ts";

const FUNCTIONS = "supabase/functions";
const Imports = z.object({ imports: z.record(z.string(), z.string()).default({}) });
const Lock = z.looseObject({ workspace: z.unknown() });

/** @returns the names of all functions that have a file yet, sorted; `_shared` is none. */
export async function functionNames(root: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(`${root}/${FUNCTIONS}`)) {
    const isFunction = isDirectory && !name.startsWith("_");
    if (isFunction && (await filesBelow(root, `${FUNCTIONS}/${name}`)).length > 0) names.push(name);
  }
  return names.sort();
}

/**
 * @returns paths of the function's own code and of everything it imports by path, types included.
 * @throws when an import leads to a file that is not there.
 */
export async function reachedFiles(root: string, name: string): Promise<string[]> {
  const reached = new Set<string>();
  const visit = async (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    for (const { specifier } of readSyntax(path, await Deno.readTextFile(`${root}/${path}`)).imports) {
      const target = specifier.startsWith(".") ? resolve(path, specifier) : null;
      if (target !== null) await visit(target);
    }
  };
  for (const path of codeFiles(await filesBelow(root, `${FUNCTIONS}/${name}`))) await visit(path);
  return [...reached].sort();
}

/**
 * Loads the function alone, in an empty folder: every import must lead somewhere. Types are not looked at: the root's
 * check has, and no deploy does. Needs no network for what the root has installed.
 */
export async function checkAlone(root: string, name: string): Promise<{ ok: boolean; said: string }> {
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-function-" });
  try {
    for (const path of [`${FUNCTIONS}/${name}/deno.json`, ...await reachedFiles(root, name)]) {
      await Deno.mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.copyFile(`${root}/${path}`, `${folder}/${path}`);
    }
    const home = `${folder}/${FUNCTIONS}/${name}`;
    await Deno.writeTextFile(`${home}/deno.lock`, await lockFor(root, name));
    const command = new Deno.Command(Deno.execPath(), {
      args: ["cache", "--quiet", "--config=deno.json", "--node-modules-dir=none", "index.ts"],
      cwd: home,
      env: { NO_COLOR: "1" },
      stdin: "null",
    });
    const { success, stdout, stderr } = await command.output();
    const decoder = new TextDecoder();
    return { ok: success, said: decoder.decode(stdout) + decoder.decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** @returns what is wrong with the versions the function pins, in words. */
export async function pinProblems(root: string, name: string): Promise<string[]> {
  const ours = await importsOf(root);
  const problems: string[] = [];
  for (const [alias, target] of Object.entries(await importsOf(`${root}/${FUNCTIONS}/${name}`))) {
    if (target.startsWith(".")) continue;
    const [, found, version = ""] = /^npm:((?:@[^/@]+\/)?[^/@]+)@([^/]+)/.exec(target) ?? [];
    if (found === undefined) problems.push(`${alias}: ${target} is no npm package with a version`);
    else if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) problems.push(`${alias}: ${version} is not exact`);
    else if (packageOf(alias) !== found) problems.push(`${alias}: is another package, ${found}`);
    else if (ours[found] !== `npm:${found}@${version}`) {
      problems.push(`${alias}: ${version} here, ${ours[found] ?? "nothing"} in the root's deno.json`);
    }
  }
  return problems;
}

/**
 * The root's lock, told that the function's pins are all there is. Nothing but a saver of network: deployment knows
 * no lock, and versions are exact.
 */
async function lockFor(root: string, name: string): Promise<string> {
  const lock = Lock.parse(JSON.parse(await Deno.readTextFile(`${root}/deno.lock`)));
  const pins = Object.values(await importsOf(`${root}/${FUNCTIONS}/${name}`));
  const packages = pins.flatMap((pin) => /^npm:(?:@[^/]+\/)?[^/]+/.exec(pin) ?? []);
  return JSON.stringify({ ...lock, workspace: { dependencies: [...new Set(packages)].sort() } });
}

async function importsOf(folder: string): Promise<Record<string, string>> {
  return Imports.parse(JSON.parse(await Deno.readTextFile(`${folder}/deno.json`))).imports;
}

async function filesBelow(root: string, folder: string): Promise<string[]> {
  const files: string[] = [];
  for await (const entry of Deno.readDir(`${root}/${folder}`)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) files.push(...await filesBelow(root, path));
    else files.push(path);
  }
  return files;
}
