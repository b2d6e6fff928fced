/** A function's call to its own address, so that another invocation goes on with what this one leaves. */
import type { Logger } from "./log.ts";

const WAKE_TIMEOUT_MS = 5_000; // the answer comes at once or not at all; cron is the fallback

/** Resolves when it was heard or surely was not. Never throws. */
export async function wakeSelf(address: string, token: string, by: string, log: Logger): Promise<void> {
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "x-wake-token": token, "content-type": "application/json" },
      body: JSON.stringify({ by }),
      signal: AbortSignal.timeout(WAKE_TIMEOUT_MS),
    });
    await response.body?.cancel();
    if (!response.ok) log.warn("wake_refused", { status: response.status });
  } catch (error) {
    log.warn("wake_lost", { error: String(error) });
  }
}
