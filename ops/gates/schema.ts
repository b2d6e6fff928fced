/** Gate 3: what is applied is what the repository has, the types are fresh, and nobody changed anything by hand. */
import { ROOT } from "../../checkout/root.ts";
import { together } from "../checks/asking.ts";
import { type Seen, well, wellUnless } from "../checks/check.ts";
import { lookAtSchema } from "../checks/state.ts";
import { differences, schemaLines } from "../migrations/schema_lines.ts";
import { TYPES_FILE, typesOf } from "../migrations/types.ts";
import type { Target } from "../target.ts";
import type { Scratch } from "./scratch.ts";

const TOLD = 10; // a migration that is missing makes hundreds of differences

/** The schema, object by object, against one built from the migrations alone. */
export async function lookAtDrift(target: Target, scratch: Scratch): Promise<Seen> {
  const applied = await lookAtSchema(target);
  if (!applied.passed) return applied; // every difference below would follow from it
  return together([applied, await drift(target, scratch), await freshTypes(scratch)]);
}

async function drift(target: Target, scratch: Scratch): Promise<Seen> {
  const clean = await scratch.connect();
  try {
    const wanted = await schemaLines(clean);
    const { ours, theirs } = differences(await schemaLines(await target.sql()), wanted);
    return wellUnless(
      [
        ...ours.slice(0, TOLD).map((line) => `only here: ${line.slice(0, 200)}`),
        ...theirs.slice(0, TOLD).map((line) => `only in the migrations: ${line.slice(0, 200)}`),
      ],
      `${wanted.length} objects as the migrations make them`,
      "Somebody changed the schema by hand. What shall stay comes with a new migration; what shall not is taken back by hand.",
    );
  } finally {
    await clean.end({ timeout: 1 });
  }
}

async function freshTypes(scratch: Scratch): Promise<Seen> {
  const [kept, generated] = [
    await Deno.readTextFile(`${ROOT}/${TYPES_FILE}`),
    await typesOf(await scratch.url()),
  ];
  return kept === generated ? well("types fresh") : wellUnless(
    [`${TYPES_FILE} is not what the migrations give`],
    "",
    "deno task types, look at the difference, commit it, and deploy what was built with it.",
  );
}
