/**
 * Doctor, gates and what they stand on: healthy, ill by a cause that is brought about, and where they cannot run. One
 * stack; causes are taken away again, so that each test finds it healthy.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { assertThrows } from "deno-std/assert/throws.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import postgres from "postgres";
import { readState, stackHome } from "../../checkout/stacks.ts";
import { COMMANDS, loadAll } from "../../ops/commands.ts";
import { type CheckRow, runChecks, type Verdict } from "../../ops/checks/check.ts";
import { gatesOf } from "../../ops/gates/gates.ts";
import { lookAtRateLimits } from "../../ops/gates/rate_limits.ts";
import { Scratch } from "../../ops/gates/scratch.ts";
import { runOps } from "../../ops/run_ops.ts";
import { makeTarget, type Target } from "../../ops/target.ts";
import { AGAINST, story } from "../support/against.ts";
import { drop, ended } from "../support/drops.ts";
import { assertHarmless, ops, type Ran, secretsOf } from "../support/ops.ts";
import { untilNobodyWorks } from "../support/stack.ts";
import { sharedStack, until } from "../stack/shared_stack.ts";

// Writes as on a hosted project: the gate of the rate limits can reach them.
const shared = sharedStack(AGAINST === null ? { env: { DRAGONFLY_RATE_WRITES: "100" } } : {});
const HEADER = "case_number,plaintiff_name,defendant_name,amount,judgment_date";
const NEVER = new AbortController().signal;

let scratch: Scratch;
let above: postgres.Sql; // the superuser: for what no honest login can do
Deno.test.beforeAll(async () => {
  if (AGAINST !== null) return; // every test here wants a stack that goes wrong on request
  scratch = new Scratch();
  const { stack, service, sql } = shared();
  const url = new URL(stack.db_url);
  url.username = "supabase_admin";
  above = postgres(url.href, { max: 1, onnotice: () => {} });
  // Some rows are refused, and fewer than the sentinel speaks up at.
  const rows = Array.from({ length: 30 }, (_, n) => `G-${n},A,B,${n === 0 ? "x" : n},2024-01-31\n`);
  await drop(service, "simplicity/gates.csv", `${HEADER}\n${rows.join("")}`);
  await ended(service, "simplicity/gates.csv");
  await sql`update ops.expected_workers set since = since - interval '1 hour' where worker_type = 'ingest'`;
});
Deno.test.afterAll(async () => {
  if (AGAINST !== null) return;
  await above.end({ timeout: 1 });
  await scratch[Symbol.asyncDispose]();
});

/** One run of `ops` in this process, on the stack unless the arguments name another. */
async function run(...args: string[]): Promise<Ran> {
  const lines = { out: "", err: "" };
  const code = await runOps(
    args.some((arg) => arg === "--stack" || arg === "--env")
      ? args
      : [...args, "--stack", shared().stack.name],
    {
      commands: COMMANDS,
      env: () => undefined,
      print: (line) => void (lines.out += `${line}\n`),
      write: (bytes) => Promise.resolve(void (lines.out += new TextDecoder().decode(bytes))),
      complain: (line) => void (lines.err += `${line}\n`),
      colours: false,
      ask: () => null,
      stopping: NEVER,
    },
  );
  assertHarmless(args, lines.out + lines.err, await secretsOf(shared().stack.name));
  return { code, ...lines, json: () => JSON.parse(lines.out) };
}

/** Of the eleven, those that are shut: their numbers, with what each says. */
function shutOf(rows: readonly CheckRow[]): Map<number, CheckRow> {
  assertEquals(rows.length, 11);
  return new Map(rows.flatMap((row, at) => row.passed ? [] : [[at + 1, row] as const]));
}

/** Looks at all gates. @returns those that are shut. */
async function shutGates(target: Target): Promise<Map<number, CheckRow>> {
  try {
    const rows = await runChecks(gatesOf(target, scratch, NEVER));
    return shutOf(rows);
  } finally {
    await target.close();
  }
}

/** Wakes the workers, and waits until none that is expected is silent. */
async function untilAllBeat(): Promise<void> {
  for (const name of ["worker", "enforcement"]) await run("wake", name);
  await until(async () => {
    const [row] = await shared().sql`
      select bool_and(exists (select from ops.worker_heartbeats h
                               where h.worker_type = w.worker_type and h.last_seen_at > now() - interval '30 seconds')) as all_beat
        from ops.expected_workers w`;
    return row?.all_beat === true;
  });
}

