/** pg_net and pg_cron as on hosted: batches, pauses, time limits, run details; and their faults. */
import { assert, assertEquals, assertGreaterOrEqual } from "deno-std/assert/mod.js";
import { nextDue } from "../../stack/net/cron.ts";
import { sharedStack, until } from "./shared_stack.ts";

const shared = sharedStack({ functions: false, time: 0.1 });

interface Arrival {
  path: string;
  at: number;
  headers: Headers;
  body: unknown;
}

interface Target extends AsyncDisposable {
  url: string;
  arrivals: Arrival[];
  /** Lets every held answer go. */
  release(): void;
  releasedAt(): number;
}

/** Records what arrives; answers under `/slow` are held until released. */
function openTarget(): Target {
  const arrivals: Arrival[] = [];
  const gate = Promise.withResolvers<void>();
  let released = 0;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const text = await request.text();
    const path = new URL(request.url).pathname + new URL(request.url).search;
    arrivals.push({
      path,
      at: performance.now(),
      headers: request.headers,
      body: text === "" ? null : JSON.parse(text),
    });
    if (path.startsWith("/slow")) await gate.promise;
    return Response.json({ path });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    arrivals,
    release() {
      released = performance.now();
      gate.resolve();
    },
    releasedAt: () => released,
    async [Symbol.asyncDispose]() {
      gate.resolve();
      await server.shutdown();
    },
  };
}

Deno.test.beforeAll(async () => {
  await shared().sql`create extension if not exists pg_net`;
  await shared().sql`create extension if not exists pg_cron`;
});

/** The project's own schedules and wake-ups would mix with the tests'. */
Deno.test.beforeAll(async () => {
  await shared().sql`select cron.unschedule(jobid) from cron.job`;
});

Deno.test("net.http_post() sends what was committed, and keeps the response", async () => {
  await using target = openTarget();
  const { sql } = shared();
  const [queued] = await sql`
    select net.http_post(
      ${`${target.url}/one`}, '{"by": "sql"}'::jsonb, '{"a": "b"}'::jsonb,
      '{"x-wake-token": "t"}'::jsonb, timeout_milliseconds => 2000
    ) as id
  `;
  const response = await until(async () =>
    (await sql`select * from net._http_response where id = ${queued?.id}`)[0]
  );
  assertEquals([response.status_code, response.content, response.timed_out], [
    200,
    '{"path":"/one?a=b"}',
    false,
  ]);
  const [arrival] = target.arrivals;
  assertEquals([arrival?.path, arrival?.body], ["/one?a=b", { by: "sql" }]);
  assertEquals([arrival?.headers.get("x-wake-token"), arrival?.headers.get("content-type")], [
    "t",
    "application/json",
  ]);
});

Deno.test("net.http_post() in a transaction that rolls back sends nothing", async () => {
  await using target = openTarget();
  const { sql } = shared();
  await sql.begin(async (tx) => {
    await tx`select net.http_post(${`${target.url}/never`})`;
    throw new Error("undo");
  }).catch((error) => assertEquals(error.message, "undo"));
  await sql`select net.http_get(${`${target.url}/marker`})`;
  await until(() => Promise.resolve(target.arrivals.some((arrival) => arrival.path === "/marker")));
  assertEquals(target.arrivals.map((arrival) => arrival.path), ["/marker"]);
});

Deno.test("parity 1: pg_net starts nothing until the slowest of a batch answered, then pauses 1 s", async () => {
  await using target = openTarget();
  const { sql } = shared();
  await sql`select net.http_get(${`${target.url}/slow`}, timeout_milliseconds => 20000)`;
  await until(() => Promise.resolve(target.arrivals.length === 1));
  await sql`select net.http_get(${`${target.url}/quick`})`;
  const [waiting] =
    await sql`select count(*)::int as calls from net.http_request_queue where url like '%/quick'`;
  assertEquals([waiting?.calls, target.arrivals.length], [1, 1]);
  target.release();
  await until(() => Promise.resolve(target.arrivals.length === 2));
  assertGreaterOrEqual((target.arrivals[1]?.at ?? 0) - target.releasedAt(), 990);
});

