/** The environment: what each function is handed, what is refused, and that no value is ever said. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertThrows } from "deno-std/assert/throws.js";
import fc from "fast-check";
import { EnvironmentError, environmentNames, parseEnvironment } from "../../../shared/environment/parse.ts";
import { FUNCTION_NAMES, type FunctionName } from "../../../shared/environment/function_names.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const REF = "abcdefghijklmnopqrst";

const LOCAL: Record<string, string> = {
  ENVIRONMENT: "local",
  SUPABASE_URL: "http://127.0.0.1:54321",
  SUPABASE_SECRET_KEYS: '{"default":"sb_secret_local"}',
  SUPABASE_PUBLISHABLE_KEYS: '{"default":"sb_publishable_local"}',
  SUPABASE_DB_URL: "postgresql://postgres:pw@127.0.0.1:5432/postgres",
  DATABASE_URL: "postgresql://postgres:pw@127.0.0.1:5432/postgres",
  DRAGONFLY_API_KEY: "operator-key",
  DRAGONFLY_WAKE_TOKEN: "wake-token",
  DRAGONFLY_CORS_ORIGINS: "http://localhost:5173",
};
const PROD: Record<string, string> = {
  ...LOCAL,
  ENVIRONMENT: "prod",
  SUPABASE_URL: `https://${REF}.supabase.co`,
  DATABASE_URL:
    `postgresql://postgres.${REF}:pw@aws-0-us-east-1.pooler.supabase.com:6543/postgres?sslmode=require`,
  DRAGONFLY_API_KEY: "operator-key-of-at-least-24-characters",
  DRAGONFLY_WAKE_TOKEN: "wake-token-of-at-least-24-characters",
  DRAGONFLY_SIGNING_KEY: `MC4CAQAwBQYDK2VwBCIEI${"A".repeat(43)}`, // of 32 zero bytes
};

function problemsOf(functionName: FunctionName, record: Record<string, string | undefined>): string[] {
  try {
    parseEnvironment(functionName, record, NOW);
    return [];
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return error.problems.map((problem) => problem.name);
  }
}

Deno.test("parseEnvironment() takes a local and a production environment for every function", () => {
  for (const name of FUNCTION_NAMES) {
    assertEquals(problemsOf(name, LOCAL), []);
    assertEquals(problemsOf(name, PROD), []);
  }
});

Deno.test("parseEnvironment() parses values and fills defaults", () => {
  const environment = parseEnvironment("intake", {
    ...LOCAL,
    DRAGONFLY_VENDOR_KEYS: '{"acme":"k1","beta-2":"k2"}',
    DRAGONFLY_CORS_ORIGINS: "https://a.example.org, http://localhost:5173",
    DRAGONFLY_RATE_WRITES: "0",
  }, NOW);
  assertEquals(environment.SUPABASE_SECRET_KEYS, { default: "sb_secret_local" });
  assertEquals(environment.DRAGONFLY_VENDOR_KEYS, { acme: "k1", "beta-2": "k2" });
  assertEquals(environment.DRAGONFLY_CORS_ORIGINS, ["https://a.example.org", "http://localhost:5173"]);
  assertEquals([environment.DRAGONFLY_RATE_WRITES, environment.DRAGONFLY_RATE_READS], [0, 600]);
  assertEquals(environment.LOG_LEVEL, "info");
});

Deno.test("parseEnvironment() hands a function only what it has use for", () => {
  assert(!environmentNames("worker").includes("SUPABASE_PUBLISHABLE_KEYS"));
  for (const name of FUNCTION_NAMES) {
    assertEquals(environmentNames(name).includes("SUPABASE_DB_URL"), name === "system");
    const read = parseEnvironment(name, { ...LOCAL, SOMETHING_ELSE: "x" }, NOW);
    assert(!("SOMETHING_ELSE" in read));
  }
});

Deno.test("parseEnvironment() gives the direct connection to nobody in prod", () => {
  assertEquals(parseEnvironment("system", PROD, NOW).SUPABASE_DB_URL, undefined);
  assertEquals(parseEnvironment("system", LOCAL, NOW).SUPABASE_DB_URL?.port, 5432);
  assertEquals(problemsOf("system", { ...PROD, SUPABASE_DB_URL: "not even an address" }), []);
});

Deno.test("parseEnvironment() lists every bad name at once", () => {
  assertEquals(
    problemsOf("sentinel", {}).sort(),
    [
      "DATABASE_URL",
      "DRAGONFLY_API_KEY",
      "DRAGONFLY_CORS_ORIGINS",
      "DRAGONFLY_WAKE_TOKEN",
      "ENVIRONMENT",
      "SUPABASE_SECRET_KEYS",
      "SUPABASE_URL",
    ],
  );
  const many = problemsOf("sentinel", {
    ...PROD,
    SUPABASE_URL: "nonsense",
    DATABASE_URL: PROD.DATABASE_URL?.replace("6543", "5432"),
    DRAGONFLY_RATE_READS: "0",
    LOG_LEVEL: "loud",
    TWILIO_TO: "+1",
  });
  for (
    const name of [
      "SUPABASE_URL",
      "DATABASE_URL",
      "DRAGONFLY_RATE_READS",
      "LOG_LEVEL",
      "TWILIO_FROM",
      "TWILIO_ACCOUNT_SID",
      "TWILIO_AUTH_TOKEN",
    ]
  ) assert(many.includes(name), name);
});

Deno.test("parseEnvironment() never says a value, whatever the values are", () => {
  const names = [...new Set(FUNCTION_NAMES.flatMap(environmentNames))];
  fc.assert(fc.property(
    fc.constantFrom(...FUNCTION_NAMES),
    fc.constantFrom("local", "dev", "prod", "staging"),
    fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 6 }),
    (functionName, environment, bad) => {
      const record: Record<string, string> = { ...PROD, ENVIRONMENT: environment };
      for (const name of bad) record[name] = `XSECRETX://${name.length}`;
      try {
        parseEnvironment(functionName, record, NOW);
      } catch (error) {
        if (!(error instanceof EnvironmentError)) throw error;
        assert(!error.message.includes("XSECRETX"), error.message);
        for (const value of Object.values(PROD)) {
          if (value.length > 8) assert(!error.message.includes(value), error.message);
        }
      }
    },
  ));
});

Deno.test("parseEnvironment() wants a signing key in prod, of those that sign alone, and of the right form", () => {
  const without = { ...PROD, DRAGONFLY_SIGNING_KEY: undefined };
  for (const name of ["sentinel", "system", "intake", "enforcement"] as const) {
    assertEquals(problemsOf(name, without), ["DRAGONFLY_SIGNING_KEY"]);
    assertEquals(problemsOf(name, { ...LOCAL, DRAGONFLY_SIGNING_KEY: undefined }), []);
    assertEquals(problemsOf(name, { ...PROD, DRAGONFLY_SIGNING_KEY: "bm8ga2V5" }), ["DRAGONFLY_SIGNING_KEY"]);
  }
  for (const name of ["worker", "outbound"] as const) assertEquals(problemsOf(name, without), []);
  const two = {
    ...PROD,
    DRAGONFLY_SIGNING_KEY: `${PROD.DRAGONFLY_SIGNING_KEY}, ${PROD.DRAGONFLY_SIGNING_KEY}`,
  };
  assertEquals(parseEnvironment("system", two, NOW).DRAGONFLY_SIGNING_KEY?.length, 2);
});

Deno.test("parseEnvironment() treats empty as absent", () => {
  assertEquals(problemsOf("intake", { ...LOCAL, DRAGONFLY_API_KEY: "" }), ["DRAGONFLY_API_KEY"]);
  assertEquals(problemsOf("intake", { ...LOCAL, DATABASE_URL: "" }), []);
  assertEquals(problemsOf("sentinel", { ...LOCAL, DATABASE_URL: "" }), ["DATABASE_URL"]);
});

const DSN = (rest: string) => `postgresql://postgres.${REF}:pw@aws-0-us-east-1.pooler.supabase.com${rest}`;
const IN_PROD: readonly (readonly [string, string | undefined, string | undefined, boolean])[] = [
  ["the pooler with require", DSN(":6543/postgres?sslmode=require"), undefined, true],
  ["the pooler with verify-full", DSN(":6543/postgres?sslmode=verify-full"), undefined, true],
  ["the pooler with verify-ca", DSN(":6543/postgres?sslmode=verify-ca"), undefined, true],
  ["the pooler without sslmode", DSN(":6543/postgres"), undefined, false],
  ["the pooler with prefer", DSN(":6543/postgres?sslmode=prefer"), undefined, false],
  ["the direct port", DSN(":5432/postgres?sslmode=require"), undefined, false],
  ["no port", DSN("/postgres?sslmode=require"), undefined, false],
  ["6543 only in the password", `postgresql://u:6543@h:5432/db?sslmode=require`, undefined, false],
  ["sslmode only in the path", `postgresql://u:p@h:6543/sslmode=require`, undefined, false],
  ["the direct port while permitted", DSN(":5432/postgres?sslmode=require"), "2026-11-22T11:00:00Z", true],
  ["the direct port, permission over", DSN(":5432/postgres?sslmode=require"), "2026-11-21T11:59:59Z", false],
  ["a permission over 24 h", DSN(":5432/postgres?sslmode=require"), "2026-11-22T12:00:01Z", false],
  ["an odd port while permitted", DSN(":6432/postgres?sslmode=require"), "2026-11-22T11:00:00Z", false],
  ["no TLS while permitted", DSN(":5432/postgres"), "2026-11-22T11:00:00Z", false],
  ["a permission that is no time", DSN(":6543/postgres?sslmode=require"), "tomorrow", false],
  ["nothing at all, where it is not needed", undefined, undefined, true],
];

for (const [what, dsn, until, passes] of IN_PROD) {
  Deno.test(`parseEnvironment() ${passes ? "takes" : "refuses"} in prod: ${what}`, () => {
    const found = problemsOf("worker", { ...PROD, DATABASE_URL: dsn, DRAGONFLY_DIRECT_UNTIL: until });
    assertEquals(found.length === 0, passes, found.join());
  });
}

Deno.test("parseEnvironment() takes any Postgres address locally and refuses other addresses", () => {
  assertEquals(problemsOf("worker", { ...LOCAL, DATABASE_URL: "postgres://u@h/db" }), []);
  assertEquals(problemsOf("worker", { ...LOCAL, DATABASE_URL: "mysql://u@h/db" }), ["DATABASE_URL"]);
});

Deno.test("parseEnvironment() refuses a database of another project", () => {
  const other = DSN(":6543/postgres?sslmode=require").replace(REF, "zzzzzzzzzzzzzzzzzzzz");
  assertEquals(problemsOf("worker", { ...PROD, DATABASE_URL: other }), ["DATABASE_URL"]);
});

Deno.test("parseEnvironment() refuses a legacy key of another project, which names its project", () => {
  const legacy = (ref: string) => ["eyJhbGciOiJIUzI1NiJ9", btoa(JSON.stringify({ ref })), "c2ln"].join(".");
  const keys = (ref: string) => JSON.stringify({ default: legacy(ref) });
  for (const name of ["SUPABASE_SECRET_KEYS", "SUPABASE_PUBLISHABLE_KEYS"]) {
    assertEquals(problemsOf("intake", { ...PROD, [name]: keys("z".repeat(20)) }), [name]);
    assertEquals(problemsOf("intake", { ...PROD, [name]: keys(REF) }), []);
  }
});

Deno.test("parseEnvironment() refuses keys that open two doors", () => {
  assertEquals(problemsOf("intake", { ...LOCAL, DRAGONFLY_WAKE_TOKEN: "operator-key" }), [
    "DRAGONFLY_WAKE_TOKEN",
  ]);
  assertEquals(problemsOf("intake", { ...LOCAL, DRAGONFLY_VENDOR_KEYS: '{"acme":"wake-token"}' }), [
    "DRAGONFLY_VENDOR_KEYS",
  ]);
  assertEquals(problemsOf("intake", { ...LOCAL, DRAGONFLY_API_KEY: "sb_secret_local" }), [
    "DRAGONFLY_API_KEY",
  ]);
});

Deno.test("parseEnvironment() refuses short keys and missing limits in prod alone", () => {
  for (const name of ["DRAGONFLY_API_KEY", "DRAGONFLY_WAKE_TOKEN"]) {
    assertEquals(problemsOf("intake", { ...PROD, [name]: "short" }), [name]);
  }
  for (const name of ["DRAGONFLY_RATE_WRITES", "DRAGONFLY_RATE_READS"]) {
    assertEquals(problemsOf("intake", { ...PROD, [name]: "0" }), [name]);
    assertEquals(problemsOf("intake", { ...LOCAL, [name]: "0" }), []);
    assertEquals(problemsOf("intake", { ...LOCAL, [name]: "1.5" }), [name]);
  }
});

Deno.test("parseEnvironment() refuses origins that no browser sends", () => {
  for (const bad of ["*", "https://a.example.org/", "a.example.org", ","]) {
    assertEquals(
      problemsOf("intake", { ...LOCAL, DRAGONFLY_CORS_ORIGINS: bad }),
      ["DRAGONFLY_CORS_ORIGINS"],
      bad,
    );
  }
});

Deno.test("parseEnvironment() reads signing keys in both shapes and falls back to none", () => {
  const keys = [{ kty: "EC", kid: "1", crv: "P-256" }];
  const read = (value: string) =>
    parseEnvironment("intake", { ...LOCAL, SUPABASE_JWKS: value }, NOW).SUPABASE_JWKS;
  assertEquals(read(JSON.stringify({ keys })), { keys });
  assertEquals(read(JSON.stringify(keys)), { keys });
  assertEquals(read("https://example.org/jwks"), { keys: [] });
});

Deno.test("EnvironmentError says which function cannot start and what is expected", () => {
  const error = assertThrows(
    () => parseEnvironment("worker", { ...LOCAL, ENVIRONMENT: "staging" }, NOW),
    EnvironmentError,
  );
  assertEquals(
    error.message,
    "Cannot start worker: environment variables missing or wrong: ENVIRONMENT (local, dev or prod)",
  );
});
