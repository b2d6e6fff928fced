import { readEnvironment } from "../_shared/env.ts";
import { buildApp } from "./app.ts";

Deno.serve(buildApp(readEnvironment("enforcement")).fetch);
