/**
 * The OpenAPI 3.1 document of every route, made from the table of access and the declarations. Nothing is written
 * here by hand that another place decides.
 */
import * as z from "zod";
import { FUNCTION_NAMES, type FunctionName } from "../environment/function_names.ts";
import { type ProblemCode, problemEntry } from "../errors.ts";
import { CONTENT_TYPES } from "../intake/arriving.ts";
import { ACCESS, type Access, type Role } from "./access.ts";
import type { OpenApi } from "./answers/openapi.ts";
import type { AnswerDeclaration, Body, Declaration } from "./declaration.ts";
import { DOCUMENT } from "./document.ts";
import { type Field, type Fields, PAGING, type PathField } from "./fields.ts";
import { ProblemAnswer } from "./problem.ts";
import { BATCH_ID, UPLOAD_FIELDS } from "./routes/intake.ts";
import { methodAndPath, routesOf } from "./routes.ts";

type Json = Record<string, unknown>;

/** The document. version: of the functions. */
export function openApiDocument(version: string): OpenApi {
  const components = new Components();
  const paths: Record<string, Json> = {};
  for (const functionName of FUNCTION_NAMES) {
    const table: Readonly<Record<string, Access>> = ACCESS[functionName];
    for (const [name, declaration] of routesOf(functionName)) {
      const { method, path } = methodAndPath(name);
      const access = table[name];
      if (access === undefined) throw new TypeError(`Cannot tell of ${name}: nobody may call it`);
      const item = paths[path.replace(/:([a-z]+)/g, "{$1}")] ??= {};
      item[method.toLowerCase()] = operation(components, functionName, name, access, declaration);
    }
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Dragonfly",
      version,
      summary: "CSV files of court judgments in, clean and provable records out.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{
      url: "/functions/v1",
      description: "The functions of the project that serves this document.",
    }],
    tags: FUNCTION_NAMES.map((name) => ({ name, description: TAGS[name] })),
    paths,
    components: {
      schemas: components.schemas(),
      parameters: { RequestId: REQUEST_ID, Filename: RAW_FILENAME, ...components.parameters() },
      headers: HEADERS,
      responses: components.responses(),
      securitySchemes: SECURITY,
    },
  };
}

const TAGS: Readonly<Record<FunctionName, string>> = {
  intake: "Files in, batches looked at, operators' hands on them.",
  worker: "Works off what is queued.",
  sentinel: "Watches.",
  outbound: "Speaks to other companies' systems: notices out, vendors' exports in.",
  enforcement: "Acts on judgments.",
  system: "Is it up, is it ready, how is it.",
};

const REQUEST_ID = {
  name: "x-request-id",
  in: "header",
  description: "Kept as the request's id when it is 8 to 64 of A-Z, a-z, 0-9, dot, underscore and hyphen.",
  schema: { type: "string" },
};

const HEADERS = {
  RequestId: {
    description: "The request's id; audit events and log lines have it too.",
    required: true,
    schema: { type: "string" },
  },
  RetryAfter: { description: "Seconds until the next call would pass.", schema: { type: "integer" } },
};

const SECURITY: Readonly<Record<string, Json>> = {
  "apikey": {
    type: "apiKey",
    in: "header",
    name: "apikey",
    description: "A secret key of the project. A publishable key beside another credential is let pass.",
  },
  "bearer": {
    type: "http",
    scheme: "bearer",
    description:
      "The operator key, or the access token of a session (operator or viewer by `app_metadata.role`).",
  },
  "x-dragonfly-api-key": {
    type: "apiKey",
    in: "header",
    name: "x-dragonfly-api-key",
    description: "The operator key, or a vendor's.",
  },
  "x-api-key": { type: "apiKey", in: "header", name: "x-api-key", description: "The operator key." },
  "x-wake-token": {
    type: "apiKey",
    in: "header",
    name: "x-wake-token",
    description: "Wakes, and nothing else.",
  },
};

