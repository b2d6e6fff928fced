/** Which column is what: the file's columns with what stands in them beside our fields. Saved for the source. */
import { useId, useMemo, useState } from "react";
import type { Forecast } from "../../../shared/intake/forecast.ts";
import type { HeaderDrift } from "../../../shared/intake/header_drift.ts";
import { canBeNamed } from "../../../shared/intake/column_settings.ts";
import type { Suggestion } from "../../../shared/intake/suggest_columns.ts";
import { type Field, FIELDS, type HeaderOverrides, REQUIRED_FIELDS } from "../../../shared/judgments/mod.ts";
import { latestDateAnywhere } from "../../../shared/judgments/mod.ts";
import { counted, whole } from "../../look/figures.ts";
import { wordsOf } from "../../look/pieces.tsx";
import { choose, type ColumnSettings, columnsOf, firstChoice, outcomeOf } from "./choice.ts";

/** Cells of a column that are shown: enough to know it by. */
const SAMPLES = 3;

/** Our fields, as people call them. */
const FIELD_WORDS: Readonly<Record<Field, string>> = {
  case_number: "Case number",
  plaintiff_name: "Plaintiff",
  defendant_name: "Defendant",
  amount: "Amount",
  judgment_date: "Judgment date",
  filing_date: "Filing date",
  court: "Court",
  county: "County",
  state: "State",
  defendant_address: "Defendant's address",
  defendant_phone: "Defendant's phone",
  defendant_email: "Defendant's e-mail",
  source_reference: "Your own reference",
};

const WHY_WORDS: Readonly<Record<NonNullable<Suggestion["why"]>, string>> = {
  known: "known name",
  before: "took the place of this in the last file",
  name: "by its name",
  values: "by what stands in it",
};

export default function Mapping({ file, source, overrides, drift, save, close }: {
  readonly file: Forecast;
  readonly source: string;
  /** What the source's header map says today. */
  readonly overrides: HeaderOverrides;
  readonly drift: HeaderDrift | null;
  /** Saves, and has the file checked again. What it throws is shown. */
  readonly save: (settings: ColumnSettings, source: string) => Promise<void>;
  readonly close: () => void;
}) {
  const latestDate = useMemo(() => latestDateAnywhere(new Date()), []);
  const columns = useMemo(() => columnsOf(file), [file]);
  const suggestions = useMemo(() => firstChoice(file, drift, latestDate), [file, drift, latestDate]);
  const [choice, setChoice] = useState(() => suggestions.map(({ field }) => field));
  const [name, setName] = useState(source);
  const [why, setWhy] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const heading = useId();
  const outcome = useMemo(() => outcomeOf(file, choice, overrides, latestDate), [
    file,
    choice,
    overrides,
    latestDate,
  ]);
  const { missing, standsIn, preview } = outcome;
  const submit = async () => {
    setBusy(true);
    setWhy(null);
    try {
      await save(outcome.settings, name);
    } catch (error) {
      setWhy(wordsOf(error));
      setBusy(false);
    }
  };
  return (
    <form
      className="mapping"
      aria-labelledby={heading}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <h3 id={heading}>Which column is what?</h3>
      <p className="quiet">
        {file.has_header
          ? "Say it once: files of this source with these names are understood from now on."
          : "This file has no line with names. Say it once: files of this source without one are read in this order from now on."}
      </p>
      <div className="scroll" tabIndex={0} role="region" aria-label="Table of columns">
        <table>
          <thead>
            <tr>
              <th scope="col">Column of the file</th>
              <th scope="col">What stands in it</th>
              <th scope="col">Is our</th>
              <th scope="col">Suggested</th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column, at) => {
              const label = column.name?.trim() || `Column ${at + 1}`;
              const isFixed = file.has_header && !canBeNamed(file.header, at);
              const suggestion = suggestions[at];
              const samples = column.values.filter((value) => value.trim() !== "").slice(0, SAMPLES);
              return (
                <tr key={at}>
                  <th scope="row" className="keep">{label}</th>
                  <td className="keep wide">
                    {samples.length === 0
                      ? <span className="quiet">empty</span>
                      : samples.map((value, n) => <div key={n} className="sample">{value}</div>)}
                  </td>
                  <td>
                    <select
                      aria-label={`Field of ${label}`}
                      value={choice[at] ?? ""}
                      disabled={isFixed}
                      onChange={(event) => setChoice([...choose(choice, at, fieldOf(event.target.value))])}
                    >
                      <option value="">not read</option>
                      {FIELDS.map((field) => (
                        <option key={field} value={field}>
                          {FIELD_WORDS[field]}
                          {isRequired(field) ? " *" : ""}
                        </option>
                      ))}
                    </select>
                  </td>
                  <td className="quiet">
                    {isFixed
                      ? "it has no name of its own"
                      : suggestion?.why != null && suggestion.field === choice[at]
                      ? WHY_WORDS[suggestion.why]
                      : ""}
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <p role="status" aria-live="polite" className={missing.length > 0 ? "bad" : ""}>
        {missing.length > 0
          ? `Still missing: ${
            missing.map((field) => FIELD_WORDS[field]).join(", ")
          }. Every judgment needs them.`
          : `Of the first ${counted(preview.rows, "row", "rows")} ${whole(preview.good)} ${
            preview.good === 1 ? "is" : "are"
          } good this way.${preview.trouble === null ? "" : ` First trouble: ${preview.trouble}`}`}
        {standsIn && " No column is the judgment date: the filing date will be used for it."}
      </p>
      <div className="row">
        <label className="inline">
          For the source
          <input
            value={name}
            required
            spellCheck={false}
            pattern="[a-z0-9][a-z0-9_\-]{0,62}"
            title="1 to 63 of a-z, 0-9, _ and -, and begins with none of the last two"
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <button type="submit" className="main" disabled={busy || missing.length > 0}>
          {busy ? "Saving …" : "Save and check again"}
        </button>
        <button type="button" onClick={close}>Leave it</button>
      </div>
      <p role="alert" className="bad">{why}</p>
    </form>
  );
}

function isRequired(field: Field): boolean {
  return REQUIRED_FIELDS.some((required) => required === field);
}

function fieldOf(name: string): Field | null {
  return FIELDS.find((field) => field === name) ?? null;
}