const here = () => makeTarget("local", shared().stack.name);
const numbers = (shut: Map<number, CheckRow>) => [...shut.keys()];
const lastLine = (text: string) => text.trim().split("\n").at(-1);

/** A local stack of another name whose wake token is its operator key: two doors that open with one key. */
async function withOneKeyForTwoDoors(use: (name: string) => Promise<void>): Promise<void> {
  const state = await readState(shared().stack.name);
  const name = `${shared().stack.name}-one-key`;
  await Deno.mkdir(stackHome(name));
  try {
    const addresses = { ...state?.addresses, wake_token: state?.addresses.operator_key };
    await Deno.writeTextFile(`${stackHome(name)}/state.json`, JSON.stringify({ ...state, name, addresses }));
    await use(name);
  } finally {
    await Deno.remove(stackHome(name), { recursive: true });
  }
}

const needs = ["solitude", "faults"] as const;

Deno.test(
  story("ops doctor and doctor-all have a line for each part of a healthy stack", [...needs], async () => {
    const doctor = await run("doctor");
    assertEquals([doctor.code, lastLine(doctor.out)], [0, "ALL 9 CHECKS PASSED"], doctor.out);
    const names = (ran: Ran) => ran.json<Verdict>().checks.map(({ name }) => name);
    const nine = [
      "env",
      "database",
      "pooler",
      "rest",
      "schema",
      "storage",
      "queue",
      "stuck batches",
      "heartbeats",
    ];
    assertEquals(names(await run("doctor", "--json")), nine);
    const all = await run("doctor_all", "--json");
    assertEquals([all.code, all.json<Verdict>().passed], [0, true], all.out);
    assertEquals(names(all), [
      ...nine,
      "views",
      "advisors",
      "cron",
      "vault",
      "users",
      "audit chain",
      "clock",
    ]);
  }),
);

Deno.test(story("ops doctor says what is ill, and the cure", [...needs], async () => {
  const { sql, stack } = shared();
  const [vault] =
    await sql`select s.id, s.decrypted_secret as token from vault.decrypted_secrets s where s.name = 'dragonfly_wake_token'`;
  await stack.ask({ do: "faults", set: { rest_out: "always" } });
  await sql`update storage.buckets set file_size_limit = 5 where id = 'intake'`;
  await sql`insert into ops.job_queue (job_type, payload, status, attempts, dead_lettered_at) values ('notify', '{}', 'failed', 5, now())`;
  await sql`select cron.alter_job(jobid, active => false) from cron.job where jobname = 'dragonfly-prune'`;
  await sql`select vault.update_secret(${vault?.id}::uuid, 'another one')`;
  try {
    const { code, out } = await run("doctor-all");
    assertEquals(code, 1);
    assertMatch(out, /❌ rest: answers 503 PGRST002\n {3}→ ops fix-schema-cache/);
    assertMatch(
      out,
      /❌ storage: bucket intake takes files up to 5 bytes instead of 1073741824\n {3}→ ops db-push/,
    );
    assertMatch(out, /❌ queue: .*1 given up.*\n {3}→ ops queue-inspect/);
    assertMatch(out, /❌ cron: Cron job dragonfly-prune is switched off\n {3}→ /);
    assertMatch(out, /❌ vault: dragonfly_wake_token is not DRAGONFLY_WAKE_TOKEN\n {3}→ ops deploy/);
    assertEquals(lastLine(out), "5 of 16 failed", out);
  } finally {
    await stack.ask({ do: "faults", set: { rest_out: "no" } });
    await sql`update storage.buckets set file_size_limit = 1073741824 where id = 'intake'`;
    await sql`delete from ops.job_queue where dead_lettered_at is not null`;
    await sql`select cron.alter_job(jobid, active => true) from cron.job where jobname = 'dragonfly-prune'`;
    await sql`select vault.update_secret(${vault?.id}::uuid, ${vault?.token})`;
  }
}));

