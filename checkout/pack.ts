/**
 * `deno task pack`: the operator's commands as one file that is installed by copying it. It is a shell script with everything
 * behind it: this Deno, the commands and what they import, the migrations. Side effects: one file, `dragonfly` or `--output`.
 */
import { parseArgs } from "node:util";
import { launcher } from "./pack/launcher.ts";
import { type ModuleGraph, neededPackages } from "./pack/packages.ts";
import { ROOT } from "./root.ts";

/** What goes in as it lies here: commands are loaded when they are typed, so no import names them. */
const FOLDERS = ["ops", "shared", "checkout", "supabase"];
/** Nothing imports what is behind these; each is loaded with its first use. */
const ENTRIES = [
  "ops/main.ts",
  "shared/http/client.ts",
  "shared/data/operator_gateway.ts",
  "shared/data/figures_gateway.ts",
];
const VERSION_FILE = "supabase/functions/_shared/version.ts";

/** Runs a program. @returns its standard output. @throws with what it said when it fails. */
async function run(program: string, args: readonly string[], cwd = ROOT): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, { args: [...args], cwd }).output();
  if (!success) {
    throw new Error(`Cannot pack: ${program} ${args[0]}: ${new TextDecoder().decode(stderr).trim()}`);
  }
  return new TextDecoder().decode(stdout);
}

/** The files of FOLDERS that belong to the project, from the root. */
async function filesOf(): Promise<string[]> {
  const listed = await run("git", [
    "ls-files",
    "-z",
    "--cached",
    "--others",
    "--exclude-standard",
    ...FOLDERS,
  ]);
  return listed.split("\0").filter((path) => path !== "");
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
  await Deno.copyFile(from, to);
}

/** Packages as Deno lays them out: real ones below .deno, links to them beside it. */
async function copyPackages(folder: string): Promise<void> {
  const commands = (await Array.fromAsync(Deno.readDir(`${ROOT}/ops/commands`))).map(({ name }) =>
    `ops/commands/${name}`
  );
  const all = `${folder}.ts`; // who is asked for what is imported names one module
  await Deno.writeTextFile(
    all,
    [...ENTRIES, ...commands].map((path) => `import "file://${ROOT}/${path}";\n`).join(""),
  );
  const asked = ["info", "--json", "--config", `${ROOT}/deno.json`, all];
  const graph: ModuleGraph = JSON.parse(await run(Deno.execPath(), asked));
  await Deno.mkdir(`${folder}/node_modules/.deno`, { recursive: true });
  for (const { name, folder: kept } of neededPackages(graph)) {
    await run("cp", ["-a", `${ROOT}/node_modules/.deno/${kept}`, `${folder}/node_modules/.deno/`]);
    const link = `${folder}/node_modules/${name}`;
    await Deno.mkdir(link.slice(0, link.lastIndexOf("/")), { recursive: true });
    await Deno.symlink(`${name.includes("/") ? "../" : ""}.deno/${kept}/node_modules/${name}`, link);
  }
}

/** Lays out in a folder what is unpacked later. */
async function layOut(folder: string): Promise<void> {
  for (const path of await filesOf()) await copy(`${ROOT}/${path}`, `${folder}/${path}`);
  const installed = `${folder}/checkout/installed.ts`;
  const text = await Deno.readTextFile(installed);
  await Deno.writeTextFile(installed, text.replace("PACKED = false", "PACKED = true"));
  await copyPackages(folder);
  const { imports, compilerOptions } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  await Deno.writeTextFile(
    `${folder}/deno.json`,
    JSON.stringify({ nodeModulesDir: "manual", imports, compilerOptions }),
  );
  await copy(Deno.execPath(), `${folder}/deno`);
  await Deno.chmod(`${folder}/deno`, 0o755);
}

/** Packs a folder the same way each time: by name, without times and owners. */
async function tarOf(folder: string, tar: string): Promise<void> {
  await run("tar", [
    "--sort=name",
    "--mtime=@0",
    "--owner=0",
    "--group=0",
    "--numeric-owner",
    "-cf",
    tar,
    ".",
  ], folder);
  await run("gzip", ["-n", "-6", tar]);
}

async function hashOf(path: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(digest).toHex().slice(0, 16);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { output: { type: "string", default: `${ROOT}/dragonfly` } },
  });
  const work = await Deno.makeTempDir({ prefix: "dragonfly-pack-" });
  try {
    await layOut(`${work}/program`);
    await tarOf(`${work}/program`, `${work}/program.tar`);
    const payload = `${work}/program.tar.gz`;
    const version = /"([^"]+)"/.exec(await Deno.readTextFile(`${ROOT}/${VERSION_FILE}`))?.[1] ?? "";
    await Deno.writeTextFile(values.output, launcher(await hashOf(payload), version));
    using out = await Deno.open(values.output, { append: true });
    using packed = await Deno.open(payload);
    await packed.readable.pipeTo(out.writable);
    await Deno.chmod(values.output, 0o755);
    console.log(`${values.output}: ${((await Deno.stat(values.output)).size / 1e6).toFixed(0)} MB`);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

if (import.meta.main) await main();
