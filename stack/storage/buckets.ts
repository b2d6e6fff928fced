/** Buckets: which there are, and new ones. */
import { bytesOf } from "../../checkout/config.ts";
import type { Handler, Parts, Route } from "./parts.ts";
import { noBucket } from "./problem.ts";
import { as } from "./records.ts";

export function bucketRoutes(parts: Parts): Route[] {
  return [
    ["GET", /^\/bucket\/?$/, listBuckets(parts)],
    ["POST", /^\/bucket\/?$/, createBucket(parts)],
    ["GET", /^\/bucket\/([^/]+)$/, oneBucket(parts)],
  ];
}

function listBuckets({ sql }: Parts): Handler {
  return async ({ caller }) =>
    Response.json(
      await as(sql, caller, "storage.bucket.list", (tx) => tx`select * from storage.buckets order by name`),
    );
}

function oneBucket({ sql }: Parts): Handler {
  return async ({ caller }, match) => {
    const id = decodeURIComponent(match[1] ?? "");
    const [bucket] = await as(
      sql,
      caller,
      "storage.bucket.get",
      (tx) => tx`select * from storage.buckets where id = ${id}`,
    );
    if (bucket === undefined) throw noBucket();
    return Response.json(bucket);
  };
}

function createBucket({ sql }: Parts): Handler {
  return async ({ request, caller }) => {
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
}