Deno.test(story("ops sentinel has a line for every check, the healthy ones too", [...needs], async () => {
  const { out } = await run("sentinel", "--once"); // whatever it finds: a busy machine is late, and it says so
  const told = [...out.matchAll(/^ {2}(?:ok|info|warning|critical) {2}([a-z_]+)/gm)].map(([, check]) =>
    check
  );
  assertEquals(new Set(told).size, Number(/(\d+) checks/.exec(out)?.[1]), out);
}));

Deno.test(
  story(
    "ops go-live-gate opens all eleven gates of a healthy stack, by their names",
    [...needs],
    async () => {
      const { code, out, err } = await ops(shared().stack.name, ["go_live_gate", "--strict"]);
      assertEquals([code, lastLine(out)], [0, "ALL 11 GATES PASSED - READY FOR GO-LIVE"], out);
      assertEquals(out.match(/^✅ (Gate \d+: [A-Za-z ]+) - /gm)?.map((line) => line.slice(2, -3)), [
        "Gate 1: Environment Configuration",
        "Gate 2: Database Connectivity",
        "Gate 3: Schema Consistency",
        "Gate 4: RLS Enforcement",
        "Gate 5: Critical Views",
        "Gate 6: Worker Health",
        "Gate 7: API Endpoints",
        "Gate 8: Audit Trail",
        "Gate 9: Security Hardening",
        "Gate 10: Backup Verification",
        "Gate 11: Rate Limiting",
      ]);
      assertMatch(err, /Gate 1: .*\n[^]*Gate 11: /); // each is told as it is passed
    },
  ),
);

Deno.test(
  story("gates 1, 4, 6 and 10 are shut by their own causes, and no other is", [...needs], async () => {
    const { sql, stack } = shared();
    await stack.ask({ do: "faults", set: { net_stopped: true } });
    await untilNobodyWorks(stack); // who works goes on beating
    await above`grant service_role to authenticated`;
    await sql`update ops.worker_heartbeats set last_seen_at = now() - interval '10 minutes' where worker_type = 'ingest'`;
    await above.begin(async (transaction) => {
      await transaction`set local session_replication_role = replica`;
      await transaction`
      insert into intake.batch_error_counts (batch_id, error_code, error_stage, occurrences)
      values ('00000000-0000-4000-8000-000000000000', 'INVALID_AMOUNT', 'validate', 1)`;
    });
    try {
      await withOneKeyForTwoDoors(async (name) => {
        const shut = await shutGates(makeTarget("local", name));
        assertEquals(numbers(shut), [1, 4, 6, 10], JSON.stringify([...shut]));
        assertMatch(shut.get(1)?.evidence ?? "", /DRAGONFLY_WAKE_TOKEN: different from every other key/);
        assertMatch(shut.get(4)?.evidence ?? "", /authenticated may read public\.judgments/);
        assertMatch(shut.get(6)?.evidence ?? "", /Worker ingest silent > 5m/);
        assertMatch(shut.get(10)?.evidence ?? "", /intake\.batch_error_counts: \w+ does not hold/);
        assertMatch(shut.get(6)?.remedy ?? "", /ops wake worker/);
        await above`grant select on intake.sources to anon`;
        const audit = await run("security-audit").finally(() =>
          above`revoke select on intake.sources from anon`
        );
        assertEquals(audit.code, 1);
        assertMatch(audit.out, /intake\.sources: anon may select/);
      });
    } finally {
      await above`revoke service_role from authenticated`;
      await sql`delete from intake.batch_error_counts where batch_id = '00000000-0000-4000-8000-000000000000'`;
      await stack.ask({ do: "faults", set: { net_stopped: false } });
      await untilAllBeat();
    }
  }),
);

