/** `ops smoke-e2e`: taken, not taken twice, refused, over the API as a vendor's file would be. */
import { showVerdict } from "../checks/show.ts";
import { command } from "../command.ts";
import { PATIENCE } from "../proofs/intake_proof.ts";
import { runProof, type TimedVerdict } from "../proofs/run_proof.ts";
import { threeProofs } from "../proofs/three_proofs.ts";

const TITLES = { happy: "Happy Path", idempotent: "Idempotency", quality: "Quality Check" };

export const smokeE2e = command<TimedVerdict>({
  name: "smoke-e2e",
  effects: "two batches called dragonfly-proof…, taken out again; audit events stay",
  flags: PATIENCE,
  examples: [
    ["", "on the local stack"],
    ["--env prod --yes --timeout 300", "on prod, with more patience than 2 minutes"],
  ],
  run: (context, report) =>
    runProof(
      context,
      report,
      "Send two proof files through the pipeline",
      (proof) => threeProofs(proof, TITLES),
    ),
  show: (verdict, pen) => {
    const passed = verdict.checks.filter((row) => row.passed).length;
    const count = `${passed}/${verdict.checks.length}`;
    return showVerdict(verdict, pen, {
      fine: `${count} passed - ALL TESTS PASSED`,
      notFine: `${count} passed - TESTS FAILED`,
    });
  },
});
