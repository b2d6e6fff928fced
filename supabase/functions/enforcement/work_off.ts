/** Executes what is authorised: claims, prints the packet, keeps it, executes. The queue is the truth; all here may die. */
import { createHash } from "node:crypto";
import { DatabaseRefused } from "../../../shared/data/database_refused.ts";
import type { EnforcementJob, ExecutionGateway } from "../../../shared/data/enforcement_gateway.ts";
import type { PacketData } from "../../../shared/packet/packet_data.ts";
import { PACKET_TYPE, renderPacket } from "../../../shared/packet/render.ts";
import type { Logger } from "../_shared/log.ts";
import { VERSION } from "../_shared/version.ts";
import { PACKETS, type Vault } from "./vault.ts";

/** A packet takes some 0.1 s of CPU, of 2 s that an isolate has. */
const MOST_JOBS = 8;

/** What the worker is given. */
export interface Ports {
  readonly workerId: string;
  readonly execution: ExecutionGateway;
  readonly vault: Pick<Vault, "keep">;
  readonly log: Logger;
  /** Calls the function's own address. Never throws. */
  readonly wakeSelf: () => Promise<void>;
}

/** What one invocation did, in jobs. */
export interface Report {
  claimed: number;
  completed: number;
  failed: number;
  handed_over: number;
}

/** Works until nothing is due, or hands the rest over. Beats whether there is work or not. */
export async function workOff(ports: Ports): Promise<Report> {
  const report: Report = { claimed: 0, completed: 0, failed: 0, handed_over: 0 };
  await beat(ports, "busy", report);
  while (report.claimed < MOST_JOBS) {
    const job = await ports.execution.claim(ports.workerId);
    if (job === null) break;
    report.claimed += 1;
    const ending = await underLease(ports, job);
    if (ending !== "lost") report[ending] += 1;
  }
  await beat(ports, "idle", report);
  if (report.claimed === MOST_JOBS) {
    report.handed_over = 1;
    await ports.wakeSelf();
  }
  return report;
}

type Ending = "completed" | "failed" | "lost";

async function underLease(ports: Ports, job: EnforcementJob): Promise<Ending> {
  const beating = setInterval(() => {
    ports.execution.beat(job).catch((error) => ports.log.warn("beat_missed", { error: String(error) }));
  }, job.beat_seconds * 1000);
  try {
    return await execute(ports, job);
  } catch (error) {
    if (error instanceof DatabaseRefused && error.leaseLost) {
      ports.log.info("lease_lost", { job_id: job.job_id });
      return "lost";
    }
    const message = error instanceof Error ? error.message : String(error);
    const again = await ports.execution.fail(job, message);
    ports.log.error("action_failed", { job_id: job.job_id, error: message, will_retry: again });
    return "failed";
  } finally {
    clearInterval(beating);
  }
}

async function execute(ports: Ports, job: EnforcementJob): Promise<Ending> {
  const begun = await ports.execution.begin(job);
  if (begun.outcome !== "go") {
    ports.log.info("action", { job_id: job.job_id, outcome: begun.outcome });
    return begun.outcome === "failed" ? "failed" : "completed";
  }
  const packet = await keepPacket(ports, begun.packet, begun.is_proof);
  const outcome = await ports.execution.execute(job, packet);
  ports.log.info("action", { action_id: begun.packet.action_id, outcome });
  return "completed";
}

/** A packet lies under its own hash: printed again from the same data it is the same file, from other data another. */
async function keepPacket({ vault }: Ports, data: PacketData, isProof: boolean): Promise<string> {
  const bytes = await renderPacket(data);
  const hash = createHash("sha256").update(bytes).digest("hex");
  const kept = await vault.keep({
    folder: PACKETS,
    place: `${data.action_id}/${hash.slice(0, 16)}`,
    fileName: `${data.action_type}-${data.judgment.case_number.replace(/[^A-Z0-9-]+/g, "_")}.pdf`,
    mimeType: PACKET_TYPE,
    chunks: [bytes],
    size: bytes.length,
    hash,
    entityType: "action",
    entityId: data.action_id,
    isProof,
  }, { actor: "worker", request_id: "" });
  return kept.evidence_file_id;
}

async function beat({ execution, workerId, log }: Ports, status: string, report: Report): Promise<void> {
  try {
    await execution.beatWorker({
      worker_id: workerId,
      worker_type: "enforcement",
      status,
      version: VERSION,
      memory_mb: Math.round(Deno.memoryUsage().rss / 1_048_576),
      jobs_done: report.completed,
      jobs_failed: report.failed,
    });
  } catch (error) {
    log.warn("beat_missed", { error: String(error) });
  }
}
