/** Routes of the enforcement function. */
import * as z from "zod";
import { EvidenceFile } from "../answers/evidence.ts";
import type { Declared, FileBody } from "../declaration.ts";
import { idOf, required, text } from "../fields.ts";
import { HEALTH } from "./open.ts";

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

export const ENFORCEMENT = {
  "GET /enforcement/health": HEALTH,
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
} as const satisfies Declared<"enforcement">;
