/** What people are told: the payload of a `notify` job, as `ops.queue_notice` and `ops.decide_digest` write it. */
import * as z from "zod";
import { LEVELS } from "../finding.ts";

export const CHANNELS = ["slack", "discord", "pagerduty", "twilio"] as const;
export type Channel = (typeof CHANNELS)[number];

const Alert = z.object({
  fingerprint: z.string(),
  check: z.string(),
  level: z.enum(LEVELS),
  message: z.string(),
  /** What to do about it, in one line; null where a check has none. */
  remedy: z.string().nullable(),
  state: z.string(),
  first_seen: z.string(),
  last_seen: z.string(),
  count: z.number(),
});
export type Alert = z.infer<typeof Alert>;

/** A head of the audit chain as it was exported: who keeps the message holds the record to what it was. */
const ExportedHead = z.object({
  seal_no: z.number(),
  hash: z.string(),
  exported_at: z.string(),
  destination: z.string(),
  key_id: z.string(),
  signature: z.string(),
});

const channel = z.enum(CHANNELS);

export const Notice = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("alert"), channel, alert: Alert }),
  z.object({ kind: z.literal("resolved"), channel, alert: Alert }),
  z.object({ kind: z.literal("head"), channel, head: ExportedHead }),
  z.object({ kind: z.literal("digest"), channel, day: z.string(), alerts: z.array(Alert) }),
]);
export type Notice = z.infer<typeof Notice>;

/** What every notice says about where it comes from. */
export interface Origin {
  readonly environment: string;
  /** Where to look; null when there is no dashboard. */
  readonly dashboardUrl: string | null;
}

/** A notice in words, before a service's own shape is put around it. */
export interface Wording {
  readonly title: string;
  readonly lines: readonly string[];
}

/** The one place where a notice becomes words. Only counts, codes and names of checks go in. */
export function wordingOf(notice: Notice, origin: Origin): Wording {
  const where = `[dragonfly ${origin.environment}]`;
  if (notice.kind === "digest") {
    return {
      title: `${where} ${notice.alerts.length} remarks of the last 24 hours (${notice.day})`,
      lines: notice.alerts.map((alert) =>
        `${alert.level}: ${alert.message}${alert.state === "resolved" ? " (resolved)" : remedyBehind(alert)}`
      ),
    };
  }
  if (notice.kind === "head") {
    const { seal_no, hash, exported_at, destination, key_id, signature } = notice.head;
    return {
      title: `${where} Audit head: event ${seal_no}`,
      lines: [
        `${hash} at ${exported_at}`,
        `Signed by key ${key_id}: ${signature}`,
        `Also in ${destination}. Keep this: the record must have this hash at this place for ever.`,
      ],
    };
  }
  const { alert } = notice;
  if (notice.kind === "resolved") {
    return {
      title: `${where} RESOLVED ${alert.check}`,
      lines: [alert.message, `Since ${alert.first_seen}, now over.`],
    };
  }
  return {
    title: `${where} ${alert.level.toUpperCase()} ${alert.check}`,
    lines: [
      alert.message,
      ...(alert.remedy === null ? [] : [`What to do: ${alert.remedy}`]),
      `Since ${alert.first_seen}, seen ${alert.count} times.`,
    ],
  };
}

function remedyBehind(alert: Alert): string {
  return alert.remedy === null ? "" : ` – ${alert.remedy}`;
}

/** Cuts at a service's limit, and shows that it did. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

/** A request as it is sent. */
export interface OutgoingRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_HEADERS = { "content-type": "application/json" };

/** A request with a JSON body. */
export function jsonRequest(url: string, body: unknown): OutgoingRequest {
  return { url, headers: JSON_HEADERS, body: JSON.stringify(body) };
}
