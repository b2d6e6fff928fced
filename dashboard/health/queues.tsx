/** Queues with their brakes, and the jobs that need somebody: given up, without a sign of life, held. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type * as z from "zod";
import type { Job, Queue, QueueInspection } from "../../shared/http/answers/system.ts";
import { counted, span, whole } from "../look/figures.ts";
import { Moment, Question, StateTag, Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { QUIET_MS } from "../look/pace.ts";

export function Queues() {
  const { calls } = useDesk();
  const listed = useQuery({
    queryKey: ["queue"],
    refetchInterval: QUIET_MS,
    queryFn: async ({ signal }) => (await calls.client.call("GET /system/queue", { signal })).body,
  });
  if (listed.error) return <Trouble error={listed.error} again={() => void listed.refetch()} />;
  if (listed.data === undefined) return null;
  return (
    <>
      <section aria-label="Queues">
        <h2>Queues</h2>
        <QueueTable queues={listed.data.queues} />
      </section>
      <NeedSomebody {...listed.data} />
    </>
  );
}

function QueueTable({ queues: shown }: { readonly queues: QueueInspection["queues"] }) {
  const { calls, person } = useDesk();
  const queries = useQueryClient();
  const [braking, setBraking] = useState<z.infer<typeof Queue> | null>(null);
  const isOperator = person.role === "operator";
  return (
    <>
      <div className="scroll" tabIndex={0} role="region" aria-label="Table of queues">
        <table>
          <thead>
            <tr>
              <th scope="col">Queue</th>
              <th scope="col" className="number">Due</th>
              <th scope="col" className="number">Oldest</th>
              <th scope="col" className="number">Waiting</th>
              <th scope="col" className="number">Running</th>
              <th scope="col" className="number">Given up</th>
              <th scope="col" className="number">Done in 24 h</th>
              <th scope="col">Brake</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((queue) => (
              <tr key={queue.job_type}>
                <th scope="row">{queue.job_type}</th>
                <td className="number">{whole(queue.due)}</td>
                <td className="number">
                  {queue.oldest_due_seconds === null ? "–" : span(queue.oldest_due_seconds * 1000)}
                </td>
                <td className="number">{whole(queue.waiting)}</td>
                <td className="number">{whole(queue.processing)}</td>
                <td className={`number ${queue.failed > 0 ? "bad" : ""}`}>{whole(queue.failed)}</td>
                <td className="number">{whole(queue.completed_24h)}</td>
                <td className="keep">
                  <span className="buttons">
                    {queue.paused && (
                      <span className="warn">
                        paused <Moment at={queue.changed_at} /> {queue.reason}
                      </span>
                    )}
                    {isOperator && (
                      <button type="button" onClick={() => setBraking(queue)}>
                        {queue.paused ? "Resume" : "Pause"}
                        <span className="unseen">{` ${queue.job_type}`}</span>
                      </button>
                    )}
                    {!isOperator && !queue.paused && <span className="quiet">–</span>}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {braking !== null && (
        <Question
          title={`${braking.paused ? "Resume" : "Pause"} ${braking.job_type}?`}
          verb={braking.paused ? "Resume" : "Pause"}
          harmful={!braking.paused}
          asked={{ kind: "reason" }}
          close={() => setBraking(null)}
          act={async (reason) => {
            const given = { path: { type: braking.job_type }, body: { reason } };
            if (braking.paused) await calls.client.call("POST /system/queue/:type/resume", given);
            else await calls.client.call("POST /system/queue/:type/pause", given);
            await queries.invalidateQueries({ queryKey: ["queue"] });
          }}
        >
          <p>
            {braking.paused
              ? "What waits goes on at once."
              : "Nothing of it is begun until somebody resumes it. What runs comes to its next stop first; nothing is lost."}
          </p>
        </Question>
      )}
    </>
  );
}

function NeedSomebody({ poisoned, stuck, held }: QueueInspection) {
  const kinds = [
    ["Given up, or failing again and again", poisoned],
    ["Without a sign of life", stuck],
    ["Held", held],
  ] as const;
  return kinds.map(([name, jobs]) =>
    jobs.length > 0 && (
      <section key={name} aria-label={name}>
        <h2>{name}: {counted(jobs.length, "job", "jobs")}</h2>
        <JobTable name={name} jobs={jobs} />
      </section>
    )
  );
}

function JobTable({ name, jobs }: { readonly name: string; readonly jobs: readonly Job[] }) {
  const { calls, person } = useDesk();
  const queries = useQueryClient();
  const [driving, setDriving] = useState<Job | null>(null);
  return (
    <>
      <div className="scroll" tabIndex={0} role="region" aria-label={`Table: ${name}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col">State</th>
              <th scope="col">Batch</th>
              <th scope="col" className="number">Tries</th>
              <th scope="col">Last error</th>
              <th scope="col">Given up</th>
              <th scope="col">
                <span className="unseen">What can be done</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {jobs.map((job) => (
              <tr key={job.job_id}>
                <th scope="row">
                  {job.job_type} <span className="quiet">{job.job_id.slice(0, 8)}</span>
                </th>
                <td>
                  <StateTag status={job.status} />
                </td>
                <td>
                  {job.batch_id === null
                    ? <span className="quiet">–</span>
                    : <Link to="/batches/$id" params={{ id: job.batch_id }}>{job.batch_id.slice(0, 8)}</Link>}
                </td>
                <td className="number">{job.attempts} / {job.max_attempts}</td>
                <td className="wide keep">{job.last_error ?? <span className="quiet">–</span>}</td>
                <td>
                  <Moment at={job.dead_lettered_at} />
                </td>
                <td>
                  {job.status === "failed" && person.role === "operator" && (
                    <button
                      type="button"
                      onClick={() => setDriving(job)}
                    >
                      Try again<span className="unseen">{` ${job.job_type} ${job.job_id.slice(0, 8)}`}</span>
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {driving !== null && (
        <Question
          title={`Try ${driving.job_type} ${driving.job_id.slice(0, 8)} again?`}
          verb="Try again"
          harmful={false}
          asked={{ kind: "yes" }}
          close={() => setDriving(null)}
          act={async () => {
            await calls.client.call("POST /system/jobs/:id/redrive", { path: { id: driving.job_id } });
            await queries.invalidateQueries({ queryKey: ["queue"] });
          }}
        >
          <p>
            It goes on its way with all its tries.{" "}
            {driving.batch_id !== null && "Its batch begins the next attempt. "}Mend first what its last error
            names.
          </p>
        </Question>
      )}
    </>
  );
}
