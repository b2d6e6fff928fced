/**
 * Calls that were not done, as callers tell them apart. Knows no declaration: who only asks what went wrong loads neither
 * routes nor schemas.
 */
import type { ProblemCode } from "../errors.ts";
import type { ProblemAnswer } from "./problem.ts";

/** A call that was not done, and why. What did not come from a function of ours has no code. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(
    readonly status: number,
    /** The whole problem; null when what came back was none. */
    readonly problem: ProblemAnswer | null,
    /** The body as it came. */
    readonly text: string,
    /** Seconds until the call may be tried again; null when nothing was said of it. */
    readonly retryAfterSeconds: number | null,
  ) {
    super(wordsOf(status, problem, text));
  }

  get code(): ProblemCode | null {
    return this.problem?.code ?? null;
  }
}

/** Nothing came back: the network, or the wait was too long. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** Something came back that is not as declared: the functions are of another version. */
export class StrangeAnswer extends Error {
  override readonly name = "StrangeAnswer";
}

/** JSON where it is some, else the text itself. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Status, code and detail, the fix where there is one, and from where it is allowed. */
function wordsOf(status: number, problem: ProblemAnswer | null, text: string): string {
  if (problem === null) return `${status} ${foreignWords(text)}`.trim();
  const allowed = problem.allowed_from?.join(", ");
  return [
    `${status} ${problem.code}`,
    problem.detail,
    problem.fix,
    allowed === undefined ? undefined : `(allowed_from: ${allowed})`,
  ].filter(Boolean).join(" ");
}

/** A gateway's own words. */
function foreignWords(text: string): string {
  const body = parsed(text);
  const message = typeof body === "object" && body !== null && "message" in body ? body.message : text;
  return String(message).slice(0, 200);
}
