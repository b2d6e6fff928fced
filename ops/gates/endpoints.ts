/** Gate 7: every function answers, lets in who has a key and nobody else; REST serves our schemas and no other. */
import { readConfig } from "../../checkout/config.ts";
import { ACCESS, type Access } from "../../shared/http/access.ts";
import { FUNCTION_NAMES } from "../../shared/environment/function_names.ts";
import { unreachable } from "../checks/reach.ts";
import { type Seen, wellUnless } from "../checks/check.ts";
import { givenOf } from "../environment/given.ts";
import { SERVICE_RIGHTS } from "../security/rights.ts";
import type { Target } from "../target.ts";

const ANSWER_WITHIN_MS = 10_000;
/** What nobody may reach over REST, whoever he is: Vault's secrets. */
const HIDDEN_SCHEMA = "vault";

/** Calls everything once, with a right key, a wrong one and none. */
export async function lookAtEndpoints(target: Target): Promise<Seen> {
  const [url, operatorKey, secretKey] = [
    await target.need("apiUrl"),
    await target.need("operatorKey"),
    await target.need("secretKey"),
  ];
  const { functions, api } = await readConfig();
  const names = FUNCTION_NAMES.filter((name) => name in functions);
  const wrong: string[] = [];
  const expect = async (what: string, path: string, wanted: readonly number[], init: RequestInit = {}) => {
    const status = await statusOf(`${url}${path}`, init);
    if (typeof status === "string") wrong.push(`${what}: ${status}`);
    else if (!wanted.includes(status)) wrong.push(`${what}: ${status} instead of ${wanted.join(" or ")}`);
  };
  for (const name of names) {
    await expect(`${name}/health`, `/functions/v1/${name}/health`, [200]);
    const [method, path] = guardedRoute(ACCESS[name]).split(" ");
    const route = `/functions/v1${path}`;
    await expect(`${method} ${path} without a key`, route, [401], { method });
    await expect(`${method} ${path} with a wrong key`, route, [401], {
      method,
      headers: { "x-dragonfly-api-key": "dragonfly-proof-wrong-key" },
    });
  }
  for (const path of ["/system/status", "/intake/batches"]) {
    await expect(`GET ${path} with the operator key`, `/functions/v1${path}`, [200], {
      headers: { authorization: `Bearer ${operatorKey}` },
    });
  }
  const publishable = (await givenOf(target)).SUPABASE_PUBLISHABLE_KEY;
  for (const schema of api.schemas) {
    const relation = Object.keys(SERVICE_RIGHTS).find((one) => one.startsWith(`${schema}.`))?.split(".")[1];
    const path = `/rest/v1/${relation}?limit=1`;
    const as = (apikey: string) => ({ headers: { apikey, "accept-profile": schema } });
    await expect(`REST, schema ${schema}`, path, [200], as(secretKey));
    if (publishable) {
      await expect(`REST, schema ${schema}, with the publishable key`, path, [401, 403], as(publishable));
    }
  }
  await expect(`REST, schema ${HIDDEN_SCHEMA}`, "/rest/v1/secrets?limit=1", [404, 406], {
    headers: { apikey: secretKey, "accept-profile": HIDDEN_SCHEMA },
  });
  return wellUnless(
    wrong,
    `${names.length} functions answer and refuse strangers, REST serves ${
      api.schemas.join(", ")
    } and no more`,
    "A function that does not answer: ops logs <function>, then ops deploy. 401 with the right key: its secrets are not those of " +
      "this environment. REST: ops fix-schema-cache, and [api] schemas in supabase/config.toml (ops db-push).",
  );
}

/** A route of a function that needs a credential; one that reads, where there is one. */
function guardedRoute(routes: Readonly<Record<string, Access>>): string {
  const guarded = Object.entries(routes).filter(([name, { may }]) => may !== "anyone" && !name.includes(":"));
  return (guarded.find(([name]) => name.startsWith("GET ")) ?? guarded[0] ?? [""])[0];
}

async function statusOf(url: string, init: RequestInit): Promise<number | string> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    return unreachable(error);
  }
}
