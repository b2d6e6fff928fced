/** PGRST002: diagnose, notify once, probe up to five times. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import type { CheckPorts, RestAnswer } from "../../../shared/sentinel/check.ts";
import { schemaCache } from "../../../shared/sentinel/checks/schema_cache.ts";
import { quietPorts } from "./ports.ts";

const CALM = { missing_schemas: [] as string[], connections: 5, max_connections: 100, slow_queries: 0 };
const BROKEN: RestAnswer = { outcome: "refuses", status: 503, code: "PGRST002" };
const WELL: RestAnswer = { outcome: "answers" };

/** @param answers of REST in order; the last one stays. */
function rest(answers: RestAnswer[], diagnosis = CALM) {
  const done: string[] = [];
  const ports: CheckPorts = {
    ...quietPorts(),
    probeRest: () => Promise.resolve((answers.length > 1 ? answers.shift() : answers[0]) ?? WELL),
    query: (sql) => {
      done.push(sql.trim().split(/\s+/)[0] ?? "");
      if (sql.startsWith("notify")) assertEquals(sql, "notify pgrst, 'reload schema'");
      return Promise.resolve(sql.startsWith("notify") ? [] : [diagnosis]);
    },
    wait: (milliseconds) => {
      done.push(`wait ${milliseconds}`);
      return Promise.resolve();
    },
  };
  return { ports, done };
}

Deno.test("schemaCache finds nothing while REST answers, and touches nothing", async () => {
  const { ports, done } = rest([WELL]);
  assertEquals(await schemaCache.look(ports), []);
  assertEquals(done, []);
});

Deno.test("schemaCache diagnoses before it notifies, notifies once, and is a warning when that healed", async () => {
  const { ports, done } = rest([BROKEN, BROKEN, WELL]);
  const [found] = await schemaCache.look(ports);
  assertEquals(found?.level, "warning");
  assertStringIncludes(found?.message ?? "", "healed by notify pgrst, 'reload schema' (probe 2 of 5)");
  assertEquals(done, ["select", "notify", "wait 3000", "wait 3000"]);
});

Deno.test("schemaCache is critical when five probes did not help, and says what it saw", async () => {
  const missing = rest([BROKEN], { ...CALM, missing_schemas: ["evidence"] });
  const [found] = await schemaCache.look(missing.ports);
  assertEquals(found?.level, "critical");
  assertStringIncludes(found?.message ?? "", "schemas are missing: evidence");
  assertEquals(missing.done.filter((step) => step === "notify").length, 1);
  assertEquals(missing.done.filter((step) => step === "wait 3000").length, 5);
  const [full] = await schemaCache.look(rest([BROKEN], { ...CALM, connections: 95 }).ports);
  assertStringIncludes(full?.message ?? "", "95 of 100 connections are taken");
  const [slow] = await schemaCache.look(rest([BROKEN], { ...CALM, slow_queries: 3 }).ports);
  assertStringIncludes(slow?.message ?? "", "3 queries have run for more than 5s");
});

Deno.test("schemaCache is critical, and notifies nobody, when REST fails in another way", async () => {
  for (
    const answer of [{ outcome: "unreachable", why: "no connection" }, {
      outcome: "refuses",
      status: 502,
      code: null,
    }] as const
  ) {
    const { ports, done } = rest([answer]);
    const [found] = await schemaCache.look(ports);
    assertEquals(found?.level, "critical");
    assertEquals(done, []);
  }
});
