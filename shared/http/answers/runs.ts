/** What functions answer that are woken or told to run. */
import * as z from "zod";
import { SentinelResult } from "../../sentinel/finding.ts";
import { named } from "../document.ts";
import { Count } from "./parts.ts";

/** A wake-up was heard; the work goes on behind. */
export const Accepted = named("Accepted", z.looseObject({ accepted: z.literal(true) }));

/** What one invocation of the worker did, in units. */
export const RunReport = named(
  "RunReport",
  z.looseObject({ claimed: Count, completed: Count, failed: Count, handed_over: Count }),
);

/** What one invocation of the outbound function did, in jobs. */
export const WorkedOff = named("WorkedOff", z.looseObject({ worked_off: Count }));

/** One run of all checks. */
export const SentinelRun = named("SentinelRun", SentinelResult);
