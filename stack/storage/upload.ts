/** Uploads that arrive in one request: whole, in a form, or to a signed URL. */
import { sign } from "../gateway/jwt.ts";
import { readUpload } from "./multipart.ts";
import {
  admit,
  type Handler,
  headerMetadata,
  isKey,
  limitOf,
  type Parts,
  place,
  type Route,
} from "./parts.ts";
import { badKey, duplicate, noObject } from "./problem.ts";
import { complete, findBucket, findObject, type Intent, type ObjectMetadata, probe } from "./records.ts";

const UPLOAD_URL_SECONDS = 7200; // hosted: two hours
const FORM_BYTES = 64 * 1024; // what a form may add to its file
const SIGN_REQUEST = { mimetype: "application/json", contentLength: 2 }; // what Storage probes with: the request to sign

/** What a bearer of a token may upload. */
export interface UploadGrant {
  bucket: string;
  name: string;
  owner: string | null;
  upsert: boolean;
}

export function uploadRoutes(parts: Parts): Route[] {
  const object = /^\/object\/([^/]+)\/(.+)$/;
  return [
    ["POST", /^\/object\/upload\/sign\/([^/]+)\/(.+)$/, signUpload(parts)],
    ["POST", object, upload(parts)],
    ["PUT", object, upload(parts)],
  ];
}

function upload(parts: Parts): Handler {
  return async ({ request, caller }, match) => {
    const { bucket, name } = place(match);
    const upsert = request.method === "PUT" || request.headers.get("x-upsert") === "true";
    const intent = { bucket, name, owner: caller.sub, upsert, userMetadata: headerMetadata(request) };
    const id = await store(parts, request, intent, async (known) => {
      if (request.method === "PUT" && await findObject(parts.sql, caller, bucket, name) === null) {
        throw noObject();
      }
      await probe(parts.sql, caller, intent, known);
    });
    return Response.json({ Key: `${bucket}/${name}`, Id: id });
  };
}

/** Takes an upload to a URL that was signed. The signature is the permission, so nothing is probed. */
export async function uploadSigned(parts: Parts, request: Request, grant: UploadGrant): Promise<Response> {
  const { bucket, name } = grant;
  await store(parts, request, { ...grant, userMetadata: headerMetadata(request) }, async () => {
    if (!grant.upsert && await findObject(parts.sql, null, bucket, name) !== null) throw duplicate();
  });
  return Response.json({ Key: `${bucket}/${name}` });
}

function signUpload({ sql, jwtSecret }: Parts): Handler {
  return async ({ request, caller }, match) => {
    const { bucket, name } = place(match);
    if (!isKey(name)) throw badKey(name);
    const upsert = request.headers.get("x-upsert") === "true";
    await findBucket(sql, bucket);
    await probe(sql, caller, { bucket, name, owner: caller.sub, upsert, userMetadata: null }, SIGN_REQUEST);
    const token = await signGrant({ bucket, name, owner: caller.sub, upsert }, jwtSecret);
    return Response.json({ url: `/object/upload/sign/${bucket}/${name}?token=${token}`, token });
  };
}

function signGrant({ bucket, name, owner, upsert }: UploadGrant, secret: string): Promise<string> {
  return sign({ url: `${bucket}/${name}`, intent: "upload", owner, upsert }, secret, UPLOAD_URL_SECONDS);
}

/**
 * Stores the bytes of a request, then its row.
 * @param allow refuses by throwing, before a byte is stored, knowing what the request says of itself.
 */
async function store(
  { sql, files, projectLimit }: Parts,
  request: Request,
  intent: Intent,
  allow: (known: { mimetype: string; contentLength: number }) => Promise<void>,
): Promise<string> {
  const bucket = await findBucket(sql, intent.bucket);
  if (!isKey(intent.name)) throw badKey(intent.name);
  const limit = limitOf(bucket, projectLimit);
  const given = request.headers.get("content-type") ?? "application/octet-stream";
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/i.exec(given)?.[1];
  const form = boundary === undefined || request.body === null
    ? null
    : await readUpload(request.body, boundary);
  const mimetype = form === null ? given : form.type ?? "application/octet-stream";
  const contentLength = Number(request.headers.get("content-length") ?? 0);
  admit(bucket, mimetype, contentLength - FORM_BYTES, limit);
  await allow({ mimetype, contentLength });
  const version = crypto.randomUUID();
  const cacheControl = form?.fields.get("cacheControl") ?? request.headers.get("cache-control");
  const stored = await files.write(version, form === null ? request.body : form.file, limit);
  const formMetadata = form?.fields.get("metadata");
  const userMetadata = formMetadata === undefined ? intent.userMetadata : JSON.parse(formMetadata);
  const metadata = describe({ ...stored, mimetype, cacheControl });
  return await keep({ sql, files }, { ...intent, userMetadata }, version, metadata);
}

/** The metadata Storage keeps of an object. @param cacheControl seconds alone, or a header's text; null for none given. */
export function describe(
  { size, etag, mimetype, cacheControl }: {
    size: number;
    etag: string;
    mimetype: string;
    cacheControl: string | null;
  },
): ObjectMetadata {
  const seconds = /^\d+$/.test(cacheControl ?? "");
  return {
    eTag: etag,
    size,
    mimetype,
    cacheControl: cacheControl === null ? "no-cache" : seconds ? `max-age=${cacheControl}` : cacheControl,
    lastModified: new Date().toISOString(),
    contentLength: size,
    httpStatusCode: 200,
  };
}

/** Writes the row of bytes that are stored; removes what it replaced, or the bytes when the row is refused. */
export async function keep(
  { sql, files }: Pick<Parts, "sql" | "files">,
  intent: Intent,
  version: string,
  metadata: ObjectMetadata,
): Promise<string> {
  try {
    const { id, replaced } = await complete(sql, intent, version, metadata);
    if (replaced !== null) await files.remove(replaced);
    return id;
  } catch (error) {
    await files.remove(version);
    throw error;
  }
}
