/**
 * All commands: the file in commands/ each is in, and what it must show, in one line; a new one is added here and nowhere
 * else. A command is loaded when it is typed: loading them all takes longer than what most of them do, and the list of
 * them needs none.
 */
import type { AnyCommand, CommandList, DescribedCommand } from "./command.ts";

const TABLE: Readonly<Record<string, readonly [file: string, summary: string]>> = {
  "sentinel": [
    "sentinel",
    "run all checks: what is stuck, failing, silent, broken (0 healthy, 1 degraded, 2 critical)",
  ],
  "alerts": [
    "alerts",
    "open and silenced alerts, worst first (1 with a warning, 2 with a critical one)",
  ],
  "alerts silence": [
    "alerts",
    "tell nobody of a check for a while; it is still looked at and recorded",
  ],
  "batches": [
    "batches",
    "files that came in, newest first: state, counts, time, and why they were not taken",
  ],
  "errors": [
    "errors",
    "the rejected rows of a batch, each with what is wrong and how to put it right",
  ],
  "analyze-errors": [
    "analyze_errors",
    "rejected rows by code, with cause and fix: of one batch, of the newest with trouble, or of a week",
  ],
  "ingest-trigger": [
    "ingest_trigger",
    "send files in, or without any take in what lies in the bucket unnoticed (1 when a file was refused or failed)",
  ],
  "retry": [
    "batch_actions",
    "run a batch again from its stored file, if wanted with another limit for rejected rows",
  ],
  "abort": [
    "batch_actions",
    "end a batch that has not been inserted yet",
  ],
  "approve": [
    "batch_actions",
    "let a batch go on that waits for approval",
  ],
  "refuse": [
    "batch_actions",
    "end a batch that waits for approval; nothing is inserted",
  ],
  "undo": [
    "batch_actions",
    "take out exactly what a completed batch inserted",
  ],
  "replay": [
    "replay",
    "send the corrected errors.csv of a batch back: what is fixed goes in, the rest is told again",
  ],
  "queue-inspect": [
    "queue_inspect",
    "depth and age of each queue, stuck, poisoned and held jobs (1 with any of them, or over 100 due)",
  ],
  "queue pause": [
    "queue_actions",
    "pause a queue (ingest, undo, enforcement, vendor_pull, notify) or one job: nobody claims it, running work finishes its slice",
  ],
  "queue resume": [
    "queue_actions",
    "resume a queue (ingest, undo, enforcement, vendor_pull, notify) or one job: it goes on, and its function is woken",
  ],
  "queue reset": [
    "queue_actions",
    "make a job due now, or all jobs of a queue that have shown no sign of life for 5 min",
  ],
  "queue redrive": [
    "queue_actions",
    "send jobs that were given up on their way again, remembering who did so and what they had died of",
  ],
  "wake": [
    "wake",
    "wake the worker (or enforcement, sentinel, outbound); waking twice does no harm",
  ],
  "monitor-workers": [
    "monitor_workers",
    "worker types and isolates: last sign of life, memory, work done (1 when an expected type is silent)",
  ],
  "monitor-ingest": [
    "monitor_ingest",
    "batches by state with the age of the oldest, and the newest batches",
  ],
  "fix-stuck-batch": [
    "fix_stuck_batch",
    "batches without progress: reset them for another attempt, or end them",
  ],
  "fix-schema-cache": [
    "fix_schema_cache",
    "REST answers PGRST002: look why, notify once, probe up to 5 times (0 well, 2 not)",
  ],
  "pgrst-reload": [
    "pgrst_reload",
    "tell REST to read the schema again (after a change made by hand)",
  ],
  "logs": [
    "logs",
    "the last lines of a function (or of all), since a while ago, with a word in them",
  ],
  "fix-pooler-connection": [
    "fix_pooler_connection",
    "knock at the pooler and at Postgres itself (0 pooler healthy, 1 pooler down, 2 both down)",
  ],
  "doctor": [
    "doctor",
    "the nine parts everything stands on, each with its cure when it is ill (1 with any)",
  ],
  "doctor-all": [
    "doctor",
    "doctor, and views, advisors, cron, vault, users, audit chain, clock (1 with any ill)",
  ],
  "go-live-gate": [
    "go_live_gate",
    "the 11 gates a system passes before it goes live (1 when one is shut)",
  ],
  "prod-gate": [
    "prod_gate",
    "the release gate: dev before a commit, prod before and after a deploy (1 when a check blocks)",
  ],
  "verify-env-config": [
    "verify_env_config",
    "names and rules of the environment, each function's own; never shows a value (1 with any error)",
  ],
  "certificate": [
    "certificate",
    "the signed certificate of a batch or an action, as a file that a stranger checks offline",
  ],
  "verify-evidence": [
    "verify_evidence",
    "reads every file kept as proof and hashes it again (1 with any that is not what was registered)",
  ],
  "verify-business-logic": [
    "verify_business_logic",
    "Block, Cure, Success: nothing is enforced without consent, and with it everything is (1 if not)",
  ],
  "verify-court-proof": [
    "verify_court_proof",
    "Shredder, Forgery, Integrity: evidence and audit log can neither be removed nor changed (1 if they can)",
  ],
  "security-audit": [
    "security_audit",
    "who may do what in the database, against the one table of rights (1 with any violation)",
  ],
  "lint-migrations": [
    "lint_migrations",
    "forbidden patterns, edits of released files, dangerous locks (1 with any)",
  ],
  "migration-status": [
    "migration_status",
    "applied, pending, orphaned and edited migrations (1 with any drift)",
  ],
  "migration-repair": [
    "migration_repair",
    "mark one migration as applied (or reverted) without running it",
  ],
  "db-push": [
    "db_push",
    "pending migrations, rehearsed first, then the configuration (1 when a step is red)",
  ],
  "deploy": [
    "deploy",
    "migrations, configuration, secrets and functions, rehearsed first (1 when a step is red)",
  ],
  "golden-path": [
    "golden_path",
    "prove that database, API and views work end to end, with one file's whole life (1 when a line is red)",
  ],
  "smoke-simplicity": [
    "smoke_simplicity",
    "seven tests of the intake's schema with real files: columns, budget, hash, times (1 when one fails)",
  ],
  "smoke-e2e": [
    "smoke_e2e",
    "three tests over the API: a good file, the same again, a bad one (1 when one fails, 2 when it cannot tidy up)",
  ],
  "smoke-plaintiffs": [
    "smoke_plaintiffs",
    "the three views of plaintiffs, judgments and enforcement: there, whole, and how many rows (1 when one is not)",
  ],
  "verify-green-light": [
    "verify_green_light",
    "the 3 proofs before a go-live: good files are taken, never twice, bad ones refused (1 when one is red)",
  ],
  "evaluate": [
    "evaluate",
    "hold the rules of intake and strategy against the golden dataset (1 below 95 %)",
  ],
  "completions": [
    "completions",
    "completions of commands and flags for bash, zsh, fish",
  ],
  "generate-announcement": [
    "generate_announcement",
    "the go-live announcement with real figures: checks, schema cache, batches of 24 h (1 when it is not the time)",
  ],
  "users add": [
    "users",
    "a new account with a first password, or another role for one that is there",
  ],
  "users list": [
    "users",
    "accounts and their roles",
  ],
  "users remove": [
    "users",
    "remove an account",
  ],
};

export const COMMANDS: CommandList = Object.fromEntries(
  Object.entries(TABLE).map((
    [name, [file, summary]],
  ) => [name, { summary, load: () => loadFrom(file, name) }]),
);

/** Every command of a list, loaded: for completions and for tests. */
export async function loadAll(commands: CommandList): Promise<DescribedCommand[]> {
  return await Promise.all(
    Object.values(commands).map(async ({ summary, load }) => ({ ...await load(), summary })),
  );
}

/** The name is put together: of a literal one Deno reads the file, and all it needs, before the first line runs. */
async function loadFrom(file: string, name: string): Promise<AnyCommand> {
  const exported: Record<string, unknown> = await import(
    new URL(`commands/${file}.ts`, import.meta.url).href
  );
  const found = Object.values(exported).filter(isCommand).find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new TypeError(`Cannot load ${name}: commands/${file}.ts exports no such command`);
}

function isCommand(exported: unknown): exported is AnyCommand {
  return typeof exported === "object" && exported !== null && "name" in exported && "run" in exported;
}
