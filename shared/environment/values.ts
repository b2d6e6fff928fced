/**
 * The kinds of value an environment variable can hold, each a zod schema from text. They say no more than
 * "wrong": the words about a variable are in parse.ts, so that no value can slip into a message.
 */
import * as z from "zod";
import { isPrivateKey } from "../audit/signing.ts";

/** Absent and empty are the same, as in every `.env` file. */
export const text = z.string().min(1);

/** A whole number from 0, written in digits. */
export const count = z.string().regex(/^\d{1,9}$/).transform(Number);

export const flag = z.enum(["true", "false"]).transform((value) => value === "true");

/** An http or https address without credentials in it. */
export const address = z.string().refine((value) => {
  const url = parseUrl(value);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}).transform((value) => value.replace(/\/+$/, ""));

/** Origins separated by commas, each as a browser sends it: `https://app.example.org`. */
export const origins = z.string().transform((value) =>
  value.split(",").map((part) => part.trim()).filter(Boolean)
)
  .refine((list) => list.length > 0 && list.every((origin) => parseUrl(origin)?.origin === origin));

/** A JSON object of names and keys, as the platform injects its keys and we write the vendors'. */
export const keysByName = json(z.record(z.string().min(1), z.string().min(1)));

/** A vendor is also a source: the name is the first segment of its paths. */
export const vendorKeys = json(z.record(z.string().regex(/^[a-z0-9][a-z0-9_-]{0,62}$/), z.string().min(1)));

/** Private keys (PKCS#8 of Ed25519, base64), separated by commas: the first signs, the others did so before. */
export const signingKeys = z.string().transform((value) => value.split(",").map((part) => part.trim()))
  .refine((keys) => keys.length > 0 && keys.every(isPrivateKey));

/** A point in time with its zone, as ISO 8601 writes it. */
export const instant = z.iso.datetime({ offset: true }).transform((value) => new Date(value));

const jwk = z.looseObject({ kty: z.string(), kid: z.string().optional() });

/**
 * The project's public signing keys. An unknown shape counts as no keys: sessions are then checked by asking
 * Auth, which is slower and just as strict.
 */
export const jwks = z.string().transform((value) => {
  const read = json(z.union([z.object({ keys: z.array(jwk) }), z.array(jwk)])).safeParse(value);
  if (!read.success) return { keys: [] };
  return Array.isArray(read.data) ? { keys: read.data } : read.data;
});

/** What we need to know about a Postgres address; `url` is the text as given. */
export interface Dsn {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly sslmode: string | null;
}

/** A Postgres address, taken apart by a URL parser and never searched as text. */
export const dsn = z.string().transform((value, context): Dsn => {
  const url = parseUrl(value);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === "") {
    context.addIssue({ code: "custom", message: "no Postgres address" });
    return z.NEVER;
  }
  return {
    url: value,
    host: url.hostname,
    port: url.port === "" ? 5432 : Number(url.port),
    user: url.username,
    sslmode: url.searchParams.get("sslmode"),
  };
});

function parseUrl(value: string): URL | null {
  return URL.canParse(value) ? new URL(value) : null;
}

function json<Schema extends z.ZodType>(schema: Schema) {
  return z.string().transform((value, context): unknown => {
    try {
      return JSON.parse(value);
    } catch {
      context.addIssue({ code: "custom", message: "no JSON" });
      return z.NEVER;
    }
  }).pipe(schema);
}
