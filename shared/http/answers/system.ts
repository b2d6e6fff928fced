/** What the system function answers. Further members are passed on as they are. */
import * as z from "zod";
import { JOB_STATES } from "../../sentinel/prometheus.ts";
import { LEVELS } from "../../sentinel/finding.ts";
import { named } from "../document.ts";
import { Count, Day, Id, Instant } from "./parts.ts";

/** A function that answers at all. */
export const Health = named(
  "Health",
  z.looseObject({ status: z.literal("healthy"), version: z.string() }),
);

/** Whether every part the system stands on is there. */
export const Readiness = named(
  "Readiness",
  z.looseObject({
    ready: z.boolean(),
    checks: z.array(z.looseObject({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  }),
);

/** `not_deployed`: nobody expects such a worker. */
const WorkerStatus = z.enum(["online", "offline", "not_deployed"]);

/** Whether workers beat, and how deep the queue is. */
export const Status = named(
  "Status",
  z.looseObject({
    ingest_status: WorkerStatus,
    enforcement_status: WorkerStatus,
    ingest_last_heartbeat: Instant.nullable(),
    enforcement_last_heartbeat: Instant.nullable(),
    queue_depth: Count,
    queue_processing: Count,
    checked_at: Instant,
  }),
);

/** States an alert can be in. */
export const ALERT_STATES = ["open", "resolved", "silenced"] as const;

/** What the sentinel found, and keeps until it is gone. */
export const Alert = named(
  "Alert",
  z.looseObject({
    id: Id,
    fingerprint: z.string(),
    check: z.string(),
    level: z.enum(LEVELS),
    message: z.string(),
    /** What to do about it. */
    remedy: z.string().nullable(),
    state: z.enum(ALERT_STATES),
    first_seen: Instant,
    last_seen: Instant,
    count: Count,
    notified_at: Instant.nullable(),
    silenced_until: Instant.nullable(),
  }),
);
export type Alert = z.infer<typeof Alert>;

export const Alerts = z.looseObject({ alerts: z.array(Alert) });

/** A check nobody is told of for a while. */
export const Silence = named("Silence", z.looseObject({ check: z.string(), silenced_until: Instant }));

/** A job as operators see it. */
export const Job = named(
  "Job",
  z.looseObject({
    job_id: Id,
    job_type: z.string(),
    status: z.enum(JOB_STATES),
    batch_id: Id.nullable(),
    /** Losses and failures in a row without progress. */
    attempts: Count,
    max_attempts: Count,
    locked_by: z.string().nullable(),
    locked_at: Instant.nullable(),
    next_run_at: Instant,
    last_error: z.string().nullable(),
    dead_lettered_at: Instant.nullable(),
    redrives: Count,
  }),
);
export type Job = z.infer<typeof Job>;

/** Depth and age of one queue. */
export const Queue = named(
  "Queue",
  z.looseObject({
    job_type: z.string(),
    paused: z.boolean(),
    reason: z.string().nullable(),
    changed_at: Instant,
    due: Count,
    waiting: Count,
    processing: Count,
    paused_jobs: Count,
    failed: Count,
    completed_24h: Count,
    oldest_due_seconds: z.int().nullable(),
  }),
);

/** All queues, and the jobs that need somebody: at most 50 of each kind. */
export const QueueInspection = named(
  "QueueInspection",
  z.looseObject({
    queues: z.array(Queue),
    stuck: z.array(Job),
    poisoned: z.array(Job),
    held: z.array(Job),
    checked_at: Instant,
  }),
);
export type QueueInspection = z.infer<typeof QueueInspection>;

/** The brake of a queue. */
export const QueueControl = named(
  "QueueControl",
  z.looseObject({
    job_type: z.string(),
    paused: z.boolean(),
    reason: z.string().nullable(),
    changed_by: z.string(),
    changed_at: Instant,
  }),
);

/** An hour of the last seven days. */
export const Performance = z.looseObject({
  performance: z.array(z.looseObject({
    hour_bucket: Instant,
    total_batches: Count,
    completed_batches: Count,
    failed_batches: Count,
    avg_parse_ms: z.number().nullable(),
    avg_db_ms: z.number().nullable(),
    avg_total_ms: z.number().nullable(),
    total_rows: Count,
    inserted_rows: Count,
    skipped_rows: Count,
    error_rows: Count,
    dedupe_rate_pct: z.number().nullable(),
    error_rate_pct: z.number().nullable(),
  })),
});

/** Row codes of the last seven days, the most frequent first. */
export const ErrorDistribution = z.looseObject({
  errors: z.array(z.looseObject({
    error_code: z.string(),
    occurrence_count: Count,
    affected_batches: Count,
    sample_message: z.string(),
    last_seen_at: Instant,
  })),
});

/** A source's week; one across two months has a row in each. */
export const Quality = z.looseObject({
  quality: z.array(z.looseObject({
    week: Day,
    month: Day,
    source: z.string(),
    total_rows: Count,
    error_rate_pct: z.number().nullable(),
    top_error_code: z.string().nullable(),
  })),
});

/** What happened in the last 24 hours, without anything personal. */
export const Feed = z.looseObject({
  feed: z.array(z.looseObject({
    event_type: z.enum(["batch", "judgment", "action", "alert"]),
    event_id: z.string(),
    message: z.string(),
    amount: z.number().nullable(),
    status: z.string(),
    event_time: Instant,
    seconds_ago: z.int(),
  })),
});

/** The public keys that sign what leaves the system as proof. */
export const SigningKeys = named(
  "SigningKeys",
  z.looseObject({
    keys: z.array(z.looseObject({
      key_id: z.string(),
      algorithm: z.literal("Ed25519"),
      public_key: z.string(),
      pem: z.string(),
      signs: z.boolean(),
    })),
  }),
);
