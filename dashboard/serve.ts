/**
 * The dashboard for development, with reload: `serve.ts <port>`. Its configuration is taken from DASHBOARD_CONFIG.
 * `deno task dev` runs it beside the stack.
 */
import { createServer, type Plugin } from "vite";
import { OPTIONS } from "./vite_options.ts";

const port = Number(Deno.args[0]);
if (!(port > 0)) throw new Error(`Cannot serve at port "${Deno.args[0] ?? ""}": give a number`);
const config = Deno.env.get("DASHBOARD_CONFIG") ?? "";

const configured: Plugin = {
  name: "config.json",
  configureServer(server) {
    server.middlewares.use("/config.json", (_request, response) => {
      response.setHeader("content-type", "application/json");
      response.end(config);
    });
  },
};

const server = await createServer({
  ...OPTIONS,
  plugins: [...OPTIONS.plugins ?? [], configured],
  server: { host: "127.0.0.1", port, strictPort: true },
});
await server.listen();
