/** Asking for an action: what each answer leads to, and what cures it. */
import { assertEquals } from "deno-std/assert/equals.js";
import {
  type AskEvent,
  type Asking,
  CHOOSING,
  missingIn,
  step,
} from "../../../dashboard/enforcement/asking.ts";
import { mergeWords, nameOf, standingOf } from "../../../dashboard/enforcement/words.ts";
import { ProblemAnswer } from "../../../shared/http/problem.ts";

const after = (...events: AskEvent[]): Asking => events.reduce(step, CHOOSING);
const ASK = { kind: "ask", type: "levy" } as const;
const BLOCKED = { kind: "blocked", missing: ["fee_agreement", "loa"] } as const;
const registered = (consent: "fee_agreement" | "loa", isAuthorized: boolean) =>
  ({ kind: "registered", consent, isAuthorized }) as const;

Deno.test("step() leads from blocked over each missing paper to cured, and asks again only when told to", () => {
  assertEquals(after(ASK, BLOCKED, registered("fee_agreement", false)), {
    at: "blocked",
    type: "levy",
    missing: ["loa"],
  });
  const cured = [ASK, BLOCKED, registered("fee_agreement", false), registered("loa", true)];
  assertEquals(after(...cured), { at: "cured", type: "levy" });
  assertEquals(after(...cured, ASK, { kind: "granted", actionId: "a" }), {
    at: "granted",
    type: "levy",
    actionId: "a",
  });
});

Deno.test("step() stays blocked when every paper is there and the plaintiff is not authorised all the same", () => {
  assertEquals(after(ASK, { kind: "blocked", missing: ["loa"] }, registered("loa", false)), {
    at: "blocked",
    type: "levy",
    missing: [],
  });
});

Deno.test("step() takes no answer to what was not asked, and goes back to the choice after a failure", () => {
  assertEquals(after({ kind: "granted", actionId: "a" }), CHOOSING);
  assertEquals(after(BLOCKED), CHOOSING);
  assertEquals(after(ASK, { kind: "failed", why: "No answer." }), { at: "choosing", why: "No answer." });
  const granted = after(ASK, { kind: "granted", actionId: "a" });
  assertEquals(step(granted, ASK), granted, "one asking, one action");
});

Deno.test("missingIn() reads what is missing of this problem alone", () => {
  const problem = (code: string, members: object = {}) =>
    ProblemAnswer.parse({
      type: "t",
      title: "t",
      status: 409,
      detail: "d",
      code,
      request_id: "r",
      ...members,
    });
  assertEquals(missingIn(problem("MISSING_CONSENT", { missing: ["loa"] })), ["loa"]);
  assertEquals(missingIn(problem("MISSING_CONSENT", { missing: [] })), []);
  assertEquals(missingIn(problem("WRONG_STATE", { missing: ["loa"] })), null);
  assertEquals(missingIn(null), null);
});

Deno.test("standingOf() says what stands in the way; nameOf() names who may not be named by the id", () => {
  const plaintiff = {
    plaintiff_id: "7d444840-9dc0-4a1d-9d3c-4f9e5d4f3c2b",
    name: null,
    firm_name: null,
    status: "active",
    merged_into: null,
    is_authorized: false,
    missing: [],
    case_count: 1,
    total_judgment_amount: 1,
    created_at: "2026-11-27T12:00:00Z",
  } as const;
  const said = (part: object) => standingOf({ ...plaintiff, missing: [], ...part });
  assertEquals(said({ is_authorized: true }), "Authorised. Both consents hold.");
  assertEquals(said({ missing: ["loa"] }), "Not authorised. Letter of authority is missing.");
  assertEquals(
    said({ missing: ["fee_agreement", "loa"], status: "inactive" }),
    "Not authorised. Fee agreement and letter of authority are missing. The plaintiff is inactive.",
  );
  assertEquals(said({ status: null }), "Not authorised. The plaintiff has no state.");
  assertEquals(said({}), "Not authorised. Somebody merged with it is inactive.");
  assertEquals(nameOf(plaintiff), "Plaintiff 7d444840");
  assertEquals(nameOf({ ...plaintiff, name: "Ann Lee" }), "Ann Lee");
});

Deno.test("mergeWords() adds up both, counts the consents of both, and lets one that is inactive stand in the way", () => {
  const plaintiff = (name: string, part: object) => ({
    plaintiff_id: name,
    name,
    firm_name: null,
    status: "active" as const,
    merged_into: null,
    is_authorized: false,
    missing: [],
    case_count: 2,
    total_judgment_amount: 1000.5,
    created_at: "2026-11-27T12:00:00Z",
    ...part,
  });
  const words = (one: object, other: object) =>
    mergeWords(plaintiff("Acme Inc", one), plaintiff("ACME Incorporated", other));
  const lacking = words({ missing: ["loa"] }, { missing: ["fee_agreement", "loa"] });
  assertEquals(lacking[0], "Acme Inc stands for both: 4 judgments, $2,001.00.");
  assertEquals(
    lacking[2],
    "The consents of both count for both; not authorised: letter of authority missing.",
  );
  assertEquals(
    words({ missing: ["loa"] }, { missing: ["fee_agreement"] })[2],
    "The consents of both count for both: authorised.",
  );
  assertEquals(
    words({}, { status: "inactive" })[2],
    "Not authorised: one of the two is inactive, or has no state.",
  );
});