/** Which schemes can prove a role. */
const PROVED_BY: Readonly<Record<Role, readonly string[]>> = {
  service: ["apikey"],
  operator_key: ["bearer", "x-dragonfly-api-key", "x-api-key"],
  operator: ["bearer"],
  viewer: ["bearer"],
  vendor: ["x-dragonfly-api-key"],
  wake: ["x-wake-token"],
  no_role: [],
};

function operation(
  components: Components,
  tag: FunctionName,
  name: string,
  access: Access,
  declaration: Declaration,
): Json {
  const roles = access.may === "anyone" ? [] : access.may;
  const schemes = Object.keys(SECURITY).filter((scheme) =>
    roles.some((role) => PROVED_BY[role].includes(scheme))
  );
  return {
    tags: [tag],
    operationId: operationId(name),
    summary: declaration.summary,
    description: [
      ...(declaration.about === undefined ? [] : [declaration.about]),
      access.may === "anyone" ? "Open to anyone." : `For: ${roles.join(", ")}.`,
    ].join(" "),
    security: schemes.map((scheme) => ({ [scheme]: [] })),
    "x-roles": access.may === "anyone" ? ["anyone"] : roles,
    parameters: [...parameters(components, declaration), { $ref: "#/components/parameters/RequestId" }],
    ...(declaration.body === undefined ? {} : { requestBody: requestBody(components, declaration.body) }),
    responses: responses(components, access, declaration),
  };
}

/** `GET /intake/batches/:id/errors.csv` → `getIntakeBatchesByIdErrorsCsv`. */
function operationId(name: string): string {
  const { method, path } = methodAndPath(name);
  const words = path.replaceAll(":", "by-").split(/[^A-Za-z]+/).filter(Boolean);
  return method.toLowerCase() + words.map(capital).join("");
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
}

function parameters(components: Components, { path = {}, query = {}, body }: Declaration): Json[] {
  const raw = body?.kind === "file" && !body.formOnly;
  const beside: Fields = raw ? body.fields : {};
  return [
    ...Object.entries(path).map(([name, field]) =>
      components.parameter(field, {
        name,
        in: "path",
        required: true,
        description: field.about,
        schema: components.input(field.schema),
        example: field.example,
      })
    ),
    ...(raw ? [{ $ref: "#/components/parameters/Filename" }] : []),
    ...Object.entries({ ...query, ...beside }).map(([name, field]) =>
      components.parameter(field, {
        name,
        in: "query",
        required: field.otherwise === null,
        description: field.about,
        schema: fieldSchema(components, field),
        example: field.example,
      })
    ),
  ];
}

/** Parameters that several routes have, by the name they are told under. */
const SHARED_PARAMETERS: ReadonlyMap<Field | PathField, string> = new Map<Field | PathField, string>([
  [BATCH_ID, "BatchId"],
  [PAGING.page, "Page"],
  [PAGING.page_size, "PageSize"],
  ...Object.entries<Field>(UPLOAD_FIELDS).map(([name, field]) =>
    [field, name.split("_").map(capital).join("")] as const
  ),
]);

const RAW_FILENAME = {
  name: "filename",
  in: "query",
  description: "The name of the file; needed when the body is the file itself.",
  schema: { type: "string" },
  example: "march.csv",
};

function fieldSchema(components: Components, field: Field): Json {
  const value = field.otherwise?.value;
  return {
    ...components.input(field.schema),
    ...(value === undefined || value === null ? {} : { default: value }),
  };
}

