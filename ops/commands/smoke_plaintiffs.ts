/** `ops smoke-plaintiffs`: the three views that dashboards stand on. An empty system passes. */
import { ProofGateway } from "../../shared/data/proof_gateway.ts";
import { runChecks, type Verdict, verdictOf } from "../checks/check.ts";
import { showVerdict } from "../checks/show.ts";
import { CannotRun, command, EXIT } from "../command.ts";
import { reasonOf } from "../reason.ts";
import { lookAtView, MISSING_VIEW, PLAINTIFF_VIEWS } from "../proofs/views.ts";

export const smokePlaintiffs = command<Verdict>({
  name: "smoke-plaintiffs",
  effects: "nothing",
  examples: [
    ["", "on the local stack"],
    ["--env prod", "five minutes after a go-live"],
  ],
  async run({ target, stopping }, report) {
    const gateway = new ProofGateway(await target.sql());
    await gateway.version().catch((error: unknown) => {
      throw new CannotRun(`${reasonOf(error)}. See which road is open: ops fix-pooler-connection`);
    });
    const rows = await runChecks(
      PLAINTIFF_VIEWS.map((view) => ({
        name: view.name,
        remedy: MISSING_VIEW,
        look: () => lookAtView(gateway, view),
      })),
      { stopping },
    );
    const verdict = verdictOf(target.environment, rows);
    report(verdict);
    return verdict.passed ? EXIT.fine : EXIT.notFine;
  },
  show: (verdict, pen) => showVerdict(verdict, pen, { fine: "All 3 views are accessible" }),
});
