/**
 * The files that proofs send through the pipeline. Everything in them is called `dragonfly-proof…`, so that whoever
 * meets it knows what it is, and so that it can be found and taken out again. Pure.
 */

/** How names of proof files begin: of these, and of nothing else, the proofs tidy up. */
export const PROOF_FILES = "dragonfly-proof-intake-";
/** How case numbers in them begin, as they are stored. */
export const PROOF_CASES = "DRAGONFLY-PROOF-";
/** How the plaintiffs in them are called, as their names are compared. */
export const PROOF_PLAINTIFFS = "dragonfly-proof intake ";

/** Rows of the good file. */
export const GOOD_ROWS = 30;
/** Rows of the bad file, half of them without an amount: over every budget below 50 %. */
export const BAD_ROWS = 12;

/** A file to send. */
export interface ProofFile {
  readonly filename: string;
  readonly text: string;
}

/** @param run makes the bytes new: letters and digits. */
export function goodFile(run: string): ProofFile {
  return { filename: `${PROOF_FILES}${run}-good.csv`, text: fileText(run, "G", GOOD_ROWS, () => "1,234.50") };
}

/** Half of its rows have no amount that can be read. @param run as goodFile. */
export function badFile(run: string): ProofFile {
  return {
    filename: `${PROOF_FILES}${run}-bad.csv`,
    text: fileText(run, "B", BAD_ROWS, (row) => row % 2 === 0 ? "a lot" : "1,234.50"),
  };
}

function fileText(run: string, mark: string, count: number, amount: (row: number) => string): string {
  const rows = Array.from({ length: count }, (_, at) => {
    const number = `${PROOF_CASES}${run.toUpperCase()}-${mark}${at + 1}`;
    return `${number},${PROOF_PLAINTIFFS}${run},dragonfly-proof defendant,"${amount(at)}",2024-01-31`;
  });
  return ["case_number,plaintiff_name,defendant_name,amount,judgment_date", ...rows, ""].join("\n");
}
