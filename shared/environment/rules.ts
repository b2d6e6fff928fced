/**
 * Rules about the environment that concern more than one variable, or only production. They look at the text
 * as given, each on its own, so that all violations are found in one pass.
 */
import { type Dsn, dsn, instant, keysByName, vendorKeys } from "./values.ts";

/** One variable that is missing or wrong, and what is expected of it. Never its value. */
export interface EnvironmentProblem {
  readonly name: string;
  readonly expected: string;
}

type Given = Readonly<Record<string, string | undefined>>;

/** Longest time the pooler rule may be suspended for. */
export const DIRECT_WINDOW_HOURS = 24;
/** Shortest key that production accepts: 24 characters of 57 letters and digits are 140 bits. */
export const SHORTEST_KEY = 24;

const POOLER_PORT = 6543;
const DIRECT_PORT = 5432;
const ENCRYPTED: ReadonlySet<string | null> = new Set(["require", "verify-ca", "verify-full"]);

/** @returns everything the rules find wrong; a variable may be named more than once. */
export function environmentProblems(given: Given, now: Date): EnvironmentProblem[] {
  return [
    ...directWindow(given, now),
    ...distinctKeys(given),
    ...wholeGroups(given),
    ...(given.ENVIRONMENT === "local" ? [] : sameProject(given)),
    ...(given.ENVIRONMENT === "prod" ? productionRules(given, now) : []),
  ];
}

function directWindow(given: Given, now: Date): EnvironmentProblem[] {
  const until = instant.safeParse(given.DRAGONFLY_DIRECT_UNTIL).data;
  if (until === undefined || hoursUntil(until, now) <= DIRECT_WINDOW_HOURS) return [];
  return [{ name: "DRAGONFLY_DIRECT_UNTIL", expected: `at most ${DIRECT_WINDOW_HOURS} h ahead` }];
}

/** Two doors that open with one key are one door; which rights it gives would be a matter of chance. */
function distinctKeys(given: Given): EnvironmentProblem[] {
  const problems: EnvironmentProblem[] = [];
  const seen = new Set(Object.values(keysByName.safeParse(given.SUPABASE_SECRET_KEYS).data ?? {}));
  const note = (name: string, key: string | undefined): void => {
    if (key === undefined) return;
    if (seen.has(key)) problems.push({ name, expected: "different from every other key" });
    seen.add(key);
  };
  note("DRAGONFLY_API_KEY", given.DRAGONFLY_API_KEY);
  note("DRAGONFLY_WAKE_TOKEN", given.DRAGONFLY_WAKE_TOKEN);
  for (const key of Object.values(vendorKeys.safeParse(given.DRAGONFLY_VENDOR_KEYS).data ?? {})) {
    note("DRAGONFLY_VENDOR_KEYS", key);
  }
  return problems;
}

const GROUPS = [
  ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM", "TWILIO_TO"],
  ["SIMPLICITY_API_URL", "SIMPLICITY_API_KEY"],
];

function wholeGroups(given: Given): EnvironmentProblem[] {
  return GROUPS.filter((group) => group.some((name) => given[name] !== undefined)).flatMap((group) =>
    group.filter((name) => given[name] === undefined)
      .map((name) => ({
        name,
        expected: `missing: set with ${group.filter((other) => other !== name).join(", ")}`,
      }))
  );
}

function sameProject(given: Given): EnvironmentProblem[] {
  const project = projectOfUrl(given.SUPABASE_URL);
  if (project === null) return [];
  const refs: [name: string, ref: string | null][] = [
    ...["DATABASE_URL", "SUPABASE_DB_URL"].map((name): [string, string | null] => {
      const address = dsn.safeParse(given[name]).data;
      return [name, address === undefined ? null : projectOfDsn(address)];
    }),
    ...["SUPABASE_SECRET_KEYS", "SUPABASE_PUBLISHABLE_KEYS"].flatMap((name) =>
      Object.values(keysByName.safeParse(given[name]).data ?? {})
        .map((key): [string, string | null] => [name, projectOfKey(key)])
    ),
  ];
  const others = new Set(refs.filter(([, ref]) => ref !== null && ref !== project).map(([name]) => name));
  return [...others].map((name) => ({ name, expected: "of the same project as SUPABASE_URL" }));
}

