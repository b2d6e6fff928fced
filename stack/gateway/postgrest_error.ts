/** Errors as PostgREST words them: https://postgrest.org/en/stable/references/errors.html */
import postgres from "postgres";
import type { Caller } from "./credentials.ts";

/** @returns an answer in PostgREST's form. */
export function refuse(
  status: number,
  code: string,
  message: string,
  details: string | null = null,
  hint: string | null = null,
): Response {
  return Response.json({ code, details, hint, message }, { status });
}

/** The answer while Postgres cannot be reached. */
export function databaseAway(): Response {
  return refuse(503, "PGRST001", "Could not connect with the database", "no connection to the server");
}

/** The answer to an error of Postgres; anything else is thrown on. */
export function answerError(error: unknown, caller: Caller): Response {
  if (!(error instanceof postgres.PostgresError)) {
    if (isConnectionLoss(error)) {
      return refuse(503, "PGRST001", "Could not connect with the database", error.message);
    }
    throw error;
  }
  const { code, message, detail, hint } = error;
  const custom = /^PT(\d{3})$/.exec(code);
  if (code === "40001") {
    return refuse(
      500,
      code,
      message,
      "A hosted PostgREST repeats this call for ever: raise another code",
      null,
    );
  }
  return refuse(
    custom ? Number(custom[1]) : statusOf(code, caller),
    code,
    message,
    detail ?? null,
    hint ?? null,
  );
}

function isConnectionLoss(error: unknown): error is Error {
  return error instanceof Error && "code" in error && typeof error.code === "string" &&
    /^(CONNECTION_|ECONN|CONNECT_TIMEOUT)/.test(error.code);
}

/** PostgREST's table from SQLSTATE to HTTP; the longest match decides. */
function statusOf(code: string, caller: Caller): number {
  const whole: Record<string, number> = {
    "23503": 409,
    "23505": 409,
    "25006": 405,
    "21000": 400,
    "42883": 404,
    "42P01": 404,
    "42P17": 500,
    "42501": caller.role === "anon" ? 401 : 403,
    "53400": 500,
    "57P01": 503,
    "P0001": 400,
  };
  const classes: Record<string, number> = {
    "08": 503,
    "09": 500,
    "0L": 403,
    "0P": 403,
    "25": 500,
    "28": 403,
    "2D": 500,
    "38": 500,
    "39": 500,
    "3B": 500,
    "40": 500,
    "53": 503,
    "54": 500,
    "55": 500,
    "57": 500,
    "58": 500,
    "F0": 500,
    "HV": 500,
    "P0": 500,
    "XX": 500,
  };
  return whole[code] ?? classes[code.slice(0, 2)] ?? 400;
}
