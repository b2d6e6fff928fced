/** Routes of the intake function: files in, batches looked at, operators' hands on them. */
import type { Hono } from "hono";
import * as z from "zod";
import { ObjectStore } from "../../../shared/data/object_store.ts";
import { Problem } from "../../../shared/errors.ts";
import { DROP_BUCKET } from "../../../shared/intake/limits.ts";
import type { DescribedBatch } from "../../../shared/intake/record.ts";
import { BATCH_STATES } from "../../../shared/intake/states.ts";
import { ROW_CODES } from "../../../shared/judgments/codes.ts";
import { type AppContext, type AppEnv, type AppParts, createApp } from "../_shared/app.ts";
import { actorOf } from "../_shared/caller.ts";
import { createServiceClient, secretKeyOf } from "../_shared/clients.ts";
import type { Environment } from "../_shared/env.ts";
import {
  optional,
  readChoice,
  readFilter,
  readId,
  readJson,
  readPaging,
  readReason,
} from "../_shared/request.ts";
import { createParts } from "../_shared/runtime.ts";
import { sqlCaller } from "../_shared/sql_call.ts";
import { Batches, type By } from "./batches.ts";
import { DropStore } from "./drop_store.ts";
import { streamErrorsCsv } from "./errors_csv.ts";
import { answerLineage, answerRow, type LineageParts } from "./lineage.ts";
import { Lineage } from "./lineage_sql.ts";
import { viewFor } from "./mask.ts";
import { readFileHash, readThreshold } from "./parameters.ts";
import { answerReplay } from "./replay.ts";
import { Reservations } from "./reservations.ts";
import { readSourceName, readSourceSettings, Sources } from "./sources.ts";
import { answerUpload, PACE, type UploadParts } from "./upload.ts";
import { UploadRoom } from "./upload_room.ts";
import { answerUploadUrl } from "./upload_url.ts";

/** What the routes stand on, beside the parts of every app. */
export interface IntakeParts extends AppParts, UploadParts, LineageParts {
  readonly batches: Batches;
  readonly sources: Sources;
}

/** The intake function as it runs: everything from its environment. */
export function buildApp(environment: Environment<"intake">): Hono<AppEnv> {
  const client = createServiceClient(environment);
  const call = sqlCaller(client, "intake");
  const url = environment.SUPABASE_URL;
  const headers = { apikey: secretKeyOf(environment.SUPABASE_SECRET_KEYS) };
  return createIntakeApp({
    ...createParts("intake", environment, client),
    batches: new Batches(call),
    sources: new Sources(call),
    lineage: new Lineage(call),
    objects: new ObjectStore(url, headers, fetch),
    reservations: new Reservations(call),
    store: new DropStore(client),
    room: new UploadRoom(),
    pace: PACE,
  });
}

/** The routes on given parts. */
export function createIntakeApp(parts: IntakeParts): Hono<AppEnv> {
  const { batches } = parts;
  return createApp("intake", parts, {
    "POST /intake/upload": (context) => answerUpload(context, parts),
    "POST /intake/upload-url": (context) => answerUploadUrl(context, parts),
    "POST /intake/check-duplicate": async (context) =>
      context.json(await batches.checkDuplicate(readFileHash(await readJson(context.req.raw)))),
    "GET /intake/batches": (context) => answerList(context, batches),
    "GET /intake/batches/:id": async (context) =>
      context.json(view(context).batch(await findBatch(context, batches))),
    "GET /intake/batches/:id/errors": (context) => answerErrors(context, batches),
    "GET /intake/batches/:id/errors.csv": (context) => answerErrorsCsv(context, batches),
    "GET /intake/batches/:id/file": (context) => answerFile(context, parts),
    "GET /intake/batches/:id/timeline": async (context) => {
      const { batch_id } = await findBatch(context, batches);
      return context.json(view(context).timeline(await batches.timeline(batch_id)));
    },
    "POST /intake/batches/:id/retry": async (context) => {
      const id = readId(context.req.param("id"));
      await batches.retry(id, readThreshold(await readJson(context.req.raw)), by(context));
      return context.json(await batches.describe(id), 202);
    },
    "POST /intake/batches/:id/abort": async (context) => {
      const id = readId(context.req.param("id"));
      await batches.abort(id, readReason(await readJson(context.req.raw)), by(context));
      return context.json(await batches.describe(id));
    },
    "POST /intake/batches/:id/approve": async (context) => {
      const id = readId(context.req.param("id"));
      await batches.approve(id, by(context));
      return context.json(await batches.describe(id), 202);
    },
    "POST /intake/batches/:id/refuse": async (context) => {
      const id = readId(context.req.param("id"));
      await batches.refuse(id, readReason(await readJson(context.req.raw)), by(context));
      return context.json(await batches.describe(id));
    },
    "POST /intake/batches/:id/undo": async (context) => {
      const id = readId(context.req.param("id"));
      await batches.undo(id, readReason(await readJson(context.req.raw)), by(context));
      return context.json(await batches.describe(id), 202);
    },
    "POST /intake/batches/:id/replay": (context) => answerReplay(context, parts),
    "GET /intake/batches/:id/rows/:row": (context) => answerRow(context, parts),
    "GET /intake/judgments/:id/lineage": (context) => answerLineage(context, parts),
    "GET /intake/sources/:name": async (context) =>
      context.json(await parts.sources.describe(readSourceName(context.req.param("name")))),
    "PUT /intake/sources/:name": async (context) => {
      const name = readSourceName(context.req.param("name"));
      const settings = readSourceSettings(await readJson(context.req.raw));
      return context.json(await parts.sources.put(name, settings, by(context)));
    },
    "DELETE /intake/batches/:id": (context) => answerDelete(context, parts),
  });
}

