/** `deno task ops <command>`: finds the command, its target and the format; turns trouble into an exit code. */
import { runOps } from "./run_ops.ts";
import { COMMANDS } from "./commands.ts";

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
    complain: (line) => console.error(line),
    colours: Deno.stdout.isTerminal(),
    ask: (question) => Deno.stdin.isTerminal() ? prompt(question) : null,
    stopping: stop.signal,
  }),
);
