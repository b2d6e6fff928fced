/**
 * Serves the dashboard beside a stack: the built files with a policy that names this stack alone, or, for development,
 * a process that reloads. Knows nothing of what the dashboard is made of.
 */
import { ROOT } from "../../checkout/root.ts";

const BUILT = `${ROOT}/dashboard/dist`;

/** What the page is told when it opens. */
export interface DashboardConfig {
  readonly api_url: string;
  readonly publishable_key: string;
}

/** A dashboard that is served. */
export interface Dashboard {
  /** Ends with a slash. */
  readonly url: string;
  /** As browsers send it. */
  readonly origin: string;
  stop(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
  svg: "image/svg+xml",
  woff2: "font/woff2",
};

/** A file of the build: in its folder or in `assets`, nothing that begins with a dot. */
const NAME = /^\/(?:assets\/)?\w[\w.-]*\.(?<type>\w+)$/;

/** @returns the built dashboard behind a free port; null when it has not been built. */
export async function serveBuilt(config: DashboardConfig): Promise<Dashboard | null> {
  if (await readOrNull("/index.html") === null) return null;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request) => answer(new URL(request.url).pathname, config),
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  return { url: `${origin}/`, origin, stop: () => server.shutdown() };
}

/** @returns the dashboard as it is being written, reloaded when its files change. */
export function serveLive(config: DashboardConfig, port: number): Dashboard {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${ROOT}/dashboard/serve.ts`, String(port)],
    cwd: ROOT,
    env: { DASHBOARD_CONFIG: JSON.stringify(config) },
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  }).spawn();
  const origin = `http://127.0.0.1:${port}`;
  const stop = async () => {
    try {
      child.kill("SIGTERM");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended by itself
    }
    await child.status;
  };
  return { url: `${origin}/`, origin, stop };
}

async function answer(path: string, config: DashboardConfig): Promise<Response> {
  if (path === "/config.json") return Response.json(config, { headers: { "cache-control": "no-store" } });
  const name = path === "/" ? "/index.html" : path;
  const type = TYPES[NAME.exec(name)?.groups?.["type"] ?? ""];
  const content = type === undefined ? null : await readOrNull(name);
  if (content === null || type === undefined) return new Response("Not found\n", { status: 404 });
  return new Response(content, {
    headers: {
      "content-type": type,
      "content-security-policy": policyOf(name, config.api_url),
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": name.startsWith("/assets/") ? "max-age=31536000, immutable" : "no-cache",
    },
  });
}

/** A worker has a policy of its own: the one that checks files takes their hash with WebAssembly, and calls nobody. */
function policyOf(name: string, apiUrl: string): string {
  if (name.includes(".worker-")) return "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "font-src 'self'",
    "img-src 'self'",
    "worker-src 'self'",
    `connect-src 'self' ${apiUrl}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

async function readOrNull(name: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    return await Deno.readFile(`${BUILT}${name}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return null;
    throw error;
  }
}
