/** Whether the parts of a system can be reached at all, and are the ones that are meant. */
import * as z from "zod";
import { probeRest } from "../../shared/data/rest_probe.ts";
import { projectOfUrl } from "../../shared/environment/rules.ts";
import { dsn } from "../../shared/environment/values.ts";
import { DROP_BUCKET } from "../../shared/intake/limits.ts";
import { bytesOf, readConfig } from "../../checkout/config.ts";
import { givenOf } from "../environment/given.ts";
import {
  ENVIRONMENT_CURE,
  type EnvironmentFinding,
  strayNames,
  verifyEnvironment,
} from "../environment/verify.ts";
import { reasonOf } from "../reason.ts";
import type { Target } from "../target.ts";
import { timed } from "./asking.ts";
import { type Seen, unwell, warned, well, wellUnless } from "./check.ts";

const ANSWER_WITHIN_MS = 10_000;

/** The names and rules of the environment, each function's own, and what has no business there. */
export async function lookAtEnvironment(target: Target): Promise<Seen> {
  const given = await givenOf(target);
  return ofFindings(
    verifyEnvironment(target.environment, given, new Date()),
    `${Object.values(given).filter(Boolean).length} variables, each function's rules hold`,
  );
}

/** The values alone: what each function's parser says. */
export async function lookAtValues(target: Target): Promise<Seen> {
  const given = await givenOf(target);
  const stray = new Set(strayNames(target.environment, given).map(({ name }) => name));
  return ofFindings(
    verifyEnvironment(target.environment, given, new Date()).filter(({ name }) => !stray.has(name)),
    `${target.environment}: ${
      Object.values(given).filter(Boolean).length
    } variables, each function's rules hold`,
  );
}

/** The names alone: what is forbidden, or of another host. */
export async function lookAtStrayNames(target: Target): Promise<Seen> {
  return ofFindings(
    strayNames(target.environment, await givenOf(target)),
    "no variable that has no business there",
  );
}

function ofFindings(findings: readonly EnvironmentFinding[], fine: string): Seen {
  const words = (level: EnvironmentFinding["level"]) =>
    findings.filter((one) => one.level === level).map(({ name, message }) => `${name}: ${message}`);
  const [errors, warnings] = [words("error"), words("warning")];
  if (errors.length > 0) return unwell(errors.join("\n"), ENVIRONMENT_CURE);
  return warnings.length > 0 ? warned(warnings.join("\n"), ENVIRONMENT_CURE) : well(fine);
}

const Postgres = z.tuple([z.object({
  version: z.string(),
  read_only: z.boolean(),
  connections: z.number(),
  most: z.number(),
})]);

/** Whether Postgres answers, lets us write, and has room for more connections. */
export async function lookAtDatabase(target: Target): Promise<Seen> {
  const sql = await target.sql();
  const [rows, ms] = await timed(async () => [
    ...await sql`
      select current_setting('server_version') as version,
             current_setting('transaction_read_only')::bool as read_only,
             (select count(*)::int from pg_stat_activity a where a.backend_type = 'client backend') as connections,
             current_setting('max_connections')::int as most`,
  ]);
  const [{ version, read_only, connections, most }] = Postgres.parse(rows);
  const evidence = `Postgres ${version.split(" ")[0]} in ${ms} ms, ${connections} of ${most} connections`;
  if (read_only) {
    return unwell(
      `${evidence}, and it is read-only`,
      "A hosted project is made read-only when its disk is full: make room on the dashboard (Database, Settings), then " +
        "alter database postgres set default_transaction_read_only = off.",
    );
  }
  return 10 * connections <= 9 * most ? well(evidence) : unwell(
    `${evidence}: hardly any are left`,
    "select application_name, state, count(*) from pg_stat_activity group by 1, 2 shows who has them.",
  );
}

/** Whether DATABASE_URL goes through the transaction pooler, and the pooler serves two at once. */
export async function lookAtPooler(target: Target): Promise<Seen> {
  const { databaseUrl, stack } = await target.addresses();
  const read = dsn.safeParse(databaseUrl ?? undefined).data;
  if (read === undefined) {
    return unwell("DATABASE_URL is no Postgres address", "ops verify-env-config says what is expected.");
  }
  const sql = await target.sql();
  const [, ms] = await timed(() =>
    Promise.all([1, 2].map((turn) => sql.begin((transaction) => transaction`select ${turn}::int`)))
  );
  const evidence = `port ${read.port}, two transactions side by side in ${ms} ms`;
  if (stack !== null) return well(`${evidence} (a local stack has no pooler in between)`);
  if (read.port === 6543) return well(evidence);
  const remedy = "Take the transaction pooler's address (port 6543) from the dashboard, Connect.";
  const words = `${evidence}: not the transaction pooler`;
  return target.environment === "prod" ? unwell(words, remedy) : warned(words, remedy);
}

