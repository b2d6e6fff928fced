/** The function host as Supabase's edge runtime: environment, isolates, limits. */
import { assert, assertEquals, assertLess, assertMatch, assertRejects } from "deno-std/assert/mod.js";
import { type FunctionHost, type FunctionHostOptions, startFunctions } from "../../stack/functions/host.ts";
import type { Invocation } from "../../stack/functions/pool.ts";
import { watchFiles } from "../../stack/functions/watch.ts";
import { makeKeys } from "../../stack/keys.ts";
import { until } from "./shared_stack.ts";

const FOLDER = new URL("functions", import.meta.url).pathname;

interface Host extends AsyncDisposable {
  host: FunctionHost;
  get(path: string, init?: RequestInit): Promise<Response>;
  /** The id of the isolate that answered. */
  id(path: string): Promise<string>;
  logOf(name: string): Promise<string>;
  journal(): Promise<Invocation[]>;
}

async function start(options: Partial<FunctionHostOptions> = {}): Promise<Host> {
  const home = await Deno.makeTempDir({ prefix: "dragonfly-functions-" });
  await Deno.mkdir(`${home}/logs`);
  const host = await startFunctions({
    home,
    folder: FOLDER,
    names: ["sample"],
    apiUrl: "http://127.0.0.1:1",
    databaseUrl: "postgresql://postgres:x@127.0.0.1:2/postgres",
    keys: makeKeys(),
    vendorKeys: { acme: "key" },
    dashboardOrigin: null,
    more: {},
    log: () => {},
    ...options,
  }).catch(async (error) => {
    await Deno.remove(home, { recursive: true });
    throw error;
  });
  const get = async (path: string, init?: RequestInit) => {
    const request = new Request(`http://127.0.0.1/functions/v1${path}`, init);
    return await host.answer(request, new URL(request.url));
  };
  return {
    host,
    get,
    id: async (path) => (await (await get(path)).json()).id,
    logOf: (name) => Deno.readTextFile(`${home}/logs/${name}.log`),
    journal: async () =>
      (await Deno.readTextFile(`${home}/invocations.jsonl`)).trim().split("\n").filter((line) => line !== "")
        .map((line) => JSON.parse(line)),
    async [Symbol.asyncDispose]() {
      await host.stop();
      await Deno.remove(home, { recursive: true });
    },
  };
}

interface Gates extends AsyncDisposable {
  url: string;
  /** So many requests wait. */
  reached: Promise<void>;
  open(): void;
}

/** A server that answers only when the test lets it: holds functions at work for exactly as long as needed. */
function openGates(count: number): Gates {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  let waiting = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async () => {
    if (++waiting === count) reached.resolve();
    await opened.promise;
    return new Response();
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    reached: reached.promise,
    open: opened.resolve,
    async [Symbol.asyncDispose]() {
      opened.resolve();
      await server.shutdown();
    },
  };
}

Deno.test("parity 2: a function gets exactly the platform's names and the project's own", async () => {
  await using sample = await start({ more: { SLACK_WEBHOOK_URL: "http://127.0.0.1:3/" } });
  const environment = await (await sample.get("/sample/env")).json();
  assertEquals(
    Object.keys(environment).sort(),
    [
      "DATABASE_URL",
      "DRAGONFLY_API_KEY",
      "DRAGONFLY_CORS_ORIGINS",
      "DRAGONFLY_RATE_READS",
      "DRAGONFLY_RATE_WRITES",
      "DRAGONFLY_SIGNING_KEY",
      "DRAGONFLY_VENDOR_KEYS",
      "DRAGONFLY_WAKE_TOKEN",
      "ENVIRONMENT",
      "SB_EXECUTION_ID",
      "SB_REGION",
      "SLACK_WEBHOOK_URL",
      "SUPABASE_DB_URL",
      "SUPABASE_JWKS",
      "SUPABASE_PUBLISHABLE_KEYS",
      "SUPABASE_SECRET_KEYS",
      "SUPABASE_URL",
    ],
  );
  assertMatch(JSON.parse(environment.SUPABASE_SECRET_KEYS).default, /^sb_secret_/);
});

