/** Notices, held against what the four services document of their messages. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import * as z from "zod";
import { judgeDelivery, retryAfterSeconds } from "../../../shared/sentinel/notices/delivery.ts";
import { CHANNELS, Notice, type OutgoingRequest } from "../../../shared/sentinel/notices/notice.ts";
import {
  type ChannelSettings,
  configuredChannels,
  renderNotice,
} from "../../../shared/sentinel/notices/render.ts";
import {
  DiscordMessage,
  PagerdutyChange,
  PagerdutyEvent,
  SlackMessage,
  TwilioForm,
} from "./documented_schemas.ts";

const SETTINGS: ChannelSettings = {
  slack: "https://hooks.slack.com/services/T0/B0/x",
  discord: "https://discord.com/api/webhooks/1/x",
  pagerduty: "0123456789abcdef0123456789abcdef",
  twilio: { sid: "AC0", token: "t0k", from: "+15005550006", to: "+15005550010" },
};
const ORIGIN = { environment: "prod", dashboardUrl: "https://dragonfly.example.org" };

const ALERT = {
  fingerprint: "stuck_batches",
  check: "stuck_batches",
  level: "critical" as const,
  message: "3 batches stuck > 10m: validating(3)",
  remedy: "deno task ops fix-stuck-batch",
  state: "open",
  first_seen: "2026-11-21T11:00:00+00:00",
  last_seen: "2026-11-21T12:00:00+00:00",
  count: 4,
};
const HEAD = {
  seal_no: 12345,
  hash: "ab".repeat(32),
  exported_at: "2026-11-21T12:00:00.000Z",
  destination: "evidence/audit/heads/000000000012345-20261121120000.json",
  key_id: "0123456789abcdef",
  signature: `${"A".repeat(86)}==`,
};
const NOTICES = CHANNELS.flatMap((channel): Notice[] => [
  { kind: "alert", channel, alert: ALERT },
  { kind: "resolved", channel, alert: { ...ALERT, state: "resolved" } },
  { kind: "digest", channel, day: "2026-11-21", alerts: [{ ...ALERT, level: "warning" }] },
  { kind: "head", channel, head: HEAD },
]);

const SCHEMAS = {
  slack: SlackMessage,
  discord: DiscordMessage,
  pagerduty: z.union([PagerdutyEvent, PagerdutyChange]),
  twilio: TwilioForm,
} as const;

function bodyOf(request: OutgoingRequest): unknown {
  return request.headers["content-type"] === "application/json"
    ? JSON.parse(request.body)
    : Object.fromEntries(new URLSearchParams(request.body));
}

Deno.test("renderNotice() keeps to what each service documents, for every kind of notice", () => {
  for (const notice of NOTICES) {
    const request = renderNotice(notice, SETTINGS, ORIGIN);
    const silent = notice.kind === "digest" &&
      (notice.channel === "pagerduty" || notice.channel === "twilio");
    assertEquals(request === null, silent, `${notice.channel} ${notice.kind}`);
    if (request === null) continue;
    const read = SCHEMAS[notice.channel].safeParse(bodyOf(request));
    assert(
      read.success,
      `${notice.channel} ${notice.kind}: ${read.error === undefined ? "" : z.prettifyError(read.error)}`,
    );
  }
});

Deno.test("renderNotice() keeps to every limit however long a message is", () => {
  for (const notice of NOTICES) {
    const long = { ...ALERT, message: "x".repeat(10_000), fingerprint: "f".repeat(1000) };
    const stretched: Notice = notice.kind === "digest"
      ? { ...notice, alerts: Array.from({ length: 50 }, () => long) }
      : notice.kind === "head"
      ? { ...notice, head: { ...HEAD, destination: "d".repeat(10_000) } }
      : { ...notice, alert: long };
    const request = renderNotice(stretched, SETTINGS, ORIGIN);
    if (request !== null) assert(SCHEMAS[notice.channel].safeParse(bodyOf(request)).success, notice.channel);
  }
});

Deno.test("renderNotice() gives PagerDuty one dedup_key per alert, for trigger and resolve", () => {
  const keys = (["alert", "resolved"] as const).map((kind) => {
    const request = renderNotice({ kind, channel: "pagerduty", alert: ALERT }, SETTINGS, ORIGIN);
    return request === null ? null : PagerdutyEvent.parse(JSON.parse(request.body));
  });
  assertEquals(keys.map((event) => event?.event_action), ["trigger", "resolve"]);
  assertEquals(keys.map((event) => event?.dedup_key), Array(2).fill("dragonfly:prod:stuck_batches"));
});

Deno.test("renderNotice() lets no message mention anybody in Slack or Discord", () => {
  const alert = { ...ALERT, message: "<!channel> @everyone & <https://evil.example|x>" };
  const slack = renderNotice({ kind: "alert", channel: "slack", alert }, SETTINGS, ORIGIN);
  for (const mark of ["<!channel", "channel>", "@everyone & "]) assert(!slack?.body.includes(mark), mark);
  const discord = renderNotice({ kind: "alert", channel: "discord", alert }, SETTINGS, ORIGIN);
  assertEquals(DiscordMessage.parse(JSON.parse(discord?.body ?? "")).allowed_mentions.parse, []);
});

Deno.test("renderNotice() carries the cure of what is found to Slack, Discord, PagerDuty and the digest", () => {
  const cure = "deno task ops fix-stuck-batch";
  for (const notice of NOTICES) {
    const request = renderNotice(notice, SETTINGS, ORIGIN);
    const carries = (notice.kind === "alert" || notice.kind === "digest") && notice.channel !== "twilio" &&
      request !== null;
    assertEquals(request?.body.includes(cure) ?? false, carries, `${notice.channel} ${notice.kind}`);
  }
  const without = { kind: "alert", channel: "slack", alert: { ...ALERT, remedy: null } } as const;
  assert(!renderNotice(without, SETTINGS, ORIGIN)?.body.includes("What to do"));
});

Deno.test("renderNotice() carries an exported head to every channel: place and hash, and to PagerDuty without waking anybody", () => {
  for (const channel of CHANNELS) {
    const request = renderNotice({ kind: "head", channel, head: HEAD }, SETTINGS, ORIGIN);
    const body = decodeURIComponent(request?.body ?? "").replaceAll("+", " ");
    for (const part of [String(HEAD.seal_no), HEAD.hash]) assert(body.includes(part), `${channel} ${part}`);
    if (channel === "pagerduty") assertEquals(request?.url, "https://events.pagerduty.com/v2/change/enqueue");
  }
});

Deno.test("renderNotice() is null for a channel that is not configured", () => {
  for (const notice of NOTICES) assertEquals(renderNotice(notice, {}, ORIGIN), null);
  assertEquals(configuredChannels({ discord: "x" }), ["discord"]);
  assertEquals(configuredChannels(SETTINGS), [...CHANNELS]);
});

Deno.test("renderNotice() sends Twilio's token as Basic credentials and nowhere else", () => {
  const request = renderNotice({ kind: "alert", channel: "twilio", alert: ALERT }, SETTINGS, ORIGIN);
  assertEquals(request?.url, "https://api.twilio.com/2010-04-01/Accounts/AC0/Messages.json");
  assertEquals(request?.headers["authorization"], `Basic ${btoa("AC0:t0k")}`);
  assert(!request?.body.includes("t0k") && !request?.url.includes("t0k"));
});

Deno.test("Notice refuses payloads of unknown kinds and channels", () => {
  for (
    const payload of [{}, { kind: "alert", channel: "fax", alert: ALERT }, {
      kind: "alert",
      channel: "slack",
    }]
  ) {
    assertEquals(Notice.safeParse(payload).success, false);
  }
});

Deno.test("judgeDelivery() tells delivered, again and never apart", () => {
  const now = new Date("2026-11-21T12:00:00Z");
  assertEquals(judgeDelivery(204, null, now), { outcome: "delivered" });
  assertEquals(judgeDelivery(202, null, now), { outcome: "delivered" });
  assertEquals(judgeDelivery(429, "30", now), { outcome: "again", why: "answered 429", waitSeconds: 30 });
  assertEquals(judgeDelivery(503, null, now), { outcome: "again", why: "answered 503", waitSeconds: null });
  for (const status of [400, 401, 404, 410]) assertEquals(judgeDelivery(status, null, now).outcome, "never");
});

Deno.test("retryAfterSeconds() reads seconds, fractions and dates", () => {
  const now = new Date("2026-11-21T12:00:00Z");
  assertEquals(retryAfterSeconds("2", now), 2);
  assertEquals(retryAfterSeconds("0.65", now), 1);
  assertEquals(retryAfterSeconds("Sat, 21 Nov 2026 12:01:00 GMT", now), 60);
  assertEquals(retryAfterSeconds("Sat, 21 Nov 2026 11:00:00 GMT", now), 0);
  assertEquals(retryAfterSeconds("soon", now), null);
  assertEquals(retryAfterSeconds(null, now), null);
});