Deno.test("parity 1: what is being sent is still seen in the queue, marked, until all of the batch is answered", async () => {
  await using target = openTarget();
  const { sql } = shared();
  const ids = await sql.begin(async (tx) => {
    const [slow] =
      await tx`select net.http_get(${`${target.url}/slow`}, timeout_milliseconds => 20000) as id`;
    const [quick] = await tx`select net.http_get(${`${target.url}/quick`}) as id`;
    return [slow?.id, quick?.id];
  });
  const queued = () =>
    sql`
    select xmax::text <> '0' as sending from net.http_request_queue where id = any (${ids}) order by id
  `;
  const answered = async () =>
    (await sql`select id from net._http_response where id = any (${ids})`).map((row) => row.id).sort();
  await until(() => Promise.resolve(target.arrivals.length === 2));
  assertEquals([(await queued()).map((row) => row.sending), await answered()], [[true, true], []]);
  target.release();
  await until(async () => (await queued()).length === 0);
  assertEquals(await answered(), ids);
});

Deno.test("a call to where nobody is says so in pg_net's words", async () => {
  const { sql } = shared();
  const [queued] = await sql`select net.http_get('http://127.0.0.1:9/none') as id`;
  const response = await until(async () =>
    (await sql`select * from net._http_response where id = ${queued?.id}`)[0]
  );
  assertEquals([response.status_code, response.timed_out, response.error_msg], [
    null,
    false,
    "Could not connect to server",
  ]);
});

Deno.test("pg_net's tables are open to everybody, pg_cron's to postgres alone", async () => {
  const { sql } = shared();
  const [may] = await sql`
    select
      bool_and(has_table_privilege('anon', t, verb)) as anything,
      has_schema_privilege('anon', 'net', 'usage') as net,
      has_schema_privilege('anon', 'cron', 'usage') as cron,
      has_table_privilege('postgres', 'cron.job', 'update') as jobs
    from unnest(array['net.http_request_queue', 'net._http_response']) t,
      unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) verb
  `;
  assertEquals({ ...may }, { anything: true, net: true, cron: false, jobs: false });
});

Deno.test("parity 1: a call that times out is given up, said so, and frees the next", async () => {
  await using target = openTarget();
  const { sql } = shared();
  const [queued] = await sql`select net.http_get(${`${target.url}/slow`}, timeout_milliseconds => 200) as id`;
  const response = await until(async () =>
    (await sql`select * from net._http_response where id = ${queued?.id}`)[0]
  );
  assertEquals([response.timed_out, response.error_msg, response.status_code], [
    true,
    "Timeout of 200 ms reached",
    null,
  ]);
  await sql`select net.http_get(${`${target.url}/next`})`;
  await until(() => Promise.resolve(target.arrivals.some((arrival) => arrival.path === "/next")));
});

Deno.test("parity 10: fifty drops queue one wake-up, and drops work without the Vault secrets", async () => {
  const { sql, service, stack } = shared();
  await stack.ask({ do: "faults", set: { net_stopped: true } });
  try {
    const drop = (name: string) =>
      service.storage.from("intake").upload(name, "a,b\n1,2\n", { contentType: "text/csv" });
    // One after the other: drops that commit in the same instant do not see each other's call.
    for (let at = 0; at < 50; at++) await drop(`simplicity/many-${at}.csv`);
    const [batches] =
      await sql`select count(*)::int as rows from intake.simplicity_batches where storage_path like '%many%'`;
    const [queued] = await sql`select count(*)::int as calls from net.http_request_queue`;
    assertEquals([batches?.rows, queued?.calls], [50, 1]);
    await sql`delete from vault.secrets`;
    assertEquals((await drop("simplicity/silent.csv")).error, null);
    const [silent] =
      await sql`select status from intake.simplicity_batches where storage_path like '%silent%'`;
    assertEquals(silent?.status, "uploaded");
  } finally {
    await stack.ask({ do: "faults", set: { net_stopped: false } });
  }
});

