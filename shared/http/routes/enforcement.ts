/** Routes of the enforcement function. */
import * as z from "zod";
import {
  ACTION_STATES,
  ACTION_TYPES,
  CONSENT_TYPES,
  PLAINTIFF_STATES,
  TASK_STATES,
} from "../../enforcement/actions.ts";
import {
  Action,
  ActionPage,
  Authorized,
  PlaintiffPage,
  PlaintiffRecord,
  Registered,
  Revoked,
  TaskPage,
} from "../answers/enforcement.ts";
import { EvidenceFile } from "../answers/evidence.ts";
import { RunReport } from "../answers/runs.ts";
import type { Declared, FileBody, JsonBody } from "../declaration.ts";
import {
  choice,
  filter,
  flag,
  idOf,
  optional,
  PAGING,
  REASON,
  REASON_RULE,
  required,
  text,
  wholeNumber,
} from "../fields.ts";
import { CERTIFICATE } from "./certificate.ts";
import { HEALTH } from "./open.ts";
import { ACCEPTED, WOKEN_BY } from "./workers.ts";

/** The evidence in an address. */
const EVIDENCE_ID = idOf("The file.");

/** What is said beside a file that is kept as proof. */
export const EVIDENCE_FIELDS = {
  entity_type: required(z.string().regex(/^[a-z][a-z0-9_]{0,49}$/), {
    rule: "1 to 50 of a-z, 0-9 and _, beginning with a letter",
    about: "What kind of thing it proves something of.",
    example: "plaintiff",
  }),
  entity_id: required(text(200).trim().min(1), {
    rule: "1 to 200 characters, none of them a control character",
    about: "Which one.",
    example: "7d444840-9dc0-4a1d-9d3c-4f9e5d4f3c2b",
  }),
};

const EVIDENCE = { kind: "file", fields: EVIDENCE_FIELDS, formOnly: true } as const satisfies FileBody;

/** How a file that is to be kept as proof can be refused. */
export const EVIDENCE_PROBLEMS = [
  "BAD_REQUEST",
  "REQUEST_TIMEOUT",
  "FILE_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "EMPTY_FILE",
] as const;

const SOME_ID = "7d444840-9dc0-4a1d-9d3c-4f9e5d4f3c2b";
const ANOTHER_ID = "1b4e28ba-2fa1-4d2b-9c53-0e6f7a8b9c0d";

const id = z.guid().toLowerCase();
const plaintiffId = required(id, {
  rule: "the id of a plaintiff",
  about: "For whom.",
  example: SOME_ID,
});
const ofPlaintiff = optional(id, {
  rule: "the id of a plaintiff",
  about: "Only of this plaintiff, and of whoever was merged into it.",
  example: SOME_ID,
});

// Years that Postgres and people can tell apart from a slip.
const moment = z.union([z.iso.date(), z.iso.datetime({ offset: true })]).refine((value) =>
  /^(19|2\d)\d\d-/.test(value)
);
const MOMENT_RULE = "a day (2026-12-31) or a moment with its offset (2026-12-31T17:00:00Z)";

/** What is said beside the paper of a consent. */
export const CONSENT_FIELDS = {
  plaintiff_id: plaintiffId,
  consent_type: required(z.enum(CONSENT_TYPES), {
    rule: `one of ${CONSENT_TYPES.join(", ")}`,
    about: "What is consented to.",
    example: "loa",
  }),
  version: required(text(50).trim().min(1), {
    rule: "1 to 50 characters, none of them a control character",
    about: "What the paper is called. The newest that is registered supersedes the one before.",
    example: "3",
  }),
  valid_from: optional(moment, {
    rule: MOMENT_RULE,
    about: "From when on it holds; a day from its beginning in UTC. Now, if not given.",
    example: "2026-11-27",
  }),
  valid_until: optional(moment, {
    rule: MOMENT_RULE,
    about: "Before which moment it holds; a day is included, in UTC. Without end, if not given.",
    example: "2027-11-26",
  }),
};

const CONSENT = { kind: "file", fields: CONSENT_FIELDS, formOnly: true } as const satisfies FileBody;

