/** Error rates by source, week by week or month by month. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { counted, percent, whole } from "../look/figures.ts";
import { Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { AsTable, Chart } from "./chart.tsx";
import { MOST_SOURCES, qualityBy, rateLines } from "./series.ts";
import { SLOW_MS } from "../look/pace.ts";

const writeRate = (rate: number) => percent(rate, 100);

export function QualityTrend() {
  const { calls } = useDesk();
  const [unit, setUnit] = useState<"week" | "month">("week");
  const listed = useQuery({
    queryKey: ["quality"],
    refetchInterval: SLOW_MS,
    queryFn: async ({ signal }) => (await calls.client.call("GET /system/quality", { signal })).body.quality,
  });
  const spans = useMemo(() => listed.data && qualityBy(listed.data, unit), [listed.data, unit]);
  const drawn = useMemo(() => spans && rateLines(spans), [spans]);
  if (listed.error) return <Trouble error={listed.error} again={() => void listed.refetch()} />;
  if (spans === undefined || drawn === undefined) return null;
  const sources = new Set(spans.map(({ source }) => source)).size;
  return (
    <section aria-label="Quality">
      <div className="row">
        <h2>Quality: rejected rows by source</h2>
        <label className="inline">
          By
          <select
            value={unit}
            onChange={(event) => setUnit(event.target.value === "month" ? "month" : "week")}
          >
            <option value="week">week</option>
            <option value="month">month</option>
          </select>
        </label>
      </div>
      {spans.length === 0 ? <p className="notice">Nothing came in.</p> : (
        <>
          <Chart
            drawn={drawn}
            kind="lines"
            ticks={unit === "week" ? "days" : "months"}
            write={writeRate}
            label={`Share of rejected rows by ${unit}, of ${
              counted(drawn.series.length, "source", "sources")
            }.`}
          />
          {sources > MOST_SOURCES && (
            <p className="quiet">
              The {MOST_SOURCES} sources with the most rows are drawn; the table has all {sources}.
            </p>
          )}
          <AsTable name={unit === "week" ? "Weeks" : "Months"}>
            <thead>
              <tr>
                <th scope="col">{unit === "week" ? "Week from" : "Month"}</th>
                <th scope="col">Source</th>
                <th scope="col" className="number">Rows</th>
                <th scope="col" className="number">Rejected</th>
                {unit === "week" && <th scope="col">Most often</th>}
              </tr>
            </thead>
            <tbody>
              {spans.map((one) => (
                <tr key={`${one.begins} ${one.source}`}>
                  <th scope="row">{unit === "week" ? one.begins : one.begins.slice(0, 7)}</th>
                  <td className="keep">{one.source}</td>
                  <td className="number">{whole(one.rows)}</td>
                  <td className="number">{one.rate === null ? "–" : writeRate(one.rate)}</td>
                  {unit === "week" && <td>{one.topCode ?? <span className="quiet">–</span>}</td>}
                </tr>
              ))}
            </tbody>
          </AsTable>
        </>
      )}
    </section>
  );
}
