/** Actions in a table: how each ended and why, its packet and certificate, and calling it off. */
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { CANCELLABLE } from "../../shared/enforcement/actions.ts";
import type { Action } from "../../shared/http/answers/enforcement.ts";
import { Download } from "../look/download.tsx";
import { Moment, Question, StateTag } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { nameOf, plain, reasonOf } from "./words.ts";

/** Whether something will happen to it by itself. */
export function isUnderWay({ status }: Action): boolean {
  return CANCELLABLE.some((state) => state === status);
}

export function ActionTable({ actions, withPlaintiff = false }: {
  readonly actions: readonly Action[];
  readonly withPlaintiff?: boolean;
}) {
  const { calls, person } = useDesk();
  const queries = useQueryClient();
  const [ending, setEnding] = useState<Action | null>(null);
  return (
    <>
      <div className="scroll" tabIndex={0} role="region" aria-label="Table of actions">
        <table>
          <thead>
            <tr>
              <th scope="col">Action</th>
              {withPlaintiff && <th scope="col">Plaintiff</th>}
              <th scope="col">Case</th>
              <th scope="col">State</th>
              <th scope="col">Why</th>
              <th scope="col">Asked</th>
              <th scope="col">By</th>
              <th scope="col">Proof</th>
            </tr>
          </thead>
          <tbody>
            {actions.map((action) => (
              <tr key={action.action_id}>
                <th scope="row">{plain(action.action_type)}</th>
                {withPlaintiff && (
                  <td className="keep">
                    <Link to="/enforcement/plaintiffs/$id" params={{ id: action.plaintiff_id }}>
                      {nameOf(action)}
                    </Link>
                  </td>
                )}
                <td className="keep">{action.case_number ?? <span className="quiet">gone</span>}</td>
                <td>
                  <StateTag status={action.status} />
                </td>
                <td className="keep">{reasonOf(action.reason) ?? <span className="quiet">–</span>}</td>
                <td>
                  <Moment at={action.requested_at} />
                </td>
                <td className="keep">{action.requested_by ?? <span className="quiet">–</span>}</td>
                <td>
                  <span className="buttons">
                    <ActionFiles action={action} />
                    {isUnderWay(action) && person.role === "operator" && (
                      <button
                        type="button"
                        className="harm"
                        onClick={() => setEnding(action)}
                      >
                        Call off<span className="unseen">{` ${aboutOf(action)}`}</span>
                      </button>
                    )}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {ending !== null && (
        <Question
          title={`Call off the ${plain(ending.action_type)}?`}
          verb="Call off"
          harmful
          asked={{ kind: "reason" }}
          close={() => setEnding(null)}
          act={async (reason) => {
            const path = { id: ending.action_id };
            await calls.client.call("POST /enforcement/actions/:id/cancel", { path, body: { reason } });
            await queries.invalidateQueries();
          }}
        >
          <p>It is not executed. Another one can be asked for any time.</p>
        </Question>
      )}
    </>
  );
}

function aboutOf({ action_type, case_number }: Action): string {
  return `of the ${plain(action_type)} on ${case_number ?? "a judgment that is gone"}`;
}

/** What there is of an action to take away. Packets hold names and addresses: a viewer is not offered them. */
export function ActionFiles({ action }: { readonly action: Action }) {
  const { calls: { client }, person } = useDesk();
  const { action_id, evidence_file_id } = action;
  return (
    <>
      {evidence_file_id !== null && person.role === "operator" && (
        <Download
          words="Packet"
          about={aboutOf(action)}
          name={`packet-${action_id}`}
          open={() => client.open("GET /enforcement/evidence/:id", { path: { id: evidence_file_id } })}
        />
      )}
      <Download
        words="Certificate"
        about={aboutOf(action)}
        name={`certificate-action-${action_id}`}
        open={() => client.open("GET /enforcement/actions/:id/certificate", { path: { id: action_id } })}
      />
    </>
  );
}
