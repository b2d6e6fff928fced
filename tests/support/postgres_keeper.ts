/**
 * Keeps one test server for a whole test run: `deno test` gives every test file an isolate of its own, and a server
 * started in one would end with it. Prints the server's address as one line, `ready <JSON>`, and ends the server when the
 * process that was named on the command line has gone, however it went, or when it is asked to. What libraries print
 * goes to stdout as well, so the line is known by its first word.
 *
 * Usage: deno run -A tests/support/postgres_keeper.ts <pid>
 */
import { birthOf } from "../../stack/processes.ts";
import { startTestServer } from "./test_postgres.ts";

const watched = Number(Deno.args[0]);
const born = await birthOf(watched);
const server = await startTestServer();

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) return;
  stopping = true;
  await server.stop();
  Deno.exit(0);
}
for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);

console.log(`ready ${JSON.stringify({ port: server.port, password: server.password })}`);

/** The kernel tells only a parent when a process ends, so this one is looked up. */
const WATCH_EVERY_MS = 250;
setInterval(async () => {
  if (born === null || await birthOf(watched) !== born) await stop();
}, WATCH_EVERY_MS);
