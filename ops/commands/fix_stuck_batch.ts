/** `ops fix-stuck-batch`: finds batches that do not move, and resets or ends them. Playbook, scenario C. */
import type { StuckBatch } from "../../shared/data/operator_gateway.ts";
import { CannotRun, command, EXIT, type Pen, UsageError } from "../command.ts";
import { findId } from "../ids.ts";
import { operatorName } from "../operator.ts";
import { table } from "../../checkout/table.ts";

interface Fixed {
  readonly action: "retry" | "abort";
  readonly threshold_minutes: number;
  readonly dry_run: boolean;
  readonly batches: readonly (StuckBatch & { readonly done: boolean })[];
}

export const fixStuckBatch = command<Fixed>({
  name: "fix-stuck-batch",
  effects: "their state and job; busy workers lose the lease; an audit event for each",
  flags: {
    "batch-id": { type: "string", value: "ID", help: "this one, stuck or not" },
    "action": { type: "string", value: "retry|abort", help: "retry (default): next attempt; abort: failed" },
    "threshold": { type: "string", value: "MINUTES", help: "without progress for so long (default 30)" },
    "dry-run": { type: "boolean", help: "only show which" },
  },
  examples: [
    ["--dry-run", "what is stuck, without touching it"],
    ["--batch-id 3f2a1b2c --action abort", "end one batch"],
  ],
  async run(context, report) {
    const { typed, target } = context;
    const action = typed.text("action") ?? "retry";
    if (action !== "retry" && action !== "abort") throw new UsageError("--action is retry or abort.");
    const threshold = typed.whole("threshold", { least: 0, most: 100_000 }) ?? 30;
    const hands = await target.hands();
    const named = typed.text("batch-id");
    const batches = named === undefined
      ? await hands.stuckBatches(threshold)
      : await hands.batchAsStuck(await findId(hands, "batch", named));
    const dryRun = typed.on("dry-run");
    if (!dryRun && batches.length > 0) await context.confirm(`${action} ${batches.length} batches`);
    const done = [];
    for (const batch of batches) {
      if (!dryRun) await fix(batch);
      done.push({ ...batch, done: !dryRun });
    }
    report({ action, threshold_minutes: threshold, dry_run: dryRun, batches: done });
    return EXIT.fine;

    async function fix(batch: StuckBatch): Promise<void> {
      try {
        if (action === "retry") await hands.resetBatch(batch.batch_id, operatorName());
        else {
          const reason = `Aborted by operator: stuck in ${batch.status} > ${
            Math.floor(batch.minutes)
          } minutes`;
          await hands.failBatch(batch.batch_id, reason, operatorName());
        }
      } catch (error) {
        throw new CannotRun(
          `Batch ${batch.batch_id} is ${batch.status}: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  },
  show,
});

function show({ action, threshold_minutes, dry_run, batches }: Fixed, pen: Pen): string {
  if (batches.length === 0) return `No batch is stuck (without progress for ${threshold_minutes} min).`;
  const rows = batches.map((
    one,
  ) => [one.batch_id, one.filename, one.status, `${Math.floor(one.minutes)} min`]);
  const reset = action === "retry"
    ? "Reset to uploaded: a worker takes them up within 30 s."
    : "Ended as failed.";
  return [
    table(["batch", "file", "state", "without progress"], rows, ""),
    "",
    dry_run ? pen.warn("Dry run: nothing was changed.") : pen.good(`${batches.length}: ${reset}`),
  ].join("\n");
}
