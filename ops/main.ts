/** `deno task ops <command>`: finds the command, its target and the format; turns trouble into an exit code. */
import { runOps } from "./run_ops.ts";
import { COMMANDS } from "./commands.ts";

/** Writes all of it, however little the other end takes at a time; one that goes away has had enough. */
async function writeOut(bytes: Uint8Array): Promise<void> {
  try {
    for (let at = 0; at < bytes.length;) at += await Deno.stdout.write(bytes.subarray(at));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    stop.abort();
  }
}

/** How long a command may tidy up after Ctrl-C. */
const PATIENCE_MS = 500;

const stop = new AbortController();
Deno.addSignalListener("SIGINT", () => {
  stop.abort();
  setTimeout(() => Deno.exit(130), PATIENCE_MS); // whatever still waits for an answer
});

Deno.exit(
  await runOps(Deno.args, {
    commands: COMMANDS,
    env: (name) => Deno.env.get(name),
    print: (line) => console.log(line),
    write: writeOut,
    complain: (line) => console.error(line),
    colours: Deno.stdout.isTerminal(),
    ...(Deno.stdout.isTerminal() ? { columns: Deno.consoleSize().columns } : {}),
    ask: (question) => Deno.stdin.isTerminal() ? prompt(question) : null,
    stopping: stop.signal,
  }),
);
