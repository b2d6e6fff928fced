/** Who a plaintiff stands for, or who stands for it; saying that two are one, and taking that back. */
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { PlaintiffRecord } from "../../shared/http/answers/enforcement.ts";
import { Question } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { nameOf } from "./words.ts";

/** It comes when somebody asks for it. */
const MergePanel = lazy(() => import("./merge_panel.tsx"));

/** Two that were said to be one. */
interface Pair {
  readonly merged: { readonly plaintiff_id: string; readonly name?: string | null };
  /** Who stands for both, in words. */
  readonly standing: string;
}

export function Merged({ record }: { readonly record: PlaintiffRecord }) {
  const { calls, person } = useDesk();
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [parting, setParting] = useState<Pair | null>(null);
  const isOperator = person.role === "operator";
  const apartButton = (pair: Pair) =>
    isOperator && (
      <button type="button" onClick={() => setParting(pair)}>
        Take apart<span className="unseen">{` ${nameOf(pair.merged)}`}</span>
      </button>
    );
  return (
    <>
      {record.merged_into !== null && (
        <div className="notice row">
          <span>
            It turned out to be{" "}
            <Link to="/enforcement/plaintiffs/$id" params={{ id: record.merged_into }}>
              another plaintiff
            </Link>, who stands for both.
          </span>
          {apartButton({ merged: record, standing: "the other one" })}
        </div>
      )}
      {record.merged.length > 0 && (
        <ul className="merged" aria-label="Stands also for">
          {record.merged.map((other) => (
            <li key={other.plaintiff_id} className="row">
              <span>
                Stands also for{" "}
                <Link to="/enforcement/plaintiffs/$id" params={{ id: other.plaintiff_id }}>
                  {nameOf(other)}
                </Link>
              </span>
              {apartButton({ merged: other, standing: nameOf(record) })}
            </li>
          ))}
        </ul>
      )}
      {isOperator && record.merged_into === null && !isOpen && (
        <div className="row">
          <button type="button" onClick={() => setOpen(true)}>Is it the same as another one?</button>
        </div>
      )}
      {isOpen && (
        <Suspense fallback={<p className="quiet">Loading …</p>}>
          <MergePanel record={record} close={() => setOpen(false)} />
        </Suspense>
      )}
      {parting !== null && (
        <Question
          title={`Take ${nameOf(parting.merged)} apart?`}
          verb="Take apart"
          harmful={false}
          asked={{ kind: "reason" }}
          close={() => setParting(null)}
          act={async (reason) => {
            const path = { id: parting.merged.plaintiff_id };
            await calls.client.call("POST /enforcement/plaintiffs/:id/take-apart", {
              path,
              body: { reason },
            });
            await queries.invalidateQueries();
          }}
        >
          <p>
            {nameOf(parting.merged)}{" "}
            stands for itself again, with the judgments and consents that were always its own;{" "}
            {parting.standing} loses what it had through it. Two that are one can be merged again any time.
          </p>
        </Question>
      )}
    </>
  );
}
