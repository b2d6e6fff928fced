/** What is said of plaintiffs, consents and actions. Pure. */
import type { ConsentType } from "../../shared/enforcement/actions.ts";
import { counted, dollars } from "../look/figures.ts";
import type { Plaintiff } from "../../shared/http/answers/enforcement.ts";

/** What consents are called. */
export const CONSENT_WORDS: Readonly<Record<ConsentType, string>> = {
  fee_agreement: "fee agreement",
  loa: "letter of authority",
};

/** `fee agreement and letter of authority` */
export function consentsIn(types: readonly ConsentType[]): string {
  return types.map((type) => CONSENT_WORDS[type]).join(" and ");
}

/** What a plaintiff is called; a viewer is not told its name. */
export function nameOf({ plaintiff_id: id, ...called }: {
  readonly plaintiff_id: string;
  readonly name?: string | null;
  readonly plaintiff_name?: string | null;
}): string {
  return called.name ?? called.plaintiff_name ?? `Plaintiff ${id.slice(0, 8)}`;
}

/** Whether enforcement may go on for it, and what stands in the way. */
export function standingOf({ is_authorized, missing, status }: Plaintiff): string {
  if (is_authorized) return "Authorised. Both consents hold.";
  const lacks = missing.length === 0 ? [] : [
    `${sentence(consentsIn(missing))} ${missing.length === 1 ? "is" : "are"} missing.`,
  ];
  const isAway = status === null
    ? ["The plaintiff has no state."]
    : status === "inactive"
    ? ["The plaintiff is inactive."]
    : [];
  const reasons = [...lacks, ...isAway];
  // Nothing of its own stands in the way: then it is somebody it was merged with.
  return `Not authorised. ${
    reasons.length === 0 ? "Somebody merged with it is inactive." : reasons.join(" ")
  }`;
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What merging one plaintiff into another does, a sentence each. */
export function mergeWords(standing: Plaintiff, merged: Plaintiff): string[] {
  const cases = standing.case_count + merged.case_count;
  const amount = standing.total_judgment_amount + merged.total_judgment_amount;
  const missing = standing.missing.filter((type) => merged.missing.includes(type)); // consents of both count for both
  const isHeld = [standing, merged].some(({ status }) => status === null || status === "inactive");
  const isAuthorized = missing.length === 0 && !isHeld;
  return [
    `${nameOf(standing)} stands for both: ${counted(cases, "judgment", "judgments")}, ${dollars(amount)}.`,
    `${
      nameOf(merged)
    } leaves the list. Its judgments keep the name they came with, and new ones of that name count for ${
      nameOf(standing)
    } too.`,
    isAuthorized
      ? "The consents of both count for both: authorised."
      : isHeld
      ? "Not authorised: one of the two is inactive, or has no state."
      : `The consents of both count for both; not authorised: ${consentsIn(missing)} missing.`,
    "It can be taken apart again; what was executed meanwhile stays.",
  ];
}

/** Reasons that the gate itself gives. */
const REASONS: Readonly<Record<string, string>> = {
  missing_consent: "consent was missing",
  plaintiff_inactive: "the plaintiff was inactive",
  wrong_judgment: "the judgment was another plaintiff's",
  consent_revoked: "consent was revoked",
  consent_expired: "consent had ended",
  judgment_gone: "the judgment is gone",
};

/** Why an action is blocked, cancelled or failed; what a person wrote is said as it is. */
export function reasonOf(reason: string | null): string | null {
  return reason === null ? null : REASONS[reason] ?? reason;
}

/** `income_execution` → `income execution` */
export function plain(name: string): string {
  return name.replaceAll("_", " ");
}
