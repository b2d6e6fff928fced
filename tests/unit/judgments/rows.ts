/** A good row to change one cell of, and a checker for rows in the order of FIELDS. */
import { compileRowChecker, type Field, FIELDS, mapHeader } from "../../../shared/judgments/mod.ts";

export const LATEST_DATE = "2026-11-22";

/** Checks rows whose cells stand in the order of FIELDS. */
export function checkerForAllFields(options: { compile?: boolean } = {}) {
  return compileRowChecker({ header: mapHeader(FIELDS), latestDate: LATEST_DATE, ...options });
}

/** A row that passes, with some cells replaced. */
export function goodRow(changes: Partial<Record<Field, string>> = {}): string[] {
  const cells: Record<Field, string> = {
    case_number: "2024-CV-001",
    plaintiff_name: "ABC Collections LLC",
    defendant_name: "John Doe",
    amount: "15000.00",
    judgment_date: "2024-03-15",
    filing_date: "2024-01-15",
    court: "New York Civil Court",
    county: "New York",
    state: "NY",
    defendant_address: "456 Pine St, Albany, NY",
    defendant_phone: "(718) 555-1111",
    defendant_email: "john.doe@example.com",
    source_reference: "EXPORT-1",
    ...changes,
  };
  return FIELDS.map((field) => cells[field]);
}
