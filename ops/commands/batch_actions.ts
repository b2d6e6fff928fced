/** `ops retry|abort|approve|refuse|undo`: an operator's hands on one batch, by the doors of the intake function. */
import type * as z from "zod";
import { Batch, type DescribedBatch, Undo } from "../../shared/intake/record.ts";
import { askIntake, batchIdOf, describeBatch } from "../batches/ask.ts";
import { countsOf, nameOf, rows, shortId } from "../batches/words.ts";
import { command, type Context, EXIT, type Flag, UsageError } from "../command.ts";

const Undone = Batch.extend({ undo: Undo });
type Undone = z.infer<typeof Undone> & { readonly removed: number };

const UNDO_PATIENCE_MS = 10 * 60_000; // a million rows take about a minute
const ASK_EVERY_MS = 500;

const BATCH = { words: "<batch>", wordCount: [1, 1] } as const;
const WHY: Readonly<Record<string, Flag>> = {
  why: { type: "string", value: "TEXT", help: "the reason, as others will read it" },
};

export const retry = command<Batch>({
  ...BATCH,
  name: "retry",
  effects: "the batch's counts begin anew, as its next attempt; an audit event",
  flags: {
    threshold: { type: "string", value: "PERCENT", help: "rejected rows it may have from now on (0 to 100)" },
  },
  examples: [
    ["3f2a1b2c", "the next attempt"],
    ["3f2a1b2c --threshold 25", "with a larger budget for bad rows"],
  ],
  async run(context, report) {
    const percent = context.typed.whole("threshold", { least: 0, most: 100 });
    const body = { error_threshold_percent: percent };
    report(
      await act(
        context,
        "Run again",
        (one) => askIntake(context.target, "POST /intake/batches/:id/retry", { ...one, body }),
      ),
    );
    return EXIT.fine;
  },
  show: (batch) =>
    `${nameOf(batch)} runs again, attempt ${batch.attempt}. See how it ends: ops batches --search ${
      shortId(batch.batch_id)
    }`,
});

export const approve = command<Batch>({
  ...BATCH,
  name: "approve",
  effects: "its valid rows are inserted; an audit event",
  examples: [
    ["3f2a1b2c", "insert what waits for a person"],
    ["3f2a1b2c --env prod --yes", "on prod, unasked"],
  ],
  async run(context, report) {
    report(
      await act(
        context,
        "Approve",
        (one) => askIntake(context.target, "POST /intake/batches/:id/approve", one),
      ),
    );
    return EXIT.fine;
  },
  show: (batch) =>
    `${nameOf(batch)} is approved with ${
      rows(batch.row_count_valid)
    } that are valid. See how it ends: ops batches --search ${shortId(batch.batch_id)}`,
});

export const abort = ending("abort", "Abort");
export const refuse = ending("refuse", "Refuse");

function ending(name: "abort" | "refuse", verb: string) {
  return command<Batch>({
    ...BATCH,
    name,
    effects: "the batch has failed, nothing of it is inserted; an audit event",
    flags: WHY,
    examples: [
      ['3f2a1b2c --why "the wrong file"', "the batch begins with these characters"],
      ['3f2a1b2c --why "sent twice" --env prod --yes', "on prod, unasked"],
    ],
    async run(context, report) {
      const body = { reason: whyOf(context, name) };
      report(
        await act(
          context,
          verb,
          (one) => askIntake(context.target, `POST /intake/batches/:id/${name}`, { ...one, body }),
        ),
      );
      return EXIT.fine;
    },
    show: (batch) =>
      `${
        nameOf(batch)
      } has ended: ${batch.rejection_reason}. Nothing of it is inserted. Changed your mind: ops retry ${
        shortId(batch.batch_id)
      }`,
  });
}

export const undo = command<Undone>({
  ...BATCH,
  name: "undo",
  effects: "its judgments are deleted, the batch has failed; audit events",
  flags: WHY,
  examples: [
    ['3f2a1b2c --why "the wrong county"', "take out exactly what a batch inserted"],
    ['3f2a1b2c --why "the wrong county" --env prod --yes', "on prod, unasked"],
  ],
  async run(context, report) {
    const body = { reason: whyOf(context, "undo") };
    const asked = Undone.parse(
      await act(
        context,
        "Undo",
        (one) => askIntake(context.target, "POST /intake/batches/:id/undo", { ...one, body }),
      ),
    );
    const ended = await untilUndone(context, asked);
    report({ ...ended, removed: asked.row_count_inserted - ended.row_count_inserted });
    return ended.undo.status === "completed" ? EXIT.fine : EXIT.notFine;
  },
  show: (batch) =>
    [
      batch.undo.status === "completed"
        ? `${nameOf(batch)} is undone: ${rows(batch.removed)} taken out again.`
        : `${nameOf(batch)} is not undone yet (${batch.undo.status}): ${
          rows(batch.removed)
        } taken out so far, ` +
          `${rows(batch.row_count_inserted)} left. See why: ops queue-inspect --queue undo`,
      ...(batch.undo.affected_batches.length === 0 ? [] : [
        "These batches left rows out because this one had them; run them again and they insert those rows:",
        ...batch.undo.affected_batches.map((id) => `  ops retry ${shortId(id)}`),
      ]),
    ].join("\n"),
});

/** The batch when its undo has ended, or after ten minutes as it is then. */
async function untilUndone(
  { target }: Context,
  asked: z.infer<typeof Undone>,
): Promise<z.infer<typeof Undone>> {
  const patience = Date.now() + UNDO_PATIENCE_MS;
  let batch = asked;
  while (["pending", "processing"].includes(batch.undo.status) && Date.now() < patience) {
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    batch = Undone.parse(await describeBatch(target, batch.batch_id));
  }
  return batch;
}

/** @throws UsageError without a reason: it stands in the record for good. */
function whyOf({ typed }: Context, name: string): string {
  const why = typed.text("why")?.trim() ?? "";
  if (why === "") throw new UsageError(`Say why, as others will read it: ops ${name} <batch> --why "…"`);
  return why;
}

/** Asks on prod with the file's name, then does it. @throws as askIntake. */
async function act(
  context: Context,
  verb: string,
  how: (given: { readonly path: { readonly id: string } }) => Promise<{ readonly body: DescribedBatch }>,
): Promise<DescribedBatch> {
  const id = await batchIdOf(context.target, context.typed.words[0] ?? "");
  const batch = await describeBatch(context.target, id);
  await context.confirm(`${verb}: ${nameOf(batch)}, ${batch.status}, ${countsOf(batch)}`);
  return (await how({ path: { id } })).body;
}
