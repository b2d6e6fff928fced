/**
 * A stand-in for Supabase's management API on the loopback, as far as the CLI's deploying commands use it. Keeps
 * what was sent; changes nothing anywhere. What it does not know it answers 404, and the CLI fails.
 */
import * as z from "zod";
import { AUTH_SETTINGS } from "./auth_settings.ts";

const Metadata = z.object({
  entrypoint_path: z.string(),
  import_map_path: z.string(),
  verify_jwt: z.boolean(),
  name: z.string(),
});

/** One function as the CLI sent it. */
export interface Upload {
  readonly name: string;
  /** Paths are those of the repository. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly entrypoint: string;
  /** Empty when the function has no `deno.json`. */
  readonly importMap: string;
  readonly verifyJwt: boolean;
}

/** The stand-in while it runs. */
export interface ManagementApi extends AsyncDisposable {
  /** A CLI profile that leads here. */
  readonly profile: string;
  readonly uploads: readonly Upload[];
  /** Functions that were made live together, by name. */
  readonly live: readonly string[];
  /** What `config push` wrote, by service: `postgrest`, `auth`, `storage`. */
  readonly settings: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Names of the secrets that were set; the values are dropped. */
  readonly secrets: readonly string[];
}

/** A fresh project's settings, as `GET /v2/projects/<ref>/config` tells them. The CLI sends what differs. */
const FRESH = {
  database: {
    major_version: 17,
    ssl_enforced: false,
    network_restrictions: { entitlement: "allowed", status: "applied", allowed_cidrs: [] },
    postgres_settings: {},
  },
  pooler: {
    pool_mode: "transaction",
    ignore_startup_parameters: "",
    server_idle_timeout: 0,
    server_lifetime: 0,
    query_wait_timeout: 0,
    reserve_pool_size: 0,
    default_pool_size: 15,
    max_client_conn: 200,
  },
  auth: {
    disable_signup: false,
    external_email_enabled: true,
    mailer_autoconfirm: false,
    jwt_exp: 1800,
    site_url: "http://localhost:3000",
  },
  api: {
    db_schema: "graphql_public",
    db_extra_search_path: "public, extensions",
    max_rows: 500,
    db_pool: null,
    db_pool_acquisition_timeout: 10,
    db_pool_max_lifetime: 1800,
    db_pool_max_idletime: 30,
  },
  storage: {
    file_size_limit: 52_428_800,
    features: { image_transformation: { enabled: false }, s3_protocol: { enabled: true } },
  },
};

/** Starts it on a free port. @param ref of the project it pretends to be. */
export function startManagementApi(ref: string): ManagementApi {
  const uploads: Upload[] = [];
  const live: string[] = [];
  const secrets: string[] = [];
  const settings = new Map<string, Record<string, unknown>>();
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    const [, call] = new RegExp(`^/v[12]/projects/${ref}/?(.*)$`).exec(pathname) ?? [];
    switch (`${request.method} ${call}`) {
      case "GET ":
        return Response.json(projectOf(ref));
      case "GET billing/addons":
        return Response.json({ selected_addons: [], available_addons: [] });
      case "GET config":
        return Response.json({ data: { type: "project_config", id: ref, attributes: FRESH } });
      case "PATCH postgrest":
      case "PATCH config/auth":
      case "PATCH config/storage": {
        const service = call?.replace("config/", "") ?? "";
        const change = Settings.parse(await request.json());
        settings.set(service, { ...settings.get(service), ...change });
        return service === "storage" ? new Response(null, { status: 200 }) : Response.json({
          ...(service === "auth" ? { ...AUTH_SETTINGS, ...FRESH.auth } : FRESH.api),
          ...change,
        });
      }
      case "GET functions":
        return Response.json([]);
      case "POST functions/deploy": {
        const upload = await readUpload(request, searchParams.get("slug") ?? "");
        uploads.push(upload);
        // One function alone is live at once; several are bundled first, then made live together.
        if (searchParams.get("bundleOnly") !== "true") live.push(upload.name);
        return Response.json(functionRecord(upload.name), { status: 201 });
      }
      case "PUT functions": {
        const list = z.array(z.looseObject({ slug: z.string() })).parse(await request.json());
        live.push(...list.map(({ slug }) => slug));
        return Response.json({ functions: list });
      }
      case "POST secrets": {
        const given = z.array(z.object({ name: z.string() })).parse(await request.json());
        secrets.push(...given.map(({ name }) => name));
        return new Response(null, { status: 201 });
      }
      default:
        return Response.json({ message: `${request.method} ${pathname} is not rehearsed` }, { status: 404 });
    }
  });
  const address = `http://127.0.0.1:${server.addr.port}`;
  return {
    profile: [
      "name: rehearsal",
      `api_url: ${address}`,
      `dashboard_url: ${address}`,
      "project_host: 127.0.0.1",
      "pooler_host: 127.0.0.1",
      "",
    ].join("\n"),
    uploads,
    live,
    settings,
    secrets,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const Settings = z.record(z.string(), z.unknown());

async function readUpload(request: Request, name: string): Promise<Upload> {
  const form = await request.formData();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const part of form.getAll("file")) {
    if (part instanceof File) files.set(part.name, new Uint8Array(await part.arrayBuffer()));
  }
  const metadata = Metadata.parse(JSON.parse(String(form.get("metadata"))));
  return {
    name,
    files,
    entrypoint: metadata.entrypoint_path,
    importMap: metadata.import_map_path,
    verifyJwt: metadata.verify_jwt,
  };
}

function functionRecord(name: string) {
  return {
    id: crypto.randomUUID(),
    slug: name,
    name,
    version: 1,
    status: "ACTIVE",
    created_at: 1,
    updated_at: 1,
  };
}

function projectOf(ref: string) {
  return {
    id: ref,
    ref,
    name: "rehearsal",
    organization_id: "rehearsal",
    region: "us-east-1",
    status: "ACTIVE_HEALTHY",
    created_at: "2026-01-01T00:00:00Z",
    database: { host: "127.0.0.1", version: "17.6", postgres_engine: "17", release_channel: "ga" },
  };
}
