/** `deno task ops <command>`: finds the command, its target and the format; turns trouble into an exit code. */
import { runOps } from "./run_ops.ts";
import { COMMANDS } from "./commands.ts";

const stop = new AbortController();
Deno.addSignalListener("SIGINT", () => {
  if (stop.signal.aborted) Deno.exit(130); // the second Ctrl-C does not wait
  stop.abort();
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
