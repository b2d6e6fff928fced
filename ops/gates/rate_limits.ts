/** Gate 11: who calls too often is refused, and let in again when the time that was named is over. */
import * as z from "zod";
import { type Seen, unwell, well } from "../checks/check.ts";
import { unreachable } from "../checks/reach.ts";
import type { Target } from "../target.ts";

/** Calls at once: the bucket must empty faster than it fills, in one isolate. */
const ABREAST = 6;
/** A hosted project lets 40 writes through at once and 100 a minute. */
const MOST_CALLS = 600;
const PATIENCE_MS = 30_000;
const LONGEST_PAUSE_SECONDS = 15;

const REMEDY =
  "DRAGONFLY_RATE_READS and DRAGONFLY_RATE_WRITES must not be 0 (ops verify-env-config); ops logs system has rate_limit.unavailable " +
  "when the database does not count.";

/** Calls until it is told to stop, waits as it was told, and calls once more. */
export async function lookAtRateLimits(target: Target, stopping: AbortSignal): Promise<Seen> {
  const { stack } = await target.addresses();
  return stack === null ? await asStranger(target, stopping) : await byCount(target);
}

/** Guesses keys, as a stranger would. Only a write is refused so soon, and a wrong key writes nothing. */
async function asStranger(target: Target, stopping: AbortSignal): Promise<Seen> {
  const url = `${await target.need("apiUrl")}/functions/v1/system/queue/ingest/pause`;
  const guess = async () => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "x-dragonfly-api-key": "dragonfly-proof-wrong-key" },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    await response.body?.cancel();
    return { status: response.status, pause: Number(response.headers.get("retry-after")) };
  };
  try {
    const end = performance.now() + PATIENCE_MS;
    for (
      let calls = ABREAST;
      calls <= MOST_CALLS && performance.now() < end && !stopping.aborted;
      calls += ABREAST
    ) {
      const answers = await Promise.all(Array.from({ length: ABREAST }, guess));
      const strange = answers.find(({ status }) => status !== 401 && status !== 429);
      if (strange !== undefined) return unwell(`a wrong key is answered with ${strange.status}`, REMEDY);
      const refused = answers.find(({ status }) => status === 429);
      if (refused === undefined) continue;
      if (!isPause(refused.pause)) {
        return unwell(`429 after ${calls} calls, with retry-after ${refused.pause}`, REMEDY);
      }
      await pauseFor(refused.pause);
      const { status } = await guess();
      return status === 401
        ? well(`429 after ${calls} calls, let in again after ${refused.pause} s`)
        : unwell(`429 after ${calls} calls, and ${status} after the ${refused.pause} s it named`, REMEDY);
    }
  } catch (error) {
    return unwell(`the function does not answer: ${unreachable(error)}`, "ops logs system says why.");
  }
  return unwell(`none of up to ${MOST_CALLS} calls in ${PATIENCE_MS / 1000} s was refused`, REMEDY);
}

/** What a hosted project allows for writes. */
const WRITES = { perMinute: 100, burst: 40 };

const Verdicts = z.tuple([z.object({ allowed: z.boolean(), retry_after_seconds: z.number() })]);

/** A local stack's own limits are too wide to reach: the count behind them is tried at a hosted project's. */
async function byCount(target: Target): Promise<Seen> {
  const sql = await target.sql();
  const bucket = `dragonfly-proof:${crypto.randomUUID()}`;
  const take = () =>
    sql.begin("read write", async (transaction) =>
      Verdicts.parse([
        ...await transaction`
          select t.allowed, t.retry_after_seconds::float8 as retry_after_seconds
            from ops.take_rate_token(${bucket}, ${WRITES.perMinute}, ${WRITES.burst}) t`,
      ])[0]);
  try {
    for (let calls = 1; calls <= 3 * WRITES.burst; calls++) {
      const { allowed, retry_after_seconds } = await take();
      if (allowed) continue;
      const pause = Math.max(1, Math.ceil(retry_after_seconds));
      await pauseFor(pause);
      return (await take()).allowed
        ? well(`refused at call ${calls} of a hosted project's limits, let in again after ${pause} s`)
        : unwell(`refused at call ${calls}, and again after the ${pause} s that were named`, REMEDY);
    }
    return unwell(`${3 * WRITES.burst} calls, and none was refused`, REMEDY);
  } finally {
    await sql.begin(
      "read write",
      (transaction) => transaction`delete from ops.rate_buckets b where b.bucket = ${bucket}`,
    );
  }
}

function isPause(seconds: number): boolean {
  return seconds >= 1 && seconds <= LONGEST_PAUSE_SECONDS;
}

function pauseFor(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000));
}
