/** One batch: how it ended and why, its figures, its errors, its life, and what can be done about it. */
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import type { DescribedBatch, Timeline } from "../../shared/intake/record.ts";
import { ROW_CODES } from "../../shared/judgments/codes.ts";
import { duplicatesOf, outcomeOf } from "../intake/words.ts";
import { span, whole } from "../look/figures.ts";
import { Heading } from "../look/heading.tsx";
import { Moment, Progress, StateTag, Trouble } from "../look/pieces.tsx";
import { Certificate } from "../proof/certificate.tsx";
import { useDesk } from "../session/context.tsx";
import { BatchActions } from "./actions.tsx";
import { BatchErrors } from "./errors.tsx";
import { BatchFigures } from "./figures.tsx";
import { Lineage } from "./lineage.tsx";
import { isRunning } from "./list_page.tsx";
import { MendPanel } from "./mend/mend_panel.tsx";
import { BUSY_MS, QUIET_MS } from "../look/pace.ts";

export function BatchPage() {
  const { calls, person } = useDesk();
  const { id } = useParams({ from: "/batches/$id" });
  const path = { id };
  const found = useQuery<DescribedBatch>({
    queryKey: ["batch", id],
    refetchInterval: ({ state }) =>
      state.data !== undefined && (isRunning(state.data) || isUndoing(state.data)) ? BUSY_MS : QUIET_MS,
    queryFn: async ({ signal }) =>
      (await calls.client.call("GET /intake/batches/:id", { path, signal })).body,
  });
  const batch = found.data;
  if (batch === undefined) {
    return (
      <main>
        <Heading>Batch</Heading>
        {found.error === null
          ? <p className="quiet">Loading …</p>
          : <Trouble error={found.error} again={() => void found.refetch()} />}
      </main>
    );
  }
  const known = duplicatesOf(batch);
  return (
    <main>
      <nav aria-label="Where this is" className="small">
        <Link to="/batches" search={{}}>Batches</Link> /
      </nav>
      <Heading>{batch.filename}</Heading>
      <div className="row">
        <StateTag status={batch.status} />
        <span className="quiet">attempt {whole(batch.attempt)}</span>
        <span className="quiet">
          came in <Moment at={batch.created_at} />
        </span>
        {batch.dry_run && <span className="state">trial</span>}
      </div>
      <p role="status" aria-live="polite" className={`say ${toneOf(batch)}`}>{sayOf(batch)}</p>
      {known !== null && <p>{known}</p>}
      {isRunning(batch) && <Progress share={batch.progress} label="Processed" />}
      <BatchFigures batch={batch} />
      {person.role === "operator" && <BatchActions batch={batch} />}
      <Causes batch={batch} />
      {person.role === "operator" && <MendPanel batch={batch} />}
      <BatchErrors key={batch.attempt} batch={batch} first={10} />
      <Facts batch={batch} />
      <Life id={id} updatedAt={batch.updated_at} />
      {batch.row_count_total > 0 && <Lineage key={`${id} lineage`} batch={batch} />}
      <Certificate
        key={id}
        name={`certificate-batch-${id}.tar`}
        open={() => calls.client.open("GET /intake/batches/:id/certificate", { path })}
      />
    </main>
  );
}

function isUndoing({ undo }: DescribedBatch): boolean {
  return undo?.status === "pending" || undo?.status === "processing";
}

function sayOf(batch: DescribedBatch): string {
  if (isUndoing(batch)) return "Its judgments are being removed.";
  if (batch.status === "awaiting_approval") return "Within its budget; it waits for somebody to approve it.";
  return isRunning(batch) ? "Processing." : outcomeOf(batch);
}

function toneOf({ status, row_count_invalid, row_count_unread }: DescribedBatch): string {
  if (status === "failed") return "say-failed";
  if (status !== "completed") return "";
  return row_count_invalid > 0 || row_count_unread > 0 ? "say-partial" : "say-success";
}

