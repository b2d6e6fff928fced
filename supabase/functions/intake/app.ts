/** Routes of the intake function: files in, batches looked at, operators' hands on them. */
import type { Hono } from "hono";
import { ObjectStore } from "../../../shared/data/object_store.ts";
import { RestCalls } from "../../../shared/data/rest_calls.ts";
import { Problem } from "../../../shared/errors.ts";
import { DROP_BUCKET } from "../../../shared/intake/limits.ts";
import type { DescribedBatch } from "../../../shared/intake/record.ts";
import {
  answer,
  type AppContext,
  type AppEnv,
  type AppParts,
  createApp,
  type HandlerOf,
} from "../_shared/app.ts";
import { actorOf, type Caller } from "../_shared/caller.ts";
import { createServiceClient, secretKeyOf } from "../_shared/clients.ts";
import type { Environment } from "../_shared/env.ts";
import { createParts } from "../_shared/runtime.ts";
import { BatchGateway, type By } from "../../../shared/data/batch_gateway.ts";
import { answerCertificate, type CertificateParts, signingParts } from "../_shared/certificates.ts";
import { linkTo } from "../_shared/signed_link.ts";
import { subjectOf } from "./certificate.ts";
import { ChainGateway } from "../../../shared/data/chain_gateway.ts";
import { DropStore } from "./drop_store.ts";
import { streamErrorsCsv } from "./errors_csv.ts";
import { answerLineage, answerRow, type LineageParts } from "./lineage.ts";
import { LineageGateway } from "../../../shared/data/lineage_gateway.ts";
import { viewFor } from "./mask.ts";
import { answerReplay } from "./replay.ts";
import { UploadGateway } from "../../../shared/data/upload_gateway.ts";
import { SourceGateway } from "../../../shared/data/source_gateway.ts";
import { answerUpload, PACE, type UploadParts } from "./upload.ts";
import { UploadRoom } from "../_shared/upload/upload_room.ts";
import { answerUploadUrl } from "./upload_url.ts";

/** What the routes stand on, beside the parts of every app. */
export interface IntakeParts extends AppParts, UploadParts, LineageParts, CertificateParts {
  readonly batches: BatchGateway;
  readonly sources: SourceGateway;
  /** A link to a stored object under a name; null when it is not there. */
  readonly link: (bucket: string, path: string, filename: string) => Promise<string | null>;
}

/** The intake function as it runs: everything from its environment. */
export function buildApp(environment: Environment<"intake">): Hono<AppEnv> {
  const client = createServiceClient(environment);
  const calls = new RestCalls(client);
  const url = environment.SUPABASE_URL;
  const headers = { apikey: secretKeyOf(environment.SUPABASE_SECRET_KEYS) };
  return createIntakeApp({
    ...createParts("intake", environment, client),
    batches: new BatchGateway(calls),
    sources: new SourceGateway(calls),
    lineage: new LineageGateway(calls),
    objects: new ObjectStore(url, headers, fetch),
    reservations: new UploadGateway(calls),
    store: new DropStore(client),
    link: (bucket, path, filename) => linkTo(client, bucket, path, filename),
    proofs: new ChainGateway(calls),
    ...signingParts(environment, client),
    room: new UploadRoom(),
    pace: PACE,
  });
}

