/** PagerDuty Events API v2: https://developer.pagerduty.com/docs/events-api-v2/trigger-events/ */
import { cut, type Notice, type Origin, wordingOf } from "./notice.ts";

export const PAGERDUTY_ADDRESS = "https://events.pagerduty.com/v2/enqueue";

const SUMMARY_LIMIT = 1024;
const DEDUP_KEY_LIMIT = 255;

/** Change events are kept and wake nobody: https://developer.pagerduty.com/docs/events-api-v2/send-change-events/ */
export const PAGERDUTY_CHANGES = "https://events.pagerduty.com/v2/change/enqueue";

/** A head of the audit chain as a change event; null for every other notice. */
export function pagerdutyChange(notice: Notice, origin: Origin, routingKey: string) {
  if (notice.kind !== "head") return null;
  const { title, lines } = wordingOf(notice, origin);
  return {
    routing_key: routingKey,
    payload: {
      summary: cut(`${title}: ${lines[0] ?? ""}`, SUMMARY_LIMIT),
      source: `dragonfly-${origin.environment}`,
      timestamp: notice.head.exported_at,
      custom_details: notice.head,
    },
  };
}

/** The event, or null for a digest or head, which wake nobody. A notice delivered twice falls together under `dedup_key`. */
export function pagerdutyEvent(notice: Notice, origin: Origin, routingKey: string) {
  if (!("alert" in notice)) return null;
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
