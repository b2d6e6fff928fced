/** Which strategy is chosen, and that in doubt nothing is taken for known. */
import { assertEquals } from "deno-std/assert/equals.js";
import { chooseStrategy, type DebtorFacts, type Strategy } from "../../../shared/enforcement/strategy.ts";

const NOTHING: DebtorFacts = { employer: null, bank_account: null, home_owner: null };

const CASES: readonly [facts: Partial<DebtorFacts>, strategy: Strategy, reason: string][] = [
  [
    { employer: "Acme", bank_account: { benefits_only: false }, home_owner: true },
    "wage_garnishment",
    "the employer is known",
  ],
  [
    { employer: " ", bank_account: { benefits_only: false } },
    "bank_levy",
    "a bank account is known that holds more than benefits",
  ],
  [
    { bank_account: { benefits_only: true }, home_owner: true },
    "property_lien",
    "the debtor owns a home; the bank account holds benefits only",
  ],
  [{ home_owner: true }, "property_lien", "the debtor owns a home"],
  [
    { bank_account: { benefits_only: null } },
    "surveillance",
    "no employer, no account to levy and no home are known; whether the bank account holds benefits only is not known",
  ],
  [{}, "surveillance", "no employer, no account to levy and no home are known"],
];

for (const [facts, strategy, reason] of CASES) {
  Deno.test(`chooseStrategy() chooses ${strategy} for ${JSON.stringify(facts)}`, () => {
    assertEquals(chooseStrategy({ ...NOTHING, ...facts }), { strategy, reason });
  });
}