Deno.test("parity 2: other names of the platform's are refused", async () => {
  await assertRejects(() => start({ more: { SUPABASE_DIRECT_URL: "x" } }), Error, "SUPABASE_DIRECT_URL");
});

Deno.test("parity 2: busy isolates are joined by new ones, and at the cap two requests share one", async () => {
  await using sample = await start({ limits: { isolates: 2 } });
  await using gates = openGates(2);
  const first = sample.id(`/sample/hold?gate=${gates.url}`);
  const second = sample.id(`/sample/hold?gate=${gates.url}`);
  await gates.reached;
  const third = await sample.id("/sample/"); // both are busy, and there may be no third
  gates.open();
  const ids = [await first, await second];
  assertEquals(new Set(ids).size, 2);
  assert(ids.includes(third));
});

Deno.test("waitUntil() keeps an isolate at work after its answer; idle ones are dropped and told so", async () => {
  await using sample = await start({ limits: { idleMs: 300 } });
  await using gates = openGates(1);
  const id = await sample.id(`/sample/later?gate=${gates.url}`);
  await gates.reached;
  assert(await sample.id("/sample/") !== id);
  await until(async () => (await sample.logOf("sample")).includes("unload early_drop")); // the second one's
  const busy = sample.host.isolates().filter((isolate) => isolate.busy);
  assertEquals(busy.length, 1);
  gates.open();
  await until(() => Promise.resolve(!sample.host.isolates().some((isolate) => isolate.pid === busy[0]?.pid)));
});

Deno.test("over 1 s of CPU an isolate retires and is told so; it takes no new requests", async () => {
  await using sample = await start();
  const tired = await sample.id("/sample/spin?ms=1300");
  await until(async () => (await sample.logOf("sample")).includes("unload cpu"));
  assert(await sample.id("/sample/") !== tired);
  const [record] = await until(async () => {
    const records = await sample.journal();
    return records.length > 0 && records;
  });
  assertEquals([record?.status, record?.outcome, record?.path], [200, "ok", "/sample/spin"]);
  assert(record !== undefined && record.cpu_ms >= 1000 && record.boot_cpu_ms < 1000);
});

Deno.test("over 2 s of CPU an isolate is killed: 546", async () => {
  await using sample = await start();
  const response = await sample.get("/sample/spin?ms=20000");
  assertEquals([response.status, (await response.json()).code], [546, "WORKER_LIMIT"]);
  assertEquals((await sample.get("/sample/")).status, 200);
  const record = await until(async () => (await sample.journal()).find((one) => one.status === 546));
  assertEquals(record.outcome, "cpu");
});

Deno.test("over its memory an isolate is killed: 546", async () => {
  await using sample = await start({ limits: { memoryMb: 96 } });
  assertEquals((await sample.get("/sample/hoard")).status, 546);
  const record = await until(async () => (await sample.journal()).find((one) => one.status === 546));
  assertEquals(record.outcome, "memory");
});

Deno.test("at half the wall clock an isolate retires, at the whole of it it is killed", async () => {
  await using sample = await start({ limits: { wallMs: 1000 } });
  await using gates = openGates(1);
  const held = sample.get(`/sample/hold?gate=${gates.url}`);
  await until(async () => (await sample.logOf("sample")).includes("unload wall_clock"));
  assertEquals((await held).status, 546);
  assertEquals((await sample.get("/sample/")).status, 200);
});

Deno.test("a killed isolate answers 500 and is replaced; a stopped one goes on when continued", async () => {
  await using sample = await start();
  await using gates = openGates(1);
  const held = sample.get(`/sample/hold?gate=${gates.url}`);
  await gates.reached;
  sample.host.signal("sample", "SIGKILL", 1);
  assertEquals([(await held).status, (await sample.get("/sample/")).status], [500, 200]);
  const [pid] = sample.host.signal("sample", "SIGSTOP");
  assert(pid !== undefined);
  const waiting = sample.get("/sample/");
  sample.host.signal("sample", "SIGCONT");
  assertEquals((await waiting).status, 200);
});

