/**
 * Text that Postgres cannot keep, and text without end, in every parameter of every route as the OpenAPI document lists
 * them: refused by its name, never a fault.
 */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { openApiDocument } from "../../shared/http/openapi.ts";
import * as z from "zod";
import { type Answer, asOperator, call, endedBatch, intakeStack, someCsv } from "./intake_stack.ts";

const shared = intakeStack();

const Schema = z.looseObject({ type: z.union([z.string(), z.array(z.string())]).optional() });
const Parameter = z.object({
  name: z.string(),
  in: z.enum(["path", "query", "header"]),
  example: z.unknown().optional(),
});
const Content = z.object({
  schema: z.object({
    properties: z.record(z.string(), Schema).default({}),
    required: z.array(z.string()).default([]),
  }).prefault({}),
  example: z.record(z.string(), z.unknown()).optional(),
});
const Operation = z.object({
  security: z.array(z.unknown()),
  parameters: z.array(z.union([Parameter, z.object({ $ref: z.string() })])),
  requestBody: z.object({ content: z.record(z.string(), Content) }).optional(),
});
type Operation = z.infer<typeof Operation>;
type Parameter = z.infer<typeof Parameter>;

const document = openApiDocument("of the tests");
const known = z.object({ parameters: z.record(z.string(), Parameter) }).parse(document.components).parameters;
const OPERATIONS = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(z.record(z.string(), Operation).parse(item)).map(([method, operation]) => ({
    method: method.toUpperCase(),
    path: path.slice(1),
    operation,
    parameters: operation.parameters.map(found),
  }))
).filter(({ operation }) => operation.security.length > 0);

function found(one: Operation["parameters"][number]): Parameter {
  if (!("$ref" in one)) return one;
  const parameter = known[one.$ref.split("/").at(-1) ?? ""];
  if (parameter === undefined) throw new Error(`${one.$ref} leads nowhere`);
  return parameter;
}

const LONG = "x".repeat(100_000);
/** As they are written into an address; the last is about as long as `fetch` sends one. */
const ESCAPED = ["%00", "a%00b", "%ED%A0%80", "%1B", "x".repeat(65_000)];
/** As JSON has them; the longest that is read of a body at all, and one that is longer. */
const TEXTS = ["\0", "a\0b", "\ud800", "\x1b", "x".repeat(60_000), LONG];
/** A file may have any name: what cannot be kept of it is dropped, and the rest cut. */
const MILD = ["filename"];

interface Request {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: BodyInit;
  readonly contentType?: string;
}

for (const { method, path, operation, parameters } of OPERATIONS) {
  const examples = Object.fromEntries(parameters.map(({ name, example }) => [name, String(example)]));
  const send = async (given: Request): Promise<Answer> => {
    const filled = path.replace(
      /\{([a-z]+)\}/g,
      (_, name: string) => given.path?.[name] ?? examples[name] ?? "",
    );
    const type: Record<string, string> = given.contentType === undefined
      ? {}
      : { "content-type": given.contentType };
    return await call(shared(), given.query === undefined ? filled : `${filled}?${given.query}`, {
      method,
      headers: asOperator(shared(), type),
      ...(given.body === undefined ? {} : { body: given.body }),
    });
  };
  const refuses = async (name: string, what: string, given: Request) => {
    const { status, body, text } = await send(given);
    const words = `${name} = ${what.slice(0, 20)}: ${status} ${text.slice(0, 200)}`;
    assert(status < 500, words);
    if (MILD.includes(name)) return;
    assert(status >= 400, words);
    if (status === 422) assertEquals([body.code, body.field], ["INVALID_PARAMETER", name], words);
  };
  const json = operation.requestBody?.content["application/json"];
  const form = operation.requestBody?.content["multipart/form-data"];
  const example = json?.example ?? {};
  const contents = json === undefined ? {} : jsonOf(example);

  for (const { name } of parameters.filter((one) => one.in === "path")) {
    Deno.test(`${method} /${path} refuses a ${name} that cannot be kept`, async () => {
      for (const value of ESCAPED) await refuses(name, value, { path: { [name]: value }, ...contents });
    });
  }

  for (const { name } of parameters.filter((one) => one.in === "query")) {
    Deno.test(`${method} /${path} refuses a ${name} that cannot be kept, in the query`, async () => {
      const id = await endedBatch(shared(), "failed");
      for (const value of ESCAPED) {
        const query = `${name}=${value}`;
        const raw = name === "filename" ? query : `filename=a.csv&${query}`;
        await refuses(
          name,
          value,
          form === undefined
            ? { path: { id }, query, ...contents }
            : { path: { id }, query: raw, body: someCsv(), contentType: "text/csv" },
        );
      }
    });
  }

  // A wake-up is heard whatever else its body says.
  const isHint = path.endsWith("/run");
  for (const [name, { type }] of Object.entries(isHint ? {} : json?.schema.properties ?? {})) {
    Deno.test(`${method} /${path} refuses a ${name} that cannot be kept, in the body`, async () => {
      const id = await endedBatch(shared(), "failed");
      for (const value of TEXTS) {
        const inside = [type].flat().includes("string") ? [] : [{ [value]: value }, [value]];
        for (const wrong of [value, ...inside]) {
          await refuses(name, value, { path: { id }, ...jsonOf({ ...example, [name]: wrong }) });
        }
      }
    });
  }

  for (const name of Object.keys(form?.schema.properties ?? {}).filter((one) => one !== "file")) {
    Deno.test(`${method} /${path} refuses a ${name} that cannot be kept, in the form`, async () => {
      for (const value of ["\0", "a\0b", "\x1b", "x".repeat(4000), LONG]) {
        const body = new FormData();
        for (const needed of form?.schema.required.filter((one) => one !== "file" && one !== name) ?? []) {
          body.append(needed, String(form?.example?.[needed]));
        }
        body.append("file", new File([someCsv()], "a.csv", { type: "text/csv" }));
        body.append(name, value);
        await refuses(name, value, { body });
      }
    });
  }
}

function jsonOf(body: unknown): Request {
  return { body: JSON.stringify(body), contentType: "application/json" };
}

Deno.test("the document lists what is sent above", () => {
  const names = OPERATIONS.flatMap(({ parameters }) => parameters.map(({ name }) => name));
  for (const name of ["id", "row", "name", "type", "q", "source", "confirm", "queue", "source_reference"]) {
    assert(names.includes(name), name);
  }
});

Deno.test("an address of 100,000 characters is refused before anybody reads it", async () => {
  const { hostname, port } = new URL(shared().stack.api_url);
  using connection = await Deno.connect({ hostname, port: Number(port) });
  const head = `GET /functions/v1/intake/batches?q=${LONG} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`;
  const sent = new Blob([head]).stream().pipeTo(connection.writable, { preventClose: true }).catch(() => {});
  const beginning = new Uint8Array(12);
  await connection.read(beginning);
  assertMatch(new TextDecoder().decode(beginning), /^HTTP\/1\.1 4/);
  await sent;
});
