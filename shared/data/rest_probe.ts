/** Asks REST for the smallest thing there is. */
import { z } from "zod";
import type { RestAnswer } from "../sentinel/check.ts";

const PROBE_TIMEOUT_MS = 5000;
const PostgrestError = z.object({ code: z.string() });

/** @param url of the project. @param apikey a secret key. */
export async function probeRest(
  url: string,
  apikey: string,
  fetchThrough: typeof fetch,
): Promise<RestAnswer> {
  try {
    const response = await fetchThrough(`${url}/rest/v1/rpc/time_scale`, {
      method: "POST",
      headers: { apikey, "content-type": "application/json", "content-profile": "ops" },
      body: "{}",
      signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
    });
    const text = await response.text();
    if (response.ok) return { outcome: "answers" };
    return { outcome: "refuses", status: response.status, code: codeIn(text) };
  } catch (error) {
    const late = error instanceof DOMException && error.name === "TimeoutError";
    return { outcome: "unreachable", why: late ? `${PROBE_TIMEOUT_MS / 1000}s are over` : "no connection" };
  }
}

function codeIn(text: string): string | null {
  try {
    return PostgrestError.safeParse(JSON.parse(text)).data?.code ?? null;
  } catch {
    return null; // a gateway's own page, not PostgREST's answer
  }
}
