/** The database said no. Carries what a log may hold: the call, the code and the message, never arguments. */
export class DatabaseRefused extends Error {
  override readonly name = "DatabaseRefused";

  constructor(readonly call: string, readonly status: number, readonly code: string, detail: string) {
    super(`Cannot call ${call}: ${status} ${code} ${detail}`);
  }

  /** Reads PostgREST's error body; an unreadable one is kept as an unknown error. */
  static from(call: string, status: number, body: unknown): DatabaseRefused {
    const error = typeof body === "object" && body !== null ? body as Record<string, unknown> : {};
    return new DatabaseRefused(
      call,
      status,
      typeof error["code"] === "string" ? error["code"] : "unknown",
      typeof error["message"] === "string" ? error["message"].slice(0, 500) : "no message",
    );
  }

  /** Whether the work now belongs to somebody else: stop without a trace. */
  get leaseLost(): boolean {
    return this.code === "P0001" && this.message.includes("LEASE_LOST");
  }
}
