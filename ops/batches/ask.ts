/** Calls of the intake function about one batch, and the id they need. */
import * as z from "zod";
import type { RouteName } from "../../shared/http/access.ts";
import { type AnsweredBy, type CallOf, Refused } from "../../shared/http/client.ts";
import type { DescribedBatch } from "../../shared/intake/record.ts";
import { CannotRun, Declined } from "../command.ts";
import { findId } from "../ids.ts";
import type { Target } from "../target.ts";

/** The id of a batch as it was typed. A whole one needs no database. @throws as findId. */
export async function batchIdOf(target: Target, typed: string): Promise<string> {
  return z.guid().safeParse(typed).success
    ? typed.toLowerCase()
    : await findId(await target.hands(), "batch", typed);
}

/** @throws Declined for an unknown batch or a wrong state, CannotRun for every other refusal. */
export async function askIntake<Name extends RouteName>(
  target: Target,
  name: Name,
  ...given: CallOf<Name>
): Promise<AnsweredBy<Name>> {
  return await orDeclined(() => target.call(name, ...given));
}

/** @throws as askIntake instead of Refused. */
export async function orDeclined<Answered>(work: () => Promise<Answered>): Promise<Answered> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Refused ? refusalOf(error) : error;
  }
}

/** What to throw for a refusal. */
export function refusalOf({ status, message }: Refused): Declined | CannotRun {
  return status === 404 || status === 409 ? new Declined(message) : new CannotRun(message);
}

/** One batch as it is now. @throws as askIntake. */
export async function describeBatch(target: Target, id: string): Promise<DescribedBatch> {
  return (await askIntake(target, "GET /intake/batches/:id", { path: { id } })).body;
}
