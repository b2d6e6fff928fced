/**
 * Everything of a stack that stands on its database: Postgres, the functions, and what answers for the platform. A
 * reset closes a side and opens another behind the same addresses and keys.
 */
import { makeBuckets, writeVaultSecrets } from "../checkout/setup.ts";
import { connect, type Sql } from "./database/connect.ts";
import { openDoors, startClocks } from "./database/prepare.ts";
import { databaseUrl, type Frame } from "./frame.ts";
import { type FunctionHost, startFunctions } from "./functions/host.ts";
import { watchSchemas } from "./gateway/exposed.ts";
import { makeRoutines } from "./gateway/routines.ts";
import { makeGateway } from "./gateway/server.ts";
import { startLite } from "./gateway/tables.ts";
import { removeIfThere } from "./home.ts";
import { startCron } from "./net/cron.ts";
import { startSender } from "./net/sender.ts";
import { give, makeServer, type Server } from "./postgres/server.ts";
import { copyTemplate, migratedTemplate, template } from "./postgres/template.ts";
import { makeStorage } from "./storage/server.ts";

type Answer = (request: Request) => Promise<Response>;

/** Where the stack is reached; the same for every side. */
export interface Reached {
  readonly apiUrl: string;
  /** As browsers send it; null when no dashboard is served. */
  readonly dashboardOrigin: string | null;
}

export interface Side {
  readonly server: Server;
  readonly functions: FunctionHost;
  readonly answer: Answer;
  /** Closes what was opened, the last first. */
  close(): Promise<void>;
}

/** A side while it is opened. */
interface Opening extends Pick<Side, "server" | "functions"> {
  readonly frame: Frame;
  /** The stack's address, behind which this side will answer. */
  readonly apiUrl: string;
  /** Connects as `supabase_admin`. */
  readonly admin: Sql;
  /** Where each part says how it is closed as soon as it is open. */
  readonly opened: AsyncDisposableStack;
}

/** @throws after closing what was open already. */
export async function openSide(frame: Frame, reached: Reached): Promise<Side> {
  await using opened = new AsyncDisposableStack();
  const { functions, server } = await openGround(frame, reached, opened);
  const admin = connect(frame.database, "supabase_admin", "stack");
  opened.defer(() => admin.end({ timeout: 1 }));
  await openDoors(admin, frame.keys, frame.options.timeScale);
  if (frame.options.bare) await makeBuckets(admin, frame.config); // the migrated template has them
  const opening: Opening = { frame, apiUrl: reached.apiUrl, server, functions, admin, opened };
  const answer = frame.options.bare ? refuseAll : await openProject(opening);
  const open = opened.move();
  return { server, functions, answer, close: () => open.disposeAsync() };
}

/** Functions and database beside each other: both take half a second. */
async function openGround(
  frame: Frame,
  reached: Reached,
  opened: AsyncDisposableStack,
): Promise<Pick<Side, "functions" | "server">> {
  const { options, keys } = frame;
  const starting = startFunctions({
    home: frame.home,
    apiUrl: reached.apiUrl,
    databaseUrl: databaseUrl(frame),
    keys,
    vendorKeys: options.vendorKeys,
    dashboardOrigin: reached.dashboardOrigin,
    more: options.functionEnv,
    names: options.functions && !options.bare ? undefined : [],
    limits: options.wallSeconds === null ? {} : { wallMs: 1000 * options.wallSeconds },
    log: options.log,
  });
  // What failed is thrown below; closing then has nothing of it to stop.
  opened.defer(() => starting.then((host) => host.stop(), () => {}));
  const opening = openDatabase(frame);
  opened.defer(() => opening.then((server) => server.stop("fast"), () => {}));
  const [functions, server] = await Promise.all([starting, opening]);
  return { functions, server };
}

async function openDatabase(frame: Frame): Promise<Server> {
  const { programs, config, options } = frame;
  const source = options.bare
    ? await template(programs, options.log, options.defaultPrivileges)
    : await migratedTemplate(programs, config, options.log, options.defaultPrivileges);
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

/** Opens what answers for the platform and what works by itself. */
async function openProject(opening: Opening): Promise<Answer> {
  const { frame, apiUrl, admin, functions, opened } = opening;
  const { options, database } = frame;
  await startClocks(admin);
  await writeVaultSecrets(admin, `${apiUrl}/functions/v1`, frame.keys.wakeToken);
  const answer = await openGateway(opening);
  await functions.ready();
  const cron = await startCron(database, admin, options.timeScale, options.log);
  opened.defer(() => cron.stop());
  const sender = await startSender(database, frame.faults, options.log);
  opened.defer(() => sender.stop());
  return answer;
}

/** REST, accounts and Storage, each over a login of its own as on the platform. */
async function openGateway(opening: Opening): Promise<Answer> {
  const { frame, apiUrl, admin, functions, opened } = opening;
  const { options, keys, config, database, faults } = frame;
  const pool = (user: string, name: string, max: number): Sql => {
    const sql = connect(database, user, name, max);
    opened.defer(() => sql.end({ timeout: 1 }));
    return sql;
  };
  const rest = pool("authenticator", "stack-rest", 16);
  const lite = startLite(config, keys, database, apiUrl);
  opened.defer(() => lite.close());
  const folder = `${frame.home}/objects`;
  await removeIfThere(folder);
  await Deno.mkdir(folder, { mode: 0o700 });
  const storage = makeStorage({
    sql: pool("supabase_storage_admin", "stack-storage", 8),
    folder,
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
  opened.defer(() => exposed.stop());
  return makeGateway({
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
}

function refuseAll(): Promise<Response> {
  return Promise.resolve(
    Response.json({ message: "This stack has nothing but its database" }, { status: 503 }),
  );
}