/** The routes on given parts. */
export function createIntakeApp(parts: IntakeParts): Hono<AppEnv> {
  const { batches } = parts;
  return createApp("intake", parts, {
    "POST /intake/upload": (context) => answerUpload(context, parts),
    "POST /intake/upload-url": (context, { body }) => answerUploadUrl(context, body, parts),
    "POST /intake/check-duplicate": async (_, { body }) =>
      answer(200, await batches.checkDuplicate(body.file_hash)),
    "GET /intake/batches": async (context, { query: { page, page_size, ...filter } }) =>
      answer(200, view(context).page(await batches.list(filter, { page, page_size }))),
    "GET /intake/batches/:id": async (context, { path }) =>
      answer(200, view(context).batch(await findBatch(context, path.id, batches))),
    "GET /intake/batches/:id/errors": async (context, { path, query: { code, page, page_size } }) => {
      const { batch_id } = await findBatch(context, path.id, batches);
      const told = await batches.errors(batch_id, code, { page, page_size }, vendorOf(context.get("caller")));
      return answer(200, view(context).errors(told));
    },
    "GET /intake/batches/:id/errors.csv": answerErrorsCsv(batches),
    "GET /intake/batches/:id/file": answerFile(parts),
    "GET /intake/batches/:id/timeline": async (context, { path }) => {
      const { batch_id } = await findBatch(context, path.id, batches);
      return answer(200, view(context).timeline(await batches.timeline(batch_id)));
    },
    "GET /intake/batches/:id/certificate": async (context, { path }) =>
      await answerCertificate(
        context,
        parts,
        subjectOf(view(context).batch(await findBatch(context, path.id, batches))),
      ),
    "POST /intake/batches/:id/retry": async (context, { path, body }) => {
      await batches.retry(path.id, body.error_threshold_percent, by(context));
      return answer(202, await batches.describe(path.id));
    },
    "POST /intake/batches/:id/abort": async (context, { path, body }) => {
      await batches.abort(path.id, body.reason, by(context));
      return answer(200, await batches.describe(path.id));
    },
    "POST /intake/batches/:id/approve": async (context, { path }) => {
      await batches.approve(path.id, by(context));
      return answer(202, await batches.describe(path.id));
    },
    "POST /intake/batches/:id/refuse": async (context, { path, body }) => {
      await batches.refuse(path.id, body.reason, by(context));
      return answer(200, await batches.describe(path.id));
    },
    "POST /intake/batches/:id/undo": async (context, { path, body }) => {
      await batches.undo(path.id, body.reason, by(context));
      return answer(202, await batches.describe(path.id));
    },
    "POST /intake/batches/:id/replay": (context, { path }) => answerReplay(context, path.id, parts),
    "GET /intake/batches/:id/rows/:row": answerRow(parts),
    "GET /intake/judgments/:id/lineage": answerLineage(parts),
    "GET /intake/sources/:name": async (_, { path }) => answer(200, await parts.sources.describe(path.name)),
    "PUT /intake/sources/:name": async (context, { path, body }) =>
      answer(200, await parts.sources.put(path.name, body, by(context))),
    "DELETE /intake/batches/:id": answerDelete(parts),
  });
}

function view(context: AppContext) {
  return viewFor(context.get("caller").role);
}

function by(context: AppContext): By {
  return { actor: actorOf(context.get("caller")), request_id: context.get("requestId") };
}

/** The batch in the address. A vendor may look at its own source's alone. @throws Problem NOT_FOUND, FORBIDDEN, … */
async function findBatch(context: AppContext, id: string, batches: BatchGateway): Promise<DescribedBatch> {
  const caller = context.get("caller");
  return await batches.describe(id, (source) => {
    if (caller.role === "vendor" && source !== caller.name) {
      throw new Problem("FORBIDDEN", `${actorOf(caller)} may only look at its own batches.`);
    }
  }, vendorOf(caller));
}

/** The source of a vendor, who learns nothing of others; null for who may see everything. */
function vendorOf(caller: Caller): string | null {
  return caller.role === "vendor" ? caller.name : null;
}

function answerErrorsCsv(batches: BatchGateway): HandlerOf<"intake", "GET /intake/batches/:id/errors.csv"> {
  return async (context, { path, query }) => {
    const { batch_id, filename } = await findBatch(context, path.id, batches);
    const frame = await batches.csvFrame(batch_id);
    return new Response(streamErrorsCsv(batches, batch_id, frame, query.unresolved === "true"), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": attachment(`${filename.replace(/\.[A-Za-z0-9]{1,8}$/, "")}.errors.csv`),
        "cache-control": "no-store",
      },
    });
  };
}

function answerFile({ batches, link }: IntakeParts): HandlerOf<"intake", "GET /intake/batches/:id/file"> {
  return async (context, { path }) => {
    const { batch_id, storage_bucket, storage_path, filename } = await findBatch(context, path.id, batches);
    const location = storage_path === null
      ? null
      : await link(storage_bucket ?? DROP_BUCKET, storage_path, filename);
    if (location === null) throw new Problem("NOT_FOUND", `The file of batch ${batch_id} is not in storage.`);
    return context.body(null, 302, { location, "cache-control": "no-store" });
  };
}

function answerDelete({ batches, store }: IntakeParts): HandlerOf<"intake", "DELETE /intake/batches/:id"> {
  return async (context, { path, query }) => {
    const object = await batches.delete(path.id, query.confirm ?? "", by(context));
    if (query.storage === "true" && object !== null) await store.remove(object.bucket, object.path);
    return context.body(null, 204);
  };
}

/** RFC 6266: a plain name for old clients, the real one for the others. */
function attachment(filename: string): string {
  const plain = filename.replace(/[^A-Za-z0-9._ -]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(filename)}`;
}
