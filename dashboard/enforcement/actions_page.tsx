/** Actions of all plaintiffs, newest first. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ACTION_STATES, ACTION_TYPES } from "../../shared/enforcement/actions.ts";
import type { ActionPage } from "../../shared/http/answers/enforcement.ts";
import { counted } from "../look/figures.ts";
import { Heading } from "../look/heading.tsx";
import { oneOf } from "../look/said.ts";
import { Pager } from "../look/pager.tsx";
import { Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { ActionTable, isUnderWay } from "./action_table.tsx";
import type { ActionSearch } from "./search.ts";
import { EnforcementTabs } from "./tabs.tsx";
import { plain } from "./words.ts";
import { BUSY_MS, QUIET_MS } from "../look/pace.ts";

const PAGE_SIZE = 50;

export function ActionsPage() {
  const { calls } = useDesk();
  const { page = 1, ...filter } = useSearch({ from: "/enforcement/actions" });
  const navigate = useNavigate({ from: "/enforcement/actions" });
  const change = (part: ActionSearch) =>
    void navigate({ search: (now: ActionSearch) => ({ ...now, page: undefined, ...part }), replace: true });
  const list = useQuery<ActionPage>({
    queryKey: ["actions", filter, page],
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => state.data?.actions.some(isUnderWay) ? BUSY_MS : QUIET_MS,
    queryFn: async ({ signal }) => {
      const query = { ...filter, page, page_size: PAGE_SIZE };
      return (await calls.client.call("GET /enforcement/actions", { query, signal })).body;
    },
  });
  const isFiltered = Object.values(filter).some(Boolean);
  return (
    <main>
      <Heading>Actions</Heading>
      <EnforcementTabs />
      <form className="row filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <label className="inline">
          State
          <select
            value={filter.status ?? ""}
            onChange={(event) => change({ status: oneOf(ACTION_STATES, event.target.value) })}
          >
            <option value="">all</option>
            {ACTION_STATES.map((state) => <option key={state} value={state}>{state}</option>)}
          </select>
        </label>
        <label className="inline">
          Action
          <select
            value={filter.action_type ?? ""}
            onChange={(event) => change({ action_type: oneOf(ACTION_TYPES, event.target.value) })}
          >
            <option value="">all</option>
            {ACTION_TYPES.map((type) => <option key={type} value={type}>{plain(type)}</option>)}
          </select>
        </label>
        <span role="status" className="quiet">
          {list.data && counted(list.data.total, "action", "actions")}
        </span>
      </form>
      {list.error
        ? <Trouble error={list.error} again={() => void list.refetch()} />
        : list.data === undefined
        ? <p className="quiet">Loading …</p>
        : list.data.actions.length === 0
        ? (
          <p className="notice">
            {isFiltered
              ? "No action is like that."
              : "Nothing was asked for yet. Actions are asked for at a plaintiff."}
          </p>
        )
        : <ActionTable actions={list.data.actions} withPlaintiff />}
      {list.data && list.data.total > PAGE_SIZE && (
        <Pager
          page={page}
          pages={Math.ceil(list.data.total / PAGE_SIZE)}
          go={(to) => void navigate({ search: (now: ActionSearch) => ({ ...now, page: to }) })}
        />
      )}
    </main>
  );
}
