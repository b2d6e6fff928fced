/**
 * Holds every answer of a function that a test meets against the OpenAPI document: its status must be declared, its
 * content type, and its body to the last member. Importing this module is enough: from then on `fetch` looks at what
 * comes back from `/functions/v1/`.
 */
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { FUNCTION_NAMES } from "../../shared/environment/function_names.ts";
import { openApiDocument } from "../../shared/http/openapi.ts";

/** An answer that is not as it is declared. */
export class UndeclaredAnswer extends Error {
  override readonly name = "UndeclaredAnswer";
}

/** What is looked at of an answer. */
export interface Met {
  readonly method: string;
  /** Below `/functions/v1`, with the function's name. */
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  /** Null for one that is not read: a stream, or none at all. */
  readonly text: string | null;
}

type Json = Record<string, unknown>;
const KEY = "dragonfly";
const DATE = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
const FORMATS: Readonly<Record<string, RegExp | ((value: string) => boolean)>> = {
  "date-time": new RegExp(
    String.raw`^${DATE}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$`,
  ),
  "date": new RegExp(`^${DATE}$`),
  "uuid": /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  "uri": (value) => URL.canParse(value),
};

const document = closed(openApiDocument("of the tests"));
const ajv = new Ajv2020({ strict: false, allErrors: true });
for (const [name, format] of Object.entries(FORMATS)) ajv.addFormat(name, format);
ajv.addSchema(document, KEY);
const compiled = new Map<string, ValidateFunction>();

/**
 * Readers pass over members they do not know; we say all of ours. So what is not declared is a mistake here, but in
 * problems, to which each occurrence may add.
 */
function closed(told: object): Json {
  const { paths, components, ...rest } = JSON.parse(JSON.stringify(told));
  const { Problem, ...schemas } = components.schemas;
  return {
    ...rest,
    paths: close(paths),
    components: { ...components, schemas: { Problem, ...close(schemas) } },
  };
}

