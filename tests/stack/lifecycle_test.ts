/** Stacks come and go: several at once, killed at any time, nothing left behind that hinders the next. */
import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "deno-std/assert/mod.js";
import { createClient } from "@supabase/supabase-js";
import postgres from "postgres";
import { runStack } from "../../checkout/run_stack.ts";
import { randomLetters } from "../../checkout/letters.ts";
import { Addresses, readState, stackHome } from "../../checkout/stacks.ts";
import { birthOf } from "../../stack/processes.ts";
import { startStack } from "../support/stack.ts";
import { until } from "./shared_stack.ts";

/** Processes whose arguments name the stack's folder, or that hang below `pid`. */
async function processesOf(name: string): Promise<string[]> {
  const { stdout } = await new Deno.Command("ps", { args: ["-eo", "pid,args"] }).output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line.includes(`/${name}/`));
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, (error) => {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  });
}

async function postgresPid(name: string): Promise<number> {
  const state = await readState(name);
  return Number((await Deno.readTextFile(`${state?.dataHome}/postgres/postmaster.pid`)).split("\n")[0]);
}

/** True when nobody has the pid any more, or somebody born later. */
async function isGone(pid: number, born: string | null): Promise<boolean> {
  return await birthOf(pid) !== born;
}

Deno.test("up --json prints one object; up again prints the same; status too; down removes all of it", async () => {
  const stack = await startStack({ functions: false });
  const again = Addresses.parse(
    JSON.parse(await runStack(["up", "--detach", "--json", "--name", stack.name])),
  );
  const status = Addresses.parse(JSON.parse(await runStack(["status", "--json", "--name", stack.name])));
  assertEquals(again, status);
  assertEquals([again.pid, again.api_url, again.dashboard_url], [
    stack.pid,
    stack.api_url,
    stack.dashboard_url,
  ]);
  assertMatch(again.secret_key, /^sb_secret_/);
  assertMatch(again.publishable_key, /^sb_publishable_/);
  const server = await postgresPid(stack.name);
  const born = await birthOf(server);
  await stack.stop();
  assert(await isGone(server, born));
  assertEquals([await exists(stackHome(stack.name)), await processesOf(stack.name)], [false, []]);
  await assertRejects(() => runStack(["status", "--name", stack.name]), Error, "No stack");
  await runStack(["down", "--name", stack.name]); // down twice is fine
});

Deno.test("a stack's files are its user's alone; no key stands in a log or on a command line", async () => {
  const [vendorKey, hook] = [randomLetters(24), randomLetters(24)];
  const stack = await startStack({
    vendors: { acme: vendorKey },
    env: { SLACK_WEBHOOK_URL: `http://127.0.0.1:9/${hook}` },
  });
  try {
    const client = createClient(stack.api_url, stack.secret_key, { auth: { persistSession: false } });
    await client.storage.from("intake").upload("simplicity/mine.txt", "mine");
    const home = stackHome(stack.name);
    const open: string[] = [];
    const texts: string[] = [];
    const look = async (folder: string, isOpen: boolean) => {
      for await (const entry of Deno.readDir(folder)) {
        const path = `${folder}/${entry.name}`;
        if (entry.name === "postgres") continue; // Postgres' own, 0700
        const { mode } = await Deno.stat(path);
        const isOpenHere = isOpen && ((mode ?? 0) & 0o077) !== 0;
        if (isOpenHere) open.push(path);
        if (entry.isDirectory) await look(path, isOpenHere);
        else if (/\.(log|jsonl)$/.test(entry.name)) texts.push(await Deno.readTextFile(path));
      }
    };
    await look(home, true);
    assertEquals(open, []);
    assert(texts.length > 3);
    const { stdout } = await new Deno.Command("ps", { args: ["-eo", "args"] }).output();
    const told = [...texts, new TextDecoder().decode(stdout)].join("\n");
    const secrets = [
      stack.operator_key,
      stack.secret_key,
      stack.wake_token,
      vendorKey,
      hook,
    ];
    assertEquals(secrets.filter((secret) => told.includes(secret)), []);
  } finally {
    await stack.stop();
  }
});

Deno.test("two stacks at once share nothing", async () => {
  const [one, two] = await Promise.all([startStack({ functions: false }), startStack({ functions: false })]);
  try {
    assertNotEquals([one.api_url, one.db_url, one.secret_key], [two.api_url, two.db_url, two.secret_key]);
    const client = (stack: typeof one) =>
      createClient(stack.api_url, stack.secret_key, { auth: { persistSession: false } });
    await client(one).storage.from("intake").upload("simplicity/mine.txt", "mine");
    assertEquals((await client(one).storage.from("intake").list("simplicity")).data?.length, 1);
    assertEquals((await client(two).storage.from("intake").list("simplicity")).data?.length, 0);
    const wrong = createClient(two.api_url, one.secret_key, { auth: { persistSession: false } });
    assertEquals((await wrong.from("judgments").select()).status, 401);
  } finally {
    await Promise.all([one.stop(), two.stop()]);
  }
});

Deno.test("a stack killed with -9 leaves no process, and the next up of its name works", async () => {
  const stack = await startStack();
  const server = await postgresPid(stack.name);
  const isolates = await stack.ask({ do: "isolates" });
  const pids = [server, ...(Array.isArray(isolates) ? isolates.map((isolate) => Number(isolate.pid)) : [])];
  const births = await Promise.all(pids.map(birthOf));
  Deno.kill(stack.pid, "SIGKILL");
  for (const [at, pid] of pids.entries()) await until(() => isGone(pid, births[at] ?? null));
  const again = Addresses.parse(
    JSON.parse(
      await runStack([
        "up",
        "--detach",
        "--json",
        "--no-functions",
        "--name",
        stack.name,
        "--parent",
        String(Deno.pid),
      ]),
    ),
  );
  assertNotEquals(again.pid, stack.pid);
  const answer = await fetch(`${again.api_url}/rest/v1/judgments`, { headers: { apikey: again.secret_key } });
  assertEquals(answer.status, 200);
  await answer.body?.cancel();
  await stack.stop();
  assertEquals(await exists(stackHome(stack.name)), false);
});

