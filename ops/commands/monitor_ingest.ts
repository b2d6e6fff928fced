/** `ops monitor-ingest`: batches by state, and what moves. */
import type { BatchFigure, StateFigure } from "../../shared/data/figures_gateway.ts";
import { command, EXIT, type Pen } from "../command.ts";
import { pause } from "../follow.ts";
import { age, fitted, table } from "../../checkout/table.ts";

interface Ingest {
  /** When it was looked at: ISO 8601, UTC. */
  readonly at: string;
  readonly states: readonly StateFigure[];
  readonly batches: readonly BatchFigure[];
}

/** What grows by itself, and is no news. */
const AGES: readonly string[] = ["oldest_seconds", "seconds"];
const LEAST_NAME = 20; // signs of a file name, however small the terminal
const HEADS = ["batch", "state", "total", "valid", "invalid", "inserted", "age", "file"];

export const monitorIngest = command<Ingest>({
  name: "monitor-ingest",
  effects: "nothing",
  flags: {
    follow: { type: "boolean", help: "look every 2 seconds until Ctrl-C, and tell what has changed" },
  },
  examples: [
    ["", "batches by state, and the newest"],
    ["--env prod --follow", "every change, until Ctrl-C"],
  ],
  async run({ target, typed, stopping }, report) {
    const figures = await target.figures();
    let told = "";
    for (;;) {
      const [states, batches] = [await figures.states(), await figures.newestBatches()];
      const now = JSON.stringify([states, batches], (key, value) => AGES.includes(key) ? null : value);
      if (now !== told) report({ at: new Date().toISOString(), states, batches });
      told = now;
      if (!typed.on("follow") || !await pause(2, stopping)) return EXIT.fine;
    }
  },
  show,
});

function show({ at, states, batches }: Ingest, pen: Pen): string {
  const rows = (name: (filename: string) => string) =>
    batches.map((one) => [
      one.batch_id.slice(0, 8),
      one.status,
      one.total,
      one.valid,
      one.invalid,
      one.inserted,
      age(one.seconds),
      name(one.filename),
    ]);
  const others = Math.max(...table(HEADS, rows(() => "file"), "").split("\n").map((line) => line.length)) - 4;
  const room = pen.width === null ? Infinity : Math.max(LEAST_NAME, pen.width - others);
  return [
    pen.bold(`Ingest at ${at.slice(0, 19).replace("T", " ")} UTC`),
    "",
    table(
      ["state", "batches", "oldest"],
      states.map((one) => [one.status, one.batch_count, age(one.oldest_seconds)]),
      "No batch yet.",
    ),
    "",
    table(HEADS, rows((filename) => fitted(filename, room)), ""),
    "",
  ].join("\n");
}
