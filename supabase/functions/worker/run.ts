/**
 * One invocation of the worker: claims units until there are none or its share is spent, then hands over.
 * The queue is the truth; everything here may die at any line.
 */
import { Share } from "../../../shared/jobs/share.ts";
import type { Unit } from "../../../shared/jobs/unit.ts";
import type { Ending } from "./holding.ts";
import type { Invocation, Ports } from "./ports.ts";
import { settle } from "./settle.ts";
import { stage } from "./stage.ts";
import { undo } from "./undo.ts";
import { validate } from "./validate.ts";

/** What one invocation did, in units. */
export interface RunReport {
  claimed: number;
  completed: number;
  failed: number;
  handed_over: number;
}

// A drop committed while we looked, whose wake-up was not queued because ours still was, is found by looking once more.
const SECOND_LOOK_MS = 1_000;

/** Works until the queue is empty or the share is spent. Throws only when the queue itself cannot be reached. */
export async function run(ports: Ports): Promise<RunReport> {
  const invocation: Invocation = {
    ...ports,
    share: new Share(ports.now().getTime()),
  };
  const report: RunReport = {
    claimed: 0,
    completed: 0,
    failed: 0,
    handed_over: 0,
  };
  let lookedTwice = false;
  for (;;) {
    if (ports.isEnding() || !invocation.share.mayBegin(ports.now().getTime())) {
      report.handed_over += 1;
      await ports.wakeSelf();
      return report;
    }
    const ending = await next(invocation);
    if (ending !== null) {
      lookedTwice = false;
      invocation.share.spendUnit();
      count(report, ending);
    } else if (lookedTwice) {
      return report;
    } else {
      lookedTwice = true;
      await ports.wait(SECOND_LOOK_MS);
    }
  }
}

/** Claims one unit and works on it; null when there was nothing to do. */
async function next(invocation: Invocation): Promise<Ending | null> {
  const unit = await invocation.gateway.claimWork(invocation.workerId);
  if (unit === null) return null;
  const helper = unit.wake_more ? invocation.wakeSelf() : Promise.resolve();
  const ending = await work(invocation, unit);
  await helper;
  return ending;
}

function work(invocation: Invocation, unit: Unit): Promise<Ending> {
  switch (unit.kind) {
    case "stage":
      return stage(invocation, unit);
    case "slice":
      return validate(invocation, unit);
    case "settle":
      return settle(invocation, unit);
    case "undo":
      return undo(invocation, unit);
  }
}

function count(report: RunReport, ending: Ending): void {
  report.claimed += 1;
  if (ending === "done") report.completed += 1;
  if (ending === "failed") report.failed += 1;
  if (ending === "handed_over") report.handed_over += 1;
}
