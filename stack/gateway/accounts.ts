/**
 * `/auth/v1/admin/users`: making, listing, changing and removing accounts with the secret key, as GoTrue's admin API
 * does. `@supabase/lite` has none; it signs the accounts in that are made here.
 */
import * as z from "zod";
import type { Sql } from "../database/connect.ts";
import type { Caller } from "./credentials.ts";

const Change = z.object({
  email: z.email().transform((email) => email.toLowerCase()).optional(),
  password: z.string().min(6).max(72).optional(), // bcrypt reads 72 bytes
  email_confirm: z.boolean().optional(),
  app_metadata: z.record(z.string(), z.json()).optional(),
  user_metadata: z.record(z.string(), z.json()).optional(),
  ban_duration: z.string().optional(),
});

/** @returns the answer, or null when the path is not an account's. @param sql connects as `supabase_auth_admin`. */
export async function manageAccounts(
  request: Request,
  url: URL,
  caller: Caller,
  sql: Sql,
): Promise<Response | null> {
  const match = /^\/auth\/v1\/admin\/users(?:\/([0-9a-f-]{36}))?$/.exec(url.pathname);
  if (match === null) return null;
  if (caller.role !== "service_role") return refuse(403, "not_admin", "User not allowed");
  const id = match[1];
  if (id === undefined) {
    if (request.method === "POST") return await create(sql, Change.safeParse(await request.json()));
    if (request.method === "GET") return await list(sql, url);
    return refuse(405, "method_not_allowed", "Method not allowed");
  }
  if (request.method === "PUT") return await change(sql, id, Change.safeParse(await request.json()));
  if (request.method === "DELETE") {
    const gone = await sql`delete from auth.users where id = ${id} returning id`;
    return gone.length === 0 ? noUser() : Response.json({});
  }
  const [user] = await read(sql, id);
  return user === undefined ? noUser() : Response.json(user);
}

type Parsed = ReturnType<typeof Change.safeParse>;

function refuse(status: number, errorCode: string, message: string): Response {
  return Response.json({ code: status, error_code: errorCode, msg: message }, { status });
}

const noUser = () => refuse(404, "user_not_found", "User not found");

async function create(sql: Sql, parsed: Parsed): Promise<Response> {
  if (!parsed.success) return refuse(400, "validation_failed", z.prettifyError(parsed.error));
  const { email, password, email_confirm, app_metadata, user_metadata } = parsed.data;
  if (email === undefined) return refuse(400, "validation_failed", "Cannot create a user without an email");
  const [taken] = await sql`select id from auth.users where email = ${email}`;
  if (taken !== undefined) {
    return refuse(422, "email_exists", "A user with this email address has already been registered");
  }
  const id = crypto.randomUUID();
  const appMetadata = { provider: "email", providers: ["email"], ...app_metadata };
  await sql.begin(async (tx) => {
    await tx`
      insert into auth.users
        (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data)
      values (
        ${id},
        ${email},
        ${password === undefined ? null : await hash(sql, password)},
        ${email_confirm ? tx`now()` : null},
        ${tx.json(appMetadata)},
        ${tx.json(user_metadata ?? {})}
      )
    `;
    await tx`
      insert into auth.identities (id, provider, provider_id, user_id, identity_data)
      values (
        ${crypto.randomUUID()}, 'email', ${id}, ${id},
        ${tx.json({ sub: id, email, email_verified: email_confirm ?? false, phone_verified: false })}
      )
    `;
  });
  const [user] = await read(sql, id);
  return Response.json(user);
}

async function change(sql: Sql, id: string, parsed: Parsed): Promise<Response> {
  if (!parsed.success) return refuse(400, "validation_failed", z.prettifyError(parsed.error));
  const { email, password, email_confirm, app_metadata, user_metadata, ban_duration } = parsed.data;
  const banned = ban_duration === undefined || ban_duration === "none" ? null : ban_duration;
  const rows = await sql`
    update auth.users
    set
      email = coalesce(${email ?? null}, email),
      encrypted_password = coalesce(${
    password === undefined ? null : await hash(sql, password)
  }, encrypted_password),
      email_confirmed_at = case when ${
    email_confirm ?? false
  } then coalesce(email_confirmed_at, now()) else email_confirmed_at end,
      raw_app_meta_data = raw_app_meta_data || ${sql.json(app_metadata ?? {})},
      raw_user_meta_data = raw_user_meta_data || ${sql.json(user_metadata ?? {})},
      banned_until = case
        when ${ban_duration === undefined} then banned_until
        when ${banned}::text is null then null
        else now() + ${banned}::text::interval
      end,
      updated_at = now()
    where id = ${id}
    returning id
  `;
  if (rows.length === 0) return noUser();
  const [user] = await read(sql, id);
  return Response.json(user);
}

async function hash(sql: Sql, password: string): Promise<string> {
  const [row] = await sql`select extensions.crypt(${password}, extensions.gen_salt('bf', 10)) as hash`;
  return String(row?.hash);
}

async function list(sql: Sql, url: URL): Promise<Response> {
  const page = Number(url.searchParams.get("page") ?? 1) || 1;
  const size = Number(url.searchParams.get("per_page") ?? 50) || 50;
  const [count] = await sql`select count(*)::int as total from auth.users`;
  const users = await read(sql, null, size, (page - 1) * size);
  const total = Number(count?.total);
  const headers = new Headers({ "x-total-count": String(total) });
  const pages = Math.max(1, Math.ceil(total / size));
  const links = page < pages ? [`<${url.pathname}?page=${page + 1}&per_page=${size}>; rel="next"`] : [];
  headers.set("link", [...links, `<${url.pathname}?page=${pages}&per_page=${size}>; rel="last"`].join(", "));
  return Response.json({ users, aud: "authenticated" }, { headers });
}

function read(sql: Sql, id: string | null, limit = 1, offset = 0) {
  return sql`
    select
      id, aud, role, email, phone, email_confirmed_at, confirmed_at, last_sign_in_at, banned_until,
      raw_app_meta_data as app_metadata,
      raw_user_meta_data as user_metadata,
      created_at, updated_at, is_anonymous
    from auth.users
    where ${id}::uuid is null or id = ${id}
    order by created_at, id
    limit ${limit} offset ${offset}
  `;
}
