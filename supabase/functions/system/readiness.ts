/**
 * Whether the system can do its work: one check per part it stands on, all at once, each with its own limit
 * of time. A check that cannot run is not ok. Details are for strangers: no addresses, no error texts.
 */

/** How one part is. */
export interface CheckResult {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Looks at one part: gives the detail when it is well, throws NotReady (or anything) when not. */
export type Check = (signal: AbortSignal) => Promise<string>;

/** A part is not ready; the message is the detail that is shown. */
export class NotReady extends Error {
  override readonly name = "NotReady";
}

/** The parts, in the order they are shown. */
export interface Checks {
  readonly database: Check;
  readonly rest: Check;
  readonly storage: Check;
  readonly migrations: Check;
}

/** The whole verdict. */
export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly CheckResult[];
}

/** Runs all checks side by side. @param timeoutMs for each of them. @param note is told what was thrown. */
export async function checkReadiness(
  checks: Checks,
  timeoutMs: number,
  note: (name: string, error: unknown) => void,
): Promise<Readiness> {
  const results = await Promise.all(
    Object.entries<Check>({ ...checks }).map(([name, check]) => runCheck(name, check, timeoutMs, note)),
  );
  return { ready: results.every((result) => result.ok), checks: results };
}

/** How long a verdict is answered again, in milliseconds: whoever asks faster costs nothing. */
export const KEPT_MS = 2000;

/**
 * The verdict, one flight at a time: who asks while checks are running gets theirs, and who asks within KEPT_MS
 * of their end the same. now: milliseconds of a steady clock.
 */
export function keepReadiness<Asked>(
  check: (asked: Asked) => Promise<Readiness>,
  now: () => number = () => performance.now(),
): (asked: Asked) => Promise<Readiness> {
  let flight: Promise<Readiness> | null = null;
  let kept: { readonly until: number; readonly readiness: Readiness } | null = null;
  return async (asked) => {
    if (kept !== null && kept.until > now()) return kept.readiness;
    flight ??= check(asked).then((readiness) => {
      kept = { until: now() + KEPT_MS, readiness };
      return readiness;
    }).finally(() => {
      flight = null;
    });
    return await flight;
  };
}

async function runCheck(
  name: string,
  check: Check,
  timeoutMs: number,
  note: (name: string, error: unknown) => void,
): Promise<CheckResult> {
  const aborter = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    aborter.abort();
    late.reject(new NotReady(`no answer within ${timeoutMs / 1000} s`));
  }, timeoutMs);
  try {
    return {
      name,
      ok: true,
      detail: await Promise.race([check(aborter.signal), late.promise]),
    };
  } catch (error) {
    note(name, error);
    return {
      name,
      ok: false,
      detail: error instanceof NotReady ? error.message : "does not answer",
    };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Judges the newest applied migration against the one the code was built with. A newer database is fine:
 * migrations go forward only and are applied before the code that needs them.
 */
export function judgeMigrations(
  applied: string | null,
  builtWith: string,
): string {
  if (applied === null) throw new NotReady("no migration is applied");
  if (applied < builtWith) {
    throw new NotReady(`applied up to ${applied}, the code needs ${builtWith}`);
  }
  return applied === builtWith
    ? `applied up to ${applied}`
    : `applied up to ${applied}, the code needs ${builtWith} or newer`;
}
