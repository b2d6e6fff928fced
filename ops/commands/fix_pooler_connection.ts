/** `ops fix-pooler-connection`: which way to the database is open, and how to live without the pooler. Playbook, scenario A. */
import { DIRECT_WINDOW_HOURS } from "../../shared/environment/rules.ts";
import type { CheckRow } from "../checks/check.ts";
import { doorsOf, knock, withoutPassword } from "../checks/ports.ts";
import { showRow } from "../checks/show.ts";
import { command, EXIT, type Pen } from "../command.ts";
import { readEnvFile } from "../env_file.ts";
import type { Target } from "../target.ts";

interface Diagnosis {
  readonly environment: string;
  readonly doors: readonly CheckRow[];
  /** The way past the pooler, its password masked; null when it is not needed, or not open. */
  readonly bypass: string | null;
  readonly steps: readonly string[];
}

const SUPPORT =
  "See https://status.supabase.com, and whether the project is paused; then write to Supabase's support.";

export const fixPoolerConnection = command<Diagnosis>({
  name: "fix-pooler-connection",
  effects: "nothing: what to set is printed, passwords masked",
  examples: [
    ["--env prod", "functions answer 503: which door is shut?"],
    ["--json", "the local stack, for a program"],
  ],
  async run({ target }, report) {
    const doors = doorsOf(await target.need("databaseUrl"), await directOf(target));
    const pooler = await knock(
      `Port ${portOf(doors.pooler)} (DATABASE_URL, the pooler)`,
      doors.pooler,
      SUPPORT,
    );
    if (doors.direct === null) {
      report({ environment: target.environment, doors: [pooler], bypass: null, steps: [] });
      return pooler.passed ? EXIT.fine : EXIT.failed; // there is one door
    }
    const direct = await knock(`Port ${portOf(doors.direct)} (direct connection)`, doors.direct, SUPPORT);
    const bypass = pooler.passed || !direct.passed ? null : withoutPassword(doors.direct);
    report({
      environment: target.environment,
      doors: [pooler, direct],
      bypass,
      steps: bypass === null ? [] : stepsTo(target.environment),
    });
    if (pooler.passed) return EXIT.fine;
    return direct.passed ? EXIT.notFine : EXIT.failed;
  },
  show,
});

/** The direct connection is looked up by this command alone; nothing else may use it. */
async function directOf(target: Target): Promise<string | null> {
  if (target.environment === "local") return null;
  const file = await readEnvFile(target.environment);
  return Deno.env.get("SUPABASE_DB_URL") || file["SUPABASE_DB_URL"] || null;
}

function portOf(address: string): string {
  return new URL(address).port || "5432";
}

function stepsTo(environment: string): string[] {
  const until = new Date(Date.now() + (DIRECT_WINDOW_HOURS - 1) * 3_600_000).toISOString();
  return [
    `In .env.${environment} set DATABASE_URL to that address, with the password, and DRAGONFLY_DIRECT_UNTIL=${until}`,
    `deno task ops deploy --env ${environment}`,
    SUPPORT,
    "When the pooler is back: the old DATABASE_URL, no DRAGONFLY_DIRECT_UNTIL, deploy again. The sentinel reminds you.",
  ];
}

function show({ doors, bypass, steps }: Diagnosis, pen: Pen): string {
  const rows = doors.map((row) => showRow(row, pen));
  if (bypass !== null) {
    return [
      ...rows,
      "",
      pen.bad("POOLER IS DOWN - use the direct connection until it is back:"),
      `  ${bypass}`,
      ...steps.map((step, at) => `  ${at + 1}. ${step}`),
    ].join("\n");
  }
  const verdict = doors[0]?.passed === true
    ? pen.good("The pooler is healthy.")
    : pen.bad("No way to the database is open.");
  return [...rows, "", verdict].join("\n");
}
