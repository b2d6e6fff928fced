/** Calls of the intake function about one batch, and the id they need. */
import * as z from "zod";
import { Batch } from "../../shared/intake/record.ts";
import { CannotRun, Declined } from "../command.ts";
import { findId } from "../ids.ts";
import { type Answer, problemWords, type Target } from "../target.ts";

/** The id of a batch as it was typed. A whole one needs no database. @throws as findId. */
export async function batchIdOf(target: Target, typed: string): Promise<string> {
  return z.guid().safeParse(typed).success
    ? typed.toLowerCase()
    : await findId(await target.sql(), "batch", typed);
}

/** @throws Declined for an unknown batch or a wrong state, CannotRun for every other refusal. */
export async function askIntake(
  target: Target,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<unknown> {
  const answer = await target.call(method, `/intake/${path}`, body);
  if (answer.status >= 400) throw refusalOf(answer);
  return answer.body;
}

/** What to throw for a refusal. */
export function refusalOf(answer: Answer): Declined | CannotRun {
  const words = problemWords(answer);
  return answer.status === 404 || answer.status === 409 ? new Declined(words) : new CannotRun(words);
}

/** One batch as it is now. @throws as askIntake. */
export async function describeBatch(target: Target, id: string): Promise<Batch> {
  return Batch.parse(await askIntake(target, "GET", `batches/${id}`));
}
