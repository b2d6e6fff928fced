/** Routes of the function `system`: is it up, is it ready, how is it, and the operators' brakes. */
import {
  ALERT_STATES,
  Alerts,
  ErrorDistribution,
  Feed,
  Job,
  Performance,
  Quality,
  QueueControl,
  QueueInspection,
  Readiness,
  SigningKeys,
  Silence,
  Status,
} from "../answers/system.ts";
import { OpenApi } from "../answers/openapi.ts";
import type { Declared } from "../declaration.ts";
import {
  choice,
  filter,
  idOf,
  optional,
  type PathField,
  REASON,
  REASON_RULE,
  required,
  text,
  wholeNumber,
} from "../fields.ts";
import { HEALTH } from "./open.ts";

const QUEUE = {
  schema: text(100),
  code: "NOT_FOUND",
  rule: "There is no such queue.",
  about: "The queue, by the type of its jobs.",
  example: "ingest",
} as const satisfies PathField;

const why = optional(REASON, {
  rule: REASON_RULE,
  about: "Why, as others will read it.",
  example: "The vendor sends the same file every minute.",
  blank: "refused",
});

export const SYSTEM = {
  "GET /system/health": HEALTH,
  "GET /system/readyz": {
    summary: "Whether the system can do its work",
    about:
      "Looks at the database, REST, storage and the applied migrations; may answer what it found up to 2 s ago.",
    answers: {
      200: { kind: "json", schema: Readiness, about: "Every part is there." },
      503: {
        kind: "json",
        schema: Readiness,
        about: "At least one part is not; the others are told all the same.",
      },
    },
  },
  "GET /system/openapi.json": {
    summary: "This document",
    about: "OpenAPI 3.1 of every route of every function.",
    answers: { 200: { kind: "json", schema: OpenApi, about: "The document." } },
  },
  "GET /system/keys": {
    summary: "The public keys that sign proof",
    about: "Heads of the audit chain are signed by them. The first signs now; the others did so before.",
    answers: { 200: { kind: "json", schema: SigningKeys, about: "Each as SPKI in base64 and as PEM." } },
  },
  "GET /system/status": {
    summary: "Whether the workers beat, and how deep the queue is",
    answers: {
      200: {
        kind: "json",
        schema: Status,
        about: "As it is now.",
        example: {
          ingest_status: "online",
          enforcement_status: "not_deployed",
          ingest_last_heartbeat: "2026-11-27T11:59:48.120Z",
          enforcement_last_heartbeat: null,
          queue_depth: 0,
          queue_processing: 1,
          checked_at: "2026-11-27T12:00:00.000Z",
        },
      },
    },
  },
  "GET /system/metrics": {
    summary: "Figures for Prometheus",
    answers: {
      200: {
        kind: "text",
        contentType: "text/plain; version=0.0.4; charset=utf-8",
        about: "Prometheus' text format, version 0.0.4.",
      },
    },
  },
  "GET /system/queue": {
    summary: "Depth and age of the queues, and the jobs that need somebody",
    query: { queue: filter("Only this queue.", "ingest") },
    answers: {
      200: { kind: "json", schema: QueueInspection, about: "The queues; at most 50 jobs of each kind." },
    },
  },
  "POST /system/queue/:type/pause": {
    summary: "Pause a queue",
    about: "Nobody claims from it; running work finishes its slice. Leaves an audit event.",
    path: { type: QUEUE },
    body: { kind: "json", fields: { reason: why } },
    answers: { 200: { kind: "json", schema: QueueControl, about: "The queue's brake as it is now." } },
    problems: ["NOT_FOUND"],
  },
  "POST /system/queue/:type/resume": {
    summary: "Let a queue go on",
    about: "Its function is woken. Leaves an audit event.",
    path: { type: QUEUE },
    body: { kind: "json", fields: { reason: why } },
    answers: { 200: { kind: "json", schema: QueueControl, about: "The queue's brake as it is now." } },
    problems: ["NOT_FOUND"],
  },
  "POST /system/jobs/:id/redrive": {
    summary: "Send a job that was given up on its way again",
    about: "A batch begins its next attempt. Leaves an audit event.",
    path: { id: idOf("The job.") },
    answers: { 200: { kind: "json", schema: Job, about: "The job as it is now." } },
    problems: ["NOT_FOUND", "CONFLICT"],
  },
  "GET /system/performance": {
    summary: "Hourly figures of the last seven days",
    answers: { 200: { kind: "json", schema: Performance, about: "Hours, newest first." } },
  },
  "GET /system/errors": {
    summary: "Row codes of the last seven days",
    answers: { 200: { kind: "json", schema: ErrorDistribution, about: "Codes, the most frequent first." } },
  },
  "GET /system/quality": {
    summary: "Error rates by source and week",
    answers: { 200: { kind: "json", schema: Quality, about: "Weeks, newest first." } },
  },
  "GET /system/feed": {
    summary: "What happened in the last 24 hours",
    about: "At most 100 events; no names, no case numbers, no file names.",
    answers: { 200: { kind: "json", schema: Feed, about: "Events, newest first." } },
  },
  "GET /system/alerts": {
    summary: "What the sentinel found",
    query: { state: choice(ALERT_STATES, "Only alerts in this state.") },
    answers: { 200: { kind: "json", schema: Alerts, about: "At most 200 alerts, open and worst first." } },
  },
  "POST /system/alerts/:id/silence": {
    summary: "Tell nobody of an alert's check for a while",
    about: "It is still looked at and recorded. Leaves an audit event.",
    path: { id: idOf("The alert.") },
    body: {
      kind: "json",
      fields: {
        minutes: required(wholeNumber(1, 30 * 24 * 60), {
          rule: "a whole number of minutes, at most 30 days",
          about: "For how long.",
          example: 120,
        }),
        reason: required(REASON, {
          rule: REASON_RULE,
          about: "Why, as others will read it.",
          example: "The vendor is told; a fix comes tonight.",
        }),
      },
    },
    answers: { 200: { kind: "json", schema: Silence, about: "The check, and until when it is silent." } },
    problems: ["NOT_FOUND"],
  },
} as const satisfies Declared<"system">;
