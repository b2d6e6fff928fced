/** The cases that doors and repairs decide, and one of every other kind, through Storage and the whole pipeline. */
import { sharedStack } from "../stack/shared_stack.ts";
import { checkCase } from "./hunt.ts";
import { isDecidedAtTheDoor, KINDS } from "./kinds.ts";

const shared = sharedStack();
const firstOfItsKind = new Set([...Map.groupBy(KINDS, ({ kind }) => kind).values()].map(([first]) => first));

for (const known of KINDS.filter((one) => isDecidedAtTheDoor(one) || firstOfItsKind.has(one))) {
  Deno.test(`${known.name}: ${known.why}`, () => checkCase(shared(), known));
}
