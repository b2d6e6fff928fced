/** What the sentinel found, in plain words with the cure, and silencing it for a while. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Alert } from "../../shared/http/answers/system.ts";
import { counted, whole } from "../look/figures.ts";
import { Moment, Question, Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { lightOf } from "./lights.ts";
import { QUIET_MS } from "../look/pace.ts";

/** How long a check can be silenced from here, in minutes. */
const SPANS = [[60, "1 hour"], [120, "2 hours"], [480, "8 hours"], [1440, "1 day"], [
  4320,
  "3 days",
]] as const;
const USUAL_MINUTES = 120;

/** @param looked Whether anybody has looked: before, that nothing is open says nothing. */
export function Findings({ looked }: { readonly looked: boolean }) {
  const { calls } = useDesk();
  const [silencing, setSilencing] = useState<Alert | null>(null);
  const listed = useQuery({
    queryKey: ["alerts"],
    refetchInterval: QUIET_MS,
    queryFn: async ({ signal }) => (await calls.client.call("GET /system/alerts", { signal })).body.alerts,
  });
  if (listed.error) return <Trouble error={listed.error} again={() => void listed.refetch()} />;
  const alerts = listed.data ?? [];
  const of = (state: Alert["state"]) => alerts.filter((alert) => alert.state === state);
  const [open, silent, gone] = [of("open"), of("silenced"), of("resolved")];
  return (
    <section aria-label="Findings">
      <h2>Findings</h2>
      {looked && listed.data !== undefined && open.length === 0 && (
        <p className="notice good">Nothing is open.</p>
      )}
      <List alerts={open} silence={setSilencing} />
      {silent.length > 0 && (
        <details className="as-table" open>
          <summary>Silenced: {counted(silent.length, "finding", "findings")}</summary>
          <List alerts={silent} />
        </details>
      )}
      {gone.length > 0 && (
        <details className="as-table">
          <summary>Resolved: {counted(gone.length, "finding", "findings")}</summary>
          <List alerts={gone} />
        </details>
      )}
      {silencing !== null && <Silencing alert={silencing} close={() => setSilencing(null)} />}
    </section>
  );
}

function List({ alerts, silence }: {
  readonly alerts: readonly Alert[];
  readonly silence?: (alert: Alert) => void;
}) {
  const { person } = useDesk();
  if (alerts.length === 0) return null;
  return (
    <ul className="findings">
      {alerts.map((alert) => (
        <li key={alert.id} className={`finding finding-${alert.state === "open" ? alert.level : "past"}`}>
          <p>
            <b>{alert.level}</b> <span className="quiet">{lightOf(alert.check)} / {alert.check}</span>
          </p>
          <p className="keep">{alert.message}</p>
          {alert.remedy !== null && alert.state !== "resolved" && (
            <p>
              <b>Cure:</b> {alert.remedy}
            </p>
          )}
          <div className="row">
            <span className="quiet">
              since <Moment at={alert.first_seen} />, last <Moment at={alert.last_seen} />, seen{" "}
              {whole(alert.count)}×
            </span>
            {alert.state === "silenced" && (
              <span className="quiet">
                silent until <Moment at={alert.silenced_until} />
              </span>
            )}
            {silence !== undefined && person.role === "operator" && (
              <button
                type="button"
                onClick={() => silence(alert)}
              >
                Silence<span className="unseen">{` ${alert.check}`}</span>
              </button>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Silencing({ alert, close }: { readonly alert: Alert; readonly close: () => void }) {
  const { calls } = useDesk();
  const queries = useQueryClient();
  const [minutes, setMinutes] = useState(USUAL_MINUTES);
  return (
    <Question
      title={`Silence ${alert.check}?`}
      verb="Silence"
      harmful={false}
      asked={{ kind: "reason" }}
      close={close}
      act={async (reason) => {
        const given = { path: { id: alert.id }, body: { minutes, reason } };
        await calls.client.call("POST /system/alerts/:id/silence", given);
        await queries.invalidateQueries({ queryKey: ["alerts"] });
      }}
    >
      <p>Nobody is told of this check meanwhile. It is still looked at and recorded.</p>
      <label>
        For
        <select value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
          {SPANS.map(([length, words]) => <option key={length} value={length}>{words}</option>)}
        </select>
      </label>
    </Question>
  );
}
