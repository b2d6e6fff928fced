/** Asking for an action on a judgment: what is missing is said, cured on the spot, and the action watched to its end. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useReducer, useRef, useState } from "react";
import { ACTION_TYPES, type ActionType } from "../../shared/enforcement/actions.ts";
import type { Action, PlaintiffRecord } from "../../shared/http/answers/enforcement.ts";
import { Refused } from "../../shared/http/refused.ts";
import { Moment, StateTag, Trouble, wordsOf } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { ActionFiles, isUnderWay } from "./action_table.tsx";
import { CHOOSING, missingIn, step } from "./asking.ts";
import { ConsentForm } from "./consent_form.tsx";
import { consentsIn, plain, reasonOf } from "./words.ts";
import { BUSY_MS } from "../look/pace.ts";

export function AskForAction({ plaintiffId, judgment, close }: {
  readonly plaintiffId: string;
  readonly judgment: PlaintiffRecord["judgments"][number];
  readonly close: () => void;
}) {
  const { calls } = useDesk();
  const queries = useQueryClient();
  const [asking, dispatch] = useReducer(step, CHOOSING);
  const [type, setType] = useState<ActionType>("demand_letter");
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const ask = async () => {
    dispatch({ kind: "ask", type });
    try {
      const { body } = await calls.client.call("POST /enforcement/actions", {
        body: { plaintiff_id: plaintiffId, judgment_id: judgment.judgment_id, action_type: type },
      });
      dispatch({ kind: "granted", actionId: body.action_id });
    } catch (error) {
      const missing = error instanceof Refused ? missingIn(error.problem) : null;
      dispatch(missing === null ? { kind: "failed", why: wordsOf(error) } : { kind: "blocked", missing });
    }
    await queries.invalidateQueries({ queryKey: ["plaintiff", plaintiffId] });
  };
  const again = <button type="button" className="main" onClick={() => void ask()}>Ask again</button>;
  return (
    <section className="panel" aria-label="Ask for an action">
      <h2 ref={heading} tabIndex={-1} className="keep">An action on {judgment.case_number}</h2>
      {(asking.at === "choosing" || asking.at === "asking") && (
        <div className="row">
          <label className="inline">
            Action
            <select
              value={type}
              disabled={asking.at === "asking"}
              onChange={(event) =>
                setType(ACTION_TYPES.find((one) => one === event.target.value) ?? "demand_letter")}
            >
              {ACTION_TYPES.map((one) => <option key={one} value={one}>{plain(one)}</option>)}
            </select>
          </label>
          <button type="button" className="main" disabled={asking.at === "asking"} onClick={() => void ask()}>
            {asking.at === "asking" ? "Asking …" : "Ask"}
          </button>
        </div>
      )}
      <div role="status">{saidOf()}</div>
      {asking.at === "blocked" && asking.missing[0] !== undefined && (
        <ConsentForm
          key={asking.missing[0]}
          plaintiffId={plaintiffId}
          types={asking.missing.slice(0, 1)}
          done={(consent, isAuthorized) => dispatch({ kind: "registered", consent, isAuthorized })}
        />
      )}
      {asking.at === "blocked" && asking.missing.length === 0 && again}
      {asking.at === "cured" && again}
      {asking.at === "granted" && <Watched id={asking.actionId} plaintiffId={plaintiffId} />}
      <div className="row">
        <button type="button" onClick={close}>Close</button>
      </div>
    </section>
  );

  function saidOf(): ReactNode {
    switch (asking.at) {
      case "choosing":
        return asking.why === null ? null : <p className="bad">{asking.why}</p>;
      case "asking":
        return null;
      case "blocked":
        return (
          <p className="say say-partial">
            Blocked. {asking.missing.length === 0
              ? "The plaintiff, or somebody merged with it, is inactive. Nothing can be asked for until that changes."
              : `The ${consentsIn(asking.missing)} ${
                asking.missing.length === 1 ? "is" : "are"
              } missing. A task is open.`}
          </p>
        );
      case "cured":
        return (
          <p className="say say-success">
            Everything is there now, and the task is closed. What was blocked stays blocked: ask again.
          </p>
        );
      case "granted":
        return (
          <p className="say say-success">Authorised: the {plain(asking.type)} is carried out by itself.</p>
        );
    }
  }
}

/** The action, from authorised to its end. */
function Watched({ id, plaintiffId }: { readonly id: string; readonly plaintiffId: string }) {
  const { calls } = useDesk();
  const queries = useQueryClient();
  const found = useQuery<Action>({
    queryKey: ["action", id],
    refetchInterval: ({ state }) => state.data !== undefined && !isUnderWay(state.data) ? false : BUSY_MS,
    queryFn: async ({ signal }) =>
      (await calls.client.call("GET /enforcement/actions/:id", { path: { id }, signal })).body,
  });
  const status = found.data?.status;
  useEffect(() => {
    if (status !== undefined) void queries.invalidateQueries({ queryKey: ["plaintiff", plaintiffId] });
  }, [status, queries, plaintiffId]);
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />;
  if (found.data === undefined) return <p className="quiet">Loading …</p>;
  const action = found.data;
  return (
    <div className="row" role="status">
      <StateTag status={action.status} />
      {action.executed_at !== null && (
        <span className="quiet">
          executed <Moment at={action.executed_at} />
        </span>
      )}
      {action.reason !== null && <span className="keep">{reasonOf(action.reason)}</span>}
      {!isUnderWay(action) && <ActionFiles action={action} />}
    </div>
  );
}