function close(part: Json): Json {
  return JSON.parse(
    JSON.stringify(part),
    (_, value) =>
      isObject(value) && isObject(value.properties) && value.additionalProperties === undefined
        ? { ...value, additionalProperties: false }
        : value,
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @returns what is not as declared, in words; nothing when all is. */
export function undeclared(met: Met): string[] {
  const { method, path, status } = met;
  const call = `${method} ${path}`;
  if (!isOurs(met)) return [];
  if (!met.headers.has("x-request-id")) return [`${call} answers ${status} without x-request-id`];
  const operation = operationOf(method, path);
  if (operation === null) return unknownRoute(met);
  const declared = at(operation.pointer, "responses");
  const found = Object.keys(declared).includes(String(status));
  if (!found) {
    return [
      `${call} answers ${status}, which is not declared (${Object.keys(declared).join(", ")}): ${met.text}`,
    ];
  }
  const pointer = resolved(`${operation.pointer}/responses/${status}`);
  return contentProblems(call, met, pointer);
}

/** The platform's own answers, when a function is not there or has died, are not ours to declare. */
function isOurs({ path, status, headers }: Met): boolean {
  const name = path.split("/")[1] ?? "";
  return FUNCTION_NAMES.some((one) => one === name) && (headers.has("x-request-id") || status < 500);
}

function unknownRoute({ method, path, status, text }: Met): string[] {
  return status === 404 || status === 405 || method === "OPTIONS"
    ? []
    : [`${method} ${path} is not declared, and answers ${status}: ${text}`];
}

function operationOf(method: string, path: string): { readonly pointer: string } | null {
  const verb = (method === "HEAD" ? "GET" : method).toLowerCase();
  const given = path.split("/");
  const patterns = Object.keys(document.paths as Json)
    .filter((pattern) => matches(pattern.split("/"), given))
    .sort((a, b) => a.split("{").length - b.split("{").length); // the one with fewer places to fill is meant
  for (const pattern of patterns) {
    const pointer = `/paths/${escaped(pattern)}/${verb}`;
    if (verb in at(`/paths/${escaped(pattern)}`)) return { pointer };
  }
  return null;
}

function matches(pattern: readonly string[], given: readonly string[]): boolean {
  return pattern.length === given.length &&
    pattern.every((part, place) => part.startsWith("{") ? given[place] !== "" : part === given[place]);
}

function contentProblems(call: string, met: Met, pointer: string): string[] {
  const content = at(pointer).content;
  const type = met.headers.get("content-type");
  if (!isObject(content)) {
    return met.text === null || met.text === ""
      ? []
      : [`${call} answers ${met.status} with a body, and none is declared`];
  }
  if (met.method === "HEAD") return [];
  const types = Object.keys(content);
  const declared = types.find((one) => one.toLowerCase() === type?.toLowerCase());
  if (declared === undefined) {
    return [`${call} answers ${met.status} as ${type}, declared is ${types.join(", ")}`];
  }
  if (!declared.includes("json") || met.text === null) return [];
  const validate = validator(`${pointer}/content/${escaped(declared)}/schema`);
  let body: unknown;
  try {
    body = JSON.parse(met.text);
  } catch {
    return [`${call} answers ${met.status} with what is no JSON: ${met.text.slice(0, 200)}`];
  }
  if (validate(body)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${call} answers ${met.status}: ${instancePath === "" ? "the body" : instancePath} ${message}` +
    (params.additionalProperty === undefined ? "" : ` (${params.additionalProperty})`)
  );
}

function validator(pointer: string): ValidateFunction {
  const known = compiled.get(pointer);
  if (known !== undefined) return known;
  const made = ajv.compile({ $ref: `${KEY}#${encodeURI(pointer)}` });
  compiled.set(pointer, made);
  return made;
}

function at(pointer: string, ...names: string[]): Json {
  let found: unknown = document;
  for (const part of [...pointer.split("/").slice(1), ...names]) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~");
    found = isObject(found) ? found[name] : undefined;
  }
  if (!isObject(found)) throw new TypeError(`Cannot find ${pointer} in the document`);
  return found;
}

/** Where a reference leads; a pointer that is none stays. */
function resolved(pointer: string): string {
  const { $ref } = at(pointer);
  return typeof $ref === "string" ? $ref.slice(1) : pointer;
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** An example of the document, and what is wrong with it by the schema beside it. */
export interface Example {
  readonly pointer: string;
  readonly wrong: readonly string[];
}

/** Every example of the document: of parameters, of what is sent, of answers and problems. */
export function examplesIn(): Example[] {
  return examplesBelow("", document);
}

function examplesBelow(pointer: string, part: unknown): Example[] {
  if (Array.isArray(part)) return part.flatMap((one, place) => examplesBelow(`${pointer}/${place}`, one));
  if (!isObject(part)) return [];
  const { schema, example, examples } = part;
  const here = !isObject(schema) ? [] : [
    ...(example === undefined ? [] : [example]),
    ...Object.values(isObject(examples) ? examples : {}).map((one) => isObject(one) ? one.value : one),
  ];
  return [
    ...here.map((value) => ({ pointer, wrong: wrongWith(pointer, value) })),
    ...Object.entries(part).flatMap(([name, below]) => examplesBelow(`${pointer}/${escaped(name)}`, below)),
  ];
}

function wrongWith(pointer: string, value: unknown): string[] {
  const validate = validator(`${pointer}/schema`);
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${pointer}: ${instancePath} ${message}`);
}

const ROOT = "/functions/v1";
const complaints: string[] = [];
const asItIs = globalThis.fetch;

globalThis.fetch = async (input, init) => {
  const response = await asItIs(input, init);
  const url = new URL(input instanceof Request ? input.url : input);
  if (!url.pathname.startsWith(`${ROOT}/`) || response.redirected) return response;
  const method = init?.method ?? (input instanceof Request ? input.method : "GET");
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  const found = undeclared({
    method: method.toUpperCase(),
    path: url.pathname.slice(ROOT.length),
    status: response.status,
    headers: response.headers,
    text: isJson ? await textOf(response) : null,
  });
  if (found.length === 0) return response;
  complaints.push(...found);
  throw new UndeclaredAnswer(found.join("\n"));
};

/** Null when the body breaks off: functions are killed in tests, and then nobody gets to read it. */
async function textOf(response: Response): Promise<string | null> {
  return await response.clone().text().catch(() => null);
}

// Also where a test passes over a call that fails.
Deno.test.afterAll(() => {
  if (complaints.length > 0) throw new UndeclaredAnswer([...new Set(complaints)].join("\n"));
});