/** Errors by code, each with its cause and what to do. */
function Causes({ batch }: { readonly batch: DescribedBatch }) {
  if (batch.error_summary.length === 0) return null;
  return (
    <section aria-label="What is wrong">
      <h2>What is wrong</h2>
      <div className="scroll" tabIndex={0} role="region" aria-label="Table of causes">
        <table>
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col" className="number">Rows</th>
              <th scope="col">Cause</th>
              <th scope="col">What to do</th>
            </tr>
          </thead>
          <tbody>
            {batch.error_summary.map(({ error_code, count }) => {
              const entry = ROW_CODES.find(({ code }) => code === error_code);
              return (
                <tr key={error_code}>
                  <th scope="row">{error_code}</th>
                  <td className="number">{whole(count)}</td>
                  <td className="wide">{entry?.cause}</td>
                  <td className="wide">{entry?.fix}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** What the on-call engineer asks for. */
function Facts({ batch }: { readonly batch: DescribedBatch }) {
  const { dialect } = batch;
  const facts: [string, string | null][] = [
    ["Batch", batch.batch_id],
    ["SHA-256", batch.file_hash],
    ["Source", batch.source],
    ["Reference", batch.source_reference],
    ["Budget", `${batch.error_threshold_percent}%`],
    ["Reason", batch.rejection_reason],
    ["Reason's code", batch.rejection_code],
    [
      "Written as",
      dialect &&
      `${dialect.encoding}${dialect.bom ? " with mark" : ""}, delimiter ${
          JSON.stringify(dialect.delimiter)
        }, ` +
        `quote ${dialect.quote}, escape ${dialect.escape}, ${
          JSON.stringify(dialect.newline)
        }, header on line ${dialect.header_line}`,
    ],
    ["Columns not read", batch.ignored_columns === null ? null : batch.ignored_columns.join(", ") || null],
    [
      "Lines not read",
      batch.row_count_unread === 0
        ? null
        : `${whole(batch.row_count_unread)}, from line ${batch.first_unread_line ?? "?"}`,
    ],
    ["Sent by", batch.created_by],
    ["Stored at", batch.storage_path],
  ];
  return (
    <section aria-label="Details">
      <h2>Details</h2>
      <dl className="facts">
        {facts.map(([name, text]) =>
          text !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd className="keep">{text}</dd>
            </div>
          )
        )}
        {([["Copy of", batch.duplicate_of], ["Repairs", batch.replay_of]] as const).map(([name, other]) =>
          other !== null && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Link to="/batches/$id" params={{ id: other }} search={{}}>{other}</Link>
              </dd>
            </div>
          )
        )}
      </dl>
      {batch.notes.length > 0 && (
        <ul>{batch.notes.map((note) => <li key={note} className="keep">{note}</li>)}</ul>
      )}
      {batch.warnings.length > 0 && (
        <p className="quiet">
          Looked odd and was kept:{" "}
          {batch.warnings.map(({ code, count }) => `${code} ${whole(count)}`).join(", ")}
        </p>
      )}
    </section>
  );
}

function Life({ id, updatedAt }: { readonly id: string; readonly updatedAt: string }) {
  const { calls } = useDesk();
  const life = useQuery({
    queryKey: ["timeline", id, updatedAt],
    queryFn: async ({ signal }) =>
      (await calls.client.call("GET /intake/batches/:id/timeline", { path: { id }, signal })).body,
  });
  if (life.error) return <Trouble error={life.error} again={() => void life.refetch()} />;
  if (life.data === undefined) return null;
  return (
    <section aria-label="Timeline">
      <h2>Timeline</h2>
      {life.data.attempts.toReversed().map((attempt) => <Attempt key={attempt.attempt} attempt={attempt} />)}
      {life.data.actions.length > 0 && (
        <ul className="life">
          {life.data.actions.map((action) => (
            <li key={`${action.at} ${action.action}`}>
              <Moment at={action.at} /> <b>{action.action}</b>{" "}
              <span className="quiet keep">{action.actor}</span> {action.detail}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Attempt({ attempt }: { readonly attempt: Timeline["attempts"][number] }) {
  return (
    <div>
      <h3>Attempt {whole(attempt.attempt)}</h3>
      <ol className="life">
        {attempt.states.map((state) => (
          <li key={`${state.at} ${state.status}`}>
            <Moment at={state.at} /> <StateTag status={state.status} />{" "}
            <span className="quiet">
              {state.duration_ms === null ? "" : `for ${span(state.duration_ms)} `}
              <span className="keep">{state.actor}</span>
            </span>
          </li>
        ))}
      </ol>
      {attempt.rejection_reason !== null && <p className="bad keep">{attempt.rejection_reason}</p>}
    </div>
  );
}
