/**
 * Storage: `/storage/v1`. The API of hosted Storage as supabase-js uses it: buckets, uploads, signed URLs both ways,
 * ranges, lists, moves. Ours and not `@supabase/lite`'s, whose signed URLs supabase-js cannot read, whose uploads
 * share one file for all versions, and whose downloads update the row (and so fire triggers). No TUS, no images.
 */
import { bytesOf, type Config } from "../config.ts";
import type { Sql } from "../database/connect.ts";
import { type Caller, identify } from "../gateway/credentials.ts";
import { sign, signatureHolds } from "../gateway/jwt.ts";
import type { Keys } from "../keys.ts";
import { download } from "./download.ts";
import { makeFiles } from "./files.ts";
import { listObjects } from "./list.ts";
import { readUpload } from "./multipart.ts";
import {
  badKey,
  badMimeType,
  badSignature,
  duplicate,
  forbidden,
  noObject,
  StorageProblem,
  tooLarge,
} from "./problem.ts";
import { as, complete, findBucket, findObject, type Intent, type ObjectRow, probe } from "./records.ts";

export interface Storage {
  answer(request: Request, url: URL): Promise<Response>;
}

export interface StorageOptions {
  /** Connects as `supabase_storage_admin`. */
  sql: Sql;
  folder: string;
  config: Config;
  keys: Keys;
  /** Bytes after which the next download breaks off; null for never. */
  cutAfter: () => number | null;
}

type Handler = (context: Context, match: RegExpExecArray) => Promise<Response>;
interface Context {
  request: Request;
  url: URL;
  caller: Caller;
}

const UPLOAD_URL_SECONDS = 7200; // hosted: two hours

