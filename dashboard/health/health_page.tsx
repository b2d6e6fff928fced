/** Health: three lights, what was found in plain words with the cure, and the figures behind them. */
import { whole } from "../look/figures.ts";
import { Heading } from "../look/heading.tsx";
import { Moment, Trouble } from "../look/pieces.tsx";
import { ErrorCodes } from "./error_codes.tsx";
import { Findings } from "./findings.tsx";
import { Hours } from "./hours.tsx";
import { LIGHT_WORDS, LIGHTS } from "./lights.ts";
import { QualityTrend } from "./quality.tsx";
import { Queues } from "./queues.tsx";
import { useHealth } from "./use_health.ts";

export function HealthPage() {
  const { run, ready, status, lights } = useHealth();
  return (
    <main>
      <Heading>Health</Heading>
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
      <Findings looked={run.data !== null && run.data !== undefined} />
      <Queues />
      <Hours />
      <ErrorCodes />
      <QualityTrend />
    </main>
  );
}
