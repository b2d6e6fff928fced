/** Answers to downloads: whole or one range, conditional, through the cache, cut short where a test wants it. */
import type { Cache } from "./cache.ts";
import type { Files } from "./files.ts";
import { noObject } from "./problem.ts";
import type { ObjectRow } from "./records.ts";

/** First and last byte asked for; null for all of it; "unsatisfiable" when there is none of it. RFC 9110 §14.1.2 */
export function rangeOf(header: string | null, size: number): [number, number] | null | "unsatisfiable" {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  if (match === null || (match[1] === "" && match[2] === "")) return null; // several ranges: all of it, as Storage does
  if (match[1] === "") {
    const last = Number(match[2]);
    return last === 0 || size === 0 ? "unsatisfiable" : [Math.max(0, size - last), size - 1];
  }
  const start = Number(match[1]);
  const end = match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[2] !== "" && Number(match[2]) < start) return null; // not a valid range: ignored
  return start >= size ? "unsatisfiable" : [start, end];
}

/** What downloads do wrong on purpose. */
export interface DownloadFaults {
  /** Bytes after which the next download breaks off; null for not at all. */
  takeCut(): number | null;
  /** Whether the next download finds no bytes though the row is there, as while an object is moved. */
  takeLoss(): boolean;
}

export interface Downloads {
  /** Answers with the object, or with what the cache still holds of it. @throws noObject where there is neither. */
  answer(request: Request, url: URL, current: ObjectRow | null): Promise<Response>;
}

export function makeDownloads(files: Files, cache: Cache, faults: DownloadFaults): Downloads {
  return {
    async answer(request, url, current) {
      const object = await cache.look(url, current);
      if (object === null || faults.takeLoss()) throw noObject();
      return await send(request, url, object, files, faults.takeCut());
    },
  };
}

async function send(
  request: Request,
  url: URL,
  object: ObjectRow,
  files: Files,
  cutAfter: number | null,
): Promise<Response> {
  const { size, eTag } = object.metadata;
  const headers = headersOf(object, url);
  if (request.headers.get("if-none-match") === eTag) return new Response(null, { status: 304, headers });
  const range = rangeOf(request.headers.get("range"), size);
  if (range === "unsatisfiable") return unsatisfiable();
  const [start, end] = range ?? [0, size - 1];
  if (range !== null) headers.set("content-range", `bytes ${start}-${end}/${size}`);
  headers.set("content-length", String(end - start + 1));
  const status = range === null ? 200 : 206;
  if (request.method === "HEAD" || size === 0) return new Response(null, { status, headers });
  const body = await files.read(object.version, start, end);
  if (body === null) throw noObject(); // moved since its row was read
  return new Response(cutAfter === null ? body : cut(body, cutAfter), { status, headers });
}

function headersOf(object: ObjectRow, url: URL): Headers {
  const { mimetype, eTag, cacheControl, lastModified } = object.metadata;
  const headers = new Headers({
    "accept-ranges": "bytes",
    "cache-control": cacheControl,
    "content-type": mimetype,
    etag: eTag,
    "last-modified": new Date(lastModified).toUTCString(),
  });
  const name = url.searchParams.get("download");
  if (name !== null) {
    const file = name === "" ? object.name.split("/").at(-1) ?? "" : name;
    headers.set("content-disposition", `attachment; filename*=UTF-8''${encodeURIComponent(file)}`);
  }
  return headers;
}

/** Storage says nothing of the size here, unlike RFC 9110 §15.5.17. */
function unsatisfiable(): Response {
  const body = {
    statusCode: "416",
    error: "invalid_range",
    message: "The requested range is not satisfiable",
    code: "InvalidRange",
  };
  return Response.json(body, { status: 416 });
}

function cut(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  after: number,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = after;
  return body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        if (chunk.length > left) {
          controller.enqueue(chunk.subarray(0, left));
          controller.error(new Error("cut by a fault"));
          return;
        }
        left -= chunk.length;
        controller.enqueue(chunk);
      },
    }),
  );
}
