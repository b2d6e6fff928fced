/**
 * One running stack: brings its parts up in order, keeps them, takes them down. What needs the database is a `Side` of
 * its own, so that a reset can replace it behind the same addresses and keys.
 */
import { type Config, readConfig } from "../checkout/config.ts";
import { startControl } from "./control.ts";
import type { DefaultPrivileges } from "./database/bootstrap.ts";
import { connect, type DatabaseAddress, type Sql } from "./database/connect.ts";
import { makeBuckets, writeVaultSecrets } from "../checkout/setup.ts";
import { openDoors, pushMigrations } from "./database/prepare.ts";
import { type Faults, makeFaults } from "./faults/state.ts";
import { type FunctionHost, startFunctions } from "./functions/host.ts";
import { watchSchemas } from "./gateway/exposed.ts";
import { makeRoutines } from "./gateway/routines.ts";
import { makeGateway } from "./gateway/server.ts";
import { startLite } from "./gateway/tables.ts";
import { stackHome, STACKS, type State } from "../checkout/stacks.ts";
import { removeIfThere, writeState } from "./home.ts";
import { randomLetters } from "../checkout/letters.ts";
import { type Keys, makeKeys } from "./keys.ts";
import { startCron } from "./net/cron.ts";
import { startSender } from "./net/sender.ts";
import { freePort } from "../checkout/free_port.ts";
import { canEnter, findPrograms, type Programs, temporaryFolder } from "./postgres/programs.ts";
import { give, makeServer, type Server } from "./postgres/server.ts";
import { copyTemplate, template } from "./postgres/template.ts";
import { birthOf } from "./processes.ts";
import { makeStorage } from "./storage/server.ts";

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
  /** True for a project before its first migration: database and buckets, nothing that stands on them. */
  bare: boolean;
  /** What new objects in `public` are granted by themselves. */
  defaultPrivileges: DefaultPrivileges;
  log(line: string): void;
}

export interface Stack {
  state: State;
  reset(): Promise<void>;
  reloadFunctions(): Promise<void>;
  /** Ends every part and removes the stack's folders. */
  stop(): Promise<void>;
}

/** What all parts of one stack share. */
interface Frame {
  options: StackOptions;
  config: Config;
  keys: Keys;
  home: string;
  dataHome: string;
  programs: Programs;
  database: DatabaseAddress;
  apiUrl: string;
  faults: Faults;
}

/** Everything that stands on the database. */
interface Side {
  server: Server;
  functions: FunctionHost;
  answer(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** How long answers under way may take when a stack ends; a stalled download would hold it for ever. */
const GOODBYE_MS = 1000;

/** Brings a stack up; its folder must not exist. @throws after taking down what was up already. */
export async function bringUp(options: StackOptions): Promise<Stack> {
  const began = performance.now();
  const home = stackHome(options.name);
  const programs = await findPrograms();
  await Deno.mkdir(home, { recursive: true });
  for (const folder of ["logs", ".supabase"]) { // the CLI keeps its own notes in the latter
    await Deno.mkdir(`${home}/${folder}`, { recursive: true, mode: 0o700 });
  }
  await Deno.chmod(home, 0o711); // Postgres' user passes through
  const dataHome = await homeForData(programs, home);
  let side: Side | undefined;
  const hangUp = new AbortController();
  const gateway = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: hangUp.signal },
    (request) =>
      side === undefined
        ? Response.json({ message: "The stack is starting" }, { status: 503 })
        : side.answer(request),
  );
  const frame: Frame = {
    options,
    config: await readConfig(),
    keys: makeKeys(),
    home,
    dataHome,
    programs,
    database: { port: freePort(), password: "" },
    apiUrl: `http://127.0.0.1:${gateway.addr.port}`,
    faults: makeFaults(),
  };
  frame.database.password = frame.keys.databasePassword;
  const stop = async () => {
    await control.stop();
    await side?.close();
    const patience = setTimeout(() => hangUp.abort(), GOODBYE_MS);
    await gateway.shutdown();
    clearTimeout(patience);
    if (dataHome !== home) await removeIfThere(dataHome);
    await removeIfThere(home);
  };
  const reset = async () => {
    const old = side;
    side = undefined;
    await old?.close();
    side = await openSide(frame);
  };
  const reloadFunctions = async () => await side?.functions.reload();
  const control = startControl(randomLetters(32), {
    faults: frame.faults,
    reset,
    reloadFunctions,
    functions: () => side?.functions,
    database: () => side?.server,
  });
  try {
    side = await openSide(frame);
  } catch (error) {
    await control.stop();
    await gateway.shutdown();
    throw error;
  }
  const state = await describe(frame, control, performance.now() - began);
  await writeState(state);
  return { state, reset, reloadFunctions, stop };
}

