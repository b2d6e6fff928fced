/** `ops prod-gate`: may this be committed (dev), or deployed and kept (prod)? Playbook, "Release gate". */
import { FUNCTION_NAMES } from "../../shared/environment/function_names.ts";
import { readConfig } from "../../checkout/config.ts";
import {
  type Check,
  runChecks,
  type Seen,
  type Verdict,
  verdictOf,
  warned,
  well,
  wellUnless,
} from "../checks/check.ts";
import { lookAtDatabase, lookAtEnvironment, unreachable } from "../checks/reach.ts";
import { showRow, showVerdict } from "../checks/show.ts";
import { lookAtHeartbeats, lookAtSchema } from "../checks/state.ts";
import { together } from "../checks/asking.ts";
import { command, type Context, EXIT, UsageError } from "../command.ts";
import { lookAtEvaluator, lookAtImports, lookAtLint, lookAtTests } from "../gates/tools.ts";
import { plainPen } from "../pen.ts";
import { SERVICE_RIGHTS } from "../security/rights.ts";
import type { Target } from "../target.ts";
import { examine } from "./doctor.ts";

const MODES = ["dev", "prod"] as const;
type Mode = (typeof MODES)[number];

/** One line of the playbook's table. */
interface Line {
  /** As `--skip` takes it. */
  readonly key: string;
  readonly name: string;
  readonly modes: readonly Mode[];
  readonly remedy: string;
  look(context: Context, mode: Mode): Promise<Seen>;
}

const DOCTOR = "ops doctor shows which part is away.";

const TABLE: readonly Line[] = [
  {
    key: "tests",
    name: "Test Suite",
    modes: ["dev"],
    remedy: "deno task test",
    look({ note, stopping }) {
      note("Every group of tests is run, which takes minutes …");
      return lookAtTests(stopping);
    },
  },
  {
    key: "imports",
    name: "Import Graph",
    modes: ["dev"],
    remedy: "deno check supabase/functions shared ops",
    look: ({ stopping }) => lookAtImports(stopping),
  },
  {
    key: "lint",
    name: "Lint",
    modes: ["dev"],
    remedy: "deno lint",
    look: ({ stopping }) => lookAtLint(stopping),
  },
  {
    key: "evaluator",
    name: "Evaluator",
    modes: MODES,
    remedy: "deno task test golden",
    look: ({ stopping }) => lookAtEvaluator(stopping),
  },
  {
    key: "api",
    name: "API Health",
    modes: ["prod"],
    remedy: DOCTOR,
    look: ({ target }) => lookAtHealth(target),
  },
  {
    key: "workers",
    name: "Worker Heartbeats",
    modes: ["prod"],
    remedy: DOCTOR,
    look: ({ target }) => lookAtHeartbeats(target),
  },
  {
    key: "database",
    name: "DB Connectivity",
    modes: MODES,
    remedy: DOCTOR,
    look: ({ target }) => lookAtTables(target),
  },
  { key: "migrations", name: "Migration Status", modes: MODES, remedy: DOCTOR, look: migrations },
];

const OTHER_NAMES: Readonly<Record<string, string>> = { pytest: "tests", ruff: "lint" };

export const prodGate = command<Verdict & { readonly mode: Mode; readonly strict: boolean }>({
  name: "prod-gate",
  effects: "nothing; in dev mode it runs the tests, which takes minutes",
  words: "[more to skip…]",
  wordCount: [0, TABLE.length],
  flags: {
    mode: {
      type: "string",
      value: "dev|prod",
      help: "which column of the table (default: prod with --env prod, else dev)",
    },
    skip: {
      type: "string",
      value: "NAME…",
      help: `leave out: ${TABLE.map(({ key }) => key).join(", ")} (pytest and ruff are tests and lint)`,
      multiple: true,
    },
    strict: { type: "boolean", help: "warnings block; health, readyz, doctor-all and verify-env-config too" },
  },
  examples: [
    ["--mode dev --skip tests evaluator", "quickly, while you work"],
    ["--env prod --strict", "after a deploy to prod"],
  ],
  async run(context, report) {
    const { typed, target, note, stopping } = context;
    const mode = modeOf(typed.text("mode") ?? (target.environment === "prod" ? "prod" : "dev"));
    const skipped = skippedOf(typed.texts("skip"), typed.words);
    const strict = typed.on("strict");
    await target.need("apiUrl"); // which system is meant must be clear before anything is looked at
    const checks = TABLE.filter(({ modes }) => modes.includes(mode)).map((line): Check => ({
      name: line.name,
      remedy: line.remedy,
      look: () =>
        skipped.includes(line.key)
          ? Promise.resolve(warned("skipped", "Run it without --skip before you deploy."))
          : line.look(context, mode),
    }));
    const rows = await runChecks([...checks, ...(strict ? strictly(context) : [])], {
      onRow: (row) => note(showRow({ ...row, evidence: "", remedy: null }, plainPen)),
      stopping,
    });
    const verdict = verdictOf(target.environment, rows, strict);
    report({ ...verdict, mode, strict });
    return verdict.passed ? EXIT.fine : EXIT.notFine;
  },
  show: (verdict, pen) =>
    showVerdict(verdict, pen, {
      fine: `RELEASE GATE PASSED (${verdict.mode}${verdict.strict ? ", strict" : ""})`,
      notFine: `RELEASE GATE FAILED (${verdict.mode}${verdict.strict ? ", strict" : ""}) - DO NOT DEPLOY`,
    }),
});

