/**
 * Rate limits per caller and address. The state is in Postgres, shared by all isolates; a database that is
 * away or slow refuses nobody.
 */
import type { SupabaseClient } from "@supabase/supabase-js";
import { createHash } from "node:crypto";
import * as z from "zod";
import { Problem } from "../../../shared/errors.ts";
import type { Logger } from "./log.ts";

/** Burst as a share of the rate: 40 of 100 writes, 120 of 600 reads at once. */
const BURST_SHARE = { writes: 0.4, reads: 0.2 } as const;
/** Longest wait for the verdict, in milliseconds; without one the call passes. */
const VERDICT_TIMEOUT_MS = 1000;

export type LimitedKind = keyof typeof BURST_SHARE;

/** What Postgres says about one call. */
export interface RateVerdict {
  readonly allowed: boolean;
  /** Seconds until the next call would pass; 0 when this one did. */
  readonly retryAfterSeconds: number;
}

/** Takes one token from a bucket that refills at `perMinute` and holds `burst`. */
export type TakeRateToken = (bucket: string, perMinute: number, burst: number) => Promise<RateVerdict>;

/** Passes, or throws Problem RATE_LIMITED with `retry-after`. */
export type LimitRate = (kind: LimitedKind, who: string, address: string) => Promise<void>;

/** Builds the limiter. A rate of 0 means none. */
export function createRateLimit(
  perMinute: Readonly<Record<LimitedKind, number>>,
  take: TakeRateToken,
  log: Logger,
): LimitRate {
  return async (kind, who, address) => {
    const rate = perMinute[kind];
    if (rate === 0) return;
    const verdict = await take(bucketOf(kind, who, address), rate, Math.ceil(rate * BURST_SHARE[kind]))
      .catch((error: unknown): RateVerdict => {
        log.warn("rate_limit.unavailable", { error });
        return { allowed: true, retryAfterSeconds: 0 };
      });
    if (verdict.allowed) return;
    throw new Problem("RATE_LIMITED", `More than ${rate} ${kind} a minute.`, {
      headers: { "retry-after": String(Math.max(1, verdict.retryAfterSeconds)) },
    });
  };
}

/** A digest: neither names nor addresses of people are kept. */
function bucketOf(kind: LimitedKind, who: string, address: string): string {
  return `${kind}:${createHash("sha256").update(JSON.stringify([who, address])).digest("hex").slice(0, 32)}`;
}

/** The caller's address as the platform's edge tells it; `unknown` where nothing stands in front. */
export function addressOf(headers: Headers): string {
  const forwarded = headers.get("x-forwarded-for")?.split(",")[0]?.trim();
  return headers.get("cf-connecting-ip") ??
    (forwarded === undefined || forwarded === "" ? "unknown" : forwarded);
}

const Rows = z.array(z.object({ allowed: z.boolean(), retry_after_seconds: z.number() })).length(1);

/** Buckets in Postgres: `ops.take_rate_token`. */
export function takeFromDatabase(client: SupabaseClient): TakeRateToken {
  return async (bucket, per_minute, burst) => {
    const { data, error } = await client.schema("ops").rpc("take_rate_token", { bucket, per_minute, burst })
      .abortSignal(AbortSignal.timeout(VERDICT_TIMEOUT_MS));
    if (error !== null) throw new Error(`Cannot take a rate token: ${error.message}`);
    const row = Rows.parse(data)[0];
    return { allowed: row?.allowed ?? true, retryAfterSeconds: row?.retry_after_seconds ?? 0 };
  };
}