/** The project's ref in a hosted address (`https://<ref>.supabase.co`), else null. */
export function projectOfUrl(url: string | undefined): string | null {
  if (url === undefined || !URL.canParse(url)) return null;
  return /^([a-z0-9]{20})\.supabase\.(?:co|in)$/.exec(new URL(url).hostname)?.[1] ?? null;
}

/** The project's ref in a hosted Postgres address (user `postgres.<ref>` or host `db.<ref>.supabase.co`), else null. */
export function projectOfDsn(address: Dsn): string | null {
  return /\.([a-z0-9]{20})$/.exec(address.user)?.[1] ??
    /^db\.([a-z0-9]{20})\.supabase\.(?:co|in)$/.exec(address.host)?.[1] ?? null;
}

/** The project's ref in a legacy key, which is a JWT that names it; new keys (`sb_…`) name none: null. */
export function projectOfKey(key: string): string | null {
  const payload = /^eyJ[\w-]*\.([\w-]+)\.[\w-]*$/.exec(key)?.[1];
  if (payload === undefined) return null;
  return /"ref"\s*:\s*"([a-z0-9]{20})"/.exec(atob(payload.replaceAll("-", "+").replaceAll("_", "/")))?.[1] ??
    null;
}

function productionRules(given: Given, now: Date): EnvironmentProblem[] {
  return [
    ...poolerOnly(given, now),
    ...["DRAGONFLY_RATE_WRITES", "DRAGONFLY_RATE_READS"].filter((name) => Number(given[name] ?? 1) === 0)
      .map((name) => ({ name, expected: "above 0 in prod" })),
    ...["DRAGONFLY_API_KEY", "DRAGONFLY_WAKE_TOKEN"].filter((name) =>
      (given[name] ?? "").length < SHORTEST_KEY
    )
      .map((name) => ({ name, expected: `at least ${SHORTEST_KEY} characters in prod` })),
    // Only functions that sign are given the name at all.
    ...("DRAGONFLY_SIGNING_KEY" in given && given.DRAGONFLY_SIGNING_KEY === undefined
      ? [{
        name: "DRAGONFLY_SIGNING_KEY",
        expected: "missing: required in prod, an Ed25519 key, PKCS#8 in base64",
      }]
      : []),
    ...Object.values(vendorKeys.safeParse(given.DRAGONFLY_VENDOR_KEYS).data ?? {})
      .filter((key) => key.length < SHORTEST_KEY).slice(0, 1)
      .map(() => ({
        name: "DRAGONFLY_VENDOR_KEYS",
        expected: `keys of at least ${SHORTEST_KEY} characters in prod`,
      })),
  ];
}

function poolerOnly(given: Given, now: Date): EnvironmentProblem[] {
  const address = dsn.safeParse(given.DATABASE_URL).data;
  if (address === undefined) return [];
  const until = instant.safeParse(given.DRAGONFLY_DIRECT_UNTIL).data;
  const directAllowed = until !== undefined && hoursUntil(until, now) > 0;
  const rules: string[] = [];
  if (address.port !== POOLER_PORT && !(directAllowed && address.port === DIRECT_PORT)) {
    rules.push(`port ${POOLER_PORT} (transaction pooler) in prod`);
  }
  if (!ENCRYPTED.has(address.sslmode)) rules.push("sslmode require, verify-ca or verify-full in prod");
  return rules.length === 0 ? [] : [{ name: "DATABASE_URL", expected: rules.join(", ") }];
}

function hoursUntil(until: Date, now: Date): number {
  return (until.getTime() - now.getTime()) / 3_600_000;
}
