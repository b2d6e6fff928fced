/**
 * Storage: `/storage/v1`. The API of hosted Storage as supabase-js and TUS clients use it: buckets, uploads whole and
 * in pieces, signed URLs both ways, ranges, lists, moves. Ours and not `@supabase/lite`'s, whose signed URLs
 * supabase-js cannot read, whose uploads share one file for all versions, and whose downloads update the row (and so
 * fire triggers). No images.
 */
import { bytesOf, type Config } from "../../checkout/config.ts";
import type { Sql } from "../database/connect.ts";
import { identify } from "../gateway/credentials.ts";
import { signatureHolds } from "../gateway/jwt.ts";
import type { Keys } from "../keys.ts";
import { bucketRoutes } from "./buckets.ts";
import { makeCache, type Staleness } from "./cache.ts";
import { type DownloadFaults, makeDownloads } from "./download.ts";
import { makeFiles } from "./files.ts";
import { objectRoutes } from "./objects.ts";
import { type Parts, place, type Route } from "./parts.ts";
import { badSignature, StorageProblem } from "./problem.ts";
import { findBucket, findObject } from "./records.ts";
import { makeResumable, type Resumable } from "./resumable.ts";
import { type UploadGrant, uploadRoutes, uploadSigned } from "./upload.ts";

export interface Storage {
  answer(request: Request, url: URL): Promise<Response>;
}

export interface StorageFaults extends DownloadFaults {
  /** How stale the cache in front of downloads is; null for not at all. */
  staleness(): Staleness | null;
}

export interface StorageOptions {
  /** Connects as `supabase_storage_admin`. */
  sql: Sql;
  folder: string;
  config: Config;
  keys: Keys;
  faults: StorageFaults;
}

const RESUMABLE = /^\/upload\/resumable(\/sign)?(?:\/([\w-]+))?$/;

export function makeStorage({ sql, folder, config, keys, faults }: StorageOptions): Storage {
  const files = makeFiles(folder);
  const cache = makeCache(files, () => faults.staleness());
  const parts: Parts = {
    sql,
    files,
    downloads: makeDownloads(files, cache, faults),
    jwtSecret: keys.jwtSecret,
    projectLimit: bytesOf(config.storage.file_size_limit),
  };
  const resumable = makeResumable(parts);
  const routes: Route[] = [...bucketRoutes(parts), ...objectRoutes(parts), ...uploadRoutes(parts)];
  return {
    async answer(request, url) {
      const path = url.pathname.slice("/storage/v1".length);
      try {
        return await openRoute(parts, request, url, path) ??
          await resumableRoute(parts, resumable, keys, request, url, path) ??
          await keyedRoute(routes, keys, request, url, path);
      } catch (error) {
        if (error instanceof StorageProblem) return error.respond();
        throw error;
      }
    },
  };
}

async function keyedRoute(
  routes: Route[],
  keys: Keys,
  request: Request,
  url: URL,
  path: string,
): Promise<Response> {
  const caller = await identify(request, url, keys);
  if (caller instanceof Response) return caller;
  for (const [method, pattern, handler] of routes) {
    const match = method === request.method ? pattern.exec(path) : null;
    if (match !== null) return await handler({ request, url, caller }, match);
  }
  throw new StorageProblem(404, "Not Found", `Route ${request.method}:${path} not found`);
}

/** Uploads in pieces: by a key, or under `/sign` by the token of a signed upload. */
async function resumableRoute(
  parts: Parts,
  resumable: Resumable,
  keys: Keys,
  request: Request,
  url: URL,
  path: string,
): Promise<Response | null> {
  const match = RESUMABLE.exec(path);
  if (match === null) return null;
  const who = match[1] === undefined
    ? await identify(request, url, keys)
    : await grantOf(request.headers.get("x-signature") ?? "", parts.jwtSecret);
  if (who instanceof Response) return who;
  return await resumable.answer(request, url, match[2] ?? null, who);
}

/** What needs no key: the token in the URL, or a public bucket, is the permission. */
async function openRoute(
  parts: Parts,
  request: Request,
  url: URL,
  path: string,
): Promise<Response | null> {
  const { sql, downloads } = parts;
  const signed = /^\/object\/(upload\/)?sign\/([^/]+)\/(.+)$/.exec(path);
  const token = url.searchParams.get("token");
  if (signed !== null && token !== null) {
    const [, isUpload, bucketText = "", nameText = ""] = signed;
    const [bucket, name] = [decodeURIComponent(bucketText), decodeURIComponent(nameText)];
    if (isUpload !== undefined && request.method === "PUT") {
      const grant = await grantOf(token, parts.jwtSecret);
      if (grant.bucket !== bucket || grant.name !== name) throw badSignature();
      return await uploadSigned(parts, request, grant);
    }
    const claims = await signatureHolds(token, parts.jwtSecret);
    const fits = claims?.intent === "download" && claims.url === `${bucket}/${name}`;
    if (!fits || isUpload !== undefined || request.method === "POST") throw badSignature();
    return await downloads.answer(request, url, await findObject(sql, null, bucket, name));
  }
  const published = /^\/object\/public\/([^/]+)\/(.+)$/.exec(path);
  if (published === null) return null;
  const { bucket, name } = place(published);
  const isPublic = (await findBucket(sql, bucket)).public;
  return await downloads.answer(request, url, isPublic ? await findObject(sql, null, bucket, name) : null);
}

/** What a token allows to upload. @throws the refusal of a token that is none, or no more. */
async function grantOf(token: string, secret: string): Promise<UploadGrant> {
  const claims = await signatureHolds(token, secret);
  if (claims?.intent !== "upload" || typeof claims.url !== "string") throw badSignature();
  const slash = claims.url.indexOf("/");
  return {
    bucket: claims.url.slice(0, slash),
    name: claims.url.slice(slash + 1),
    owner: typeof claims.owner === "string" ? claims.owner : null,
    upsert: claims.upsert === true,
  };
}
