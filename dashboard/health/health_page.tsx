/** Health: three lights, what was found in plain words with the cure, and the figures behind them. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Alert } from "../../shared/http/answers/system.ts";
import { percent, span, whole } from "../look/figures.ts";
import { Moment, Question, Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { LIGHT_WORDS, lightOf, LIGHTS } from "./lights.ts";
import { useHealth } from "./use_health.ts";

const EVERY_MS = 15_000;
/** How long an alert can be silenced from here, in minutes. */
const SILENCE_MINUTES = 120;

export function HealthPage() {
  const { run, ready, status, lights } = useHealth();
  return (
    <main>
      <h1>Health</h1>
      <ul className="lights" aria-label="Lights">
        {LIGHTS.map((name) => (
          <li key={name} className={`light-panel light-${lights[name]}`}>
            <span className="lamp" aria-hidden="true" />
            <b>{name}</b>
            <span>{LIGHT_WORDS[lights[name]]}</span>
          </li>
        ))}
      </ul>
      <p className="quiet" role="status">
        {run.data
          ? (
            <>
              Last looked at <Moment at={run.data.timestamp} />, {whole(run.data.metrics.total_checks)} checks
            </>
          )
          : ""}
        {run.data === null && "The sentinel has not run yet."}
      </p>
      {[run, ready, status].map((query, at) =>
        query.error && <Trouble key={at} error={query.error} again={() => void query.refetch()} />
      )}
      {ready.data?.checks.filter(({ ok }) => !ok).map((check) => (
        <p key={check.name} className="notice bad">{check.name}: {check.detail}</p>
      ))}
      <Alerts />
      <Queues />
      <ErrorDistribution />
      <Hours />
    </main>
  );
}

function Alerts() {
  const { calls, person } = useDesk();
  const queries = useQueryClient();
  const [silencing, setSilencing] = useState<Alert | null>(null);
  const listed = useQuery({
    queryKey: ["alerts"],
    refetchInterval: EVERY_MS,
    queryFn: async ({ signal }) => (await calls.client.call("GET /system/alerts", { signal })).body.alerts,
  });
  if (listed.error) return <Trouble error={listed.error} again={() => void listed.refetch()} />;
  const alerts = (listed.data ?? []).filter(({ state }) => state !== "resolved");
  return (
    <section aria-label="Findings">
      <h2>Findings</h2>
      {listed.data !== undefined && alerts.length === 0 && <p className="notice good">Nothing is open.</p>}
      <ul className="findings">
        {alerts.map((alert) => (
          <li key={alert.id} className={`finding finding-${alert.level}`}>
            <p>
              <b>{alert.level}</b> <span className="quiet">{lightOf(alert.check)} / {alert.check}</span>
            </p>
            <p className="keep">{alert.message}</p>
            {alert.remedy !== null && (
              <p>
                <b>Cure:</b> {alert.remedy}
              </p>
            )}
            <div className="row">
              <span className="quiet">
                since <Moment at={alert.first_seen} />
              </span>
              {alert.state === "silenced" && (
                <span className="quiet">
                  silent until <Moment at={alert.silenced_until} />
                </span>
              )}
              {alert.state === "open" && person.role === "operator" && (
                <button
                  type="button"
                  onClick={() => setSilencing(alert)}
                >
                  Silence for 2 h
                </button>
              )}
            </div>
          </li>
        ))}
      </ul>
      {silencing !== null && (
        <Question
          title={`Silence ${silencing.check}?`}
          verb="Silence for 2 h"
          harmful={false}
          asked={{ kind: "reason" }}
          close={() => setSilencing(null)}
          act={async (reason) => {
            const body = { minutes: SILENCE_MINUTES, reason };
            await calls.client.call("POST /system/alerts/:id/silence", { path: { id: silencing.id }, body });
            await queries.invalidateQueries({ queryKey: ["alerts"] });
          }}
        >
          <p>Nobody is told of this check for two hours. It is still looked at and recorded.</p>
        </Question>
      )}
    </section>
  );
}

