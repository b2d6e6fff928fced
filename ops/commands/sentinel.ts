/** `ops sentinel`: over HTTP, else the same checks from here over DATABASE_URL. */
import { probeRest } from "../../shared/data/rest_probe.ts";
import { SentinelGateway } from "../../shared/data/sentinel_gateway.ts";
import { Refused } from "../../shared/http/client.ts";
import { CHECKS } from "../../shared/sentinel/checks.ts";
import type { SentinelResult } from "../../shared/sentinel/finding.ts";
import { watch } from "../../shared/sentinel/watch.ts";
import { plain } from "../../checkout/table.ts";
import { CannotRun, command, type Context, type Pen, UsageError } from "../command.ts";
import { pause } from "../follow.ts";
import { operatorName } from "../operator.ts";
import { paintLevel } from "../pen.ts";
import { reasonOf } from "../reason.ts";

export const sentinel = command<SentinelResult>({
  name: "sentinel",
  effects:
    "repairs what can be repaired (lost leases, missed drops, REST's schema cache); stores the run; people may be told",
  flags: {
    once: { type: "boolean", help: "one run (the default)" },
    loop: { type: "boolean", help: "again and again until Ctrl-C" },
    interval: { type: "string", value: "SECONDS", help: "pause between runs with --loop (default 60)" },
  },
  examples: [
    ["", "one run on the local stack"],
    ["--env prod --loop --interval 300", "every 5 minutes on prod, until Ctrl-C"],
  ],
  async run(context, report) {
    if (context.typed.on("once") && context.typed.on("loop")) {
      throw new UsageError("Choose --once or --loop.");
    }
    const interval = context.typed.whole("interval", { least: 1, most: 86_400 }) ?? 60;
    await context.target.need("apiUrl"); // which system is meant must be clear before any road to it is tried
    for (;;) {
      const result = await runOnce(context);
      report(result);
      if (!context.typed.on("loop") || !await pause(interval, context.stopping)) return result.exit_code;
    }
  },
  show,
});

async function runOnce(context: Context): Promise<SentinelResult> {
  try {
    const answer = await context.target.call("POST /sentinel/run");
    if (answer.status === 200) return answer.body;
    context.note("The sentinel function was woken, and says nothing of what it finds.");
  } catch (error) {
    if (error instanceof Refused) context.note(`The sentinel function answers ${error.message}`);
    else if (error instanceof CannotRun) context.note(error.message);
    else throw error;
  }
  context.note("Running the same checks from here, over DATABASE_URL.");
  return await runFromHere(context);
}

/** @throws CannotRun when the database does not answer either: then nothing is known. */
async function runFromHere({ target, note }: Context): Promise<SentinelResult> {
  const [apiUrl, secretKey, sql] = [
    await target.need("apiUrl"),
    (await target.addresses()).secretKey,
    await target.sql(),
  ];
  try {
    return await watch({
      database: new SentinelGateway(sql),
      checks: CHECKS,
      probeRest: () => probeRest(apiUrl, secretKey ?? "", fetch),
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      environment: target.environment,
      directUntil: null,
      proof: null, // the function has the keys
      channels: [], // people are told by the function, which has the channels
      onFailure: (check, error) => note(`${check}: ${error instanceof Error ? error.message : error}`),
      by: operatorName(),
    });
  } catch (error) {
    throw new CannotRun(`CRITICAL: the checks could not run: ${reasonOf(error)}.`);
  }
}

function show(result: SentinelResult, pen: Pen): string {
  const { metrics } = result;
  const head = `${result.timestamp}  ${result.environment}  ${paintLevel(pen, result.overall_status)}` +
    `  ${metrics.total_checks} checks, ${metrics.critical_alerts} critical, ${metrics.warning_alerts} warnings`;
  const lines = result.alerts.flatMap((alert) => [
    `  ${paintLevel(pen, alert.level)}  ${pen.bold(alert.check)}  ${plain(alert.message)}`,
    pen.dim(`      ${alert.remedy}`),
  ]);
  const told = new Set(result.alerts.map(({ check }) => check));
  const healthy = CHECKS.filter(({ name }) => !told.has(name)).map(({ name }) =>
    `  ${pen.good("ok")}  ${name}`
  );
  return [head, ...lines, ...healthy].join("\n");
}
