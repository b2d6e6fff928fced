/** All batches, newest first; what is looked for stands in the address, so that it can be sent to somebody. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { BATCH_STATES, hasEnded } from "../../shared/intake/states.ts";
import type { Batch, BatchPage } from "../../shared/intake/record.ts";
import { counted, percent, whole } from "../look/figures.ts";
import { Heading } from "../look/heading.tsx";
import { oneOf } from "../look/said.ts";
import { Pager } from "../look/pager.tsx";
import { Moment, StateTag, Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import type { ListSearch } from "./list_search.ts";
import { BUSY_MS, QUIET_MS } from "../look/pace.ts";

const PAGE_SIZE = 50;

export function BatchesPage() {
  const { calls } = useDesk();
  const search = useSearch({ from: "/batches" });
  const navigate = useNavigate({ from: "/batches" });
  const change = (part: ListSearch) =>
    void navigate({
      search: (now: ListSearch) => blankless({ ...now, page: undefined, ...part }),
      replace: true,
    });
  const { page = 1, ...filter } = search;
  const list = useQuery<BatchPage>({
    queryKey: ["batches", filter, page],
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => state.data?.batches.some(isRunning) ? BUSY_MS : QUIET_MS,
    queryFn: async ({ signal }) => {
      const query = { ...filter, page, page_size: PAGE_SIZE };
      return (await calls.client.call("GET /intake/batches", { query, signal })).body;
    },
  });
  return (
    <main>
      <Heading>Batches</Heading>
      <form className="row filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <label className="inline">
          Find
          <input
            type="search"
            placeholder="file name, id or hash"
            defaultValue={search.q ?? ""}
            onChange={(event) => change({ q: event.target.value })}
          />
        </label>
        <label className="inline">
          State
          <select
            value={search.status ?? ""}
            onChange={(event) => change({ status: oneOf(BATCH_STATES, event.target.value) })}
          >
            <option value="">all</option>
            {BATCH_STATES.map((state) => (
              <option key={state} value={state}>{state.replaceAll("_", " ")}</option>
            ))}
          </select>
        </label>
        <label className="inline">
          Source
          <input
            defaultValue={search.source ?? ""}
            placeholder="all"
            onChange={(event) => change({ source: event.target.value })}
          />
        </label>
        <span role="status" className="quiet">
          {list.data && counted(list.data.total, "batch", "batches")}
        </span>
      </form>
      {list.error && <Trouble error={list.error} again={() => void list.refetch()} />}
      {(list.data !== undefined || list.error === null) && (
        <BatchTable batches={list.data?.batches} isFiltered={Object.values(filter).some(Boolean)} />
      )}
      {list.data && list.data.total > PAGE_SIZE && (
        <Pager
          page={page}
          pages={Math.ceil(list.data.total / PAGE_SIZE)}
          go={(to) => void navigate({ search: (now: ListSearch) => ({ ...now, page: to }) })}
        />
      )}
    </main>
  );
}

function BatchTable({ batches, isFiltered }: {
  readonly batches: readonly Batch[] | undefined;
  readonly isFiltered: boolean;
}) {
  if (batches === undefined) return <p className="quiet">Loading …</p>;
  if (batches.length === 0) {
    return (
      <p className="notice">
        {isFiltered ? "No batch is like that." : (
          <>
            Nothing has come in yet. <Link to="/">Send the first file</Link>.
          </>
        )}
      </p>
    );
  }
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Table of batches">
      <table className="batches">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">State</th>
            <th scope="col" className="number">Rows</th>
            <th scope="col" className="number">Ingested</th>
            <th scope="col" className="number">Errors</th>
            <th scope="col" className="number">Known</th>
            <th scope="col">Source</th>
            <th scope="col">Came in</th>
          </tr>
        </thead>
        <tbody>
          {batches.map((batch) => (
            <tr key={batch.batch_id}>
              <th scope="row" className="keep">
                <Link to="/batches/$id" params={{ id: batch.batch_id }} search={{}}>{batch.filename}</Link>
              </th>
              <td>
                <StateTag status={batch.status} />
              </td>
              <td className="number">{whole(batch.row_count_total)}</td>
              <td className="number">{whole(batch.row_count_inserted)}</td>
              <td className={`number ${batch.row_count_invalid > 0 ? "bad" : "quiet"}`}>
                {whole(batch.row_count_invalid)}{" "}
                {batch.row_count_invalid > 0 && (
                  <span className="quiet share">
                    {percent(batch.row_count_invalid, batch.row_count_total)}
                  </span>
                )}
              </td>
              <td className="number quiet">{whole(batch.row_count_duplicate)}</td>
              <td className="keep">{batch.source}</td>
              <td>
                <Moment at={batch.created_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Whether something will happen to it by itself. */
export function isRunning({ status }: Batch): boolean {
  return !hasEnded(status) && status !== "awaiting_approval";
}

/** What is blank is not said. */
function blankless(search: ListSearch): ListSearch {
  return {
    status: search.status || undefined,
    source: search.source || undefined,
    q: search.q || undefined,
    page: search.page,
  };
}
