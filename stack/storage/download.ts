/** Answers to downloads: whole or one range, conditional, cut short where a test wants it. */
import type { ObjectRow } from "./records.ts";
import type { Files } from "./files.ts";

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

/** @param cutAfter ends the connection after that many bytes of the body: a fault for tests. */
export async function download(
  request: Request,
  url: URL,
  object: ObjectRow,
  files: Files,
  cutAfter: number | null,
): Promise<Response> {
  const { size, mimetype, eTag, cacheControl, lastModified } = object.metadata;
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
  if (request.headers.get("if-none-match") === eTag) return new Response(null, { status: 304, headers });
  const range = rangeOf(request.headers.get("range"), size);
  if (range === "unsatisfiable") {
    headers.set("content-range", `bytes */${size}`);
    headers.set("content-type", "application/json");
    const body = {
      statusCode: "416",
      error: "InvalidRange",
      message: "The requested range is not satisfiable",
    };
    return new Response(JSON.stringify(body), { status: 416, headers });
  }
  const [start, end] = range ?? [0, size - 1];
  if (range !== null) headers.set("content-range", `bytes ${start}-${end}/${size}`);
  headers.set("content-length", String(end - start + 1));
  const status = range === null ? 200 : 206;
  if (request.method === "HEAD" || size === 0) return new Response(null, { status, headers });
  const body = await files.read(object.version, start, end);
  return new Response(cutAfter === null ? body : cut(body, cutAfter), { status, headers });
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
