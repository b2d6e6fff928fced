/** The body of a problem, as callers read it (RFC 9457). Problems are made in shared/errors.ts. */
import * as z from "zod";
import { PROBLEMS } from "../errors.ts";
import { BATCH_STATES } from "../intake/states.ts";
import { Id } from "./answers/parts.ts";
import { named } from "./document.ts";

/** What is the same in every problem, and the members that some of them add. */
export const ProblemAnswer = named(
  "Problem",
  z.looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.enum(PROBLEMS.map(({ code }) => code)),
    request_id: z.string(),
    /** What the caller can do about it. */
    fix: z.string().optional(),
    /** The parameter that is wrong, or may not be set. */
    field: z.string().optional(),
    /** States from which the call is allowed. */
    allowed_from: z.array(z.string()).optional(),
    batch_id: Id.optional(),
    batch_status: z.enum(BATCH_STATES).optional(),
    /** How many judgments stand in the way. */
    judgments: z.int().optional(),
  }),
);
export type ProblemAnswer = z.infer<typeof ProblemAnswer>;