Deno.test("faults: wake-ups are lost, doubled or delayed by who queued them", async () => {
  await using target = openTarget();
  const { sql, stack } = shared();
  const post = (by: string) => sql`select net.http_post(${`${target.url}/${by}`}, ${sql.json({ by })})`;
  await stack.ask({
    do: "faults",
    set: { wakes: { trigger: { lose: 1 }, cron: { double: 1 }, sql: { delay_ms: 300 } } },
  });
  await Promise.all([post("trigger"), post("cron"), post("sql"), post("somebody")]);
  await until(() => Promise.resolve(target.arrivals.length === 4));
  assertEquals(target.arrivals.map((arrival) => arrival.path).sort(), [
    "/cron",
    "/cron",
    "/somebody",
    "/sql",
  ]);
  await stack.ask({ do: "faults", set: { wakes: {} } });
  await post("trigger");
  await until(() => Promise.resolve(target.arrivals.some((arrival) => arrival.path === "/trigger")));
});

Deno.test("faults: a stopped pg_net keeps what is queued and sends it when it goes on", async () => {
  await using target = openTarget();
  const { sql, stack } = shared();
  await stack.ask({ do: "faults", set: { net_stopped: true } });
  await sql`select net.http_get(${`${target.url}/kept`})`;
  const [queued] =
    await sql`select count(*)::int as calls from net.http_request_queue where url like '%/kept'`;
  assertEquals(queued?.calls, 1);
  await stack.ask({ do: "faults", set: { net_stopped: false } });
  await until(() => Promise.resolve(target.arrivals.length === 1));
});

Deno.test("cron runs a command as the user who scheduled it, and keeps the details", async () => {
  const { sql } = shared();
  await sql`create table public.beats (who text, at timestamptz default clock_timestamp())`;
  const [job] = await sql`
    select cron.schedule('beat', '2 seconds', 'insert into public.beats (who) values (current_user)') as id
  `;
  await until(async () => Number((await sql`select count(*) as n from public.beats`)[0]?.n) >= 2);
  const [beat] = await sql`select who from public.beats limit 1`;
  assertEquals(beat?.who, "postgres");
  const run = await until(async () =>
    (await sql`select * from cron.job_run_details where jobid = ${job?.id} and status = 'succeeded' limit 1`)[
      0
    ]
  );
  assertEquals([run.username, run.return_message], ["postgres", "1 row"]);
  await sql`select cron.schedule('beat', '1 second', 'select 1 / 0')`;
  const failed = await until(async () =>
    (await sql`select * from cron.job_run_details where jobid = ${job?.id} and status = 'failed' limit 1`)[0]
  );
  assertEquals(failed.return_message, "ERROR: division by zero");
  await sql`select cron.unschedule('beat')`;
  assertEquals((await sql`select from cron.job where jobname = 'beat'`).length, 0);
});

Deno.test("cron.schedule() refuses what pg_cron refuses", async () => {
  const { sql } = shared();
  for (const schedule of ["60 seconds", "0 seconds", "often", "* * * *"]) {
    const error = await sql`select cron.schedule('bad', ${schedule}, 'select 1')`.then(
      () => null,
      (error) => error,
    );
    assert(error !== null, schedule);
  }
});

Deno.test("nextDue() reads five fields in UTC and seconds, shortened by STACK_TIME", () => {
  const noon = Date.UTC(2026, 0, 1, 12, 0, 0);
  assertEquals(nextDue("30 seconds", noon, 1) - noon, 30_000);
  assertEquals(nextDue("30 seconds", noon, 0.1) - noon, 3_000);
  assertEquals(nextDue("15 13 * * *", noon, 1), Date.UTC(2026, 0, 1, 13, 15, 0));
  assertEquals(nextDue("* * * * *", noon, 0.1) - noon, 6_000);
});

Deno.test("STACK_TIME is readable in SQL", async () => {
  const [setting] = await shared().sql`select current_setting('dragonfly.time_scale') as scale`;
  assertEquals(setting?.scale, "0.1");
});