Deno.test("code that does not start is 503, an unknown function 404", async () => {
  await using sample = await start({ names: ["broken"] });
  await sample.host.ready();
  const broken = await sample.get("/broken/");
  assertEquals([broken.status, (await broken.json()).code], [503, "BOOT_ERROR"]);
  assertMatch(await sample.logOf("broken"), /does not start/);
  assertEquals((await sample.get("/unknown/")).status, 404);
});

Deno.test("there are no workers, HTML goes out as text, and too many log lines are dropped", async () => {
  await using sample = await start();
  assertEquals(await (await sample.get("/sample/worker")).json(), { worker: false });
  assertEquals((await sample.get("/sample/html")).headers.get("content-type"), "text/plain");
  await sample.get("/sample/chatter");
  const log = await until(async () => {
    const text = await sample.logOf("sample");
    return text.includes("dropped") && text;
  });
  assertLess(log.split("\n").length, 110);
});

Deno.test("method, path, query and body reach the function as they were sent", async () => {
  await using sample = await start();
  const body = new Uint8Array(3_000_000).map((_, at) => at % 251);
  const response = await sample.get("/sample/echo?a=1%20b", { method: "PUT", body });
  assertEquals([response.headers.get("x-method"), response.headers.get("x-path")], [
    "PUT",
    "/sample/echo?a=1%20b",
  ]);
  assertEquals(new Uint8Array(await response.arrayBuffer()), body);
});

Deno.test("reload() serves the files as they are now; what is under way ends in the old isolate", async () => {
  await using sample = await start();
  await using gates = openGates(1);
  const held = sample.id(`/sample/hold?gate=${gates.url}`);
  await gates.reached;
  await sample.host.reload();
  const fresh = await sample.id("/sample/");
  gates.open();
  assert(await held !== fresh);
  await until(async () => (await sample.logOf("sample")).includes("unload termination"));
});

/** A function whose answer stands in a file of its own, which a test may change. */
async function greeting(folder: string, words: string): Promise<void> {
  await Deno.mkdir(`${folder}/greeting`, { recursive: true });
  await Deno.writeTextFile(`${folder}/greeting/deno.json`, "{}");
  await Deno.writeTextFile(
    `${folder}/greeting/index.ts`,
    `import { words } from "./words.ts";\nDeno.serve(() => new Response(words()));\n`,
  );
  await Deno.writeTextFile(`${folder}/greeting/words.ts`, `export function words(): string {\n${words}\n}\n`);
}

Deno.test("a stack serves what it was started with until it is reloaded; the next one what the files are", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const says = async (host: Host) => await (await host.get("/greeting")).text();
    await greeting(folder, 'return "first";');
    await using running = await start({ folder, names: ["greeting"] });
    assertEquals(await says(running), "first");
    await greeting(folder, 'return "second";');
    running.host.signal("greeting", "SIGKILL");
    await until(async () => await says(running) === "first"); // a new isolate, the same code
    await using next = await start({ folder, names: ["greeting"] });
    assertEquals(await says(next), "second");
    await running.host.reload();
    await until(async () => await says(running) === "second");
    await greeting(folder, 'return "first";');
    await using again = await start({ folder, names: ["greeting"] });
    assertEquals(await says(again), "first"); // not the one kept last
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an error's trace names the file and line that were written", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await greeting(folder, '  throw new Error("no words");');
    await using host = await start({ folder, names: ["greeting"] });
    assertEquals((await host.get("/greeting")).status, 500);
    await until(async () => (await host.logOf("greeting")).includes("greeting/words.ts:2:9"));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("watchFiles() reloads once for changes made together", async () => {
  const folder = await Deno.makeTempDir();
  const reloaded = Promise.withResolvers<void>();
  let reloads = 0;
  const watch = watchFiles([folder], () => {
    reloads++;
    reloaded.resolve();
    return Promise.resolve();
  }, () => {});
  await Deno.writeTextFile(`${folder}/a.ts`, "a");
  await Deno.writeTextFile(`${folder}/b.ts`, "b");
  await reloaded.promise;
  assertEquals(reloads, 1);
  watch.close();
  await Deno.remove(folder, { recursive: true });
});
