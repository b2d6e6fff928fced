/** `ops wake`: says to a function that there may be work. Takes the place of restarting a worker. */
import { CannotRun, command, EXIT, UsageError } from "../command.ts";

const FUNCTIONS: readonly string[] = ["worker", "enforcement", "sentinel", "outbound"];
const WAKE_TIMEOUT_MS = 10_000;

interface Woken {
  readonly function: string;
  readonly accepted: boolean;
}

export const wake = command<Woken>({
  name: "wake",
  summary: "wake the worker (or enforcement, sentinel, outbound); waking twice does no harm",
  effects: "what the function finds to do",
  words: "[worker|enforcement|sentinel|outbound]",
  wordCount: [0, 1],
  async run({ target, typed }, report) {
    const name = typed.words[0] ?? "worker";
    if (!FUNCTIONS.includes(name)) throw new UsageError(`Only ${FUNCTIONS.join(", ")} can be woken.`);
    const [url, token] = [await target.need("apiUrl"), await target.need("wakeToken")];
    const status = await knock(`${url}/functions/v1/${name}/run`, token);
    if (status !== 202) {
      throw new CannotRun(`The ${name} function answers ${status}: ops logs ${name} may say why.`);
    }
    report({ function: name, accepted: true });
    return EXIT.fine;
  },
  show: (woken) => `${woken.function} is awake.`,
});

async function knock(address: string, token: string): Promise<number> {
  try {
    const response = await fetch(address, {
      method: "POST",
      headers: { "x-wake-token": token, "content-type": "application/json" },
      body: JSON.stringify({ by: "ops" }),
      signal: AbortSignal.timeout(WAKE_TIMEOUT_MS),
    });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    throw new CannotRun(
      `No answer from ${new URL(address).host} (${error instanceof Error ? error.message : error}).`,
    );
  }
}