Deno.test(story("gates 2, 8 and 9 are shut by their own causes, and no other is", [...needs], async () => {
  const { sql, stack } = shared();
  await sql`select audit.seal()`;
  await above.begin(async (transaction) => {
    await transaction`alter table audit.event_log disable trigger _100_protect_events`;
    await transaction`update audit.event_log set action = action || '!' where seal_no = 1`;
    await transaction`alter table audit.event_log enable always trigger _100_protect_events`;
  });
  await sql`update ops.queue_control set reason = ${`use ${stack.operator_key}`} where job_type = 'notify'`;
  await above`alter database postgres set default_transaction_read_only = on`;
  try {
    const ran = await run("go-live-gate", "--json"); // as an operator does, once
    assertEquals(ran.code, 1);
    const shut = shutOf(ran.json<Verdict>().checks);
    assertEquals(numbers(shut), [2, 8, 9], JSON.stringify([...shut]));
    assertMatch(shut.get(2)?.evidence ?? "", /it is read-only/);
    assertMatch(shut.get(8)?.evidence ?? "", /Audit chain does not verify: wrong hash at seal_no 1/);
    assertEquals(shut.get(9)?.evidence, "DRAGONFLY_API_KEY stands in ops.queue_control");
  } finally {
    await above`alter database postgres reset default_transaction_read_only`;
    await sql`update ops.queue_control set reason = null where job_type = 'notify'`;
    await above.begin(async (transaction) => {
      await transaction`alter table audit.event_log disable trigger _100_protect_events`;
      await transaction`update audit.event_log set action = rtrim(action, '!') where seal_no = 1`;
      await transaction`alter table audit.event_log enable always trigger _100_protect_events`;
    });
  }
}));

Deno.test(story("gate 7 alone is shut while REST is away", [...needs], async () => {
  const { stack } = shared();
  await untilAllBeat();
  await stack.ask({ do: "faults", set: { rest_out: "always" } });
  try {
    const target = here();
    const rows = await runChecks(gatesOf(target, scratch, NEVER).slice(3, 8)); // the others need no REST, and take long
    await target.close();
    const red = rows.filter(({ passed }) => !passed);
    assertEquals(red.map(({ name }) => name), ["Gate 7: API Endpoints"]);
    assertMatch(red[0]?.evidence ?? "", /GET \/system\/status with the operator key: 503 instead of 200/);
  } finally {
    await stack.ask({ do: "faults", set: { rest_out: "no" } });
  }
}));

Deno.test(
  story(
    "gate 8 tries whether events can be changed, whatever the register of guards says",
    [...needs],
    async () => {
      await above`alter table audit.event_log disable trigger _100_protect_events_truncate`;
      try {
        const target = here();
        const [row] = await runChecks(gatesOf(target, scratch, NEVER).slice(7, 8));
        await target.close();
        assertMatch(row?.evidence ?? "", /truncate of an event is not refused/);
        assertEquals(
          (await shared().sql`select count(*)::int > 0 as there from audit.event_log`)[0]?.there,
          true,
        );
      } finally {
        await above`alter table audit.event_log enable always trigger _100_protect_events_truncate`;
      }
    },
  ),
);

Deno.test(
  story("gate 5 is shut by a view with other columns; what is changed by hand is drift to gate 3", [
    ...needs,
  ], async () => {
    const { sql } = shared();
    await sql`alter view ops.v_quality_trend rename column week to weeks`;
    await sql`create index judgments_by_hand on public.judgments (county)`;
    try {
      const target = here();
      const rows = await runChecks(gatesOf(target, scratch, NEVER).slice(0, 9));
      await target.close();
      const [third, fifth, ...more] = rows.filter(({ passed }) => !passed);
      assertEquals([third?.name, fifth?.name, more], [
        "Gate 3: Schema Consistency",
        "Gate 5: Critical Views",
        [],
      ]);
      assertMatch(third?.evidence ?? "", /only here: .*v_quality_trend/);
      assertMatch(third?.evidence ?? "", /only here: index CREATE INDEX judgments_by_hand/);
      assertMatch(fifth?.evidence ?? "", /ops\.v_quality_trend has other columns: weeks, month/);
    } finally {
      await sql`drop index public.judgments_by_hand`;
      await sql`alter view ops.v_quality_trend rename column weeks to week`;
    }
  }),
);

