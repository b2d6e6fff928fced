/** `ops logs`: what the functions wrote. Takes the place of a host's own log command. */
import { CannotRun, command, EXIT, UsageError } from "../command.ts";
import { ROOT } from "../../checkout/root.ts";
import { minutesOf } from "../words.ts";

const FUNCTIONS = ["intake", "worker", "sentinel", "outbound", "enforcement", "system"] as const;
const MOST_LINES = 200;

interface Lines {
  readonly function: string;
  readonly lines: readonly string[];
}

export const logs = command<Lines>({
  name: "logs",
  effects: "nothing",
  words: `[${FUNCTIONS.join("|")}]`,
  wordCount: [0, 1],
  flags: {
    since: { type: "string", value: "15m", help: "only lines younger than this" },
    grep: { type: "string", value: "TEXT", help: "only lines with this, either case" },
  },
  examples: [
    ["worker --since 1h", "what the worker said"],
    ["intake --grep TIMEOUT", "only lines with that in it"],
  ],
  async run({ target, typed }, report) {
    const named = typed.words[0];
    const names = FUNCTIONS.filter((name) => named === undefined || name === named);
    if (names.length === 0) throw new UsageError(`There is no function "${named}": ${FUNCTIONS.join(", ")}.`);
    const since = typed.text("since");
    const from = since === undefined ? 0 : Date.now() - 60_000 * minutesOf("since", since);
    const { stack, apiUrl } = await target.addresses();
    if (stack === null) throw new CannotRun(hostedWords(apiUrl));
    const word = typed.text("grep")?.toLowerCase();
    for (const name of names) {
      const lines = (await readLines(`${ROOT}/.stack/${stack}/logs/${name}.log`))
        .filter((line) => timeOf(line) >= from && (word === undefined || line.toLowerCase().includes(word)));
      if (lines.length > 0 || named !== undefined) {
        report({ function: name, lines: lines.slice(-MOST_LINES) });
      }
    }
    return EXIT.fine;
  },
  show: ({ function: name, lines }) =>
    lines.map((line) => `${name}  ${line}`).join("\n") || `${name}  no such lines`,
});

/** The platform keeps the logs of a hosted project, and shows them to who is logged in there. */
function hostedWords(apiUrl: string | null): string {
  const ref = /^https:\/\/([a-z0-9]{20})\./.exec(apiUrl ?? "")?.[1];
  return `Logs of a hosted project are at https://supabase.com/dashboard/project/${
    ref ?? "_"
  }/logs/edge-logs`;
}

async function readLines(path: string): Promise<string[]> {
  try {
    return (await Deno.readTextFile(path)).split("\n").filter((line) => line !== "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Lines of ours are JSON with a time; others, such as a crash, are always shown. */
function timeOf(line: string): number {
  const time = Date.parse(/"ts":"([^"]+)"/.exec(line)?.[1] ?? "");
  return Number.isNaN(time) ? Infinity : time;
}
