/** One plaintiff: whether it is authorised, its consents, judgments, actions and tasks, and asking for an action. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { PlaintiffRecord } from "../../shared/http/answers/enforcement.ts";
import { dollars, whole } from "../look/figures.ts";
import { Heading } from "../look/heading.tsx";
import { Figure, Moment, Trouble } from "../look/pieces.tsx";
import { JudgmentOrigin } from "../proof/judgment_origin.tsx";
import { useDesk } from "../session/context.tsx";
import { ActionTable, isUnderWay } from "./action_table.tsx";
import { AskForAction } from "./ask.tsx";
import { Consents } from "./consents.tsx";
import { Merged } from "./merged.tsx";
import { TaskTable } from "./task_table.tsx";
import { nameOf, plain, standingOf } from "./words.ts";
import { BUSY_MS, QUIET_MS } from "../look/pace.ts";

export function PlaintiffPage() {
  const { calls } = useDesk();
  const { id } = useParams({ from: "/enforcement/plaintiffs/$id" });
  const found = useQuery<PlaintiffRecord>({
    queryKey: ["plaintiff", id],
    refetchInterval: ({ state }) => state.data?.actions.some(isUnderWay) ? BUSY_MS : QUIET_MS,
    queryFn: async ({ signal }) =>
      (await calls.client.call("GET /enforcement/plaintiffs/:id", { path: { id }, signal })).body,
  });
  if (found.data === undefined) {
    return (
      <main>
        <Heading>Plaintiff</Heading>
        {found.error === null
          ? <p className="quiet">Loading …</p>
          : <Trouble error={found.error} again={() => void found.refetch()} />}
      </main>
    );
  }
  return <Plaintiff key={id} record={found.data} />;
}

function Plaintiff({ record }: { readonly record: PlaintiffRecord }) {
  return (
    <main>
      <nav aria-label="Where this is" className="small">
        <Link to="/enforcement" search={{}}>Plaintiffs</Link> /
      </nav>
      <Heading>{nameOf(record)}</Heading>
      <p role="status" className={`say ${record.is_authorized ? "say-success" : "say-partial"}`}>
        {standingOf(record)}
      </p>
      <dl className="figures">
        <Figure name="Judgments">{whole(record.case_count)}</Figure>
        <Figure name="Amount">{dollars(record.total_judgment_amount)}</Figure>
        <Figure name="State">{record.status === null ? "none" : plain(record.status)}</Figure>
        <Figure name="Firm">{record.firm_name ?? "–"}</Figure>
        <Figure name="Known since">
          <Moment at={record.created_at} />
        </Figure>
      </dl>
      <Merged record={record} />
      <Consents record={record} />
      <Judgments record={record} />
      <section aria-label="Actions">
        <h2>Actions</h2>
        {record.actions.length === 0
          ? <p className="quiet">None was asked for.</p>
          : <ActionTable actions={record.actions} />}
      </section>
      <section aria-label="Tasks">
        <h2>Tasks</h2>
        {record.tasks.length === 0
          ? <p className="quiet">Nothing had to be done.</p>
          : <TaskTable tasks={record.tasks} />}
      </section>
    </main>
  );
}

type Judgment = PlaintiffRecord["judgments"][number];

function Judgments({ record }: { readonly record: PlaintiffRecord }) {
  const { person } = useDesk();
  const [asking, setAsking] = useState<Judgment | null>(null);
  const [tracing, setTracing] = useState<Judgment | null>(null);
  return (
    <section aria-label="Judgments">
      <h2>Judgments</h2>
      {tracing !== null && (
        <JudgmentOrigin
          key={tracing.judgment_id}
          id={tracing.judgment_id}
          close={() => setTracing(null)}
        />
      )}
      {asking !== null && (
        <AskForAction
          key={asking.judgment_id}
          plaintiffId={record.plaintiff_id}
          judgment={asking}
          close={() => setAsking(null)}
        />
      )}
      {record.judgments.length === 0
        ? <p className="quiet">It has none.</p>
        : (
          <div className="scroll tall" tabIndex={0} role="region" aria-label="Table of judgments">
            <table>
              <thead>
                <tr>
                  <th scope="col">Case</th>
                  <th scope="col">Defendant</th>
                  <th scope="col" className="number">Amount</th>
                  <th scope="col">Judgment date</th>
                  <th scope="col">Stage</th>
                  <th scope="col">Tier</th>
                  <th scope="col">
                    <span className="unseen">What can be done</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {record.judgments.map((judgment) => (
                  <tr key={judgment.judgment_id}>
                    <th scope="row" className="keep">{judgment.case_number}</th>
                    <td className="keep">
                      {judgment.defendant_name ?? <span className="quiet">not shown</span>}
                    </td>
                    <td className="number">{dollars(judgment.amount)}</td>
                    <td>{judgment.judgment_date}</td>
                    <td>{plain(judgment.enforcement_stage)}</td>
                    <td>{judgment.collectability_tier}</td>
                    <td>
                      <span className="buttons">
                        {person.role === "operator" && (
                          <button
                            type="button"
                            onClick={() => setAsking(judgment)}
                          >
                            Ask for an action<span className="unseen">{` on ${judgment.case_number}`}</span>
                          </button>
                        )}
                        <button type="button" onClick={() => setTracing(judgment)}>
                          Origin<span className="unseen">{` of ${judgment.case_number}`}</span>
                        </button>
                      </span>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      {record.case_count > record.judgments.length && (
        <p className="quiet">The newest {whole(record.judgments.length)} of {whole(record.case_count)}.</p>
      )}
    </section>
  );
}
