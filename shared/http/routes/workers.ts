/** Routes of the functions that are woken: worker, sentinel, outbound. */
import { Accepted, RunReport, SentinelRun, WorkedOff } from "../answers/runs.ts";
import type { Declared, JsonBody } from "../declaration.ts";
import { optional, text } from "../fields.ts";
import { HEALTH } from "./open.ts";

/** What a wake-up may say. */
export const WOKEN_BY = {
  kind: "json",
  lenient: true,
  fields: {
    by: optional(text(40), {
      rule: "at most 40 characters",
      about: "What queued the wake-up.",
      example: "cron",
    }),
  },
} as const satisfies JsonBody;

/** How a wake-up is answered. */
export const ACCEPTED = {
  kind: "json",
  schema: Accepted,
  about: "To the wake token: heard within a second, the work goes on behind. Waking twice does no harm.",
} as const;

export const WORKER = {
  "GET /worker/health": HEALTH,
  "POST /worker/run": {
    summary: "Work off what is queued",
    body: WOKEN_BY,
    answers: {
      200: { kind: "json", schema: RunReport, about: "To a key: what was done." },
      202: ACCEPTED,
    },
  },
} as const satisfies Declared<"worker">;

export const SENTINEL = {
  "GET /sentinel/health": HEALTH,
  "POST /sentinel/run": {
    summary: "Run all checks",
    about: "Also when REST is away. 200 whatever was found; 503 when the checks could not run.",
    body: WOKEN_BY,
    answers: {
      200: { kind: "json", schema: SentinelRun, about: "To a key: what was found." },
      202: ACCEPTED,
    },
  },
  "GET /sentinel/latest": {
    summary: "What the last run found",
    answers: { 200: { kind: "json", schema: SentinelRun, about: "The newest run." } },
    problems: ["NOT_FOUND"],
  },
} as const satisfies Declared<"sentinel">;

export const OUTBOUND = {
  "GET /outbound/health": HEALTH,
  "POST /outbound/run": {
    summary: "Send what is to be told, and fetch what vendors export",
    body: WOKEN_BY,
    answers: {
      200: { kind: "json", schema: WorkedOff, about: "To a key: how many jobs were worked off." },
      202: ACCEPTED,
    },
  },
} as const satisfies Declared<"outbound">;
