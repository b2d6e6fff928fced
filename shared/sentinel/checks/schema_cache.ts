/**
 * Whether REST works. PGRST002 means it could not read the database's catalog: look why, tell it once to read it
 * again (`reload schema`; a bare `reload` is ignored), then ask up to five times. Incident "Dashboard 500 errors".
 */
import * as z from "zod";
import type { Check, CheckPorts, Observation, RestAnswer } from "../check.ts";

export const SCHEMA_CACHE_BROKEN = "PGRST002";
/** When telling REST to read again does not help. */
export const LAST_RESORT =
  "see that every schema in supabase/config.toml exists, then restart the database from the dashboard.";
const PROBES = 5;
const PROBE_EVERY_MS = 3000;

/** Schemas that REST serves: supabase/config.toml names the same. One that is missing *is* PGRST002. */
const DIAGNOSIS_SQL = `
  select array(select s from unnest(array['public', 'intake', 'ops', 'audit']) s
                where not exists (select 1 from pg_catalog.pg_namespace n where n.nspname = s)) as missing_schemas,
         (select count(*)::int from pg_catalog.pg_stat_activity) as connections,
         current_setting('max_connections')::int as max_connections,
         (select count(*)::int from pg_catalog.pg_stat_activity a
           where a.state = 'active' and a.query_start < now() - interval '5 seconds') as slow_queries`;

const Diagnosis = z.tuple([z.object({
  missing_schemas: z.array(z.string()),
  connections: z.number(),
  max_connections: z.number(),
  slow_queries: z.number(),
})]);
type Diagnosis = z.infer<typeof Diagnosis>[0];

export const schemaCache: Check = {
  name: "schema_cache",
  remedy:
    `ops fix-schema-cache says whether it is the schema cache, and tries again. When it stays: ${LAST_RESORT}`,
  async look(ports) {
    const first = await ports.probeRest();
    if (first.outcome === "answers") return [];
    if (!isBroken(first)) return [{ level: "critical", message: `REST does not work: ${words(first)}` }];
    return [await heal(ports)];
  },
};

/** Diagnoses, notifies once, probes again. @returns what is to be said about it. */
export async function heal(ports: Pick<CheckPorts, "query" | "probeRest" | "wait">): Promise<Observation> {
  const [diagnosis] = Diagnosis.parse(await ports.query(DIAGNOSIS_SQL));
  await ports.query("notify pgrst, 'reload schema'");
  let last: RestAnswer = { outcome: "refuses", status: 503, code: SCHEMA_CACHE_BROKEN };
  for (let probe = 1; probe <= PROBES; probe++) {
    await ports.wait(PROBE_EVERY_MS);
    last = await ports.probeRest();
    if (last.outcome === "answers") {
      return {
        level: "warning",
        message:
          `REST answered ${SCHEMA_CACHE_BROKEN}; healed by notify pgrst, 'reload schema' (probe ${probe} of ${PROBES})`,
        details: { healed: true, probes: probe, ...diagnosis },
      };
    }
  }
  return {
    level: "critical",
    message: `REST answers ${words(last)} and notify pgrst, 'reload schema' did not help: ${
      causeOf(diagnosis)
    }`,
    details: { healed: false, probes: PROBES, ...diagnosis },
  };
}

function isBroken(answer: RestAnswer): boolean {
  return answer.outcome === "refuses" && answer.code === SCHEMA_CACHE_BROKEN;
}

function words(answer: RestAnswer): string {
  if (answer.outcome === "unreachable") return `no answer (${answer.why})`;
  return answer.outcome === "refuses" ? answer.code ?? `status ${answer.status}` : "as it should";
}

function causeOf(diagnosis: Diagnosis): string {
  if (diagnosis.missing_schemas.length > 0) {
    return `schemas are missing: ${diagnosis.missing_schemas.join(", ")}`;
  }
  if (diagnosis.connections > 0.9 * diagnosis.max_connections) {
    return `${diagnosis.connections} of ${diagnosis.max_connections} connections are taken`;
  }
  if (diagnosis.slow_queries > 0) return `${diagnosis.slow_queries} queries have run for more than 5s`;
  return "the database is reachable and its schemas are there";
}
