/** Rejected rows of a file that was only checked: the first five, then all, filtered by what is wrong. */
import { useState } from "react";
import type { Forecast } from "../../shared/intake/forecast.ts";
import { counted, whole } from "../look/figures.ts";

const FIRST = 5;

export function ForecastRejects({ forecast }: { readonly forecast: Forecast }) {
  const [code, setCode] = useState("");
  const [isWhole, setWhole] = useState(false);
  const fitting = forecast.rejects.filter((reject) => code === "" || reject.error_code === code);
  const shown = isWhole ? fitting : fitting.slice(0, FIRST);
  if (forecast.rejects.length === 0) return null;
  return (
    <section aria-label="Rejected rows">
      <div className="row">
        <h3>Rows that will be rejected</h3>
        <label className="inline">
          What is wrong
          <select value={code} onChange={(event) => setCode(event.target.value)}>
            <option value="">all ({whole(forecast.invalid)})</option>
            {forecast.codes.map((one) => (
              <option key={one.code} value={one.code}>{one.code} ({whole(one.count)})</option>
            ))}
          </select>
        </label>
      </div>
      <div className="scroll" tabIndex={0} role="region" aria-label="Table of rejected rows">
        <table>
          <thead>
            <tr>
              <th scope="col" className="number">Row</th>
              <th scope="col" className="number">Line</th>
              <th scope="col">Code</th>
              <th scope="col">What is wrong</th>
              <th scope="col">Value</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((reject) => (
              <tr key={reject.row_index}>
                <td className="number">{whole(reject.row_index + 1)}</td>
                <td className="number">{whole(reject.line_number)}</td>
                <td>{reject.error_code}</td>
                <td className="wide">{reject.error_message}</td>
                <td className="keep">{reject.raw_value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {fitting.length > FIRST && (
        <button
          type="button"
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? `Only the first ${FIRST}` : `Show ${counted(fitting.length, "row", "rows")}`}
        </button>
      )}
      {forecast.rejects.length < forecast.invalid && (
        <p className="quiet">
          The first {whole(forecast.rejects.length)} of {whole(forecast.invalid)}{" "}
          are listed here; all of them are once the file has been sent.
        </p>
      )}
    </section>
  );
}
