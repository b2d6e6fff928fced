/** What the services document of the messages they take, as schemas: names, required members, limits. */
import * as z from "zod";

const plainText = (limit: number) =>
  z.strictObject({ type: z.literal("plain_text"), text: z.string().min(1).max(limit) });
const mrkdwn = z.strictObject({ type: z.literal("mrkdwn"), text: z.string().min(1).max(3000) });

/** https://docs.slack.dev/reference/block-kit/blocks */
export const SlackMessage = z.strictObject({
  text: z.string().min(1),
  blocks: z.array(z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("header"), text: plainText(150) }),
    z.strictObject({ type: z.literal("section"), text: mrkdwn }),
    z.strictObject({ type: z.literal("context"), elements: z.array(mrkdwn).max(10) }),
  ])).max(50),
});

/** https://discord.com/developers/docs/resources/webhook#execute-webhook */
export const DiscordMessage = z.strictObject({
  embeds: z.array(z.strictObject({
    title: z.string().max(256),
    description: z.string().max(4096),
    color: z.number().int().min(0).max(0xffffff),
    url: z.url().optional(),
    timestamp: z.iso.datetime().optional(),
  })).min(1).max(10),
  allowed_mentions: z.strictObject({ parse: z.array(z.enum(["roles", "users", "everyone"])) }),
}).refine((message) =>
  message.embeds.reduce((sum, one) => sum + one.title.length + one.description.length, 0) <= 6000
);

/** https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
export const PagerdutyEvent = z.discriminatedUnion("event_action", [
  z.strictObject({
    event_action: z.literal("trigger"),
    routing_key: z.string().length(32),
    dedup_key: z.string().min(1).max(255),
    client: z.string().optional(),
    client_url: z.url().optional(),
    payload: z.strictObject({
      summary: z.string().min(1).max(1024),
      source: z.string().min(1),
      severity: z.enum(["critical", "error", "warning", "info"]),
      timestamp: z.iso.datetime(),
      component: z.string(),
      class: z.string(),
      custom_details: z.record(z.string(), z.unknown()),
    }),
  }),
  z.strictObject({
    event_action: z.literal("resolve"),
    routing_key: z.string().length(32),
    dedup_key: z.string().min(1).max(255),
  }),
]);

/** https://developer.pagerduty.com/docs/events-api-v2/send-change-events/ */
export const PagerdutyChange = z.strictObject({
  routing_key: z.string().length(32),
  payload: z.strictObject({
    summary: z.string().min(1).max(1024),
    source: z.string().min(1),
    timestamp: z.iso.datetime(),
    custom_details: z.record(z.string(), z.unknown()),
  }),
});

/** https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource */
export const TwilioForm = z.strictObject({
  To: z.string().regex(/^\+\d{8,15}$/),
  From: z.string().regex(/^\+\d{8,15}$/),
  Body: z.string().min(1).max(1600),
});
