/**
 * One Postgres cluster: made, started, stopped, crashed, restarted. Listens on the loopback over TCP only (a socket
 * path may be longer than the system allows).
 */
import { type Leashed, startLeashed } from "../processes.ts";
import type { OsUser, Programs } from "./programs.ts";

export interface Server {
  port: number;
  /** `fast` ends sessions and writes a checkpoint; `immediate` is a crash, recovered from at the next start. */
  stop(mode: "fast" | "immediate"): Promise<void>;
  start(): Promise<void>;
}

/** `max_wal_size` and `shared_buffers` as on a small hosted instance; the rest is Postgres' own default. */
const SETTINGS: Record<string, string> = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  shared_buffers: "256MB",
  max_wal_size: "4GB",
  max_connections: "120",
  timezone: "UTC",
  log_line_prefix: "%m [%p] %q%u %a ",
  log_min_error_statement: "panic", // statements may carry people's data
};

/**
 * Fills `folder` with a new cluster whose superuser is `supabase_admin`.
 * @param password of that superuser; the template's only, every stack sets its own.
 */
export async function initialise(
  programs: Programs,
  folder: string,
  password: string,
): Promise<void> {
  const passwordFile = `${folder}.password`;
  await Deno.writeTextFile(passwordFile, password, { mode: 0o600 });
  await give(passwordFile, programs.user);
  const command = new Deno.Command(programs.initdb, {
    args: [
      `--pgdata=${folder}`,
      "--username=supabase_admin",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--no-sync", // a template lost to a power cut is made anew
    ],
    cwd: "/",
    env: { LC_ALL: "C", PATH: "/usr/bin:/bin" },
    clearEnv: true,
    ...programs.user,
  });
  const { success, stderr } = await command.output();
  await Deno.remove(passwordFile);
  if (!success) {
    throw new Error(
      `Cannot initialise Postgres: ${new TextDecoder().decode(stderr)}`,
    );
  }
}

/** Makes a file or folder the property of the user Postgres runs as, where that is another one. */
export async function give(
  path: string,
  user: OsUser | undefined,
): Promise<void> {
  if (user !== undefined) await Deno.chown(path, user.uid, user.gid);
}

/** Prepares a server on `folder`; `start()` brings it up. @param log takes each line it writes. */
export function makeServer(
  programs: Programs,
  folder: string,
  port: number,
  settings: Record<string, string>,
  log: (line: string) => void,
): Server {
  let process: Leashed | undefined;
  const flags = Object.entries({ ...SETTINGS, ...settings, port: String(port) })
    .flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return {
    port,
    async start() {
      const ready = Promise.withResolvers<void>();
      process = startLeashed(programs.postgres, {
        args: ["-D", folder, ...flags],
        env: { LC_ALL: "C", PATH: "/usr/bin:/bin" },
        cwd: folder,
        ...programs.user,
        signal: "INT",
        onOutput(line) {
          log(line);
          if (line.includes("database system is ready to accept connections")) {
            ready.resolve();
          }
        },
      });
      const early = process.ended.then((code) => {
        throw new Error(
          `Cannot start Postgres: it ended with ${code}, see its log`,
        );
      });
      await Promise.race([ready.promise, early]);
      early.catch(() => log("postgres ended")); // after this point an end is asked for, or seen by its users
    },
    async stop(mode) {
      if (process === undefined) return;
      process.kill(mode === "fast" ? "SIGINT" : "SIGQUIT");
      await process.ended;
      process = undefined;
    },
  };
}
