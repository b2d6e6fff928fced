/** `ops doctor`, `ops doctor-all`: whether the parts of a system are there and work, each with its cure when not. */
import { type Check, type CheckRow, runChecks, type Seen, type Verdict, verdictOf } from "../checks/check.ts";
import {
  lookAtClock,
  lookAtDatabase,
  lookAtEnvironment,
  lookAtPooler,
  lookAtRest,
  lookAtStorage,
} from "../checks/reach.ts";
import { showVerdict } from "../checks/show.ts";
import {
  lookAtAuditChain,
  lookAtCron,
  lookAtHeartbeats,
  lookAtQueue,
  lookAtSchema,
  lookAtStuckBatches,
} from "../checks/state.ts";
import { lookAtAdvisors, lookAtUsers, lookAtVault, lookAtViews } from "../checks/wiring.ts";
import { command, type Context, EXIT, type Report } from "../command.ts";
import type { Target } from "../target.ts";

type Look = readonly [name: string, look: (target: Target) => Promise<Seen>, remedy: string];

const DATABASE_AWAY =
  "See whether the project is paused or its database restarting, then ops fix-pooler-connection.";

const NINE: readonly Look[] = [
  ["env", lookAtEnvironment, "ops verify-env-config says what is expected."],
  ["database", lookAtDatabase, DATABASE_AWAY],
  ["pooler", lookAtPooler, "ops fix-pooler-connection"],
  ["rest", lookAtRest, "ops fix-schema-cache"],
  ["schema", lookAtSchema, DATABASE_AWAY],
  [
    "storage",
    lookAtStorage,
    "See whether the project is paused, and SUPABASE_URL and SUPABASE_SECRET_KEY right.",
  ],
  ["queue", lookAtQueue, DATABASE_AWAY],
  ["stuck batches", lookAtStuckBatches, DATABASE_AWAY],
  ["heartbeats", lookAtHeartbeats, DATABASE_AWAY],
];

const MORE: readonly Look[] = [
  ["views", lookAtViews, DATABASE_AWAY],
  ["advisors", lookAtAdvisors, "SUPABASE_CLI names another build of the CLI."],
  ["cron", lookAtCron, DATABASE_AWAY],
  ["vault", lookAtVault, DATABASE_AWAY],
  ["users", lookAtUsers, "See whether Auth answers, and SUPABASE_SECRET_KEY is this project's."],
  ["audit chain", lookAtAuditChain, DATABASE_AWAY],
  ["clock", lookAtClock, DATABASE_AWAY],
];

/** The rows of `doctor-all`, for gates that ask for it. */
export function examine(target: Target, stopping: AbortSignal): Promise<CheckRow[]> {
  return runChecks(checksOf(target, [...NINE, ...MORE]), { stopping });
}

function checksOf(target: Target, looks: readonly Look[]): Check[] {
  return looks.map(([name, look, remedy]) => ({ name, remedy, look: () => look(target) }));
}

export const doctor = command<Verdict>({
  name: "doctor",
  effects: "nothing",
  examples: [
    ["", "the local stack"],
    ["--env prod --json", "the hosted system, for a program"],
  ],
  run: (context, report) => diagnose(context, report, NINE),
  show: (verdict, pen) => showVerdict(verdict, pen, { fine: `ALL ${verdict.checks.length} CHECKS PASSED` }),
});

export const doctorAll = command<Verdict>({
  name: "doctor-all",
  effects: "nothing",
  examples: [
    ["", "the local stack"],
    ["--env prod", "after a deploy, and five minutes after going live"],
  ],
  run: (context, report) => diagnose(context, report, [...NINE, ...MORE]),
  show: (verdict, pen) => showVerdict(verdict, pen, { fine: `ALL ${verdict.checks.length} CHECKS PASSED` }),
});

async function diagnose(
  { target, stopping }: Context,
  report: Report<Verdict>,
  looks: readonly Look[],
): Promise<number> {
  await target.need("apiUrl"); // which system is meant must be clear before any part of it is called ill
  const verdict = verdictOf(target.environment, await runChecks(checksOf(target, looks), { stopping }));
  report(verdict);
  return verdict.passed ? EXIT.fine : EXIT.notFine;
}
