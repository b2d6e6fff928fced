/** `ops go-live-gate`: may this system go live? Go-live runbook, phase 1. */
import { runChecks, type Verdict, verdictOf } from "../checks/check.ts";
import { showRow, showVerdict } from "../checks/show.ts";
import { command, EXIT } from "../command.ts";
import { gatesOf } from "../gates/gates.ts";
import { Scratch } from "../gates/scratch.ts";
import { plainPen } from "../pen.ts";

export const goLiveGate = command<Verdict>({
  name: "go-live-gate",
  effects:
    "nothing that stays: events that are taken back, a scratch database on this machine, strangers of your address slowed down " +
    "for some seconds",
  flags: { strict: { type: "boolean", help: "warnings shut a gate, too" } },
  examples: [
    ["", "the local stack, as a rehearsal"],
    ["--env prod --strict", "before going live"],
  ],
  async run({ target, typed, note, stopping }, report) {
    await target.need("apiUrl"); // which system is meant must be clear before any gate is shut
    await using scratch = new Scratch();
    const rows = await runChecks(gatesOf(target, scratch, stopping), {
      onRow: (row) => note(showRow({ ...row, evidence: "", remedy: null }, plainPen)),
      stopping,
    });
    const verdict = verdictOf(target.environment, rows, typed.on("strict"));
    report(verdict);
    return verdict.passed ? EXIT.fine : EXIT.notFine;
  },
  show: (verdict, pen) =>
    showVerdict(verdict, pen, {
      between: " - ",
      fine: `ALL ${verdict.checks.length} GATES PASSED - READY FOR GO-LIVE`,
      notFine: `${
        verdict.checks.filter(({ passed }) => !passed).length
      } OF ${verdict.checks.length} GATES SHUT - NOT READY FOR GO-LIVE`,
    }),
});
