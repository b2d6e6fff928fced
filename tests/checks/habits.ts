/** Words and names the house does not use. */
import type { Oddity } from "./syntax.ts";

/** A drawer for anything is a room for nothing. */
const DRAWERS = /^(utils?|helpers?|services?|managers?|common|misc)$/i;

/** @returns the folder or file name in `path` that says nothing, or null. */
export function emptyName(path: string): string | null {
  const parts = path.split("/").flatMap((part, index, all) => {
    return index === all.length - 1 ? part.replace(/(_test)?\.[^/]*$/, "").split(/[._-]/) : [part];
  });
  return parts.find((part) => DRAWERS.test(part)) ?? null;
}

/** Comments that switch a rule off, or put work off. */
const COMMENTS: [pattern: RegExp, why: string][] = [
  [/@ts-(?:ignore|nocheck|expect-error)/, "the compiler is not told to look away"],
  [
    /deno-lint-ignore(?:-file)?[^\n]*(?:no-explicit-[a]ny|ban-ts-[c]omment)/,
    "the linter is not told to look away",
  ],
  [/(?:\/\/|\*|--|#)\s*(?:TO[D]O|FIX[M]E|XX[X])\b/, "what is to be done is done, or in the tracker"],
];

/** @returns `line: what stands there and why it may not`. */
export function forbiddenComments(text: string): string[] {
  return text.split("\n").flatMap((line, index) =>
    COMMENTS.filter(([pattern]) => pattern.test(line)).map(([, why]) =>
      `${index + 1}: ${why}: ${line.trim()}`
    )
  );
}

const RULES: Partial<Record<Oddity["rule"], string>> = {
  "any": "say what it is, or unknown",
  "double-assertion": "parse it, or narrow it; a second assertion hides a lie",
  "focused-test": "the other tests of the file would not run",
  "skipped-test": "a test that does not run proves nothing",
};

/** Rules for tests alone. */
const RULES_OF_TESTS: Partial<Record<Oddity["rule"], string>> = {
  "endless-loop": "a test that hangs says nothing: wait with until()",
};

/** @returns why `oddity` may not stand in the file at `path`, or null. */
export function forbiddenCode(path: string, oddity: Oddity): string | null {
  const ofTests = path.endsWith("_test.ts") ? RULES_OF_TESTS[oddity.rule] : undefined;
  return RULES[oddity.rule] ?? ofTests ?? null;
}
