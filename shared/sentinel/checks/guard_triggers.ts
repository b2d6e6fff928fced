/** Whether the triggers that keep the rules are there, always fire, and do what they did when this code was written. */
import * as z from "zod";
import { type Check, type Observation, plural } from "../check.ts";
import { GUARD_FUNCTIONS, GUARDS } from "../guard_hashes.ts";
import { FoundFunction, FoundTrigger, FUNCTIONS_SQL, GUARD_NAME, TRIGGERS_SQL } from "../guards_sql.ts";

const Registered = z.array(z.object({ table: z.string(), trigger: z.string() }));

/** A guard that is not in force, and how. */
interface Fallen {
  readonly trigger_name: string;
  readonly table_name: string;
  readonly state: string;
}

export const guardTriggers: Check = {
  name: "guard_triggers",
  remedy:
    "alter table <table> enable always trigger <trigger>. One that is missing, or on storage.objects (which is not ours " +
    "to alter): run its create trigger again, docs/runbook.md says how. A function that was replaced: compare it with its " +
    "migration before you put it back. Then find out who did it: what was written meanwhile was not checked.",
  look: async (ports) => {
    const triggers = z.array(FoundTrigger).parse([...await ports.query(TRIGGERS_SQL)]);
    const functions = z.array(FoundFunction).parse([...await ports.query(FUNCTIONS_SQL)]);
    const registered = Registered.parse([
      ...await ports.query(
        `select g.table_name as "table", g.trigger_name as trigger from ops.guard_triggers g`,
      ),
    ]);
    return [...fallenGuards(triggers), ...replacedFunctions(functions), ...missingFromRegister(registered)];
  },
};

/** Pure: what the code knows of guards against what is there. */
export function fallenGuards(found: readonly FoundTrigger[]): Observation[] {
  const known = GUARDS.flatMap((guard): Fallen[] => {
    const there = found.find((one) => one.table === guard.table && one.trigger === guard.trigger);
    const state = there === undefined
      ? "missing"
      : there.state !== "always" && there.state !== guard.must_be
      ? there.state
      : there.body !== guard.body || there.function !== guard.function
      ? `its function ${guard.function} was replaced`
      : there.definition !== guard.definition
      ? "its definition was changed"
      : null;
    return state === null ? [] : [{ trigger_name: guard.trigger, table_name: guard.table, state }];
  });
  const later = found.filter((one) =>
    GUARD_NAME.test(one.trigger) && one.state !== "always" &&
    !GUARDS.some((guard) => guard.table === one.table && guard.trigger === one.trigger)
  ).map((one): Fallen => ({ trigger_name: one.trigger, table_name: one.table, state: one.state }));
  const fallen = [...known, ...later].sort((a, b) =>
    `${a.table_name} ${a.trigger_name}` < `${b.table_name} ${b.trigger_name}` ? -1 : 1
  );
  return fallen.length === 0 ? [] : [{
    level: "critical",
    message: `${plural(fallen.length, "guard trigger", "guard triggers")} not in force: ` +
      fallen.slice(0, 5).map((one) => `${one.trigger_name} on ${one.table_name} (${one.state})`).join(", "),
    details: { triggers: fallen },
  }];
}

function replacedFunctions(found: readonly FoundFunction[]): Observation[] {
  const replaced = Object.entries(GUARD_FUNCTIONS).flatMap(([name, body]) => {
    const there = found.find((one) => one.function === name);
    return there?.body === body ? [] : [`${name} (${there === undefined ? "missing" : "replaced"})`];
  });
  return replaced.length === 0 ? [] : [{
    level: "critical",
    subject: "functions",
    message:
      `${
        plural(replaced.length, "function", "functions")
      } that the record stands on not as the migrations made ` +
      `${replaced.length === 1 ? "it" : "them"}: ${replaced.slice(0, 5).join(", ")}`,
    details: { functions: replaced },
  }];
}

function missingFromRegister(registered: z.infer<typeof Registered>): Observation[] {
  const missing = GUARDS.filter((guard) =>
    !registered.some((one) => one.table === guard.table && one.trigger === guard.trigger)
  );
  if (missing.length === 0) return [];
  return [{
    level: "critical",
    subject: "register",
    message: registered.length === 0
      ? "The register of guard triggers (ops.guard_triggers) was emptied"
      : `${plural(missing.length, "guard trigger is", "guard triggers are")} missing from the register ` +
        `(ops.guard_triggers): ${
          missing.slice(0, 5).map((one) => `${one.trigger} on ${one.table}`).join(", ")
        }`,
    details: { missing: missing.map((one) => `${one.table} ${one.trigger}`) },
  }];
}