function view(context: AppContext) {
  return viewFor(context.get("caller").role);
}

function by(context: AppContext): By {
  return { actor: actorOf(context.get("caller")), request_id: context.get("requestId") };
}

/** The batch in the address. A vendor may look at its own source's alone. @throws Problem INVALID_ID, NOT_FOUND, … */
async function findBatch(context: AppContext, batches: Batches): Promise<DescribedBatch> {
  const caller = context.get("caller");
  return await batches.describe(readId(context.req.param("id")), (source) => {
    if (caller.role === "vendor" && source !== caller.name) {
      throw new Problem("FORBIDDEN", `${actorOf(caller)} may only look at its own batches.`);
    }
  });
}

async function answerList(context: AppContext, batches: Batches): Promise<Response> {
  const query = context.req.query();
  const filter = {
    status: readChoice(query, "status", BATCH_STATES),
    source: readFilter(query, "source"),
    q: readFilter(query, "q"),
  };
  return context.json(view(context).page(await batches.list(filter, readPaging(query))));
}

async function answerErrors(context: AppContext, batches: Batches): Promise<Response> {
  const query = context.req.query();
  const code = readChoice(query, "code", ROW_CODES.map((entry) => entry.code));
  const paging = readPaging(query);
  const { batch_id } = await findBatch(context, batches);
  return context.json(view(context).errors(await batches.errors(batch_id, code, paging)));
}

async function answerErrorsCsv(context: AppContext, batches: Batches): Promise<Response> {
  const { batch_id, filename } = await findBatch(context, batches);
  const frame = await batches.csvFrame(batch_id);
  return new Response(streamErrorsCsv(batches, batch_id, frame), {
    headers: {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": attachment(`${filename.replace(/\.[A-Za-z0-9]{1,8}$/, "")}.errors.csv`),
      "cache-control": "no-store",
    },
  });
}

async function answerFile(context: AppContext, parts: IntakeParts): Promise<Response> {
  const { batch_id, storage_bucket, storage_path, filename } = await findBatch(context, parts.batches);
  const link = storage_path === null
    ? null
    : await parts.store.linkTo(storage_bucket ?? DROP_BUCKET, storage_path, filename);
  if (link === null) throw new Problem("NOT_FOUND", `The file of batch ${batch_id} is not in storage.`);
  return context.body(null, 302, { location: link, "cache-control": "no-store" });
}

/** As a bucket may have it: any characters that Postgres takes. */
const FILE_NAME = z.string().refine((name) => name.isWellFormed() && !name.includes("\0"));

async function answerDelete(context: AppContext, parts: IntakeParts): Promise<Response> {
  const query = context.req.query();
  const id = readId(context.req.param("id"));
  const alsoStorage = readChoice(query, "storage", ["true", "false"]) === "true";
  const confirm = optional(query, "confirm", FILE_NAME, "the file name of the batch") ?? "";
  const object = await parts.batches.delete(id, confirm, by(context));
  if (alsoStorage && object !== null) await parts.store.remove(object.bucket, object.path);
  return context.body(null, 204);
}

/** RFC 6266: a plain name for old clients, the real one for the others. */
function attachment(filename: string): string {
  const plain = filename.replace(/[^A-Za-z0-9._ -]/g, "_");
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(filename)}`;
}
