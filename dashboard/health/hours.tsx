/** How much came in and how long it took, hour by hour of seven days. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { percent, span, whole } from "../look/figures.ts";
import { Moment, Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { AsTable, Chart } from "./chart.tsx";
import { byHour } from "./series.ts";
import { SLOW_MS } from "../look/pace.ts";

export function Hours() {
  const { calls } = useDesk();
  const listed = useQuery({
    queryKey: ["performance"],
    refetchInterval: SLOW_MS,
    queryFn: async ({ signal }) =>
      (await calls.client.call("GET /system/performance", { signal })).body.performance,
  });
  const hours = listed.data;
  const drawn = useMemo(() => hours && byHour(hours, new Date()), [hours]);
  if (listed.error) return <Trouble error={listed.error} again={() => void listed.refetch()} />;
  if (hours === undefined || drawn === undefined) return null;
  return (
    <section aria-label="By the hour">
      <h2>By the hour, last 7 days</h2>
      {hours.length === 0 ? <p className="notice">Nothing came in.</p> : (
        <>
          <div className="plots">
            <Chart
              drawn={drawn.rows}
              kind="bars"
              ticks="hours"
              write={whole}
              label={`Rows by the hour: ${whole(sum(hours.map((hour) => hour.total_rows)))} in all, ${
                whole(sum(hours.map((hour) => hour.error_rows)))
              } with errors.`}
            />
            <Chart
              drawn={drawn.times}
              kind="lines"
              ticks="hours"
              write={span}
              label="Mean time of a batch by the hour, for parsing and in the database."
            />
          </div>
          <AsTable name="Hours">
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
              {hours.map((hour) => (
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
          </AsTable>
        </>
      )}
    </section>
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
