/** What somebody has to do before enforcement can go on, newest first. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { TASK_STATES } from "../../shared/enforcement/actions.ts";
import type { TaskPage } from "../../shared/http/answers/enforcement.ts";
import { counted } from "../look/figures.ts";
import { Heading } from "../look/heading.tsx";
import { oneOf } from "../look/said.ts";
import { Pager } from "../look/pager.tsx";
import { Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import type { TaskSearch } from "./search.ts";
import { EnforcementTabs } from "./tabs.tsx";
import { TaskTable } from "./task_table.tsx";
import { QUIET_MS } from "../look/pace.ts";

const PAGE_SIZE = 50;

export function TasksPage() {
  const { calls } = useDesk();
  const { page = 1, status } = useSearch({ from: "/enforcement/tasks" });
  const navigate = useNavigate({ from: "/enforcement/tasks" });
  const list = useQuery<TaskPage>({
    queryKey: ["tasks", status, page],
    placeholderData: keepPreviousData,
    refetchInterval: QUIET_MS,
    queryFn: async ({ signal }) => {
      const query = { status, page, page_size: PAGE_SIZE };
      return (await calls.client.call("GET /enforcement/tasks", { query, signal })).body;
    },
  });
  return (
    <main>
      <Heading>Tasks</Heading>
      <EnforcementTabs />
      <form className="row filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <label className="inline">
          State
          <select
            value={status ?? ""}
            onChange={(event) => {
              const wanted = oneOf(TASK_STATES, event.target.value);
              void navigate({ search: { status: wanted }, replace: true });
            }}
          >
            <option value="">all</option>
            {TASK_STATES.map((state) => <option key={state} value={state}>{state}</option>)}
          </select>
        </label>
        <span role="status" className="quiet">{list.data && counted(list.data.total, "task", "tasks")}</span>
      </form>
      {list.error
        ? <Trouble error={list.error} again={() => void list.refetch()} />
        : list.data === undefined
        ? <p className="quiet">Loading …</p>
        : list.data.tasks.length === 0
        ? (
          <p className="notice">
            {status === undefined
              ? "Nothing has to be done. A task comes when an action is blocked, and closes by itself when that is cured."
              : "No task is like that."}
          </p>
        )
        : <TaskTable tasks={list.data.tasks} withPlaintiff />}
      {list.data && list.data.total > PAGE_SIZE && (
        <Pager
          page={page}
          pages={Math.ceil(list.data.total / PAGE_SIZE)}
          go={(to) => void navigate({ search: (now: TaskSearch) => ({ ...now, page: to }) })}
        />
      )}
    </main>
  );
}
