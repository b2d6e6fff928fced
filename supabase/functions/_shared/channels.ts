/** The channels of the environment: the sentinel decides who is told, outbound tells them. */
import type { ChannelSettings } from "../../../shared/sentinel/notices/render.ts";
import type { Environment } from "./env.ts";

type Given = Pick<
  Environment<"sentinel" | "outbound">,
  | "SLACK_WEBHOOK_URL"
  | "DISCORD_WEBHOOK_URL"
  | "PAGERDUTY_ROUTING_KEY"
  | "TWILIO_ACCOUNT_SID"
  | "TWILIO_AUTH_TOKEN"
  | "TWILIO_FROM"
  | "TWILIO_TO"
>;

/** Twilio's four variables come together or not at all: the environment's own rules see to that. */
export function channelsOf(given: Given): ChannelSettings {
  const {
    TWILIO_ACCOUNT_SID: sid,
    TWILIO_AUTH_TOKEN: token,
    TWILIO_FROM: from,
    TWILIO_TO: to,
  } = given;
  const whole = sid !== undefined && token !== undefined &&
    from !== undefined && to !== undefined;
  return {
    slack: given.SLACK_WEBHOOK_URL,
    discord: given.DISCORD_WEBHOOK_URL,
    pagerduty: given.PAGERDUTY_ROUTING_KEY,
    twilio: whole ? { sid, token, from, to } : undefined,
  };
}