Deno.test("a Postgres that outlived its supervisor is ended by down", async () => {
  const stack = await startStack({ functions: false });
  const server = await postgresPid(stack.name);
  const born = await birthOf(server);
  Deno.kill(server, "SIGSTOP"); // cannot end by itself
  Deno.kill(stack.pid, "SIGKILL");
  await until(() => isGone(stack.pid, null).then(async () => await birthOf(stack.pid) === null));
  const down = runStack(["down", "--name", stack.name]);
  Deno.kill(server, "SIGCONT");
  await down;
  assert(await isGone(server, born));
  assertEquals(await exists(stackHome(stack.name)), false);
});

Deno.test("--parent: a stack ends when the process that asked for it does, and removes its folder", async () => {
  const parent = new Deno.Command("sleep", { args: ["600"], stdin: "null" }).spawn();
  const name = `test-${crypto.randomUUID().slice(0, 8)}`;
  const stack = Addresses.parse(
    JSON.parse(
      await runStack([
        "up",
        "--detach",
        "--json",
        "--bare",
        "--name",
        name,
        "--parent",
        String(parent.pid),
      ]),
    ),
  );
  parent.kill("SIGKILL");
  await parent.status;
  await until(async () => await birthOf(stack.pid) === null);
  await until(async () => !await exists(stackHome(name)));
});

Deno.test("in the foreground a stack runs until Ctrl-C", async () => {
  const name = `test-${crypto.randomUUID().slice(0, 8)}`;
  const entry = new URL("../../stack/main.ts", import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      entry,
      "up",
      "--json",
      "--bare",
      "--name",
      name,
      "--parent",
      String(Deno.pid),
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const { value } = await reader.read();
  assertEquals(Addresses.parse(JSON.parse(value ?? "")).pid, child.pid);
  child.kill("SIGINT");
  assertEquals((await child.status).code, 0);
  await reader.cancel();
  assertEquals(await exists(stackHome(name)), false);
});

Deno.test("a migration that fails makes up fail, says why, and leaves nothing running", async () => {
  const name = `test-${crypto.randomUUID().slice(0, 8)}`;
  const cli = await Deno.makeTempFile();
  await Deno.writeTextFile(cli, "#!/bin/sh\necho 'ERROR: column nope does not exist' >&2\nexit 1\n", {
    mode: 0o755,
  });
  await Deno.chmod(cli, 0o755);
  const error = await assertRejects(
    () => runStack(["up", "--detach", "--name", name, "--parent", String(Deno.pid)], { SUPABASE_CLI: cli }),
    Error,
  );
  assertMatch(error.message, /column nope does not exist/);
  assertEquals(await processesOf(name), []);
  await runStack(["down", "--name", name]);
  await Deno.remove(cli);
});

Deno.test("reset gives a fresh database behind the same addresses and keys", async () => {
  const stack = await startStack({ functions: false });
  try {
    const client = createClient(stack.api_url, stack.secret_key, { auth: { persistSession: false } });
    await client.storage.from("intake").upload("simplicity/before.txt", "before");
    const sql = postgres(stack.db_url, { onnotice: () => {} });
    await sql`create table public.before (id int)`;
    await sql.end();
    const status = Addresses.parse(JSON.parse(await runStack(["reset", "--json", "--name", stack.name])));
    assertEquals([status.api_url, status.db_url, status.secret_key], [
      stack.api_url,
      stack.db_url,
      stack.secret_key,
    ]);
    assertEquals((await client.storage.from("intake").list("simplicity")).data, []);
    assertEquals((await client.from("before").select()).status, 404);
    assertEquals((await client.storage.from("intake").upload("simplicity/before.txt", "after")).error, null);
  } finally {
    await stack.stop();
  }
});

Deno.test("a stack survives Postgres restarting, crashed or stopped: REST, notices, cron go on", async () => {
  const stack = await startStack({ functions: false });
  const sql = postgres(stack.db_url, { onnotice: () => {} });
  try {
    const status = async () => {
      const answer = await fetch(`${stack.api_url}/rest/v1/judgments`, {
        headers: { apikey: stack.secret_key },
      });
      await answer.body?.cancel();
      return answer.status;
    };
    for (const mode of ["immediate", "fast"] as const) {
      const underWay = Promise.all(Array.from({ length: 20 }, status));
      await stack.ask({ do: "restart_postgres", mode, pause_ms: 200 });
      // Answered, never left hanging: a call that loses its connection in the middle may be told 500.
      for (const one of await underWay) assert([200, 500, 503].includes(one), String(one));
      await until(async () => await status() === 200);
      await sql.unsafe(
        `create table public.after_${mode} (id int); grant select on public.after_${mode} to service_role`,
      )
        .simple();
      await until(async () => {
        const answer = await fetch(`${stack.api_url}/rest/v1/after_${mode}`, {
          headers: { apikey: stack.secret_key },
        });
        await answer.body?.cancel();
        return answer.status === 200;
      });
      const [job] = await sql`select cron.schedule('again', '1 second', 'select 1') as id`;
      await until(async () =>
        (await sql`select from cron.job_run_details where jobid = ${job?.id}`).length > 0
      );
      await sql`select cron.unschedule('again')`;
    }
  } finally {
    await sql.end();
    await stack.stop();
  }
});
