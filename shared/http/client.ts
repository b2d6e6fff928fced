/**
 * The functions' HTTP surface, typed by its declarations: method and path give what must be sent and what comes back.
 * Knows no host: how requests are sent is an argument, so that commands and browsers use the same one.
 */
import type { RouteName } from "./access.ts";
import type {
  BytesAnswer,
  Declaration,
  EmptyAnswer,
  FileGiven,
  GivenOf,
  JsonAnswer,
  TextAnswer,
} from "./declaration.ts";
import type * as z from "zod";
import { ProblemAnswer } from "./problem.ts";
import { NoAnswer, parsed, Refused, StrangeAnswer } from "./refused.ts";
import { type DeclarationNamed, declarationOf, methodAndPath } from "./routes.ts";

/**
 * Longest wait for an answer in JSON, in milliseconds. An undo answers after a minute at the latest, done or not; a
 * sentinel run that heals the schema cache takes 15 s and more.
 */
export const CALL_TIMEOUT_MS = 90_000;
/** Longest wait for a file in either direction: 50 MB over a line of 1 Mbit/s take seven minutes. */
export const FILE_TIMEOUT_MS = 600_000;

export { NoAnswer, Refused, StrangeAnswer };

/** What a client stands on. */
export interface ClientParts {
  /** `<SUPABASE_URL>/functions/v1`. */
  readonly base: string;
  /** Credentials, asked for at each call. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
}

/** What may be said of one call. */
export interface CallOptions {
  /** Gives the call up. */
  readonly signal?: AbortSignal;
  /** Longest wait, in milliseconds. */
  readonly timeoutMs?: number;
}

/** What a call of a route takes; nothing where nothing must be given. */
export type CallOf<Name extends RouteName> = Record<never, never> extends GivenOf<DeclarationNamed<Name>>
  ? [given?: GivenOf<DeclarationNamed<Name>> & CallOptions]
  : [given: GivenOf<DeclarationNamed<Name>> & CallOptions];

type Told<Declared> = Declared extends JsonAnswer<infer Schema> ? z.output<Schema>
  : Declared extends TextAnswer ? string
  : Declared extends BytesAnswer ? Uint8Array<ArrayBuffer>
  : Declared extends EmptyAnswer ? null
  : never;

type AnswersOf<D extends Declaration> = {
  readonly [Status in Extract<keyof D["answers"], number>]: {
    readonly status: Status;
    readonly headers: Headers;
    readonly body: Told<D["answers"][Status]>;
  };
}[Extract<keyof D["answers"], number>];

/** What a route answers, by its status. */
export type AnsweredBy<Name extends RouteName> = AnswersOf<DeclarationNamed<Name>>;

/** The functions, to be called by the names of their routes. */
export interface Client {
  /**
   * One call, its answer read and parsed.
   *
   * @throws Refused with the problem; NoAnswer; StrangeAnswer.
   */
  call<Name extends RouteName>(name: Name, ...given: CallOf<Name>): Promise<AnsweredBy<Name>>;
  /**
   * One call, its answer unread: for streams. Redirects are followed.
   *
   * @throws Refused with the problem; NoAnswer.
   */
  open<Name extends RouteName>(name: Name, ...given: CallOf<Name>): Promise<Response>;
}

/** What can be given of any call, before the declaration says which of it must. */
interface Given extends CallOptions {
  readonly path?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: object;
}

/** Builds a client. */
export function createClient(parts: ClientParts): Client {
  return {
    async call(name, ...[given]) {
      const { declaration, response } = await send(parts, name, given ?? {}, "manual");
      const answered: unknown = {
        status: response.status,
        headers: response.headers,
        body: await told(name, declaration, response),
      };
      return answered as AnsweredBy<typeof name>; // parsed by the schema of this status
    },
    async open(name, ...[given]) {
      return (await send(parts, name, given ?? {}, "follow")).response;
    },
  };
}

interface Sent {
  readonly declaration: Declaration;
  readonly response: Response;
}

async function send(
  parts: ClientParts,
  name: RouteName,
  given: Given,
  redirect: "manual" | "follow",
): Promise<Sent> {
  const declaration = declarationOf(name);
  const { method } = methodAndPath(name);
  const { body, contentType } = bodyOf(declaration, given.body);
  const response = await answered(
    name,
    async () =>
      await parts.fetch(`${parts.base}${targetOf(name, given)}`, {
        method,
        redirect,
        headers: { ...contentType, ...parts.headers() },
        signal: limitOf(declaration, given),
        ...(body === undefined ? {} : { body }),
      }),
  );
  const isDeclared = declaration.answers[response.status] !== undefined ||
    (redirect === "follow" && response.redirected && response.ok);
  if (!isDeclared) throw await refused(name, response);
  return { declaration, response };
}

function targetOf(name: RouteName, { path = {}, query = {} }: Given): string {
  const filled = methodAndPath(name).path.replace(
    /:([a-z]+)/g,
    (_, part: string) => encodeURIComponent(String(path[part])),
  );
  const asked = new URLSearchParams(
    Object.entries(query).flatMap(([field, value]) => isSaid(value) ? [[field, String(value)]] : []),
  );
  return asked.size === 0 ? filled : `${filled}?${asked}`;
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null;
}

interface Encoded {
  readonly body?: BodyInit;
  readonly contentType?: { readonly "content-type": string };
}

function bodyOf(declaration: Declaration, given: object | undefined): Encoded {
  if (given === undefined) return {};
  if (declaration.body?.kind !== "file" || !isFile(given)) {
    return { body: JSON.stringify(given), contentType: { "content-type": "application/json" } };
  }
  const { file, filename, ...fields } = given;
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) if (isSaid(value)) form.append(field, String(value));
  form.append("file", file, filename);
  return { body: form };
}

function isFile(given: object): given is FileGiven {
  return "file" in given && given.file instanceof Blob && "filename" in given;
}

function limitOf({ body, answers }: Declaration, { signal, timeoutMs }: Given): AbortSignal {
  const isFile = body?.kind === "file" || Object.values(answers).some((one) => one.kind !== "json");
  const limit = AbortSignal.timeout(timeoutMs ?? (isFile ? FILE_TIMEOUT_MS : CALL_TIMEOUT_MS));
  return signal === undefined ? limit : AbortSignal.any([signal, limit]);
}

/** @throws NoAnswer instead of what the host throws. */
async function answered<T>(name: RouteName, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new NoAnswer(`${name}: ${whyNot(error)}`, { cause: error });
  }
}

function whyNot(error: unknown): string {
  if (error instanceof DOMException && error.name === "TimeoutError") return "it took too long";
  return error instanceof Error ? error.message.split("\n")[0] ?? error.name : String(error);
}

async function told(name: RouteName, declaration: Declaration, response: Response): Promise<unknown> {
  const declared = declaration.answers[response.status];
  if (declared?.kind === "bytes") {
    return new Uint8Array(await answered(name, () => response.arrayBuffer()));
  }
  const text = await answered(name, () => response.text());
  if (declared?.kind === "text") return text;
  if (declared?.kind !== "json") return null;
  const read = declared.schema.safeParse(parsed(text));
  if (read.success) return read.data;
  const wrong = read.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`).join("; ");
  throw new StrangeAnswer(`${name} answers ${response.status}, but not as declared: ${wrong}`);
}

async function refused(name: RouteName, response: Response): Promise<Refused> {
  const text = await answered(name, () => response.text());
  const problem = ProblemAnswer.safeParse(parsed(text));
  const wait = response.headers.get("retry-after");
  return new Refused(response.status, problem.data ?? null, text, wait === null ? null : Number(wait));
}