export function makeStorage(options: StorageOptions): Storage {
  const { sql, keys, config } = options;
  const files = makeFiles(options.folder);
  const projectLimit = bytesOf(config.storage.file_size_limit);

  async function store(
    request: Request,
    intent: Intent,
    allow: () => Promise<void>,
  ): Promise<{ id: string }> {
    const bucket = await findBucket(sql, intent.bucket);
    if (!isKey(intent.name)) throw badKey(intent.name);
    const limit = Math.min(bucket.file_size_limit ?? projectLimit, projectLimit);
    if (Number(request.headers.get("content-length") ?? 0) > limit + 64 * 1024) throw tooLarge();
    const given = request.headers.get("content-type") ?? "application/octet-stream";
    const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(given)?.[1];
    const form = boundary === undefined || request.body === null
      ? null
      : await readUpload(request.body, boundary);
    const mimetype = form === null ? given : form.type ?? "application/octet-stream";
    const allowed = bucket.allowed_mime_types ?? [];
    if (allowed.length > 0 && !allowed.includes(mimetype.split(";")[0] ?? "")) throw badMimeType(mimetype);
    await allow();
    const version = crypto.randomUUID();
    const cache = form?.fields.get("cacheControl") ?? request.headers.get("cache-control");
    const stored = await files.write(version, form === null ? request.body : form.file, limit);
    const metadata: ObjectRow["metadata"] & Record<string, unknown> = {
      eTag: stored.etag,
      size: stored.size,
      mimetype,
      cacheControl: cache === null ? "no-cache" : /^\d+$/.test(cache) ? `max-age=${cache}` : cache,
      lastModified: new Date().toISOString(),
      contentLength: stored.size,
      httpStatusCode: 200,
    };
    const formMetadata = form?.fields.get("metadata");
    const userMetadata = formMetadata === undefined ? intent.userMetadata : JSON.parse(formMetadata);
    try {
      const { id, replaced } = await complete(sql, { ...intent, userMetadata }, version, metadata);
      if (replaced !== null) await files.remove(replaced);
      return { id };
    } catch (error) {
      await files.remove(version);
      throw error;
    }
  }

  const upload: Handler = async ({ request, caller }, match) => {
    const { bucket, name } = place(match);
    const upsert = request.method === "PUT" || request.headers.get("x-upsert") === "true";
    const intent = { bucket, name, owner: caller.sub, upsert, userMetadata: headerMetadata(request) };
    const { id } = await store(request, intent, async () => {
      if (request.method === "PUT" && await findObject(sql, caller, bucket, name) === null) throw noObject();
      await probe(sql, caller, intent);
    });
    return Response.json({ Key: `${bucket}/${name}`, Id: id });
  };

  const serve: Handler = async ({ request, url, caller }, match) => {
    const { bucket, name } = place(match);
    await findBucket(sql, bucket);
    const object = await findObject(sql, caller, bucket, name);
    if (object === null) throw noObject();
    return download(request, url, object, files, options.cutAfter());
  };

  const signOne = async (caller: Caller, bucket: string, name: string, seconds: number) => {
    if (await findObject(sql, caller, bucket, name) === null) throw noObject();
    const token = await sign({ url: `${bucket}/${name}`, intent: "download" }, keys.jwtSecret, seconds);
    return `/object/sign/${bucket}/${name}?token=${token}`;
  };

  const signDownload: Handler = async ({ request, caller }, match) => {
    const { bucket, name } = place(match);
    const { expiresIn } = await request.json();
    return Response.json({ signedURL: await signOne(caller, bucket, name, Number(expiresIn)) });
  };

  const signMany: Handler = async ({ request, caller }, match) => {
    const bucket = decodeURIComponent(match[1] ?? "");
    const { expiresIn, paths } = await request.json();
    const answers = [];
    for (const path of paths) {
      try {
        answers.push({
          error: null,
          path,
          signedURL: await signOne(caller, bucket, path, Number(expiresIn)),
        });
      } catch (error) {
        if (!(error instanceof StorageProblem)) throw error;
        answers.push({
          error: "Either the object does not exist or you do not have access to it",
          path,
          signedURL: null,
        });
      }
    }
    return Response.json(answers);
  };

  const signUpload: Handler = async ({ request, caller }, match) => {
    const { bucket, name } = place(match);
    if (!isKey(name)) throw badKey(name);
    const upsert = request.headers.get("x-upsert") === "true";
    const intent = { bucket, name, owner: caller.sub, upsert, userMetadata: null };
    await findBucket(sql, bucket);
    await probe(sql, caller, intent);
    const claims = { url: `${bucket}/${name}`, intent: "upload", owner: caller.sub, upsert };
    const token = await sign(claims, keys.jwtSecret, UPLOAD_URL_SECONDS);
    return Response.json({
      url: `/object/upload/sign/${bucket}/${name}?token=${token}`,
      token,
    });
  };

  const remove: Handler = async ({ request, caller }, match) => {
    const bucket = decodeURIComponent(match[1] ?? "");
    const names: string[] = match[2] === undefined
      ? (await request.json()).prefixes
      : [decodeURIComponent(match[2])];
    await findBucket(sql, bucket);
    const gone = await as(
      sql,
      caller,
      "storage.object.delete_many",
      (tx) =>
        tx<
          ObjectRow[]
        >`delete from storage.objects where bucket_id = ${bucket} and name = any (${names}) returning *`,
    );
    for (const { version } of gone) if (version !== null) await files.remove(version);
    if (match[2] !== undefined && gone.length === 0) throw noObject();
    return Response.json(match[2] === undefined ? gone : { message: "Successfully deleted" });
  };

  /** Copies bytes to a version of their own; a move then drops the source. */
  const carry = (move: boolean): Handler => async ({ request, caller }) => {
    const { bucketId, sourceKey, destinationKey, destinationBucket } = await request.json();
    const source = await findObject(sql, caller, bucketId, sourceKey);
    if (source === null) throw noObject();
    if (!isKey(destinationKey)) throw badKey(destinationKey);
    const upsert = !move && request.headers.get("x-upsert") === "true";
    const target = destinationBucket ?? bucketId;
    const intent = {
      bucket: target,
      name: destinationKey,
      owner: caller.sub,
      upsert,
      userMetadata: source.user_metadata,
    };
    await findBucket(sql, target);
    const version = crypto.randomUUID();
    if (move) {
      const moved = await as(sql, caller, "storage.object.move", (tx) =>
        tx`
          update storage.objects set bucket_id = ${target}, name = ${destinationKey}, version = ${version}
          where id = ${source.id} returning id
        `);
      if (moved.length === 0) throw forbidden();
      await files.copy(source.version, version);
      await files.remove(source.version);
      return Response.json({ message: "Successfully moved" });
    }
    await probe(sql, caller, intent);
    await files.copy(source.version, version);
    const { id, replaced } = await complete(sql, intent, version, {
      ...source.metadata,
      lastModified: new Date().toISOString(),
    });
    if (replaced !== null) await files.remove(replaced);
    return Response.json({ Id: id, Key: `${target}/${destinationKey}` });
  };

  const info: Handler = async ({ caller }, match) => {
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

  const list: Handler = async ({ request, caller }, match) => {
    const bucket = decodeURIComponent(match[1] ?? "");
    return Response.json(await listObjects(sql, caller, bucket, await request.json()));
  };

  const buckets: Handler = async ({ caller }, match) => {
    const id = match[1] === undefined ? null : decodeURIComponent(match[1]);
    const rows = await as(
      sql,
      caller,
      "storage.bucket.list",
      (tx) => tx`select * from storage.buckets where ${id}::text is null or id = ${id} order by name`,
    );
    if (id === null) return Response.json(rows);
    return rows[0] === undefined
      ? new StorageProblem(404, "Bucket not found", "Bucket not found").respond()
      : Response.json(rows[0]);
  };

  const createBucket: Handler = async ({ request, caller }) => {
    const { id, name, public: open, file_size_limit: limit, allowed_mime_types: types } = await request
      .json();
    const bytes = typeof limit === "string" ? bytesOf(limit) : limit ?? null;
    await as(sql, caller, "storage.bucket.create", (tx) =>
      tx`
        insert into storage.buckets (id, name, owner_id, public, file_size_limit, allowed_mime_types)
        values (${id ?? name}, ${name}, ${caller.sub}, ${open ?? false}, ${bytes}, ${types ?? null})
      `);
    return Response.json({ name });
  };

  const routes: [string, RegExp, Handler][] = [
    ["GET", /^\/bucket\/?$/, buckets],
    ["POST", /^\/bucket\/?$/, createBucket],
    ["GET", /^\/bucket\/([^/]+)$/, buckets],
    ["POST", /^\/object\/list\/([^/]+)$/, list],
    ["POST", /^\/object\/move$/, carry(true)],
    ["POST", /^\/object\/copy$/, carry(false)],
    ["GET", /^\/object\/info\/(?:authenticated\/)?([^/]+)\/(.+)$/, info],
    ["POST", /^\/object\/upload\/sign\/([^/]+)\/(.+)$/, signUpload],
    ["POST", /^\/object\/sign\/([^/]+)\/(.+)$/, signDownload],
    ["POST", /^\/object\/sign\/([^/]+)$/, signMany],
    ["GET", /^\/object\/(?:authenticated\/)?([^/]+)\/(.+)$/, serve],
    ["HEAD", /^\/object\/(?:authenticated\/)?([^/]+)\/(.+)$/, serve],
    ["POST", /^\/object\/([^/]+)\/(.+)$/, upload],
    ["PUT", /^\/object\/([^/]+)\/(.+)$/, upload],
    ["DELETE", /^\/object\/([^/]+)$/, remove],
    ["DELETE", /^\/object\/([^/]+)\/(.+)$/, remove],
  ];

  /** What needs no key: the token in the URL, or a public bucket, is the permission. */
  async function open(request: Request, url: URL, path: string): Promise<Response | null> {
    const signed = /^\/object\/(upload\/)?sign\/([^/]+)\/(.+)$/.exec(path);
    const token = url.searchParams.get("token");
    if (signed !== null && token !== null) {
      const [, isUpload, bucketText = "", nameText = ""] = signed;
      const [bucket, name] = [decodeURIComponent(bucketText), decodeURIComponent(nameText)];
      const claims = await signatureHolds(token, keys.jwtSecret);
      if (claims === null || claims.url !== `${bucket}/${name}`) throw badSignature();
      if (isUpload !== undefined && request.method === "PUT" && claims.intent === "upload") {
        const owner = typeof claims.owner === "string" ? claims.owner : null;
        const intent = {
          bucket,
          name,
          owner,
          upsert: claims.upsert === true,
          userMetadata: headerMetadata(request),
        };
        await store(request, intent, async () => {
          if (!intent.upsert && await findObject(sql, null, bucket, name) !== null) throw duplicate();
        });
        return Response.json({ Key: `${bucket}/${name}` });
      }
      if (isUpload === undefined && request.method !== "POST" && claims.intent === "download") {
        const object = await findObject(sql, null, bucket, name);
        if (object === null) throw noObject();
        return download(request, url, object, files, options.cutAfter());
      }
      throw badSignature();
    }
    const published = /^\/object\/public\/([^/]+)\/(.+)$/.exec(path);
    if (published === null) return null;
    const { bucket, name } = place(published);
    const object = (await findBucket(sql, bucket)).public ? await findObject(sql, null, bucket, name) : null;
    if (object === null) throw noObject();
    return download(request, url, object, files, options.cutAfter());
  }

  return {
    async answer(request, url) {
      const path = url.pathname.slice("/storage/v1".length);
      try {
        const free = await open(request, url, path);
        if (free !== null) return free;
        const caller = await identify(request, url, keys);
        if (caller instanceof Response) return caller;
        for (const [method, pattern, handler] of routes) {
          const match = method === request.method ? pattern.exec(path) : null;
          if (match !== null) return await handler({ request, url, caller }, match);
        }
        throw new StorageProblem(404, "Not Found", `Route ${request.method}:${path} not found`);
      } catch (error) {
        if (error instanceof StorageProblem) return error.respond();
        throw error;
      }
    },
  };
}

function place(match: RegExpExecArray): { bucket: string; name: string } {
  return { bucket: decodeURIComponent(match[1] ?? ""), name: decodeURIComponent(match[2] ?? "") };
}

/** Names S3 takes without trouble: https://supabase.com/docs/guides/storage/uploads/file-limits */
function isKey(name: string): boolean {
  return name.length > 0 && name.length <= 1024 && /^[\w/!\-.*'() &$@=;:+,?]+$/.test(name) &&
    !name.startsWith("/");
}

function headerMetadata(request: Request): Record<string, unknown> | null {
  const header = request.headers.get("x-metadata");
  return header === null
    ? null
    : JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(header), (c) => c.charCodeAt(0))));
}
