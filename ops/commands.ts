/**
 * All commands, and the file in commands/ each is in; a new one is added here and nowhere else. A command is loaded
 * when it is typed: loading them all takes longer than what most of them do.
 */
import type { AnyCommand, CommandList } from "./command.ts";

const FILES = {
  "sentinel": "sentinel",
  "alerts": "alerts",
  "alerts silence": "alerts",
  "batches": "batches",
  "errors": "errors",
  "analyze-errors": "analyze_errors",
  "ingest-trigger": "ingest_trigger",
  "retry": "batch_actions",
  "abort": "batch_actions",
  "approve": "batch_actions",
  "refuse": "batch_actions",
  "undo": "batch_actions",
  "replay": "replay",
  "queue-inspect": "queue_inspect",
  "queue pause": "queue_actions",
  "queue resume": "queue_actions",
  "queue reset": "queue_actions",
  "queue redrive": "queue_actions",
  "wake": "wake",
  "monitor-workers": "monitor_workers",
  "monitor-ingest": "monitor_ingest",
  "fix-stuck-batch": "fix_stuck_batch",
  "fix-schema-cache": "fix_schema_cache",
  "pgrst-reload": "pgrst_reload",
  "logs": "logs",
  "fix-pooler-connection": "fix_pooler_connection",
  "doctor": "doctor",
  "doctor-all": "doctor",
  "go-live-gate": "go_live_gate",
  "prod-gate": "prod_gate",
  "verify-env-config": "verify_env_config",
  "verify-evidence": "verify_evidence",
  "verify-business-logic": "verify_business_logic",
  "verify-court-proof": "verify_court_proof",
  "security-audit": "security_audit",
  "lint-migrations": "lint_migrations",
  "migration-status": "migration_status",
  "migration-repair": "migration_repair",
  "db-push": "db_push",
  "deploy": "deploy",
  "golden-path": "golden_path",
  "smoke-simplicity": "smoke_simplicity",
  "smoke-e2e": "smoke_e2e",
  "smoke-plaintiffs": "smoke_plaintiffs",
  "verify-green-light": "verify_green_light",
  "evaluate": "evaluate",
  "completions": "completions",
  "generate-announcement": "generate_announcement",
  "users add": "users",
  "users list": "users",
  "users remove": "users",
} as const;

export const COMMANDS: CommandList = Object.fromEntries(
  Object.entries(FILES).map(([name, file]) => [name, () => loadFrom(file, name)]),
);

/** Every command of a list, loaded: for help and for tests. */
export async function loadAll(commands: CommandList): Promise<AnyCommand[]> {
  return await Promise.all(Object.values(commands).map((load) => load()));
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
