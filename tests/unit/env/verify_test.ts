/** verifyEnvironment(): names and rules of a project's environment, and never a value. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { secretsOf, verifyEnvironment } from "../../../ops/environment/verify.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const REF = "abcdefghijklmnopqrst";
const address = (port: number, ref = REF) =>
  `postgresql://postgres.${ref}:pw@aws-0-us-east-1.pooler.supabase.com:${port}/postgres?sslmode=require`;

const PROD = {
  ENVIRONMENT: "prod",
  SUPABASE_URL: `https://${REF}.supabase.co`,
  SUPABASE_SECRET_KEY: "sb_secret_made_up",
  DATABASE_URL: address(6543),
  DRAGONFLY_API_KEY: "operator-key-of-at-least-24-characters",
  DRAGONFLY_WAKE_TOKEN: "wake-token-of-at-least-24-characters",
  DRAGONFLY_SIGNING_KEY: `MC4CAQAwBQYDK2VwBCIEI${"A".repeat(43)}`, // of 32 zero bytes
  DRAGONFLY_CORS_ORIGINS: "https://app.example.org",
};

const findings = (change: Record<string, string | undefined>, mode: "dev" | "prod" = "prod") =>
  verifyEnvironment(mode, { ...PROD, ENVIRONMENT: mode, ...change }, NOW).map(({ name, level }) =>
    `${level} ${name}`
  );

const legacyKey = (ref: string) => ["eyJhbGciOiJIUzI1NiJ9", btoa(JSON.stringify({ ref })), "c2ln"].join(".");

Deno.test("verifyEnvironment() finds nothing in a whole environment", () => {
  assertEquals(findings({}), []);
});

const WRONG: Record<string, [change: Record<string, string | undefined>, finding: string]> = {
  "a missing variable": [{ DRAGONFLY_API_KEY: undefined }, "error DRAGONFLY_API_KEY"],
  "the direct port": [{ DATABASE_URL: address(5432) }, "error DATABASE_URL"],
  "a database of another project": [{ DATABASE_URL: address(6543, "z".repeat(20)) }, "error DATABASE_URL"],
  "a key of another project": [
    { SUPABASE_SECRET_KEYS: JSON.stringify({ default: legacyKey("z".repeat(20)) }) },
    "error SUPABASE_SECRET_KEYS",
  ],
  "an environment of another name": [{ ENVIRONMENT: "dev" }, "error ENVIRONMENT"],
  "a name of the platform's": [{ SUPABASE_SERVICE_ROLE_KEY: "x" }, "error SUPABASE_SERVICE_ROLE_KEY"],
  "a direct address": [{ SUPABASE_DIRECT_URL: "x" }, "error SUPABASE_DIRECT_URL"],
  "another direct address": [{ SUPABASE_MIGRATE_DB_URL: "x" }, "error SUPABASE_MIGRATE_DB_URL"],
  "the former host's port": [{ PORT: "8000" }, "warning PORT"],
  "the former host's worker": [{ WORKER_TYPE: "ingest" }, "warning WORKER_TYPE"],
  "the former host's names": [{ RAILWAY_ENVIRONMENT: "x" }, "warning RAILWAY_ENVIRONMENT"],
};
for (const [what, [change, finding]] of Object.entries(WRONG)) {
  Deno.test(`verifyEnvironment() finds ${what}`, () => assertEquals(findings(change), [finding]));
}

Deno.test("verifyEnvironment() only warns of direct addresses outside prod", () => {
  assertEquals(findings({ SUPABASE_DIRECT_URL: "x" }, "dev"), ["warning SUPABASE_DIRECT_URL"]);
});

Deno.test("verifyEnvironment() permits the direct port while the window stands, and says so", () => {
  const change = { DATABASE_URL: address(5432), DRAGONFLY_DIRECT_UNTIL: "2026-11-22T11:00:00Z" };
  assertEquals(findings(change), ["warning DRAGONFLY_DIRECT_UNTIL"]);
  const late = { ...change, DRAGONFLY_DIRECT_UNTIL: "2026-11-21T11:59:59Z" };
  assertEquals(findings(late), ["error DATABASE_URL", "warning DRAGONFLY_DIRECT_UNTIL"]);
  const far = { DRAGONFLY_DIRECT_UNTIL: "2026-11-22T12:00:01Z" };
  assertEquals(findings(far), ["error DRAGONFLY_DIRECT_UNTIL", "warning DRAGONFLY_DIRECT_UNTIL"]);
});

Deno.test("verifyEnvironment() says which functions miss what only they need", () => {
  const [finding] = verifyEnvironment("dev", { ...PROD, ENVIRONMENT: "dev", DATABASE_URL: undefined }, NOW);
  assert(finding?.message.includes("(for sentinel, outbound)"), finding?.message);
});

Deno.test("verifyEnvironment() never says a value", () => {
  const given = Object.fromEntries(Object.keys(PROD).map((name) => [name, "hunter2-hunter2"]));
  const said = JSON.stringify(verifyEnvironment("prod", { ...given, SUPABASE_DIRECT_URL: "hunter2" }, NOW));
  assertEquals(said.replace("says hunter2-hunter2", "").includes("hunter2"), false);
});

Deno.test("secretsOf() sends the project's own variables and none of the platform's", () => {
  const given = {
    ...PROD,
    SUPABASE_ACCESS_TOKEN: "x",
    PATH: "/bin",
    LOG_LEVEL: "",
    SLACK_WEBHOOK_URL: undefined,
  };
  assertEquals(Object.keys(secretsOf(given)).sort(), [
    "DATABASE_URL",
    "DRAGONFLY_API_KEY",
    "DRAGONFLY_CORS_ORIGINS",
    "DRAGONFLY_SIGNING_KEY",
    "DRAGONFLY_WAKE_TOKEN",
    "ENVIRONMENT",
  ]);
});
