/** Groups of tests held against a stack that is there already, in place of one they start themselves. */
import { AGAINST_VARIABLE, parseAgainst } from "../support/against.ts";
import { makeForeignTemplate } from "../support/foreign_template.ts";

/** Groups that can be: all others are about what is in this checkout. */
const GROUPS = ["e2e", "sql"];

/** A stack that is ready for a group. */
export interface Prepared {
  /** What the group's environment needs. */
  readonly environment: Record<string, string>;
  /** For when the group has ended. */
  release(): Promise<void>;
}

/** What a group gets of a stack that is there. */
export interface Foreign {
  prepare(group: string): Promise<Prepared>;
}

/**
 * @param path a file with addresses and keys as `stack status --json` prints them.
 * @throws when it cannot be read, misses something, or a group is wanted that cannot be held against it.
 */
export async function readForeign(path: string, groups: readonly string[]): Promise<Foreign> {
  const others = groups.filter((group) => !GROUPS.includes(group));
  if (groups.length === 0 || others.length > 0) {
    throw new Error(
      `Cannot hold ${others.join(", ") || "everything"} against ${path}: name ${GROUPS.join(" or ")}`,
    );
  }
  const text = await Deno.readTextFile(path);
  const { db_url } = parseAgainst(text);
  return {
    async prepare(group): Promise<Prepared> {
      if (group === "e2e") {
        return { environment: { [AGAINST_VARIABLE]: text }, release: () => Promise.resolve() };
      }
      const { remove, ...template } = await makeForeignTemplate(db_url);
      return { environment: { DRAGONFLY_TEST_POSTGRES: JSON.stringify(template) }, release: remove };
    },
  };
}