Deno.test(
  story("gate 11 trips the limits as a stranger, is let in again, and is shut where nobody counts", [
    ...needs,
  ], async () => {
    const hosted = (apiUrl?: string): Target => {
      const target = here();
      const addresses = async () => ({ ...await target.addresses(), stack: null });
      return {
        ...target,
        addresses,
        need: async (what) => apiUrl ?? await target.need(what),
      };
    };
    const refusal = await fetch(`${shared().stack.api_url}/functions/v1/system/queue/ingest/pause`, {
      method: "POST",
      headers: { "x-dragonfly-api-key": "wrong" },
    });
    const [body, { status, headers }] = [await refusal.text(), refusal];
    const seen = await lookAtRateLimits(hosted(), NEVER);
    assertMatch(seen.evidence, /^429 after \d+ calls, let in again after \d+ s$/);
    const careless = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response(body, { status, headers }),
    );
    try {
      const shut = await lookAtRateLimits(hosted(`http://127.0.0.1:${careless.addr.port}`), NEVER);
      assertEquals(shut.passed, false);
      assertMatch(shut.evidence, /^none of up to 600 calls .* was refused$/);
    } finally {
      await careless.shutdown();
    }
  }),
);

Deno.test(
  story(
    "ops prod-gate has the playbook's table, skips by the old names, and blocks",
    [...needs],
    async () => {
      const { sql } = shared();
      const prod = await run("prod_gate", "--mode", "prod", "--skip", "evaluator", "--json");
      assertEquals([prod.code, prod.json<Verdict>().checks.map(({ name }) => name)], [0, [
        "Evaluator",
        "API Health",
        "Worker Heartbeats",
        "DB Connectivity",
        "Migration Status",
      ]], prod.out);
      const dev = await run(
        "prod-gate",
        "--mode",
        "dev",
        "--skip",
        "pytest",
        "evaluator",
        "--skip",
        "ruff,imports",
      );
      assertEquals([dev.code, lastLine(dev.out)], [0, "RELEASE GATE PASSED (dev)"], dev.out);
      assertMatch(
        dev.out,
        /Test Suite: skipped[^]*Import Graph: skipped[^]*Lint: skipped[^]*Evaluator: skipped/,
      );

      await sql`update supabase_migrations.schema_migrations set version = '1' || version where version = (select max(version) from supabase_migrations.schema_migrations)`;
      try {
        const skip = ["--skip", "tests", "imports", "lint", "evaluator"];
        const warned = await run("prod-gate", "--mode", "dev", ...skip);
        assertEquals(warned.code, 0, "pending migrations are a warning while one works");
        assertMatch(warned.out, /Migration Status: [^]*\d{14}_\w+ is pending[^]*→ pending: ops db-push/);
        assertEquals((await run("migration-status")).code, 1);
        assertEquals((await run("generate-announcement")).code, 1, "it is not the time to announce anything");
        const blocked = await run("prod-gate", "--mode", "prod", "--skip", "evaluator");
        assertEquals([blocked.code, lastLine(blocked.out)], [
          1,
          "RELEASE GATE FAILED (prod) - DO NOT DEPLOY",
        ]);
        const strict = await run("prod-gate", "--mode", "prod", "--skip", "evaluator", "--strict", "--json");
        assertEquals(strict.code, 1);
        assertEquals(strict.json<Verdict>().checks.slice(5).map(({ name, passed }) => [name, passed]), [
          ["/health", true],
          ["/readyz", false], // the functions want the newest migration
          ["doctor-all", false],
          ["verify-env-config", true],
        ]);
      } finally {
        await sql`update supabase_migrations.schema_migrations set version = substr(version, 2) where length(version) = 15`;
      }
      assertEquals((await run("prod-gate", "--mode", "both")).code, 2);
      assertMatch(
        (await run("prod-gate", "--skip", "luck")).err,
        /no check "luck" to skip: tests, imports, lint/,
      );
    },
  ),
);

Deno.test(story("ops fix-pooler-connection tells one shut door from two", [...needs], async () => {
  const { db_url, api_url } = shared().stack;
  const closed = new URL(db_url);
  closed.port = "1";
  const through = (database: string, direct: string) =>
    ops(null, ["fix_pooler_connection", "--env", "dev"], {
      SUPABASE_URL: api_url,
      DATABASE_URL: database,
      SUPABASE_DB_URL: direct,
    });
  assertEquals((await run("fix-pooler-connection")).code, 0);
  const fine = await through(db_url, closed.href);
  assertEquals([fine.code, lastLine(fine.out)], [0, "The pooler is healthy."]);
  const bypass = await through(closed.href, db_url);
  assertEquals(bypass.code, 1);
  assertMatch(bypass.out, /❌ Port 1 .*FAILED - .*\n[^]*✅ Port \d+ \(direct connection\): HEALTHY/);
  assertMatch(bypass.out, /postgresql:\/\/postgres:\*\*\*\*@127\.0\.0\.1:\d+\/postgres/);
  assertMatch(bypass.out, /DRAGONFLY_DIRECT_UNTIL=\d{4}-/);
  assertEquals((await through(closed.href, closed.href)).code, 2);
  const password = new URL(db_url).password;
  assertEquals([fine, bypass].some(({ out, err }) => (out + err).includes(password)), false);
}));

