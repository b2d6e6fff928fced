/** `ops monitor-ingest`: batches by state, and what moves. */
import type { BatchFigure, StateFigure } from "../../shared/data/figures_gateway.ts";
import { command, EXIT, type Pen } from "../command.ts";
import { pause } from "../follow.ts";
import { age, table } from "../../checkout/table.ts";

interface Ingest {
  readonly states: readonly StateFigure[];
  readonly batches: readonly BatchFigure[];
}

export const monitorIngest = command<Ingest>({
  name: "monitor-ingest",
  summary: "batches by state with the age of the oldest, and the newest batches",
  effects: "nothing",
  flags: { follow: { type: "boolean", help: "again every 2 seconds until Ctrl-C" } },
  examples: [
    ["", "batches by state, and the newest"],
    ["--env prod --follow", "again every 2 seconds, until Ctrl-C"],
  ],
  async run({ target, typed, stopping }, report) {
    const figures = await target.figures();
    for (;;) {
      report({ states: await figures.states(), batches: await figures.newestBatches() });
      if (!typed.on("follow") || !await pause(2, stopping)) return EXIT.fine;
    }
  },
  show,
});

function show({ states, batches }: Ingest, _pen: Pen): string {
  return [
    table(
      ["state", "batches", "oldest"],
      states.map((one) => [one.status, one.batch_count, age(one.oldest_seconds)]),
      "No batch yet.",
    ),
    "",
    table(
      ["batch", "state", "total", "valid", "invalid", "inserted", "age", "file"],
      batches.map((one) => [
        one.batch_id.slice(0, 8),
        one.status,
        one.total,
        one.valid,
        one.invalid,
        one.inserted,
        age(one.seconds),
        one.filename,
      ]),
      "",
    ),
  ].join("\n").trimEnd();
}
