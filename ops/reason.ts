/** Why something could not be done, in words for the person who asked for it. */
import { CannotRun, Declined, UsageError } from "./refusals.ts";

/** The words of an error. Errors of the driver say what they mean: its own messages may be empty. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof UsageError || error instanceof CannotRun || error instanceof Declined) {
    return error.message;
  }
  if ("issues" in error) {
    return "an answer that is not understood: are this checkout and the system of one version?";
  }
  const code = "code" in error ? String(error.code) : null;
  if (code === null) return error.message || error.name;
  // Codes of Postgres are five signs; those of the driver and of the network are words (ECONNREFUSED).
  return /^[0-9A-Z]{5}$/.test(code) && !/^57P0/.test(code)
    ? `Postgres answers with error ${code}: ${error.message}`
    : `Postgres does not answer (${code})`;
}
