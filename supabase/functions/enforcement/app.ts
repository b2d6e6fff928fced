/** Routes of the enforcement function. */
import type { Hono } from "hono";
import { EvidenceGateway } from "../../../shared/data/evidence_gateway.ts";
import { ObjectStore } from "../../../shared/data/object_store.ts";
import { RestCalls } from "../../../shared/data/rest_calls.ts";
import { type AppEnv, type AppParts, createApp } from "../_shared/app.ts";
import { createServiceClient, secretKeyOf } from "../_shared/clients.ts";
import type { Environment } from "../_shared/env.ts";
import { createParts } from "../_shared/runtime.ts";
import { linkTo } from "../_shared/signed_link.ts";
import { UploadRoom } from "../_shared/upload/upload_room.ts";
import { answerEvidence, type EvidenceParts, keepEvidence } from "./evidence.ts";
import { Vault } from "./vault.ts";

/** What the routes stand on, beside the parts of every app. */
export interface EnforcementParts extends AppParts, EvidenceParts {}

/** The enforcement function as it runs: everything from its environment. */
export function buildApp(environment: Environment<"enforcement">): Hono<AppEnv> {
  const client = createServiceClient(environment);
  const evidence = new EvidenceGateway(new RestCalls(client));
  const headers = { apikey: secretKeyOf(environment.SUPABASE_SECRET_KEYS) };
  return createEnforcementApp({
    ...createParts("enforcement", environment, client),
    evidence,
    vault: new Vault(client, new ObjectStore(environment.SUPABASE_URL, headers, fetch), evidence),
    room: new UploadRoom(),
    link: (bucket, path, filename) => linkTo(client, bucket, path, filename),
  });
}

/** The routes on given parts. */
export function createEnforcementApp(parts: EnforcementParts): Hono<AppEnv> {
  return createApp("enforcement", parts, {
    "POST /enforcement/evidence": keepEvidence(parts),
    "GET /enforcement/evidence/:id": answerEvidence(parts),
  });
}
