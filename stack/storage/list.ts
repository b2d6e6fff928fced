/** Lists of objects as folders: what lies directly under a prefix, deeper names folded into one entry. */
import * as z from "zod";
import type { Sql } from "../database/connect.ts";
import type { Caller } from "../gateway/credentials.ts";
import { as } from "./records.ts";

const Query = z.object({
  prefix: z.string().default(""),
  limit: z.number().int().positive().max(1000).default(100),
  offset: z.number().int().nonnegative().default(0),
  search: z.string().nullish(),
  sortBy: z.object({
    column: z.enum(["name", "created_at", "updated_at", "last_accessed_at"]).default("name"),
    order: z.enum(["asc", "desc"]).default("asc"),
  }).default({ column: "name", order: "asc" }),
});

/** @returns entries as supabase-js' `list()` gives them; a folder's are all null but its name. */
export async function listObjects(sql: Sql, caller: Caller, bucket: string, body: unknown) {
  const { prefix, limit, offset, search, sortBy } = Query.parse(body);
  const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
  return await as(sql, caller, "storage.object.list", async (tx) => {
    const direction = sortBy.order === "asc" ? tx`asc` : tx`desc`;
    return await tx`
      with found as (
        select *, substr(name, length(${folder}) + 1) as below
        from storage.objects
        where bucket_id = ${bucket}
          and starts_with(name, ${folder})
          and substr(name, length(${folder}) + 1) ilike ${`${search ?? ""}%`}
      ), entries as (
        select below as name, id, updated_at, created_at, last_accessed_at, metadata from found where below not like '%/%'
        union all
        select distinct split_part(below, '/', 1), null::uuid, null::timestamptz, null::timestamptz, null::timestamptz, null::jsonb
        from found where below like '%/%'
      )
      select * from entries order by ${tx(sortBy.column)} ${direction} limit ${limit} offset ${offset}
    `;
  });
}
