/** `ops wake`: says to a function that there may be work. Takes the place of restarting a worker. */
import { CannotRun, command, EXIT, UsageError } from "../command.ts";
import { clientAt, orCannotRun, type Target } from "../target.ts";

const FUNCTIONS = ["worker", "enforcement", "sentinel", "outbound"] as const;
type Wakeable = (typeof FUNCTIONS)[number];
const WAKE_TIMEOUT_MS = 10_000;

interface Woken {
  readonly function: string;
  readonly accepted: boolean;
}

export const wake = command<Woken>({
  name: "wake",
  effects: "what the function finds to do",
  words: "[worker|enforcement|sentinel|outbound]",
  wordCount: [0, 1],
  examples: [
    ["", "the worker"],
    ["sentinel --env prod", "the sentinel on prod"],
  ],
  async run({ target, typed }, report) {
    const asked = typed.words[0] ?? "worker";
    const name = FUNCTIONS.find((one) => one === asked);
    if (name === undefined) throw new UsageError(`Only ${FUNCTIONS.join(", ")} can be woken.`);
    await knock(target, name);
    report({ function: name, accepted: true });
    return EXIT.fine;
  },
  show: (woken) => `${woken.function} is awake.`,
});

async function knock(target: Target, name: Wakeable): Promise<void> {
  const [url, token] = [await target.need("apiUrl"), await target.need("wakeToken")];
  const functions = await clientAt(url, { "x-wake-token": token });
  const call = () => functions.call(`POST /${name}/run`, { body: { by: "ops" }, timeoutMs: WAKE_TIMEOUT_MS });
  const { status } = await orCannotRun(call, (refusal) => {
    throw new CannotRun(`The ${name} function answers ${refusal.status}: ops logs ${name} may say why.`);
  });
  if (status !== 202) throw new CannotRun(`The ${name} function answers ${status} to its wake token.`);
}
