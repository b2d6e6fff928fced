/** `deno task build`: the dashboard's static files, in `dashboard/dist`. Side effects: replaces that folder. */
import { build } from "vite";
import { OPTIONS } from "./vite_options.ts";

await build({ ...OPTIONS, logLevel: Deno.args.includes("--quiet") ? "warn" : "info" });