function modeOf(typed: string): Mode {
  const mode = MODES.find((one) => one === typed);
  if (mode !== undefined) return mode;
  throw new UsageError(`--mode is ${MODES.join(" or ")}, not "${typed}".`);
}

/** `--skip a --skip b`, `--skip a,b` and `--skip a b` alike. */
function skippedOf(flags: readonly string[], words: readonly string[]): string[] {
  if (words.length > 0 && flags.length === 0) {
    throw new UsageError(`What is "${words[0]}" for? Did you mean --skip ${words[0]}?`);
  }
  return [...flags, ...words].flatMap((text) => text.split(",")).filter(Boolean).map((typed) => {
    const key = OTHER_NAMES[typed] ?? typed;
    if (TABLE.some((line) => line.key === key)) return key;
    throw new UsageError(
      `There is no check "${typed}" to skip: ${TABLE.map((line) => line.key).join(", ")}.`,
    );
  });
}

/** What a release must also pass. */
function strictly({ target, stopping }: Context): Check[] {
  return [
    { name: "/health", remedy: DOCTOR, look: () => lookAtHealth(target) },
    { name: "/readyz", remedy: DOCTOR, look: () => lookAtReadiness(target) },
    {
      name: "doctor-all",
      remedy: DOCTOR,
      look: async () => {
        const rows = await examine(target, stopping);
        const red = rows.filter(({ passed }) => !passed);
        return wellUnless(
          red.map(({ name, evidence }) => `${name}: ${evidence}`),
          `${rows.length} checks`,
          "ops doctor-all has the cure of each.",
        );
      },
    },
    { name: "verify-env-config", remedy: "ops verify-env-config", look: () => lookAtEnvironment(target) },
  ];
}

/** Pending migrations do not stop work in progress. */
async function migrations({ target }: Context, mode: Mode): Promise<Seen> {
  const seen = await lookAtSchema(target);
  return mode === "dev" && !seen.passed ? warned(seen.evidence, seen.remedy ?? "ops migration-status") : seen;
}

/** Every function that is deployed says that it is healthy. */
async function lookAtHealth(target: Target): Promise<Seen> {
  const base = `${await target.need("apiUrl")}/functions/v1`;
  const { functions } = await readConfig();
  const names = FUNCTION_NAMES.filter((name) => name in functions);
  const wrong = (await Promise.all(names.map(async (name) => {
    const said = await statusOf(`${base}/${name}/health`);
    return said === 200 ? [] : [`${name}/health: ${said}`];
  }))).flat();
  return wellUnless(
    wrong,
    `${names.map((name) => `${name}/health`).join(", ")}: 200`,
    "ops logs says why a function does not answer; ops deploy puts it there; SUPABASE_URL must be this project's.",
  );
}

async function lookAtReadiness(target: Target): Promise<Seen> {
  const said = await statusOf(`${await target.need("apiUrl")}/functions/v1/system/readyz`);
  return said === 200 ? well("200") : wellUnless([`${said}`], "", DOCTOR);
}

async function statusOf(url: string): Promise<number | string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    return unreachable(error);
  }
}

/** The database answers, and every table and view of ours is there. */
async function lookAtTables(target: Target): Promise<Seen> {
  const sql = await target.sql();
  const names = Object.keys(SERVICE_RIGHTS);
  const rows = await sql`
    select n as name from unnest(string_to_array(${names.join(" ")}, ' ')) n where to_regclass(n) is null`;
  return together([
    await lookAtDatabase(target),
    wellUnless(
      rows.map(({ name }) => `${name} is not there`),
      `${names.length} tables and views`,
      "ops db-push applies what is missing.",
    ),
  ]);
}