async function describe(frame: Frame, control: State["control"], readyMs: number): Promise<State> {
  const { keys, database } = frame;
  return {
    name: frame.options.name,
    addresses: {
      api_url: frame.apiUrl,
      db_url: `postgresql://postgres:${database.password}@127.0.0.1:${database.port}/postgres`,
      publishable_key: keys.publishableKey,
      secret_key: keys.secretKey,
      operator_key: keys.operatorKey,
      wake_token: keys.wakeToken,
      dashboard_url: null,
      pid: Deno.pid,
    },
    born: await birthOf(Deno.pid) ?? "",
    dataHome: frame.dataHome,
    control: { url: control.url, token: control.token },
    ready_ms: Math.round(readyMs),
  };
}

/** Beside the rest, or where Postgres' user can get to. */
async function homeForData(programs: Programs, home: string): Promise<string> {
  if (programs.user === undefined || await canEnter(programs.user, STACKS)) return home;
  const outside = await Deno.makeTempDir({ dir: temporaryFolder(), prefix: "dragonfly-stack-" });
  await Deno.chmod(outside, 0o711);
  await Deno.writeTextFile(`${home}/data-home`, outside, { mode: 0o600 });
  return outside;
}

async function openSide(frame: Frame): Promise<Side> {
  const { options, keys, config, database, faults } = frame;
  const closers: (() => Promise<void>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const starting = startFunctions({
      home: frame.home,
      apiUrl: frame.apiUrl,
      databaseUrl: `postgresql://postgres:${database.password}@127.0.0.1:${database.port}/postgres`,
      keys,
      vendorKeys: options.vendorKeys,
      more: options.functionEnv,
      names: options.functions && !options.bare ? undefined : [],
      log: options.log,
    });
    // Both take half a second. What failed is thrown below; closing then has nothing of it to stop.
    closers.push(() => starting.then((host) => host.stop(), () => {}));
    const opening = openDatabase(frame);
    closers.push(() => opening.then((opened) => opened.stop("fast"), () => {}));
    const [functions, server] = await Promise.all([starting, opening]);
    const admin = connect(database, "supabase_admin", "stack");
    closers.push(() => admin.end({ timeout: 1 }));
    await openDoors(admin, frame.keys, options.timeScale);
    await makeBuckets(admin, config); // before migrations run, as on a project whose config was pushed
    if (options.bare) return { server, functions, answer: refuseAll, close };
    const url = `postgresql://postgres:${database.password}@127.0.0.1:${database.port}/postgres`;
    await pushMigrations(url, frame.home);
    await writeVaultSecrets(admin, `${frame.apiUrl}/functions/v1`, keys.wakeToken);

    const pool = (user: string, name: string, max: number): Sql => {
      const sql = connect(database, user, name, max);
      closers.push(() => sql.end({ timeout: 1 }));
      return sql;
    };
    const rest = pool("authenticator", "stack-rest", 16);
    const lite = startLite(config, keys, database, frame.apiUrl);
    closers.push(() => lite.close());
    await removeIfThere(`${frame.home}/objects`);
    await Deno.mkdir(`${frame.home}/objects`, { mode: 0o700 });
    const storage = makeStorage({
      sql: pool("supabase_storage_admin", "stack-storage", 8),
      folder: `${frame.home}/objects`,
      config,
      keys,
      faults,
    });
    const routines = makeRoutines(admin);
    const exposed = await watchSchemas(database, admin, config.api.schemas, options.log, async (asked) => {
      routines.forget();
      if (asked) faults.schemaReloaded();
      await lite.reloadSchema();
    }, () => lite.databaseLost());
    closers.push(() => exposed.stop());
    const answer = makeGateway({
      keys,
      lite,
      storage,
      functions,
      rpc: {
        sql: rest,
        routines,
        schemas: config.api.schemas,
        extraSearchPath: config.api.extra_search_path,
        maxRows: config.api.max_rows,
      },
      accounts: pool("supabase_auth_admin", "stack-auth", 2),
      faults,
      exposed,
      log: options.log,
    });
    await functions.ready();
    const cron = await startCron(database, admin, options.timeScale, options.log);
    closers.push(() => cron.stop());
    const sender = await startSender(database, faults, options.log);
    closers.push(() => sender.stop());
    return { server, functions, answer, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function refuseAll(): Promise<Response> {
  return Promise.resolve(
    Response.json({ message: "This stack has nothing but its database" }, { status: 503 }),
  );
}

async function openDatabase(frame: Frame): Promise<Server> {
  const source = await template(frame.programs, frame.options.log, frame.options.defaultPrivileges);
  const folder = `${frame.dataHome}/postgres`;
  await removeIfThere(folder);
  await copyTemplate(source, folder);
  await give(folder, frame.programs.user);
  const log = await Deno.open(`${frame.home}/logs/postgres.log`, { create: true, append: true, mode: 0o600 });
  const encoder = new TextEncoder();
  const server = makeServer(frame.programs, folder, frame.database.port, {}, (line) => {
    log.writeSync(encoder.encode(`${line}\n`));
  });
  await server.start();
  const admin = connect({ ...frame.database, password: source.password }, "supabase_admin", "stack");
  await admin.unsafe(`alter role supabase_admin password '${frame.database.password}'`);
  await admin.end();
  return server;
}
