/** Ids as people type them: whole, or the first eight characters and more. */
import type { Named, OperatorGateway } from "../shared/data/operator_gateway.ts";
import { CannotRun, Declined, UsageError } from "./refusals.ts";

const BEGINNING = /^[0-9a-f]{8}[0-9a-f-]{0,28}$/;

/** @returns the whole id. @throws UsageError for what cannot be one, Declined when none begins so, CannotRun when several do. */
export async function findId(hands: OperatorGateway, kind: Named, typed: string): Promise<string> {
  const beginning = typed.toLowerCase();
  if (!BEGINNING.test(beginning)) {
    throw new UsageError(`"${typed}" is no ${kind} id: give it whole, or at least its first 8 characters.`);
  }
  const [first, second] = await hands.idsLike(kind, beginning);
  if (first === undefined) throw new Declined(`There is no ${kind} ${typed}.`);
  if (second !== undefined) {
    throw new CannotRun(`More than one ${kind} begins with ${typed}: give more of the id.`);
  }
  return first;
}
