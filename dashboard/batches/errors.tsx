/** The rejected rows of a batch: by code with cause and fix, then one by one, a page at a time. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Batch } from "../../shared/intake/record.ts";
import { ROW_CODES, type RowCode } from "../../shared/judgments/codes.ts";
import { counted, whole } from "../look/figures.ts";
import { Pager } from "../look/pager.tsx";
import { Download } from "../look/download.tsx";
import { Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";

const PAGE_SIZE = 50;

/** @param first how many are shown until somebody asks for all. */
export function BatchErrors({ batch, first }: { readonly batch: Batch; readonly first: number }) {
  const { calls, person } = useDesk();
  const [code, setCode] = useState<RowCode | "">("");
  const [page, setPage] = useState(1);
  const [isWhole, setWhole] = useState(false);
  const id = batch.batch_id;
  const path = { id };
  const described = useQuery({
    queryKey: ["batch", id, batch.updated_at],
    queryFn: async ({ signal }) =>
      (await calls.client.call("GET /intake/batches/:id", { path, signal })).body,
  });
  const listed = useQuery({
    queryKey: ["errors", id, batch.updated_at, code, page],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const query = { page, page_size: PAGE_SIZE, ...(code === "" ? {} : { code }) };
      return (await calls.client.call("GET /intake/batches/:id/errors", { path, query, signal })).body;
    },
  });
  if (batch.row_count_invalid === 0 && batch.row_count_duplicate === 0) return null;
  if (listed.error) return <Trouble error={listed.error} again={() => void listed.refetch()} />;
  const rows = listed.data?.errors ?? [];
  const total = listed.data?.total ?? 0;
  const shown = isWhole ? rows : rows.slice(0, first);
  const pages = Math.max(1, Math.ceil(total / PAGE_SIZE));
  const summary = described.data?.error_summary ?? [];
  return (
    <section aria-label="Errors">
      <div className="row">
        <h2>Errors</h2>
        <label className="inline">
          What is wrong
          <select
            value={code}
            onChange={(event) => {
              setCode(rowCodeOf(event.target.value));
              setPage(1);
            }}
          >
            <option value="">all rejects ({whole(batch.row_count_invalid)})</option>
            {summary.filter((one) => one.error_code !== "DUPLICATE_CASE_NUMBER").map((one) => (
              <option key={one.error_code} value={one.error_code}>
                {one.error_code} ({whole(one.count)})
              </option>
            ))}
            {batch.row_count_duplicate > 0 && (
              <option value="DUPLICATE_CASE_NUMBER">
                already known ({whole(batch.row_count_duplicate)})
              </option>
            )}
          </select>
        </label>
        {person.role === "operator" && batch.row_count_invalid > 0 && (
          <Download
            words="Download all (CSV)"
            name={`${batch.filename.replace(/\.[^.]*$/, "")}.errors.csv`}
            open={() =>
              calls.client.open("GET /intake/batches/:id/errors.csv", { path: { id: batch.batch_id } })}
          />
        )}
      </div>
      {code !== "" && <Cause code={code} />}
      {shown.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label="Table of errors">
          <table>
            <thead>
              <tr>
                <th scope="col" className="number">Row</th>
                <th scope="col" className="number">Line</th>
                <th scope="col">Code</th>
                <th scope="col">What is wrong</th>
                <th scope="col">Value</th>
                <th scope="col">Mended</th>
              </tr>
            </thead>
            <tbody>
              {shown.map((error) => (
                <tr key={error.id}>
                  <td className="number">{whole(error.row_number)}</td>
                  <td className="number">{error.line_number === null ? "–" : whole(error.line_number)}</td>
                  <td title={`${error.cause} ${error.fix}`}>{error.error_code}</td>
                  <td className="wide">{error.error_message ?? error.cause}</td>
                  <td className="keep">{error.raw_value ?? <span className="quiet">–</span>}</td>
                  <td>{error.resolved_at === null ? <span className="quiet">no</span> : "yes"}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <div className="row">
        {(rows.length > first || isWhole) && first < PAGE_SIZE && (
          <button
            type="button"
            aria-expanded={isWhole}
            onClick={() => setWhole(!isWhole)}
          >
            {isWhole ? `Only the first ${first}` : `Show ${counted(total, "row", "rows")}`}
          </button>
        )}
        {(isWhole || first >= PAGE_SIZE) && pages > 1 && <Pager page={page} pages={pages} go={setPage} />}
      </div>
      {listed.data?.truncated && (
        <p className="quiet">Only the first rejects are kept one by one; the counts are whole.</p>
      )}
    </section>
  );
}

/** The code of that name, or none. */
function rowCodeOf(name: string): RowCode | "" {
  return ROW_CODES.find(({ code }) => code === name)?.code ?? "";
}

/** Why rows have this code, and what to do. */
export function Cause({ code }: { readonly code: string }) {
  const entry = ROW_CODES.find((one) => one.code === code);
  return entry === undefined ? null : (
    <p className="notice">
      {entry.cause} <b>{entry.fix}</b>
    </p>
  );
}