const SOME_ID = "00000000-0000-4000-8000-000000000000";

/** What each command is typed with, so that it gets as far as it can without changing anything. */
async function harmless(): Promise<string[][]> {
  const words: Record<string, string[]> = {
    "alerts silence": ["no_such_check", "--for", "1h", "--why", "test"],
    "logs": ["worker"],
    "wake": ["sentinel"],
    "users add": ["nobody", "--role", "viewer"],
    "migration-repair": ["1"],
    "replay": [SOME_ID, "/no/such/file.csv"],
    "queue pause": [SOME_ID],
    "queue resume": [SOME_ID],
    "queue reset": [SOME_ID],
    "refuse": [SOME_ID, "--why", "test"],
    "abort": [SOME_ID, "--why", "test"],
    "undo": [SOME_ID, "--why", "test"],
  };
  const all = await loadAll(COMMANDS);
  return all.filter(({ name }) =>
    !/^(?:deploy|db-push|go-live-gate|prod-gate|golden-path|smoke-|verify-(?!env)|evaluate)/.test(name)
  )
    .map((
      { name, wordCount: [least] },
    ) => [...name.split(" "), ...words[name] ?? Array(least).fill(SOME_ID)]);
}

Deno.test(
  story("another project's address or key is refused before anything is done", [...needs], async () => {
    const [ours, theirs] = ["a", "b"].map((letter) => letter.repeat(20));
    const address = `postgresql://postgres.${theirs}:${"x".repeat(12)}@127.0.0.1:1/postgres`;
    for (const command of [["doctor"], ["queue-inspect"], ["fix-stuck-batch", "--yes"], ["go-live-gate"]]) {
      const { code, err } = await ops(null, [...command, "--env", "prod"], {
        SUPABASE_URL: `https://${ours}.supabase.co`,
        DATABASE_URL: address,
      });
      assertEquals([command[0], code], [command[0], 2]);
      assertStringIncludes(err, "DATABASE_URL of another project than SUPABASE_URL: nothing was done.");
    }
  }),
);

const HOSTILE = "x\x1b[2J\x1b]0;owned\x07\u202egpj\x9b1m";

Deno.test(
  story(
    "no command tells a secret, and nothing that vendors or hands wrote moves a terminal",
    [...needs],
    async () => {
      const { sql } = shared();
      await sql`insert into intake.sources (source) values (${"hostile"}) on conflict do nothing`;
      await sql`insert into intake.simplicity_batches (filename, source) values (${`${HOSTILE}.csv`}, 'hostile')`;
      await sql`update intake.simplicity_batches set status = 'failed', rejection_reason = ${HOSTILE} where source = 'hostile'`;
      await sql`update ops.queue_control set paused = true, reason = ${HOSTILE} where job_type = 'notify'`;
      const [{ id: hostile } = { id: "" }] =
        await sql`select b.id from intake.simplicity_batches b where b.source = 'hostile'`;
      try {
        const typed = [...await harmless(), ["errors", hostile], ["analyze-errors", "--batch-id", hostile], [
          "retry",
          hostile,
        ]];
        for (const args of typed) {
          for (const flags of [[], ["--json"]]) await run(...args, ...flags); // which looks at what is told
        }
        assertMatch((await run("batches", "--search", "owned")).out, /owned/); // it was there to be shown
        assertMatch((await run("queue-inspect")).out, /owned/);
        assertThrows(() => assertHarmless(["batches"], HOSTILE, []));
        assertThrows(() => assertHarmless(["batches"], "the key", ["key"]));
      } finally {
        await sql`delete from intake.simplicity_batches where source = 'hostile'`;
        await sql`update ops.queue_control set paused = false, reason = null where job_type = 'notify'`;
      }
    },
  ),
);
