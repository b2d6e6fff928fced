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
const LEAST_NAME = 12; // signs of a file name; where a line has no room for them the name stands below it
const HEADS = ["batch", "state", "total", "valid", "invalid", "inserted", "age"];

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

/** @returns what is seen, in lines no longer than the terminal is wide. */
function show({ at, states, batches }: Ingest, pen: Pen): string {
  const rows = batches.map((one) => [
    one.batch_id.slice(0, 8),
    one.status,
    one.total,
    one.valid,
    one.invalid,
    one.inserted,
    age(one.seconds),
  ]);
  const name = (at: number, room: number) => fitted(batches[at]?.filename ?? "", room);
  const others = Math.max(...table(HEADS, rows, "").split("\n").map((line) => line.length)) + 2;
  const room = (pen.width ?? Infinity) - others;
  const listed = room < LEAST_NAME
    ? table(HEADS, rows, "", (at) => name(at, (pen.width ?? Infinity) - 4))
    : table([...HEADS, "file"], rows.map((row, at) => [...row, name(at, room)]), "");
  return [
    pen.bold(`Ingest at ${at.slice(0, 19).replace("T", " ")} UTC`),
    "",
    table(
      ["state", "batches", "oldest"],
      states.map((one) => [one.status, one.batch_count, age(one.oldest_seconds)]),
      "No batch yet.",
    ),
    "",
    listed,
    "",
  ].join("\n");
}
