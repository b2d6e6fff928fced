/** `ops alerts`: what is open; `ops alerts silence`: tell nobody of a check for a while. */
import * as z from "zod";
import { Alerts, Silence } from "../../shared/http/answers/system.ts";
import { CHECKS } from "../../shared/sentinel/checks.ts";
import { command, EXIT, type Pen, UsageError } from "../command.ts";
import { operatorName } from "../operator.ts";
import { paintLevel } from "../pen.ts";
import { cell } from "../../checkout/table.ts";
import { minutesOf } from "../words.ts";

type Alerts = z.infer<typeof Alerts>;

export const alerts = command<Alerts>({
  name: "alerts",
  effects: "nothing",
  flags: { all: { type: "boolean", help: "resolved ones too" } },
  examples: [
    ["", "what is open now"],
    ["--env prod --json", "for a program"],
  ],
  async run({ target, typed }, report) {
    const found = (await target.ask("GET /system/alerts")).body;
    const shown = found.alerts.filter((alert) => typed.on("all") || alert.state !== "resolved");
    report({ alerts: shown });
    const open = shown.filter((alert) => alert.state === "open").map((alert) => alert.level);
    if (open.includes("critical")) return EXIT.failed;
    return open.includes("warning") ? EXIT.notFine : EXIT.fine;
  },
  show,
});

function show({ alerts }: Alerts, pen: Pen): string {
  if (alerts.length === 0) return pen.good("No alert is open.");
  return alerts.map((alert) =>
    [
      `${paintLevel(pen, alert.level)}  ${pen.bold(alert.fingerprint)}  ${alert.state}  ${alert.message}`,
      pen.dim(
        `    ${alert.id.slice(0, 8)}  since ${cell(alert.first_seen)}, seen ${alert.count} times, told ${
          cell(alert.notified_at)
        }` +
          (alert.silenced_until === null ? "" : `, silenced until ${alert.silenced_until}`),
      ),
      ...(alert.remedy === null || alert.state === "resolved" ? [] : [`    → ${alert.remedy}`]),
    ].join("\n")
  ).join("\n");
}

type Silence = z.infer<typeof Silence>;

export const alertsSilence = command<Silence>({
  name: "alerts silence",
  effects: "the alerts of the check; an audit event",
  words: "<check>",
  wordCount: [1, 1],
  flags: {
    for: { type: "string", value: "2h", help: "how long: 30m, 2h, 1d" },
    why: { type: "string", value: "TEXT", help: "the reason, as others will read it" },
  },
  examples: [
    ['queue_backlog --for 2h --why "a large file is on its way"', "nobody is told for two hours"],
    ['stuck_batches --for 1d --why "known, see the incident"', "until tomorrow"],
  ],
  async run(context, report) {
    const check = (context.typed.words[0] ?? "").replaceAll("-", "_");
    const names = CHECKS.map((one) => one.name);
    if (!names.includes(check)) throw new UsageError(`There is no check "${check}": ${names.join(", ")}.`);
    const [length, why] = [context.typed.text("for"), context.typed.text("why")];
    if (length === undefined || why === undefined || why.trim() === "") {
      throw new UsageError(`Say how long and why: ops alerts silence ${check} --for 2h --why "…"`);
    }
    const seconds = Math.round(60 * minutesOf("for", length));
    await context.confirm(`Silence ${check} for ${length}`);
    const hands = await context.target.hands();
    report(await hands.silenceCheck(check, seconds, why, operatorName()));
    return EXIT.fine;
  },
  show: (silence: Silence) => `${silence.check} is silent until ${silence.silenced_until}.`,
});