function Queues() {
  const { calls } = useDesk();
  const listed = useQuery({
    queryKey: ["queue"],
    refetchInterval: EVERY_MS,
    queryFn: async ({ signal }) => (await calls.client.call("GET /system/queue", { signal })).body,
  });
  if (listed.error) return <Trouble error={listed.error} again={() => void listed.refetch()} />;
  if (listed.data === undefined) return null;
  return (
    <section aria-label="Queues">
      <h2>Queues</h2>
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
            {listed.data.queues.map((queue) => (
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
                <td>{queue.paused ? `paused: ${queue.reason ?? ""}` : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function ErrorDistribution() {
  const { calls } = useDesk();
  const listed = useQuery({
    queryKey: ["error-distribution"],
    refetchInterval: EVERY_MS,
    queryFn: async ({ signal }) => (await calls.client.call("GET /system/errors", { signal })).body.errors,
  });
  if (listed.data === undefined || listed.data.length === 0) return null;
  const most = listed.data[0]?.occurrence_count ?? 1;
  return (
    <section aria-label="Errors of seven days">
      <h2>Errors, last 7 days</h2>
      <div className="scroll" tabIndex={0} role="region" aria-label="Table of errors by code">
        <table>
          <thead>
            <tr>
              <th scope="col">Code</th>
              <th scope="col" className="number">Rows</th>
              <th scope="col">
                <span className="unseen">Share</span>
              </th>
              <th scope="col" className="number">Batches</th>
              <th scope="col">Last</th>
            </tr>
          </thead>
          <tbody>
            {listed.data.map((error) => (
              <tr key={error.error_code}>
                <th scope="row">{error.error_code}</th>
                <td className="number">{whole(error.occurrence_count)}</td>
                <td>
                  <meter
                    aria-label={`Share of ${error.error_code}`}
                    max={most}
                    value={error.occurrence_count}
                  />
                </td>
                <td className="number">{whole(error.affected_batches)}</td>
                <td>
                  <Moment at={error.last_seen_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Hours() {
  const { calls } = useDesk();
  const listed = useQuery({
    queryKey: ["performance"],
    refetchInterval: 60_000,
    queryFn: async ({ signal }) =>
      (await calls.client.call("GET /system/performance", { signal })).body.performance,
  });
  if (listed.data === undefined || listed.data.length === 0) return null;
  return (
    <section aria-label="Hours">
      <h2>By the hour</h2>
      <div className="scroll" tabIndex={0} role="region" aria-label="Table of hours">
        <table>
          <thead>
            <tr>
              <th scope="col">Hour</th>
              <th scope="col" className="number">Batches</th>
              <th scope="col" className="number">Failed</th>
              <th scope="col" className="number">Rows</th>
              <th scope="col" className="number">Ingested</th>
              <th scope="col" className="number">Errors</th>
              <th scope="col" className="number">Parse</th>
              <th scope="col" className="number">DB</th>
            </tr>
          </thead>
          <tbody>
            {listed.data.slice(0, 24).map((hour) => (
              <tr key={hour.hour_bucket}>
                <th scope="row">
                  <Moment at={hour.hour_bucket} />
                </th>
                <td className="number">{whole(hour.total_batches)}</td>
                <td className={`number ${hour.failed_batches > 0 ? "bad" : ""}`}>
                  {whole(hour.failed_batches)}
                </td>
                <td className="number">{whole(hour.total_rows)}</td>
                <td className="number">{whole(hour.inserted_rows)}</td>
                <td className="number">
                  {whole(hour.error_rows)}{" "}
                  <span className="quiet">{percent(hour.error_rows, hour.total_rows)}</span>
                </td>
                <td className="number">{hour.avg_parse_ms === null ? "–" : span(hour.avg_parse_ms)}</td>
                <td className="number">{hour.avg_db_ms === null ? "–" : span(hour.avg_db_ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