const why = required(REASON, {
  rule: REASON_RULE,
  about: "Why, as others will read it.",
  example: "They wrote to us on 26 November.",
});
const WHY = { kind: "json", fields: { reason: why } } as const satisfies JsonBody;
const MAY_SAY_WHY = {
  kind: "json",
  fields: {
    reason: optional(REASON, {
      rule: REASON_RULE,
      about: "Why, as others will read it.",
      example: "The debtor has paid.",
    }),
  },
} as const satisfies JsonBody;

export const ENFORCEMENT = {
  "GET /enforcement/health": HEALTH,
  "POST /enforcement/run": {
    summary: "Execute what is authorised",
    body: WOKEN_BY,
    answers: {
      200: { kind: "json", schema: RunReport, about: "To a key: what was done." },
      202: ACCEPTED,
    },
  },
  "POST /enforcement/actions": {
    summary: "Ask for an action on a judgment",
    about:
      "The database decides. Without consents that hold, the action is kept as blocked, with an open task for whoever " +
      "can put it right; asking again makes a new one.",
    body: {
      kind: "json",
      fields: {
        plaintiff_id: plaintiffId,
        judgment_id: required(wholeNumber(1, Number.MAX_SAFE_INTEGER), {
          rule: "the number of a judgment",
          about: "On which judgment; it must be the plaintiff's, or of somebody merged with it.",
          example: 4711,
        }),
        action_type: required(z.enum(ACTION_TYPES), {
          rule: `one of ${ACTION_TYPES.join(", ")}`,
          about: "What is to be done.",
          example: "garnishment",
        }),
      },
    },
    answers: {
      200: {
        kind: "json",
        schema: Authorized,
        about: "An equal action is open.",
        example: { action_id: ANOTHER_ID, status: "executing" },
      },
      202: {
        kind: "json",
        schema: Authorized,
        about: "It is authorised; the worker executes it.",
        example: { action_id: ANOTHER_ID, status: "authorized" },
      },
    },
    problems: ["NOT_FOUND", "MISSING_CONSENT"],
  },
  "GET /enforcement/actions": {
    summary: "Actions, newest first",
    query: {
      status: choice(ACTION_STATES, "Only actions in this state."),
      action_type: choice(ACTION_TYPES, "Only actions of this type."),
      plaintiff_id: ofPlaintiff,
      ...PAGING,
    },
    answers: { 200: { kind: "json", schema: ActionPage, about: "One page of them." } },
  },
  "GET /enforcement/actions/:id": {
    summary: "One action",
    path: { id: idOf("The action.") },
    answers: { 200: { kind: "json", schema: Action, about: "The action." } },
    problems: ["NOT_FOUND"],
  },
  "POST /enforcement/actions/:id/cancel": {
    summary: "Call off an action that has not been executed",
    path: { id: idOf("The action.") },
    body: MAY_SAY_WHY,
    answers: { 200: { kind: "json", schema: Action, about: "The action, cancelled." } },
    problems: ["NOT_FOUND", "WRONG_STATE"],
  },
  "POST /enforcement/consents": {
    summary: "Register a consent with the paper that proves it",
    about:
      "A form with one part `file`. It is kept as proof, and the active consent of the same type is superseded. Tasks " +
      "that it cures are closed.",
    body: CONSENT,
    answers: {
      201: {
        kind: "json",
        schema: Registered,
        about: "It is registered, and whether the plaintiff is authorised now.",
        example: {
          consent_id: ANOTHER_ID,
          evidence_file_id: EVIDENCE_ID.example,
          sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
          is_authorized: true,
        },
      },
    },
    problems: [...EVIDENCE_PROBLEMS, "NOT_FOUND"],
  },
  "POST /enforcement/consents/:id/revoke": {
    summary: "Revoke a consent",
    about: "For good: nothing is executed by it from then on. What was authorised by it is cancelled.",
    path: { id: idOf("The consent.") },
    body: WHY,
    answers: {
      200: {
        kind: "json",
        schema: Revoked,
        about: "It is revoked, and whether the plaintiff is authorised all the same.",
        example: { consent_id: ANOTHER_ID, status: "revoked", is_authorized: false },
      },
    },
    problems: ["NOT_FOUND", "WRONG_STATE"],
  },
  "GET /enforcement/plaintiffs": {
    summary: "Plaintiffs by name, and whether each is authorised now",
    about:
      "Who was merged is told by the one that stands for it. A viewer sees no names, and may not search in them.",
    query: {
      q: filter("Part of a name.", "acme"),
      status: choice(PLAINTIFF_STATES, "Only plaintiffs in this state."),
      authorized: optional(flag(), {
        rule: "true or false",
        about: "Only those that are authorised now, or that are not.",
        example: true,
      }),
      ...PAGING,
    },
    answers: { 200: { kind: "json", schema: PlaintiffPage, about: "One page of them." } },
  },
  "GET /enforcement/plaintiffs/:id": {
    summary: "One plaintiff: consents, actions, tasks, judgments",
    path: { id: idOf("The plaintiff.") },
    answers: {
      200: {
        kind: "json",
        schema: PlaintiffRecord,
        about: "All its consents; of actions, tasks and judgments the newest 50.",
      },
    },
    problems: ["NOT_FOUND"],
  },
  "POST /enforcement/plaintiffs/:id/merge": {
    summary: "Say that a plaintiff is another one",
    about: "The other stands for both from then on. Nothing is rewritten; it can be taken apart again.",
    path: { id: idOf("The plaintiff that is merged.") },
    body: {
      kind: "json",
      fields: {
        into: required(id, {
          rule: "the id of a plaintiff",
          about: "Who stands for both.",
          example: SOME_ID,
        }),
        reason: why,
      },
    },
    answers: { 200: { kind: "json", schema: PlaintiffRecord, about: "The plaintiff that was merged." } },
    problems: ["NOT_FOUND", "CONFLICT"],
  },
  "POST /enforcement/plaintiffs/:id/take-apart": {
    summary: "Take a merge back",
    path: { id: idOf("The plaintiff that was merged.") },
    body: WHY,
    answers: { 200: { kind: "json", schema: PlaintiffRecord, about: "The plaintiff by itself." } },
    problems: ["NOT_FOUND", "CONFLICT"],
  },
  "GET /enforcement/tasks": {
    summary: "What somebody has to do before enforcement can go on, newest first",
    query: {
      status: choice(TASK_STATES, "Only tasks in this state."),
      plaintiff_id: ofPlaintiff,
      ...PAGING,
    },
    answers: { 200: { kind: "json", schema: TaskPage, about: "One page of them." } },
  },
  "POST /enforcement/evidence": {
    summary: "Keep a file as proof",
    about:
      "A form with one part `file`, up to 50 MiB. It is stored, read back, hashed and registered; from then on nobody " +
      "changes or removes it.",
    body: EVIDENCE,
    answers: {
      201: {
        kind: "json",
        schema: EvidenceFile,
        about: "It is kept.",
        example: {
          evidence_file_id: EVIDENCE_ID.example,
          bucket_path: `files/${EVIDENCE_ID.example}/loa.pdf`,
          file_name: "loa.pdf",
          sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
          size_bytes: 48_211,
          mime_type: "application/pdf",
          entity_type: "plaintiff",
          entity_id: "7d444840-9dc0-4a1d-9d3c-4f9e5d4f3c2b",
          legal_hold: false,
          uploaded_by: "operator:maria@example.org",
          uploaded_at: "2026-11-27T14:00:00.000Z",
        },
      },
    },
    problems: EVIDENCE_PROBLEMS,
  },
  "GET /enforcement/evidence/:id": {
    summary: "A file that is kept as proof",
    about: "Packets hold names and addresses as they came: a viewer may not have them.",
    path: { id: EVIDENCE_ID },
    answers: {
      302: {
        kind: "empty",
        about: "To a signed address that holds for 60 s and saves under the file's own name.",
        headers: { location: "The address." },
      },
    },
    problems: ["NOT_FOUND"],
  },
  "GET /enforcement/actions/:id/certificate": {
    summary: "A signed certificate of an action, to be checked offline",
    about:
      "As that of a batch: docs/proof.md. The packet and the consents' documents stand in it by their SHA-256.",
    path: { id: idOf("The action.") },
    answers: { 200: CERTIFICATE },
    problems: ["NOT_FOUND"],
  },
} as const satisfies Declared<"enforcement">;