function requestBody(components: Components, body: Body): Json {
  const fields = Object.entries(body.fields);
  const object = {
    type: "object",
    properties: Object.fromEntries(
      fields.map(([name, field]) => [name, { ...fieldSchema(components, field), description: field.about }]),
    ),
  };
  const required = fields.filter(([, field]) => field.otherwise === null).map(([name]) => name);
  if (body.kind !== "file") {
    return {
      required: required.length > 0,
      content: {
        "application/json": {
          schema: { ...object, ...(required.length === 0 ? {} : { required }) },
          example: Object.fromEntries(fields.map(([name, field]) => [name, field.example])),
        },
      },
    };
  }
  const raw = body.formOnly ? {} : Object.fromEntries(CONTENT_TYPES.map((type) => [type, {}]));
  return {
    required: true,
    content: {
      "multipart/form-data": {
        schema: {
          ...object,
          properties: {
            file: { type: "string", contentMediaType: "application/octet-stream" },
            ...object.properties,
          },
          required: ["file", ...required],
        },
        example: {
          file: "the bytes of the file",
          ...Object.fromEntries(fields.map(([name, field]) => [name, field.example])),
        },
      },
      ...raw,
    },
  };
}

function responses(components: Components, access: Access, declaration: Declaration): Json {
  const answers = Object.entries(declaration.answers).map(([status, one]) =>
    [status, answerOf(components, one)] as const
  );
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of problemsOf(access, declaration)) {
    const { status } = problemEntry(code);
    byStatus.set(status, [...byStatus.get(status) ?? [], code]);
  }
  const problems = [...byStatus].filter(([status]) => declaration.answers[status] === undefined)
    .map(([status, codes]) => [String(status), { $ref: components.problem(codes) }] as const);
  return Object.fromEntries([...answers, ...problems].sort(([a], [b]) => Number(a) - Number(b)));
}

/** Every code a route can answer with, in the order of the catalogue's statuses. */
function problemsOf(access: Access, { path, query, body, problems = [] }: Declaration): ProblemCode[] {
  const fields = Object.keys(query ?? {}).length + Object.keys(body?.fields ?? {}).length;
  const codes: ProblemCode[] = [
    ...(body?.kind === "json" && !body.lenient || body?.kind === "settings" ? ["BAD_REQUEST"] as const : []),
    ...Object.values(path ?? {}).map((field) => field.code),
    ...(access.may === "anyone" ? [] : ["UNAUTHORIZED", "FORBIDDEN"] as const),
    ...problems,
    ...(fields > 0 && !(body?.kind === "json" && body.lenient) ? ["INVALID_PARAMETER"] as const : []),
    ...(access.rate === "exempt" ? [] : ["RATE_LIMITED"] as const),
    "INTERNAL",
    ...(access.may === "anyone" ? [] : ["UNAVAILABLE"] as const),
  ];
  return [...new Set(codes)];
}

function answerOf(components: Components, declared: AnswerDeclaration): Json {
  const own = declared.kind === "json" ? {} : declared.headers ?? {};
  const headers = {
    "x-request-id": { $ref: "#/components/headers/RequestId" },
    ...Object.fromEntries(
      Object.entries(own).map((
        [name, description],
      ) => [name, { description, required: true, schema: { type: "string" } }]),
    ),
  };
  const common = { description: declared.about, headers };
  switch (declared.kind) {
    case "json": {
      const { example } = declared;
      const content = {
        schema: components.output(declared.schema),
        ...(example === undefined ? {} : { example }),
      };
      return { ...common, content: { "application/json": content } };
    }
    case "text":
      return { ...common, content: { [declared.contentType]: { schema: { type: "string" } } } };
    case "bytes":
      return {
        ...common,
        content: {
          [declared.contentType]: { schema: { type: "string", contentMediaType: declared.contentType } },
        },
      };
    case "empty":
      return common;
  }
}

/** What operations point to. */
class Components {
  readonly #schemas = new Map<string, Json>();
  readonly #problems = new Map<string, readonly ProblemCode[]>();
  readonly #parameters = new Map<string, Json>();

  /** A schema of what comes in. */
  input(schema: z.ZodType): Json {
    return this.#schema(schema, "input");
  }

  /** A schema of what goes out. */
  output(schema: z.ZodType): Json {
    return this.#schema(schema, "output");
  }

  /** @returns the address of the response for these codes, which have one status. */
  problem(codes: readonly ProblemCode[]): string {
    const name = codes.map((code) => code.split("_").map(capital).join("")).join("Or");
    this.#problems.set(name, codes);
    return `#/components/responses/${name}`;
  }

