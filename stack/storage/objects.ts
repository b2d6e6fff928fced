/** Objects that are there: downloads, signed URLs of them, what is known of them, lists, moves, copies, removals. */
import type { Caller } from "../gateway/credentials.ts";
import { sign } from "../gateway/jwt.ts";
import { listObjects } from "./list.ts";
import { type Handler, isKey, type Parts, place, type Route } from "./parts.ts";
import { badKey, forbidden, noObject, StorageProblem } from "./problem.ts";
import { as, findBucket, findObject, type ObjectRow, probe, type Transaction, tryOut } from "./records.ts";
import { keep } from "./upload.ts";

export function objectRoutes(parts: Parts): Route[] {
  const download = /^\/object\/(?:authenticated\/)?([^/]+)\/(.+)$/;
  return [
    ["POST", /^\/object\/list\/([^/]+)$/, list(parts)],
    ["POST", /^\/object\/move$/, move(parts)],
    ["POST", /^\/object\/copy$/, copy(parts)],
    ["GET", /^\/object\/info\/(?:authenticated\/)?([^/]+)\/(.+)$/, info(parts)],
    ["POST", /^\/object\/sign\/([^/]+)\/(.+)$/, signDownload(parts)],
    ["POST", /^\/object\/sign\/([^/]+)$/, signMany(parts)],
    ["GET", download, serve(parts)],
    ["HEAD", download, serve(parts)],
    ["DELETE", /^\/object\/([^/]+)$/, remove(parts)],
    ["DELETE", /^\/object\/([^/]+)\/(.+)$/, remove(parts)],
  ];
}

function serve({ sql, downloads }: Parts): Handler {
  return async ({ request, url, caller }, match) => {
    const { bucket, name } = place(match);
    await findBucket(sql, bucket);
    return await downloads.answer(request, url, await findObject(sql, caller, bucket, name));
  };
}

async function signOne(
  { sql, jwtSecret }: Parts,
  caller: Caller,
  bucket: string,
  name: string,
  seconds: number,
): Promise<string> {
  if (await findObject(sql, caller, bucket, name) === null) throw noObject();
  const token = await sign({ url: `${bucket}/${name}`, intent: "download" }, jwtSecret, seconds);
  return `/object/sign/${bucket}/${name}?token=${token}`;
}

function signDownload(parts: Parts): Handler {
  return async ({ request, caller }, match) => {
    const { bucket, name } = place(match);
    const { expiresIn } = await request.json();
    return Response.json({ signedURL: await signOne(parts, caller, bucket, name, Number(expiresIn)) });
  };
}

function signMany(parts: Parts): Handler {
  return async ({ request, caller }, match) => {
    const bucket = decodeURIComponent(match[1] ?? "");
    const { expiresIn, paths } = await request.json();
    const answers = [];
    for (const path of paths) {
      try {
        const signedURL = await signOne(parts, caller, bucket, path, Number(expiresIn));
        answers.push({ error: null, path, signedURL });
      } catch (error) {
        if (!(error instanceof StorageProblem)) throw error;
        const message = "Either the object does not exist or you do not have access to it";
        answers.push({ error: message, path, signedURL: null });
      }
    }
    return Response.json(answers);
  };
}

function remove({ sql, files }: Parts): Handler {
  return async ({ request, caller }, match) => {
    const bucket = decodeURIComponent(match[1] ?? "");
    const one = match[2];
    const names: string[] = one === undefined ? (await request.json()).prefixes : [decodeURIComponent(one)];
    await findBucket(sql, bucket);
    const gone = await as(sql, caller, "storage.object.delete_many", (tx) =>
      tx<ObjectRow[]>`
        delete from storage.objects where bucket_id = ${bucket} and name = any (${names}) returning *
      `);
    for (const { version } of gone) if (version !== null) await files.remove(version);
    if (one !== undefined && gone.length === 0) throw noObject();
    return Response.json(one === undefined ? gone : { message: "Successfully deleted" });
  };
}

/** What a move or copy is about: its source, and where it goes. @throws when either cannot be. */
async function journey(parts: Parts, caller: Caller, request: Request) {
  const { bucketId, sourceKey, destinationKey, destinationBucket } = await request.json();
  const source = await findObject(parts.sql, caller, bucketId, sourceKey);
  if (source === null) throw noObject();
  if (!isKey(destinationKey)) throw badKey(destinationKey);
  const bucket: string = destinationBucket ?? bucketId;
  await findBucket(parts.sql, bucket);
  const name: string = destinationKey;
  return { source, bucket, name };
}

function move(parts: Parts): Handler {
  const { sql, files } = parts;
  const operation = "storage.object.move";
  return async ({ request, caller }) => {
    const { source, bucket, name } = await journey(parts, caller, request);
    const version = crypto.randomUUID();
    const metadata = { ...source.metadata, lastModified: new Date().toISOString() };
    const rename = async (tx: Transaction) => {
      const moved = await tx`
        update storage.objects
        set bucket_id = ${bucket}, name = ${name}, version = ${version}, metadata = ${
        tx.json({ ...metadata })
      }
        where id = ${source.id}
        returning id
      `;
      if (moved.length === 0) throw forbidden();
    };
    await tryOut(sql, caller, operation, rename);
    await files.copy(source.version, version);
    // The old bytes go before the new row can be seen: who has read the old row finds nothing.
    await as(sql, caller, operation, async (tx) => {
      await rename(tx);
      await files.remove(source.version);
    });
    return Response.json({ message: "Successfully moved" });
  };
}

function copy(parts: Parts): Handler {
  return async ({ request, caller }) => {
    const { source, bucket, name } = await journey(parts, caller, request);
    const upsert = request.headers.get("x-upsert") === "true";
    const intent = { bucket, name, owner: caller.sub, upsert, userMetadata: source.user_metadata };
    const { mimetype, size } = source.metadata;
    await probe(parts.sql, caller, intent, { mimetype, contentLength: size });
    const version = crypto.randomUUID();
    await parts.files.copy(source.version, version);
    const metadata = { ...source.metadata, lastModified: new Date().toISOString() };
    const id = await keep(parts, intent, version, metadata);
    return Response.json({ Id: id, Key: `${bucket}/${name}` });
  };
}

function info({ sql }: Parts): Handler {
  return async ({ caller }, match) => {
    const { bucket, name } = place(match);
    const object = await findObject(sql, caller, bucket, name);
    if (object === null) throw noObject();
    const { size, mimetype, eTag, cacheControl, lastModified } = object.metadata;
    return Response.json({
      id: object.id,
      name: object.name,
      bucket_id: object.bucket_id,
      version: object.version,
      size,
      content_type: mimetype,
      cache_control: cacheControl,
      etag: eTag,
      metadata: object.user_metadata ?? {},
      last_modified: lastModified,
      created_at: object.created_at,
    });
  };
}

function list({ sql }: Parts): Handler {
  return async ({ request, caller }, match) => {
    const bucket = decodeURIComponent(match[1] ?? "");
    return Response.json(await listObjects(sql, caller, bucket, await request.json()));
  };
}
