/** What a person says of a file's columns, before it is saved. Pure. */
import type { Forecast } from "../../../shared/intake/forecast.ts";
import type { Column } from "../../../shared/intake/column_looks.ts";
import type { HeaderDrift } from "../../../shared/intake/header_drift.ts";
import { headerMapFor } from "../../../shared/intake/column_settings.ts";
import { type Preview, previewOf } from "../../../shared/intake/preview.ts";
import { suggestColumns, type Suggestion } from "../../../shared/intake/suggest_columns.ts";
import {
  type Field,
  type HeaderOverrides,
  mapHeader,
  REQUIRED_FIELDS,
} from "../../../shared/judgments/mod.ts";

/** By column: its field; null for one that is not read. */
export type Choice = readonly (Field | null)[];

/** The columns of a file that was checked, with what stands in them. */
export function columnsOf({ header, has_header, fields, first_rows }: Forecast): Column[] {
  return fields.map((_, at) => ({
    name: has_header ? header[at] ?? "" : null,
    values: first_rows.map((cells) => cells[at] ?? ""),
  }));
}

/** What each column is likely to be, to begin with. */
export function firstChoice(file: Forecast, drift: HeaderDrift | null, latestDate: string): Suggestion[] {
  const before = file.fields.map((_, at) =>
    drift?.renamed.find(({ column }) => column === at)?.field ?? null
  );
  return suggestColumns(columnsOf(file), { known: file.fields, before, latestDate });
}

/** Gives a column a field; another column that had it is not read then: a field stands in one place. */
export function choose(choice: Choice, column: number, field: Field | null): Choice {
  return choice.map((held, at) => at === column ? field : held !== null && held === field ? null : held);
}

/** Settings of a source that are to be saved. */
export type ColumnSettings =
  | { readonly header_map: Record<string, Field | null> }
  | { readonly columns: (Field | null)[] };

/** What would be saved, and how the first rows fare by it. */
export interface Outcome {
  readonly settings: ColumnSettings;
  /** Required fields no column is. */
  readonly missing: readonly Field[];
  /** The filing date would be used as the judgment date. */
  readonly standsIn: boolean;
  readonly preview: Preview;
}

/** What a choice leads to, by the rules a batch is read by. overrides: what the source's header map says today. */
export function outcomeOf(
  file: Forecast,
  choice: Choice,
  overrides: HeaderOverrides,
  latestDate: string,
): Outcome {
  const map = file.has_header ? headerMapFor(file.header, choice, overrides) : null;
  const settings = map === null ? { columns: [...choice] } : { header_map: map };
  const header = map === null ? mapHeader(choice.map((field) => field ?? "")) : mapHeader(file.header, map);
  return {
    settings,
    missing: REQUIRED_FIELDS.filter((field) => header.missing.includes(field)),
    standsIn: header.filingDateAsJudgmentDate,
    preview: previewOf(file.first_rows, header, latestDate),
  };
}
