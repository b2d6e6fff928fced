/** `ops verify-green-light`: the three proofs of the go-live runbook, as a table. */
import { plain } from "../../checkout/table.ts";
import { command, type Pen } from "../command.ts";
import { PATIENCE } from "../proofs/intake_proof.ts";
import { runProof, type TimedRow, type TimedVerdict } from "../proofs/run_proof.ts";
import { threeProofs } from "../proofs/three_proofs.ts";

const TITLES = {
  happy: "Proof 1: Happy Path (Valid Data)",
  idempotent: "Proof 2: Idempotency",
  quality: "Proof 3: Quality Control",
};
const NAME = 37; // columns of the table, without its lines; all of it fits 80
const RESULT = 10;
const TIME = 16;
const BOX = 62;

export const verifyGreenLight = command<TimedVerdict>({
  name: "verify-green-light",
  effects: "two batches called dragonfly-proof…, taken out again; audit events stay",
  flags: PATIENCE,
  examples: [
    ["", "on the local stack"],
    ["--env prod --yes", "before the go-live is announced"],
  ],
  run: (context, report) =>
    runProof(
      context,
      report,
      "Send two proof files through the pipeline",
      (proof) => threeProofs(proof, TITLES),
    ),
  show,
});

function show({ checks, passed }: TimedVerdict, pen: Pen): string {
  const rule = "═".repeat(72);
  return [
    rule,
    pen.bold("  🚦 GREEN LIGHT VERIFICATION - The 3 Proofs"),
    rule,
    "",
    line("┌", "┬", "┐"),
    cells("Proof", "Result", "Duration"),
    line("├", "┼", "┤"),
    ...checks.map((row) => cells(row.name, row.passed ? "  ✅" : "  ❌", `${row.seconds.toFixed(2)}s`)),
    line("└", "┴", "┘"),
    "",
    ...checks.flatMap((row) => below(row, pen)),
    "",
    ...box(passed, pen),
  ].join("\n");
}

function line(left: string, middle: string, right: string): string {
  return `  ${left}${[NAME, RESULT, TIME].map((width) => "─".repeat(width)).join(middle)}${right}`;
}

/** The marks are two columns wide, and one sign. */
function cells(name: string, result: string, time: string): string {
  const wide = /[✅❌]/u.test(result) ? 1 : 0;
  const padded = [` ${name}`.padEnd(NAME), ` ${result}`.padEnd(RESULT - wide), ` ${time}`.padEnd(TIME)];
  return `  │${padded.join("│")}│`;
}

function below({ name, evidence, remedy, passed }: TimedRow, pen: Pen): string[] {
  const short = name.split(":")[0];
  return [
    `  ${passed ? pen.dim(`${short}: ${plain(evidence)}`) : pen.bad(`${short}: ${plain(evidence)}`)}`,
    ...(remedy === null ? [] : [`    → ${plain(remedy)}`]),
  ];
}

function box(passed: boolean, pen: Pen): string[] {
  const [first, second] = passed
    ? ["🟢  GREEN LIGHT - ALL 3 PROOFS PASSED", "The intake pipeline is PRODUCTION READY."]
    : ["🔴  RED LIGHT - NOT ALL PROOFS PASSED", "Do not go live: what to do stands above."];
  const paint = passed ? pen.good : pen.bad;
  return [
    `  ╔${"═".repeat(BOX)}╗`,
    `  ║    ${paint(first)}${" ".repeat(BOX - 4 - first.length)}║`,
    `  ║    ${paint(second)}${" ".repeat(BOX - 4 - second.length)}║`,
    `  ╚${"═".repeat(BOX)}╝`,
  ];
}
