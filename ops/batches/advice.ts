/** What to do about a batch that was not taken, by how its reason begins. Playbook, scenario D. */

/** Beginnings of `rejection_reason`, as CONTRACT and database have them, and the next step. */
const ADVICE: readonly (readonly [beginning: string, advice: string])[] = [
  [
    "Error budget exceeded",
    "Correct the rejected rows and replay them. If the data is acceptable as it is: retry with a higher --threshold.",
  ],
  [
    "Missing required fields",
    "The file lacks these columns, or calls them otherwise: compare its first line, ask the vendor, or teach the source its words (header_map).",
  ],
  ["Parse error", "The file is no table that can be read: have it exported again, as CSV in UTF-8."],
  [
    "Second table",
    "Split it: each table into a file of its own, with its header. If what was not read may be left out: retry with a higher --threshold.",
  ],
  ["Empty file", "Have it exported again, and look at its size before it is sent."],
  ["File too large", "Split it, each part with the header line."],
  ["Unsupported file type", "Have it exported as CSV; spreadsheets and archives are not opened."],
  ["File missing in storage", "Send the file again."],
  ["File changed in storage", "Somebody replaced the file while it was read: retry."],
  ["Upload never arrived", "The upload was announced and not finished: send the file again."],
  ["Gave up", "The system failed, not the file: see why with ops logs worker, then retry."],
  ["Duplicate file_hash", "Nothing: these very bytes came in before."],
  ["Aborted by operator", "Nothing, unless the reason has gone: then retry."],
  ["Refused by operator", "Nothing, unless the reason has gone: then retry."],
  ["Undone by operator", "Nothing, unless the reason has gone: then retry."],
];

/** The next step for a reason; null when there is none to give. */
export function adviceOn(reason: string): string | null {
  return ADVICE.find(([beginning]) => reason.startsWith(beginning))?.[1] ?? null;
}
