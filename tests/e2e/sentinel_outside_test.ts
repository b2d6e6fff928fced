/** What goes out of a running stack and what is fetched into it, against stand-ins of the other side. */
import { Buffer } from "node:buffer";
import { createPublicKey, verify } from "node:crypto";
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import postgres from "postgres";
import { noDigestToday } from "../sql/sentinel.ts";
import { story } from "../support/against.ts";
import { clientOf, ended, goodCsv } from "../support/drops.ts";
import { startStack, type TestStack } from "../support/stack.ts";
import { DiscordMessage, SlackMessage } from "../unit/sentinel/documented_schemas.ts";
import { until } from "../support/until.ts";

/** The other side: records what comes, answers what it is told to. */
function standIn(answers: Record<string, (request: Request) => Response>) {
  const seen: { path: string; text: string; headers: Headers }[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const path = new URL(request.url).pathname;
    seen.push({ path, text: await request.text(), headers: request.headers });
    return answers[path]?.(request) ?? new Response(null, { status: 404 });
  });
  return { answers, seen, url: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

async function run(stack: TestStack): Promise<void> {
  const response = await fetch(`${stack.api_url}/functions/v1/sentinel/run`, {
    method: "POST",
    headers: { "x-api-key": stack.operator_key },
  });
  await response.body?.cancel();
  assertEquals(response.status, 200);
}

const EXPORT = "/exports/judgments.csv";

Deno.test(story("the outside", ["settings", "time", "solitude"], async (t) => {
  const outside = standIn({
    "/slack": () => new Response("ok"),
    "/discord": () => new Response(null, { status: 204 }),
    "/deadman": () => new Response("ok"),
    // From the start, as cron may fetch at any time.
    [EXPORT]: (request) =>
      request.headers.get("if-none-match") === '"v1"'
        ? new Response(null, { status: 304 })
        : new Response(goodCsv("VENDOR", 40), { headers: { etag: '"v1"' } }),
  });
  const stack = await startStack({
    time: 0.1,
    env: {
      SLACK_WEBHOOK_URL: `${outside.url}/slack`,
      DISCORD_WEBHOOK_URL: `${outside.url}/discord`,
      DRAGONFLY_DEADMAN_URL: `${outside.url}/deadman`,
      SIMPLICITY_API_URL: outside.url,
      SIMPLICITY_API_KEY: "vendor-secret",
    },
  });
  const client = clientOf(stack);
  const sql = postgres(stack.db_url, { onnotice: () => {}, max: 2 });
  await noDigestToday(sql);
  const isHead = (text: string) => text.includes("Audit head");
  const to = (path: string) =>
    outside.seen.filter((request) => request.path === path && !isHead(request.text));
  try {
    await t.step("hears of every run", async () => {
      await run(stack);
      await until("a ping", () => to("/deadman").length > 0);
    });

    await t.step(
      "hears of a critical finding once, after the wait it asked for, and of its end",
      async () => {
        let refusals = 1;
        outside.answers["/slack"] = () =>
          refusals-- > 0
            ? new Response(null, { status: 429, headers: { "retry-after": "3" } })
            : new Response("ok");
        await sql`alter table intake.simplicity_batches disable trigger _100_guard_batch_status`;
        for (let times = 0; times < 4; times++) await run(stack);
        await until("the second try", () => to("/slack").length === 2);
        await until("the notice in Discord", () => to("/discord").length === 1);
        const message = SlackMessage.parse(JSON.parse(to("/slack")[1]?.text ?? ""));
        assertMatch(
          message.text,
          /^\[dragonfly local\] CRITICAL guard_triggers: 1 guard trigger not in force/,
        );
        await sql`alter table intake.simplicity_batches enable always trigger _100_guard_batch_status`;
        await run(stack);
        await run(stack);
        await until("the resolve notices", () => to("/slack").length === 3 && to("/discord").length === 2);
        const resolved = DiscordMessage.parse(JSON.parse(to("/discord")[1]?.text ?? ""));
        assertEquals(resolved.embeds[0]?.title, "[dragonfly local] RESOLVED guard_triggers");
        const [told] = await sql`select count(*)::int as n from ops.job_queue where job_type = 'notify'
          and payload ->> 'kind' <> 'head'`;
        assertEquals(told?.n, 4);
      },
    );

    await t.step("keeps the head of the record: signed, in the bucket and in every channel", async () => {
      await sql`select ops.set_queue_paused('enforcement', true, 'story', 'operator:story', null)`;
      await sql`select audit.seal()`;
      const file = await until("the head", async () => {
        await run(stack);
        const { data } = await client.storage.from("evidence").list("audit/heads");
        return data?.[0]?.name;
      });
      const { data } = await client.storage.from("evidence").download(`audit/heads/${file}`);
      const { statement, signature, key_id } = JSON.parse(await data?.text() ?? "{}");
      const { keys } = await (await fetch(`${stack.api_url}/functions/v1/system/keys`)).json();
      assertEquals(keys.map((key: { key_id: string }) => key.key_id), [key_id]);
      assert(
        verify(
          null,
          new TextEncoder().encode(statement),
          createPublicKey(keys[0].pem),
          Buffer.from(signature, "base64"),
        ),
      );
      const { hash } = JSON.parse(statement);
      await until(
        "the head in Slack and Discord",
        () =>
          ["/slack", "/discord"].every((path) =>
            outside.seen.some((request) =>
              request.path === path && isHead(request.text) && request.text.includes(hash)
            )
          ),
      );
      assertEquals(
        new Set((await sql`select hash from audit.exported_heads`).map((row) => row.hash)),
        new Set([hash]),
      );
      await sql`select ops.set_queue_paused('enforcement', false, null, 'operator:story', null)`;
    });

    await t.step("is not told twice by a sentinel that was killed in between", async () => {
      const before = [to("/slack").length, to("/discord").length];
      const decided = async () =>
        Number((await sql`select count(*) as n from ops.job_queue where payload ->> 'kind' = 'alert'`)[0]?.n);
      const earlier = await decided();
      await sql`alter table ops.job_queue disable trigger _100_guard_job_status`;
      await run(stack);
      await stack.ask({ do: "signal_isolates", function: "sentinel", signal: "SIGKILL" });
      await until("a new isolate", async () => await run(stack).then(() => true, () => false));
      await run(stack);
      await sql`alter table ops.job_queue enable always trigger _100_guard_job_status`;
      assertEquals(await decided(), earlier + 2);
      await until(
        "delivery after the kill",
        () => to("/slack").length > (before[0] ?? 0) && to("/discord").length > (before[1] ?? 0),
      );
    });

    await t.step("gives its export once, and an unchanged one makes no batch", async () => {
      await sql`select ops.queue_vendor_pull()`;
      const path = await until("the object", async () => {
        const [row] =
          await sql`select storage_path from intake.simplicity_batches where storage_path like 'simplicity/exports/%'`;
        return row?.storage_path as string | undefined;
      });
      assertEquals((await ended(client, path)).row_count_inserted, 40);
      await until(
        "the job's end",
        async () =>
          (await sql`select from ops.job_queue where job_type = 'vendor_pull' and status = 'completed'`)
            .length > 0,
      );
      await sql`select ops.queue_vendor_pull()`;
      await until(
        "the second pull",
        async () => (await sql`select from ops.vendor_feeds where last_status = 'unchanged'`).length > 0,
      );
      const [batches] =
        await sql`select count(*)::int as n from intake.simplicity_batches where storage_path like 'simplicity/exports/%'`;
      assertEquals(batches?.n, 1);
      // Cron may have asked once more by now: whoever asks again says what it has.
      const asked = to(EXPORT).map((request) => request.headers.get("if-none-match"));
      assertEquals(asked, [null, ...asked.slice(1).map(() => '"v1"')]);
      assertEquals(to(EXPORT)[0]?.headers.get("authorization"), "Bearer vendor-secret");
    });

    await t.step(
      "opens the breaker with five failures, pauses that queue alone, and a probe closes it",
      async () => {
        const asked = to(EXPORT).length;
        outside.answers[EXPORT] = () => new Response("down", { status: 500 });
        await sql`select ops.queue_vendor_pull()`;
        await until("the breaker", async () => {
          await sql`update ops.job_queue set next_run_at = now() where job_type = 'vendor_pull' and status = 'pending'`;
          return (await sql`select from ops.queue_control where job_type = 'vendor_pull' and paused`).length >
            0;
        });
        assertEquals(to(EXPORT).length, asked + 5);
        const paused = await sql`select job_type from ops.queue_control where paused`;
        assertEquals(paused.map((row) => row.job_type), ["vendor_pull"]);
        await run(stack);
        const [alert] =
          await sql`select message, state from ops.alerts where fingerprint = 'queue_paused:vendor_pull'`;
        assertEquals(alert?.message, "Queue vendor_pull is paused by its breaker: five failures in a row");
        outside.answers[EXPORT] = () => new Response(null, { status: 304 });
        await sql`update ops.vendor_feeds set probe_at = now()`;
        await sql`update ops.job_queue set next_run_at = now() where job_type = 'vendor_pull'`;
        await until(
          "the breaker to close",
          async () =>
            (await sql`select from ops.queue_control where job_type = 'vendor_pull' and not paused`).length >
              0,
        );
        await run(stack);
        const [over] = await sql`select state from ops.alerts where fingerprint = 'queue_paused:vendor_pull'`;
        assertEquals(over?.state, "resolved");
      },
    );
  } finally {
    await sql.end({ timeout: 1 });
    await stack.stop();
    await outside.stop();
  }
}));
