/** What to do about a batch that was not taken, by the code of its reason. Playbook, scenario D. */
import type { RejectionCode } from "../../shared/intake/rejection_codes.ts";

/** A code in a few words, and the next step. */
interface Advice {
  readonly reason: string;
  readonly next: string;
}

const UNLESS_GONE = "Nothing, unless the reason has gone: then retry.";

/** Every code of a reason. */
export const ADVICE: Readonly<Record<RejectionCode, Advice>> = {
  UPLOAD_MISSING: {
    reason: "Upload never arrived",
    next: "The upload was announced and not finished: send the file again.",
  },
  UPLOAD_DIFFERS: {
    reason: "Upload differs from what was announced",
    next: "Announce the file anew, with its own size and hash, and send it again.",
  },
  FILE_MISSING: { reason: "File missing in storage", next: "Send the file again." },
  FILE_CHANGED: {
    reason: "File changed in storage",
    next: "Somebody replaced the file while it was read: retry.",
  },
  FILE_TOO_LARGE: { reason: "File too large", next: "Split it, each part with the header line." },
  UNSUPPORTED_TYPE: {
    reason: "Unsupported file type",
    next: "Have it exported as CSV; spreadsheets and archives are not opened.",
  },
  EMPTY_FILE: {
    reason: "Empty file",
    next: "Have it exported again, and look at its size before it is sent.",
  },
  PARSE_ERROR: {
    reason: "Parse error",
    next: "The file is no table that can be read: have it exported again, as CSV in UTF-8.",
  },
  TOO_COSTLY: {
    reason: "Too costly to read",
    next:
      "Look at the file near the line that is named: quotes are opened and never closed. Have it exported again.",
  },
  MISSING_FIELDS: {
    reason: "Missing required fields",
    next:
      "The file lacks these columns, or calls them otherwise: compare its first line, ask the vendor, or teach the source its words (header_map).",
  },
  SECOND_TABLE: {
    reason: "Second table",
    next:
      "Split it: each table into a file of its own, with its header. If what was not read may be left out: retry with a higher --threshold.",
  },
  ERROR_BUDGET_EXCEEDED: {
    reason: "Error budget exceeded",
    next:
      "Correct the rejected rows and replay them. If the data is acceptable as it is: retry with a higher --threshold.",
  },
  ABORTED: { reason: "Aborted by operator", next: UNLESS_GONE },
  REFUSED: { reason: "Refused by operator", next: UNLESS_GONE },
  UNDONE: { reason: "Undone by operator", next: UNLESS_GONE },
  GAVE_UP: {
    reason: "Gave up",
    next: "The system failed, not the file: see why with ops logs worker, then retry.",
  },
  DUPLICATE: { reason: "Duplicate file_hash", next: "Nothing: these very bytes came in before." },
  ENDED_BY_OPERATOR: {
    reason: "Ended by operator",
    next: "An operator ended the batch of these bytes: only an operator starts it again, with retry.",
  },
};