  /** The parameter, or the address of one that several routes have. */
  parameter(field: Field | PathField, told: Json): Json {
    const name = SHARED_PARAMETERS.get(field);
    if (name === undefined) return told;
    this.#parameters.set(name, told);
    return { $ref: `#/components/parameters/${name}` };
  }

  parameters(): Json {
    return sorted(this.#parameters);
  }

  schemas(): Json {
    this.output(ProblemAnswer);
    return sorted(this.#schemas);
  }

  responses(): Json {
    return sorted(new Map([...this.#problems].map(([name, codes]) => [name, problemResponse(codes)])));
  }

  #schema(schema: z.ZodType, io: "input" | "output"): Json {
    // Wrapped, so that a schema with a name of its own becomes a reference too.
    const { $defs = {}, properties } = z.toJSONSchema(z.object({ it: schema }), {
      io,
      metadata: DOCUMENT,
      override: ({ zodSchema, jsonSchema }) => plain(zodSchema, jsonSchema),
    });
    for (const [name, definition] of Object.entries($defs)) {
      this.#schemas.set(name, referring(definition));
    }
    return referring(properties?.it);
  }
}

/** Takes out what says nothing, and puts the document's own words in. */
function plain(zodSchema: z.core.$ZodType, json: Json): void {
  const meta = DOCUMENT.get(zodSchema);
  if (meta?.instead !== undefined) {
    for (const name of Object.keys(json)) delete json[name];
    Object.assign(json, meta.instead);
  }
  if (json.format !== undefined) delete json.pattern; // the format says it
  delete json.id;
  // Further members may come: whoever reads an answer passes over what it does not know.
  const further = json.additionalProperties;
  if (json.properties !== undefined && further !== undefined && further !== false) {
    delete json.additionalProperties;
  }
  if (json.maximum === Number.MAX_SAFE_INTEGER) delete json.maximum;
  if (json.minimum === -Number.MAX_SAFE_INTEGER) delete json.minimum;
}

const DEFINITIONS = "#/$defs/";

/** The same with references into the document's components. */
function referring(json: unknown): Json {
  const moved: unknown = JSON.parse(
    JSON.stringify(json),
    (name, value) =>
      name === "$ref" && typeof value === "string" && value.startsWith(DEFINITIONS)
        ? `#/components/schemas/${value.slice(DEFINITIONS.length)}`
        : value,
  );
  if (typeof moved !== "object" || moved === null) {
    throw new TypeError("Cannot tell a schema that is no object");
  }
  return { ...moved };
}

function problemResponse(codes: readonly ProblemCode[]): Json {
  const entries = codes.map(problemEntry);
  const limited = codes.includes("RATE_LIMITED")
    ? { "retry-after": { $ref: "#/components/headers/RetryAfter" } }
    : {};
  return {
    description: entries.map(({ code, title }) => `${code}: ${title}.`).join(" "),
    headers: { "x-request-id": { $ref: "#/components/headers/RequestId" }, ...limited },
    content: {
      "application/problem+json": {
        schema: {
          allOf: [
            { $ref: "#/components/schemas/Problem" },
            { type: "object", properties: { code: { enum: codes }, status: { const: entries[0]?.status } } },
          ],
        },
        examples: Object.fromEntries(entries.map((entry) => [entry.code, { value: exampleOf(entry) }])),
      },
    },
  };
}

function exampleOf({ code, status, title, fix }: ReturnType<typeof problemEntry>): Json {
  return {
    type: `urn:dragonfly:problem:${code.toLowerCase().replaceAll("_", "-")}`,
    title,
    status,
    detail: "What it is about this time.",
    code,
    request_id: "5b0c7a52-3f0e-4f4e-9d53-0a7f0c6d2f11",
    ...(fix === undefined ? {} : { fix }),
  };
}

function sorted(entries: ReadonlyMap<string, Json>): Json {
  return Object.fromEntries([...entries].sort(([a], [b]) => a < b ? -1 : 1));
}
