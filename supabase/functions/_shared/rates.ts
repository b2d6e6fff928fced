/**
 * Rate limits. Callers are counted by who they are, in Postgres, for all isolates; a database that is away or slow
 * refuses nobody. Who has shown no credential yet is counted by address in the isolate's own memory, so that strangers
 * cost neither the database nor Auth a call.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import type { Calls } from "../../../shared/data/calls.ts";
import { Problem } from "../../../shared/errors.ts";
import type { Logger } from "./log.ts";

/** Burst as a share of the rate: 40 of 100 writes, 120 of 600 reads at once. */
const BURST_SHARE = { writes: 0.4, reads: 0.2 } as const;

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
export type LimitRate = (kind: LimitedKind, who: string) => Promise<void>;

/** Builds the limiter. A rate of 0 means none. */
export function createRateLimit(
  perMinute: Readonly<Record<LimitedKind, number>>,
  take: TakeRateToken,
  log: Logger,
): LimitRate {
  return async (kind, who) => {
    const rate = perMinute[kind];
    if (rate === 0) return;
    const verdict = await take(bucketOf(kind, who), rate, Math.ceil(rate * BURST_SHARE[kind]))
      .catch((error: unknown): RateVerdict => {
        log.warn("rate_limit.unavailable", { error });
        return { allowed: true, retryAfterSeconds: 0 };
      });
    if (verdict.allowed) return;
    throw tooFast(rate, kind, verdict.retryAfterSeconds);
  };
}

function tooFast(rate: number, kind: LimitedKind, seconds: number): Problem {
  return new Problem("RATE_LIMITED", `More than ${rate} ${kind} a minute.`, {
    headers: { "retry-after": String(Math.max(1, Math.ceil(seconds))) },
  });
}

/** Most addresses an isolate remembers; then the one that was quiet longest is forgotten. */
const ADDRESSES_KEPT = 10_000;

/** Counts who has shown no credential yet. */
export interface Strangers {
  /**
   * Takes a token of an address. @returns gives it back, for one who turns out to be known.
   *
   * @throws Problem RATE_LIMITED with `retry-after`.
   */
  take(kind: LimitedKind, address: string): () => void;
}

interface Bucket {
  tokens: number;
  /** When it was last filled up, in milliseconds. */
  at: number;
}

/** Builds the count of strangers of one isolate. A rate of 0 means none. now: milliseconds of a steady clock. */
export function createStrangers(
  perMinute: Readonly<Record<LimitedKind, number>>,
  now: () => number = () => performance.now(),
): Strangers {
  const buckets = new Map<string, Bucket>();
  return {
    take(kind, address) {
      const rate = perMinute[kind];
      if (rate === 0) return () => {};
      const burst = Math.ceil(rate * BURST_SHARE[kind]);
      const bucket = refilled(buckets.get(`${kind} ${address}`), rate, burst, now());
      buckets.delete(`${kind} ${address}`); // the map is in the order of the last call
      buckets.set(`${kind} ${address}`, bucket);
      const quietest = buckets.keys().next().value;
      if (buckets.size > ADDRESSES_KEPT && quietest !== undefined) buckets.delete(quietest);
      if (bucket.tokens < 1) throw tooFast(rate, kind, (1 - bucket.tokens) * 60 / rate);
      bucket.tokens -= 1;
      return () => {
        bucket.tokens = Math.min(burst, bucket.tokens + 1);
      };
    },
  };
}

/** The bucket as time has filled it. The object stays the same, so that what was taken can be given back. */
function refilled(bucket: Bucket | undefined, rate: number, burst: number, at: number): Bucket {
  if (bucket === undefined) return { tokens: burst, at };
  bucket.tokens = Math.min(burst, bucket.tokens + (at - bucket.at) * rate / 60_000);
  bucket.at = at;
  return bucket;
}

/** A digest: names of people are not kept. */
function bucketOf(kind: LimitedKind, who: string): string {
  return `${kind}:${createHash("sha256").update(who).digest("hex").slice(0, 32)}`;
}

/**
 * The address the platform vouches for: the last one of `x-forwarded-for`, which the edge adds itself. What stands
 * before it, and every other header, is what the client says of itself. `unknown` where nothing stands in front.
 */
export function addressOf(headers: Headers): string {
  const last = headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  return last === undefined || last === "" ? "unknown" : last;
}

const Verdicts = z.array(z.object({ allowed: z.boolean(), retry_after_seconds: z.number() })).length(1);

/** Buckets in Postgres: `ops.take_rate_token`. */
export function takeFromDatabase(calls: Calls): TakeRateToken {
  return async (bucket, per_minute, burst) => {
    const [verdict] = Verdicts.parse(
      await calls.call("ops", "take_rate_token", { bucket, per_minute, burst }),
    );
    return { allowed: verdict?.allowed ?? true, retryAfterSeconds: verdict?.retry_after_seconds ?? 0 };
  };
}
