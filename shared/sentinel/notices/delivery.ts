/** What an answer to a notice means: delivered, again later, or never. */

export type Delivery =
  | { readonly outcome: "delivered" }
  /** `waitSeconds` null: back off as usual. */
  | { readonly outcome: "again"; readonly why: string; readonly waitSeconds: number | null }
  | { readonly outcome: "never"; readonly why: string };

/** Statuses that another try may change; 410 and its like say that nobody listens there any more. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);

/** @param retryAfter the header's value: seconds, or a date. */
export function judgeDelivery(status: number, retryAfter: string | null, now: Date): Delivery {
  if (status >= 200 && status < 300) return { outcome: "delivered" };
  const why = `answered ${status}`;
  if (status >= 500 || PASSING.has(status)) {
    return { outcome: "again", why, waitSeconds: retryAfterSeconds(retryAfter, now) };
  }
  return { outcome: "never", why };
}

/** RFC 9110 §10.2.3: whole seconds (some services send fractions) or a date; null when absent or neither. */
export function retryAfterSeconds(value: string | null, now: Date): number | null {
  if (value === null) return null;
  if (/^\d+(\.\d+)?$/.test(value.trim())) return Math.ceil(Number(value));
  const at = Date.parse(value);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now.getTime()) / 1000));
}
