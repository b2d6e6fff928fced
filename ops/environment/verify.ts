/**
 * Judges a project's environment: by each function's own parser, and for names that have no business there. Says
 * names and what is expected, never a value.
 */
import { FUNCTION_NAMES } from "../../shared/environment/function_names.ts";
import { EnvironmentError, environmentNames, parseEnvironment } from "../../shared/environment/parse.ts";

/** One remark about one variable. */
export interface EnvironmentFinding {
  readonly name: string;
  readonly level: "error" | "warning";
  readonly message: string;
}

/** What to do about all of them. */
export const ENVIRONMENT_CURE =
  "Correct these names, then ops verify-env-config; a deploy sends them to the functions.";

type Given = Readonly<Record<string, string | undefined>>;

/** Variables commands read and the platform injects; they are in the files, and never sent as secrets. */
const PLATFORM_NAMES = [
  "SUPABASE_URL",
  "SUPABASE_SECRET_KEY",
  "SUPABASE_PUBLISHABLE_KEY",
  "SUPABASE_ACCESS_TOKEN",
  "SUPABASE_MODE",
];

/** What the predecessor's host wanted. It does nothing here, and nobody should believe it does. */
const RAILWAY = /^(?:PORT|WORKER_TYPE|RAILWAY_\w+)$/;

/** Addresses that go past the pooler. */
const DIRECT = ["SUPABASE_DIRECT_URL", "SUPABASE_MIGRATE_DB_URL"];

/**
 * @param mode what the environment is meant to be: `ENVIRONMENT` must say so too.
 * @param given the variables of `.env.<mode>`, those of the process above them.
 */
export function verifyEnvironment(
  mode: "local" | "dev" | "prod",
  given: Given,
  now: Date,
): EnvironmentFinding[] {
  return [
    ...wrongValues(given, now),
    ...(given.ENVIRONMENT === mode || given.ENVIRONMENT === undefined
      ? []
      : [error("ENVIRONMENT", `says ${given.ENVIRONMENT}, and this is ${mode}`)]),
    ...strayNames(mode, given),
    ...(given.DRAGONFLY_DIRECT_UNTIL
      ? [
        warning(
          "DRAGONFLY_DIRECT_UNTIL",
          "the pooler rule is suspended; the sentinel alerts while it stands",
        ),
      ]
      : []),
  ];
}

/** The variables that are the project's own: what `secrets set` sends. */
export function secretsOf(given: Given): Record<string, string> {
  const names = new Set(FUNCTION_NAMES.flatMap(environmentNames).filter((name) => !isPlatforms(name)));
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => names.has(name) && value ? [[name, value]] : []),
  );
}

/** Names any function reads that a project must or may set itself, sorted. */
export function ownNames(): string[] {
  return [...new Set(FUNCTION_NAMES.flatMap(environmentNames))].filter((name) => !isPlatforms(name)).sort();
}

/** As the platform would hand it over: keys by name. The files have one key of each kind. */
export function asInjected(given: Given): Given {
  const keys = (name: string, key: string | undefined) =>
    key ? { [name]: JSON.stringify({ default: key }) } : {};
  return {
    ...keys("SUPABASE_SECRET_KEYS", given.SUPABASE_SECRET_KEY),
    ...keys("SUPABASE_PUBLISHABLE_KEYS", given.SUPABASE_PUBLISHABLE_KEY),
    ...given,
  };
}

function wrongValues(given: Given, now: Date): EnvironmentFinding[] {
  const found = new Map<string, { expected: string; functions: string[] }>();
  for (const name of FUNCTION_NAMES) {
    for (const problem of problemsOf(name, given, now)) {
      const known = found.get(problem.name) ?? { expected: problem.expected, functions: [] };
      found.set(problem.name, { ...known, functions: [...known.functions, name] });
    }
  }
  return [...found].map(([name, { expected, functions }]) => {
    const all = functions.length === FUNCTION_NAMES.length;
    return error(name, all ? expected : `${expected} (for ${functions.join(", ")})`);
  });
}

function problemsOf(name: typeof FUNCTION_NAMES[number], given: Given, now: Date) {
  try {
    parseEnvironment(name, asInjected(given), now);
    return [];
  } catch (thrown) {
    if (thrown instanceof EnvironmentError) return thrown.problems;
    throw thrown;
  }
}

/** Names that have no business in an environment: another host's, the platform's, and ways past the pooler. */
export function strayNames(mode: string, given: Given): EnvironmentFinding[] {
  return Object.keys(given).filter((name) => given[name]).flatMap((name) => {
    if (RAILWAY.test(name)) {
      return [warning(name, "is of the former host and does nothing here: take it out")];
    }
    if (DIRECT.includes(name)) {
      const message = "goes past the pooler; migrations find their way from DATABASE_URL: take it out";
      return [mode === "prod" ? error(name, message) : warning(name, message)];
    }
    const injected = FUNCTION_NAMES.some((one) => environmentNames(one).includes(name));
    if (isPlatforms(name) && !PLATFORM_NAMES.includes(name) && !injected) {
      return [error(name, "SUPABASE_ names are the platform's and cannot be set as secrets")];
    }
    return [];
  });
}

function isPlatforms(name: string): boolean {
  return name.startsWith("SUPABASE_");
}

function error(name: string, message: string): EnvironmentFinding {
  return { name, level: "error", message };
}

function warning(name: string, message: string): EnvironmentFinding {
  return { name, level: "warning", message };
}
