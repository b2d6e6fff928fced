/** What all parts of one stack share: its options, keys, folders and addresses. They stay the same when it is reset. */
import { type Config, readConfig } from "../checkout/config.ts";
import { freePort } from "../checkout/free_port.ts";
import { stackHome, STACKS } from "../checkout/stacks.ts";
import type { DefaultPrivileges } from "./database/bootstrap.ts";
import type { DatabaseAddress } from "./database/connect.ts";
import { type Faults, makeFaults } from "./faults/state.ts";
import { type Keys, makeKeys } from "./keys.ts";
import { canEnter, findPrograms, type Programs, temporaryFolder } from "./postgres/programs.ts";

export interface StackOptions {
  name: string;
  /** Below 1 shortens leases, beats, back-off and cron alike (`STACK_TIME`). */
  timeScale: number;
  /** Vendor → key, as `DRAGONFLY_VENDOR_KEYS`. */
  vendorKeys: Record<string, string>;
  /** More environment for the functions, e.g. a webhook's URL. Names of ours, never `SUPABASE_…`. */
  functionEnv: Record<string, string>;
  /** False for stacks that need the database and the gateway alone. */
  functions: boolean;
  /** How long an isolate lives, in seconds; as on the paid plan when null. */
  wallSeconds: number | null;
  /** Serve the dashboard as it is being written, not as it was built. */
  liveDashboard: boolean;
  /** True for a project before its first migration: database and buckets, nothing that stands on them. */
  bare: boolean;
  /** Where the database lies (`STACK_DATA`); where it fits best when null. */
  dataFolder: string | null;
  /** What new objects in `public` are granted by themselves. */
  defaultPrivileges: DefaultPrivileges;
  log(line: string): void;
}

export interface Frame {
  readonly options: StackOptions;
  readonly config: Config;
  readonly keys: Keys;
  /** The stack's folder: state, logs, objects. */
  readonly home: string;
  /** Where the database lies; `home` unless it was told otherwise or Postgres' user cannot get there. */
  readonly dataHome: string;
  readonly programs: Programs;
  readonly database: DatabaseAddress;
  readonly faults: Faults;
}

/** Makes the folders, keys and addresses of a stack. @throws when Postgres' programs are not there. */
export async function makeFrame(options: StackOptions): Promise<Frame> {
  const programs = await findPrograms();
  const home = stackHome(options.name);
  await Deno.mkdir(home, { recursive: true });
  await Deno.mkdir(`${home}/logs`, { recursive: true, mode: 0o700 });
  await Deno.chmod(home, 0o711); // Postgres' user passes through
  const keys = makeKeys();
  return {
    options,
    config: await readConfig(),
    keys,
    home,
    dataHome: await homeForData(programs, home, options.dataFolder),
    programs,
    database: { port: freePort(), password: keys.databasePassword },
    faults: makeFaults(),
  };
}

/** @returns where the operators' login reaches the stack's database. */
export function databaseUrl({ database }: Frame): string {
  return `postgresql://postgres:${database.password}@127.0.0.1:${database.port}/postgres`;
}

/** Where it was told to, else beside the rest, or where Postgres' user can get to. */
async function homeForData(programs: Programs, home: string, wanted: string | null): Promise<string> {
  if (wanted === null && (programs.user === undefined || await canEnter(programs.user, STACKS))) return home;
  const outside = await Deno.makeTempDir({ dir: wanted ?? temporaryFolder(), prefix: "dragonfly-stack-" });
  await Deno.chmod(outside, 0o711);
  await Deno.writeTextFile(`${home}/data-home`, outside, { mode: 0o600 });
  return outside;
}
