/** Which room may import from which: the arrows of ARCHITECTURE.md as a table. */
import type { Import } from "./syntax.ts";

/** Packages a room may use; `all` where only the pins decide. */
type Packages = "all" | readonly string[];

interface Rule {
  /** Rooms whose files it may import besides its own. */
  readonly rooms: readonly string[];
  readonly packages: Packages;
  /** Packages of which it may know the types, but not run. */
  readonly types: readonly string[];
  /** Modules of Node. */
  readonly node: boolean;
}

const PURE: Rule = { rooms: ["shared"], packages: ["zod"], types: [], node: false };
const OUTER: Rule = {
  rooms: ["shared", "shared/data", "shared/packet"],
  packages: "all",
  types: [],
  node: true,
};

/** Programs that work on or with the working copy. */
const TOOL: Rule = { ...OUTER, rooms: [...OUTER.rooms, "checkout"] };

const RULES: Record<string, Rule> = {
  "shared": PURE,
  "shared/data": {
    ...PURE,
    rooms: ["shared", "shared/packet"],
    types: ["@supabase/supabase-js", "postgres"],
  }, // the client is an argument
  "shared/packet": { ...PURE, packages: ["zod", "@pdfme/pdf-lib", "fontkitten"] }, // prints, and does nothing else
  "supabase/functions/_shared": OUTER,
  "supabase/functions/*": { ...OUTER, rooms: [...OUTER.rooms, "supabase/functions/_shared"] },
  "checkout": { ...OUTER, rooms: [] },
  "ops": TOOL,
  "dashboard": { ...OUTER, rooms: ["shared"], node: false }, // runs in browsers
  "stack": TOOL,
  "bench": TOOL,
};

/** Packages that nothing but tests may use. */
const FOR_TESTS: readonly string[] = ["axe-core", "deno-std", "fast-check"];

/** @returns the room a path lies in, or null for what is outside every room with a rule. */
export function roomOf(path: string): string | null {
  const inner = /^shared\/(?:data|packet)(?=\/)/.exec(path)?.[0];
  if (inner !== undefined) return inner;
  const room = /^supabase\/functions\/[^/]+(?=\/)/.exec(path) ?? /^[^/]+(?=\/)/.exec(path);
  return room?.[0] ?? null;
}

/**
 * @param path of the importing file, relative to the root.
 * @returns why this import may not be, or null.
 */
export function forbidden(path: string, { specifier, typeOnly }: Import): string | null {
  const room = roomOf(path);
  if (room === "tests") return null;
  const rule = room === null
    ? OUTER
    : RULES[room] ?? (isFunction(room) ? RULES["supabase/functions/*"] : OUTER);
  if (rule === undefined) return null;
  if (/^\.{0,2}\//.test(specifier)) return forbiddenFile(path, room, rule, specifier);
  if (specifier.startsWith("node:")) return rule.node ? null : `${room} uses nothing of Node`;
  if (/^[a-z]+:/.test(specifier)) {
    return "packages are named through the import map, where their versions stand";
  }
  const name = packageOf(specifier);
  if (FOR_TESTS.includes(name)) return `${name} is for tests alone`;
  if (rule.packages === "all" || rule.packages.includes(name)) return null;
  if (rule.types.includes(name)) return typeOnly ? null : `${room} may import only types of ${name}`;
  return `${room} may use ${[...rule.packages].join(", ")} only`;
}

function forbiddenFile(path: string, room: string | null, rule: Rule, specifier: string): string | null {
  const target = resolve(path, specifier);
  if (target === null) return "it lies outside the project";
  const other = roomOf(target);
  if (other === room || other === null || rule.rooms.includes(other)) return null;
  return `${room ?? "the root"} may not import from ${other}`;
}

function isFunction(room: string): boolean {
  return room.startsWith("supabase/functions/");
}

/** `./b.ts` seen from `a/c.ts` → `a/b.ts`; null when it leaves the root. */
export function resolve(path: string, specifier: string): string | null {
  const parts = path.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      if (parts.pop() === undefined) return null;
    } else if (part !== "." && part !== "") parts.push(part);
  }
  return parts.join("/");
}

/** `@scope/name/path` → `@scope/name`; `name/path` → `name`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split("/");
  return parts.slice(0, specifier.startsWith("@") ? 2 : 1).join("/");
}

/** @returns why a test file may not lie there, or null. Folders of shared/ and functions are uploaded whole. */
export function misplacedTest(path: string): string | null {
  const isTest = /([._]test\.[jt]sx?$)|(^|\/)(__tests__|tests?)\//.test(path);
  if (!isTest || /^tests\/[^/]+\/.*_test\.tsx?$/.test(path)) return null;
  if (/^tests\//.test(path)) {
    return /[._]test\.[jt]sx?$/.test(path)
      ? "tests are named tests/<group>/…_test.ts, else nobody runs them"
      : null;
  }
  return "tests live in tests/";
}
