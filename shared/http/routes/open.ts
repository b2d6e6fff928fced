/** What every function has. */
import { Health } from "../answers/system.ts";
import type { Declaration } from "../declaration.ts";

/** `GET /<function>/health`: the function answers, whatever it stands on. */
export const HEALTH = {
  summary: "Whether the function answers",
  about: "Asks nothing and nobody else: neither database nor storage.",
  answers: {
    200: {
      kind: "json",
      schema: Health,
      about: "It answers.",
      example: { status: "healthy", version: "0.1.0" },
    },
  },
} as const satisfies Declaration;
