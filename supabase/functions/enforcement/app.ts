/** Routes of the enforcement function. */
import type { Hono } from "hono";
import { EnforcementGateway, ExecutionGateway } from "../../../shared/data/enforcement_gateway.ts";
import { EvidenceGateway } from "../../../shared/data/evidence_gateway.ts";
import { ObjectStore } from "../../../shared/data/object_store.ts";
import { RestCalls } from "../../../shared/data/rest_calls.ts";
import { answer, type AppEnv, type AppParts, createApp } from "../_shared/app.ts";
import { createServiceClient, secretKeyOf } from "../_shared/clients.ts";
import type { Environment } from "../_shared/env.ts";
import { keepAlive } from "../_shared/keep_alive.ts";
import { createParts } from "../_shared/runtime.ts";
import { type CertificateParts, signingParts } from "../_shared/certificates.ts";
import { linkTo } from "../_shared/signed_link.ts";
import { UploadRoom } from "../_shared/upload/upload_room.ts";
import { wakeSelf } from "../_shared/wake_self.ts";
import { registerConsent } from "./consents.ts";
import { answerEvidence, type EvidenceParts, keepEvidence } from "./evidence.ts";
import { answerGate } from "./gate.ts";
import { ChainGateway } from "../../../shared/data/chain_gateway.ts";
import { certifyAction } from "./certificate.ts";
import { Vault } from "./vault.ts";
import { type Ports, type Report, workOff } from "./work_off.ts";

/** What the routes stand on, beside the parts of every app. */
export interface EnforcementParts extends AppParts, EvidenceParts, CertificateParts {
  readonly gateway: EnforcementGateway;
  readonly ports: Ports;
}

/** The enforcement function as it runs: everything from its environment. */
export function buildApp(environment: Environment<"enforcement">): Hono<AppEnv> {
  const client = createServiceClient(environment);
  const calls = new RestCalls(client);
  const evidence = new EvidenceGateway(calls);
  const url = environment.SUPABASE_URL;
  const headers = { apikey: secretKeyOf(environment.SUPABASE_SECRET_KEYS) };
  const vault = new Vault(client, new ObjectStore(url, headers, fetch), evidence);
  const parts = createParts("enforcement", environment, client);
  return createEnforcementApp({
    ...parts,
    evidence,
    vault,
    room: new UploadRoom(),
    link: (bucket, path, filename) => linkTo(client, bucket, path, filename),
    proofs: new ChainGateway(calls),
    ...signingParts(environment, client),
    gateway: new EnforcementGateway(calls),
    ports: {
      workerId: `enforcement-${crypto.randomUUID().slice(0, 8)}`,
      execution: new ExecutionGateway(calls),
      vault,
      log: parts.log,
      wakeSelf: () =>
        wakeSelf(
          `${url}/functions/v1/enforcement/run`,
          environment.DRAGONFLY_WAKE_TOKEN,
          "enforcement",
          parts.log,
        ),
    },
  });
}

const NOTHING: Report = { claimed: 0, completed: 0, failed: 0, handed_over: 0 };

/** The routes on given parts. Waking twice does no harm: who comes while there is work has it looked at once more. */
export function createEnforcementApp(parts: EnforcementParts): Hono<AppEnv> {
  let working: Promise<Report> | null = null;
  let wokenAgain = false;
  const work = async (): Promise<Report> => {
    if (working !== null) {
      wokenAgain = true;
      return NOTHING;
    }
    working = workOff(parts.ports);
    try {
      return await working;
    } finally {
      working = null;
      if (wokenAgain) {
        wokenAgain = false;
        await parts.ports.wakeSelf();
      }
    }
  };
  return createApp("enforcement", parts, {
    "POST /enforcement/run": async (context) => {
      if (context.get("caller").role !== "wake") return answer(200, { ...await work() });
      keepAlive(work().catch((error) => parts.log.error("run_failed", { error: String(error) })));
      return answer(202, { accepted: true });
    },
    ...answerGate(parts.gateway),
    "POST /enforcement/consents": registerConsent(parts),
    "POST /enforcement/evidence": keepEvidence(parts),
    "GET /enforcement/evidence/:id": answerEvidence(parts),
    "GET /enforcement/actions/:id/certificate": certifyAction(parts),
  });
}
