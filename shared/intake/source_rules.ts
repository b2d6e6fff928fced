/** What is set for a source: how its files are read, and what of them is let in. */
import type { DialectOptions } from "../csv/mod.ts";
import type { HeaderOverrides } from "../judgments/mod.ts";

/** What a source says of its files. */
export interface SourceRules {
  readonly header_map: HeaderOverrides;
  readonly columns: readonly (string | null)[] | null;
  readonly dialect: DialectOptions;
  /** Percent of rows that may be rejected. */
  readonly error_threshold_percent: number;
  /** Row code to the percent of rows it may reject. */
  readonly code_budgets: Readonly<Record<string, number>>;
  readonly warn_percent: number | null;
  readonly requires_approval: boolean;
}

/** What a source has that nobody has set anything of. */
export const USUAL_RULES: SourceRules = {
  header_map: {},
  columns: null,
  dialect: {},
  error_threshold_percent: 10,
  code_budgets: {},
  warn_percent: null,
  requires_approval: false,
};
