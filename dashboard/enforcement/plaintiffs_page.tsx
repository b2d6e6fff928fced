/** Plaintiffs by name: who is authorised, and what the others have not given yet. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { PLAINTIFF_STATES } from "../../shared/enforcement/actions.ts";
import type { Plaintiff, PlaintiffPage } from "../../shared/http/answers/enforcement.ts";
import { counted, dollars, whole } from "../look/figures.ts";
import { Heading } from "../look/heading.tsx";
import { oneOf } from "../look/said.ts";
import { Pager } from "../look/pager.tsx";
import { Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { AUTHORIZED, type PlaintiffSearch } from "./search.ts";
import { EnforcementTabs } from "./tabs.tsx";
import { consentsIn, nameOf, plain } from "./words.ts";
import { QUIET_MS } from "../look/pace.ts";

const PAGE_SIZE = 50;

export function PlaintiffsPage() {
  const { calls, person } = useDesk();
  const { page = 1, q, status, authorized } = useSearch({ from: "/enforcement" });
  const navigate = useNavigate({ from: "/enforcement" });
  const change = (part: PlaintiffSearch) =>
    void navigate({
      search: (now: PlaintiffSearch) => ({ ...now, page: undefined, ...part }),
      replace: true,
    });
  const list = useQuery<PlaintiffPage>({
    queryKey: ["plaintiffs", q, status, authorized, page],
    placeholderData: keepPreviousData,
    refetchInterval: QUIET_MS,
    queryFn: async ({ signal }) => {
      const query = {
        q,
        status,
        authorized: authorized === undefined ? undefined : authorized === "yes",
        page,
        page_size: PAGE_SIZE,
      };
      return (await calls.client.call("GET /enforcement/plaintiffs", { query, signal })).body;
    },
  });
  return (
    <main>
      <Heading>Plaintiffs</Heading>
      <EnforcementTabs />
      <form className="row filters" role="search" onSubmit={(event) => event.preventDefault()}>
        {person.role === "operator" && (
          <label className="inline">
            Find
            <input
              type="search"
              placeholder="part of a name"
              maxLength={200}
              defaultValue={q ?? ""}
              onChange={(event) => change({ q: event.target.value || undefined })}
            />
          </label>
        )}
        <label className="inline">
          Authorised
          <select
            value={authorized ?? ""}
            onChange={(event) => change({ authorized: oneOf(AUTHORIZED, event.target.value) })}
          >
            <option value="">all</option>
            <option value="yes">yes</option>
            <option value="no">no</option>
          </select>
        </label>
        <label className="inline">
          State
          <select
            value={status ?? ""}
            onChange={(event) => change({ status: oneOf(PLAINTIFF_STATES, event.target.value) })}
          >
            <option value="">all</option>
            {PLAINTIFF_STATES.map((state) => <option key={state} value={state}>{plain(state)}</option>)}
          </select>
        </label>
        <span role="status" className="quiet">
          {list.data && counted(list.data.total, "plaintiff", "plaintiffs")}
        </span>
      </form>
      {list.error ? <Trouble error={list.error} again={() => void list.refetch()} /> : (
        <PlaintiffTable
          plaintiffs={list.data?.plaintiffs}
          isFiltered={Boolean(q ?? status ?? authorized)}
        />
      )}
      {list.data && list.data.total > PAGE_SIZE && (
        <Pager
          page={page}
          pages={Math.ceil(list.data.total / PAGE_SIZE)}
          go={(to) => void navigate({ search: (now: PlaintiffSearch) => ({ ...now, page: to }) })}
        />
      )}
    </main>
  );
}

function PlaintiffTable({ plaintiffs, isFiltered }: {
  readonly plaintiffs: readonly Plaintiff[] | undefined;
  readonly isFiltered: boolean;
}) {
  if (plaintiffs === undefined) return <p className="quiet">Loading …</p>;
  if (plaintiffs.length === 0) {
    return (
      <p className="notice">
        {isFiltered
          ? "No plaintiff is like that."
          : "Plaintiffs come with the judgments of a file. There is none yet."}
      </p>
    );
  }
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label="Table of plaintiffs">
      <table>
        <thead>
          <tr>
            <th scope="col">Plaintiff</th>
            <th scope="col">Authorised</th>
            <th scope="col">Missing</th>
            <th scope="col">State</th>
            <th scope="col" className="number">Judgments</th>
            <th scope="col" className="number">Amount</th>
          </tr>
        </thead>
        <tbody>
          {plaintiffs.map((plaintiff) => (
            <tr key={plaintiff.plaintiff_id}>
              <th scope="row" className="keep">
                <Link to="/enforcement/plaintiffs/$id" params={{ id: plaintiff.plaintiff_id }}>
                  {nameOf(plaintiff)}
                </Link>
              </th>
              <td className={plaintiff.is_authorized ? "good" : "quiet"}>
                {plaintiff.is_authorized ? "yes" : "no"}
              </td>
              <td>
                {plaintiff.missing.length === 0
                  ? <span className="quiet">–</span>
                  : consentsIn(plaintiff.missing)}
              </td>
              <td>
                {plaintiff.status === null ? <span className="warn">none</span> : plain(plaintiff.status)}
              </td>
              <td className="number">{whole(plaintiff.case_count)}</td>
              <td className="number">{dollars(plaintiff.total_judgment_amount)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
