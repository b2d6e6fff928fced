/**
 * How a route is declared: what comes in, what goes out by status, and which problems it knows. Functions are mounted
 * from declarations, the OpenAPI document tells them, the client is typed by them.
 */
import type * as z from "zod";
import type { ProblemCode } from "../errors.ts";
import type { FunctionName } from "../environment/function_names.ts";
import type { RouteOf } from "./access.ts";
import type { Fields, FieldsGiven, FieldsRead, PathFields } from "./fields.ts";

/** An object in JSON. */
export interface JsonBody<F extends Fields = Fields> {
  readonly kind: "json";
  readonly fields: F;
  /** A body nobody can read is taken for an empty one: it only tells more about the call. */
  readonly lenient?: true;
}

/** An object in JSON whose members are taken as they are: null is a value, and other members are refused. */
export interface SettingsBody<F extends Fields = Fields> {
  readonly kind: "settings";
  readonly fields: F;
  /** Whose settings: `a source`. */
  readonly subject: string;
  /** A member that is passed over. */
  readonly besides: string;
}

/**
 * One file: a form with a part `file`, or the raw bytes with `?filename=`. The handler reads it itself, as the bytes
 * arrive; fields stand in the form or the query.
 */
export interface FileBody<F extends Fields = Fields> {
  readonly kind: "file";
  readonly fields: F;
  /** Bytes by themselves are not taken: what is said beside them must be said. */
  readonly formOnly?: true;
}

/** What a request carries. */
export type Body = JsonBody | SettingsBody | FileBody;

/** JSON goes out. */
export interface JsonAnswer<Schema extends z.ZodType = z.ZodType> {
  readonly kind: "json";
  readonly schema: Schema;
  readonly about: string;
  readonly example?: unknown;
}

/** Text goes out. */
export interface TextAnswer {
  readonly kind: "text";
  readonly contentType: string;
  readonly about: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Bytes go out. */
export interface BytesAnswer {
  readonly kind: "bytes";
  readonly contentType: string;
  readonly about: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Nothing goes out but a status and headers. */
export interface EmptyAnswer {
  readonly kind: "empty";
  readonly about: string;
  /** Header to what it says. */
  readonly headers?: Readonly<Record<string, string>>;
}

export type AnswerDeclaration = JsonAnswer | TextAnswer | BytesAnswer | EmptyAnswer;

/** One route; method and path are the name it is declared under. */
export interface Declaration {
  readonly summary: string;
  readonly about?: string;
  readonly path?: PathFields;
  readonly query?: Fields;
  readonly body?: Body;
  /** By status. */
  readonly answers: Readonly<Record<number, AnswerDeclaration>>;
  /** Problems beside those that follow from access and fields. */
  readonly problems?: readonly ProblemCode[];
}

/** The names in an address: `"GET /a/:id/b/:row"` → `"id" | "row"`. */
export type PathNames<Name extends string> = Name extends `${string}:${infer First}/${infer Rest}`
  ? First | PathNames<`/${Rest}`>
  : Name extends `${string}:${infer Last}` ? Last
  : never;

type PathOf<Name extends string> = [PathNames<Name>] extends [never] ? { readonly path?: undefined }
  : { readonly path: { readonly [Part in PathNames<Name>]: PathFields[string] } };

/** The declarations of one function: each of its routes in the table of access, and no other. */
export type Declared<F extends FunctionName> = {
  readonly [Name in RouteOf<F>]: Declaration & PathOf<Name>;
};

type PathRead<P> = P extends PathFields ? { readonly [Name in keyof P]: z.output<P[Name]["schema"]> }
  : Record<never, never>;
type QueryRead<Q> = Q extends Fields ? FieldsRead<Q> : Record<never, never>;
type BodyRead<B> = B extends JsonBody<infer F> ? FieldsRead<F>
  : B extends SettingsBody<infer F> ? { readonly [Name in keyof F]?: z.output<F[Name]["schema"]> }
  : undefined;

/** What a handler is given: path, query and body as they were read. A file is not read yet. */
export interface InputOf<D extends Declaration> {
  readonly path: PathRead<D["path"]>;
  readonly query: QueryRead<D["query"]>;
  readonly body: BodyRead<D["body"]>;
}

/** An answer in JSON. */
export interface Answer<Status extends number = number, Content = unknown> {
  readonly status: Status;
  readonly body: Content;
  readonly headers?: Readonly<Record<string, string>>;
}

type StatusOf<D extends Declaration> = Extract<keyof D["answers"], number>;

/** What a handler answers: JSON as declared, and a response of its own where text or nothing goes out. */
export type AnswerOf<D extends Declaration> = {
  readonly [Status in StatusOf<D>]: D["answers"][Status] extends JsonAnswer<infer Schema>
    ? Answer<Status, z.output<Schema>>
    : Response;
}[StatusOf<D>];

type PathGiven<P> = P extends PathFields ? { readonly path: { readonly [Name in keyof P]: string | number } }
  : { readonly path?: undefined };
type QueryGiven<Q> = Q extends Fields ? { readonly query?: FieldsGiven<Q> } : { readonly query?: undefined };

/** A file to send, under the name it shall have. */
export interface FileGiven {
  readonly file: Blob;
  readonly filename: string;
}

type BodyGiven<B> = B extends JsonBody<infer F> ? OptionalIfEmpty<FieldsGiven<F>>
  : B extends SettingsBody<infer F>
    ? { readonly body: { readonly [Name in keyof F]?: z.input<F[Name]["schema"]> } }
  : B extends FileBody<infer F> ? { readonly body: FileGiven & FieldsGiven<F> }
  : { readonly body?: undefined };
type OptionalIfEmpty<Content> = Record<never, never> extends Content ? { readonly body?: Content }
  : { readonly body: Content };

/** What a caller of the client gives. */
export type GivenOf<D extends Declaration> =
  & PathGiven<D["path"]>
  & QueryGiven<D["query"]>
  & BodyGiven<D["body"]>;
