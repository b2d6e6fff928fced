/**
 * How a judgment is best enforced, by what is known of the debtor. Pure: facts in, strategy and reason out. What is not
 * known counts for nothing; in doubt the debtor is only watched.
 */

/** From the surest way to the last. */
export const STRATEGIES = ["wage_garnishment", "bank_levy", "property_lien", "surveillance"] as const;
export type Strategy = (typeof STRATEGIES)[number];

/** What is known of a debtor; null is not known. */
export interface DebtorFacts {
  /** Name of the employer. Blank text is not known. */
  readonly employer: string | null;
  readonly bank_account: {
    /** Nothing but benefits come in, which no levy may take. */
    readonly benefits_only: boolean | null;
  } | null;
  readonly home_owner: boolean | null;
}

/** What to do, and why, in words for the person who decides. */
export interface Choice {
  readonly strategy: Strategy;
  readonly reason: string;
}

/** The first of: employer known, bank account known not to hold benefits alone, home owner; else surveillance. */
export function chooseStrategy({ employer, bank_account, home_owner }: DebtorFacts): Choice {
  if (employer !== null && employer.trim() !== "") {
    return { strategy: "wage_garnishment", reason: "the employer is known" };
  }
  if (bank_account !== null && bank_account.benefits_only === false) {
    return { strategy: "bank_levy", reason: "a bank account is known that holds more than benefits" };
  }
  if (home_owner === true) {
    return { strategy: "property_lien", reason: `the debtor owns a home${butAccount(bank_account)}` };
  }
  return {
    strategy: "surveillance",
    reason: `no employer, no account to levy and no home are known${butAccount(bank_account)}`,
  };
}

function butAccount(account: DebtorFacts["bank_account"]): string {
  if (account === null) return "";
  return account.benefits_only === true
    ? "; the bank account holds benefits only"
    : "; whether the bank account holds benefits only is not known";
}