/** Whether REST reaches the database. */
export async function lookAtRest(target: Target): Promise<Seen> {
  const [url, key] = [await target.need("apiUrl"), await target.need("secretKey")];
  const [answer, ms] = await timed(() => probeRest(url, key, fetch));
  if (answer.outcome === "answers") return well(`answers in ${ms} ms`);
  if (answer.outcome === "unreachable") {
    return unwell(`no answer: ${answer.why}`, "See whether the project is paused, and SUPABASE_URL right.");
  }
  const words = `answers ${answer.status} ${answer.code ?? ""}`.trim();
  return answer.code === "PGRST002" ? unwell(words, "ops fix-schema-cache") : unwell(
    words,
    "401: SUPABASE_SECRET_KEY is not this project's. Else GET /system/readyz shows which part is down.",
  );
}

const Bucket = z.object({
  public: z.boolean(),
  file_size_limit: z.coerce.number().nullable(),
  allowed_mime_types: z.array(z.string()).nullable(),
});

/** Whether Storage answers, and the bucket of drops is as config.toml has it. */
export async function lookAtStorage(target: Target): Promise<Seen> {
  const [url, key] = [await target.need("apiUrl"), await target.need("secretKey")];
  const [response, ms] = await timed(() =>
    fetch(`${url}/storage/v1/bucket/${DROP_BUCKET}`, {
      headers: { apikey: key, authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
  );
  const body: unknown = await response.json().catch(() => null);
  if (!response.ok) {
    return unwell(
      `Storage answers ${response.status} for the bucket ${DROP_BUCKET}`,
      "ops db-push makes the buckets of supabase/config.toml.",
    );
  }
  const found = Bucket.parse(body);
  const wanted = (await readConfig()).storage.buckets[DROP_BUCKET];
  const limit = wanted?.file_size_limit === undefined ? null : bytesOf(wanted.file_size_limit);
  const same = [...found.allowed_mime_types ?? []].sort().join() ===
    [...wanted?.allowed_mime_types ?? []].sort().join();
  return wellUnless(
    [
      ...(found.public ? [`bucket ${DROP_BUCKET} is public`] : []),
      ...(found.file_size_limit === limit
        ? []
        : [`bucket ${DROP_BUCKET} takes files up to ${found.file_size_limit} bytes instead of ${limit}`]),
      ...(same ? [] : [`bucket ${DROP_BUCKET} takes other content types than config.toml says`]),
    ],
    `bucket ${DROP_BUCKET} is there, private, as config.toml has it; answers in ${ms} ms`,
    "ops db-push sets the buckets as supabase/config.toml has them.",
  );
}

/** The clocks of this machine, of Postgres and of the functions, which sign and expire by theirs. */
export async function lookAtClock(target: Target): Promise<Seen> {
  const sql = await target.sql();
  const began = Date.now();
  const [row] = await sql`select clock_timestamp() as now, current_setting('TimeZone') as zone`;
  const here = (began + Date.now()) / 2;
  const seconds = Math.abs(z.date().parse(row?.now).getTime() - here) / 1000;
  const functions = await functionsAhead(target);
  const words = `Postgres ${seconds.toFixed(1)} s off this machine` +
    (functions === null ? "" : `, functions ${functions.toFixed(0)} s`) + `, zone ${row?.zone}`;
  const worst = Math.max(seconds, functions === null ? 0 : functions - 1); // a date header has whole seconds
  const remedy =
    "Set this machine's clock by the network (timedatectl set-ntp true); a project's own is the platform's.";
  if (worst > 60) return unwell(words, remedy);
  return worst > 5 ? warned(words, remedy) : well(words);
}

async function functionsAhead(target: Target): Promise<number | null> {
  try {
    const response = await fetch(`${await target.need("apiUrl")}/functions/v1/system/health`, {
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    await response.body?.cancel();
    const date = Date.parse(response.headers.get("date") ?? "");
    return Number.isNaN(date) ? null : Math.abs(date - Date.now()) / 1000;
  } catch {
    return null; // other checks tell that functions are away
  }
}

/** Whether an address is a hosted project's, which keeps its own backups, logs and pooler. */
export function isHosted(apiUrl: string): boolean {
  return projectOfUrl(apiUrl) !== null;
}

/** The words of what cannot be reached, for a look that goes on. */
export function unreachable(error: unknown): string {
  return error instanceof DOMException && error.name === "TimeoutError"
    ? `no answer within ${ANSWER_WITHIN_MS / 1000} s`
    : error instanceof TypeError
    ? "nobody answers"
    : reasonOf(error);
}
