/** PagerDuty Events API v2: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
import { cut, type Notice, type Origin, wordingOf } from "./notice.ts";

export const PAGERDUTY_ADDRESS = "https://events.pagerduty.com/v2/enqueue";

const SUMMARY_LIMIT = 1024;
const DEDUP_KEY_LIMIT = 255;

/** The event, or null for a digest, which wakes nobody. A notice delivered twice falls together under `dedup_key`. */
export function pagerdutyEvent(notice: Notice, origin: Origin, routingKey: string) {
  if (notice.kind === "digest") return null;
  const { alert } = notice;
  const event = {
    routing_key: routingKey,
    dedup_key: cut(`dragonfly:${origin.environment}:${alert.fingerprint}`, DEDUP_KEY_LIMIT),
  };
  if (notice.kind === "resolved") return { ...event, event_action: "resolve" };
  return {
    ...event,
    event_action: "trigger",
    client: "Dragonfly sentinel",
    ...(origin.dashboardUrl === null ? {} : { client_url: origin.dashboardUrl }),
    payload: {
      summary: cut(`${wordingOf(notice, origin).title}: ${alert.message}`, SUMMARY_LIMIT),
      source: `dragonfly-${origin.environment}`,
      severity: alert.level,
      timestamp: new Date(alert.last_seen).toISOString(),
      component: alert.check,
      class: alert.check,
      custom_details: { remedy: alert.remedy, first_seen: alert.first_seen, count: alert.count },
    },
  };
}
