/**
 * The SQLSTATEs of our own, and what each means. What a hand did wrong by SQL is P0001, as the runbook says. None of
 * them is of a class that a client or pooler tries again by itself.
 */
export const SQLSTATES = {
  /** The lease is lost: somebody else has the work, or it was reset, failed or deleted. */
  leaseLost: "DF001",
  /** A move that the state machine of a batch does not have. */
  wrongMove: "DF002",
  /** What a worker reports of a slice does not fit the slice. */
  wrongTally: "DF003",
} as const;

/** The database said no, or nothing (status 0 or 5xx). Carries what a log may hold: the call, the code and the message, never arguments. */
export class DatabaseRefused extends Error {
  override readonly name = "DatabaseRefused";

  constructor(readonly call: string, readonly status: number, readonly code: string, detail: string) {
    super(`Cannot call ${call}: ${status} ${code} ${detail}`);
  }

  /** Reads PostgREST's error body, or what the driver throws; an unreadable one is kept as an unknown error. */
  static from(call: string, status: number, body: unknown): DatabaseRefused {
    const error = typeof body === "object" && body !== null ? body as Record<string, unknown> : {};
    return new DatabaseRefused(
      call,
      status,
      typeof error["code"] === "string" ? error["code"] : "unknown",
      typeof error["message"] === "string" ? error["message"].slice(0, 500) : "no message",
    );
  }

  /** Whether nobody answered, so that the same call may pass later. */
  get unavailable(): boolean {
    return this.status === 0 || this.status >= 500;
  }

  /** Whether the work now belongs to somebody else: stop without a trace. */
  get leaseLost(): boolean {
    return this.code === SQLSTATES.leaseLost;
  }
}
