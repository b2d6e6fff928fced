/** Which errors rows had in seven days: bars that are a table. */
import { useQuery } from "@tanstack/react-query";
import { percent, whole } from "../look/figures.ts";
import { Moment, Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { QUIET_MS } from "../look/pace.ts";

export function ErrorCodes() {
  const { calls } = useDesk();
  const listed = useQuery({
    queryKey: ["error-distribution"],
    refetchInterval: QUIET_MS,
    queryFn: async ({ signal }) => (await calls.client.call("GET /system/errors", { signal })).body.errors,
  });
  if (listed.error) return <Trouble error={listed.error} again={() => void listed.refetch()} />;
  if (listed.data === undefined) return null;
  const errors = listed.data;
  const most = errors[0]?.occurrence_count ?? 1;
  const all = errors.reduce((sum, { occurrence_count }) => sum + occurrence_count, 0);
  return (
    <section aria-label="Errors of seven days">
      <h2>Errors, last 7 days</h2>
      {errors.length === 0
        ? <p className="notice">No row was rejected.</p>
        : (
          <div className="scroll" tabIndex={0} role="region" aria-label="Table of errors by code">
            <table>
              <thead>
                <tr>
                  <th scope="col">Code</th>
                  <th scope="col" className="number">Rows</th>
                  <th scope="col" className="number">Share</th>
                  <th scope="col">
                    <span className="unseen">Beside the most frequent</span>
                  </th>
                  <th scope="col" className="number">Batches</th>
                  <th scope="col">What it means</th>
                  <th scope="col">Last</th>
                </tr>
              </thead>
              <tbody>
                {errors.map((error) => (
                  <tr key={error.error_code}>
                    <th scope="row">{error.error_code}</th>
                    <td className="number">{whole(error.occurrence_count)}</td>
                    <td className="number quiet">{percent(error.occurrence_count, all)}</td>
                    <td>
                      <meter
                        aria-label={`${error.error_code} beside the most frequent`}
                        max={most}
                        value={error.occurrence_count}
                      />
                    </td>
                    <td className="number">{whole(error.affected_batches)}</td>
                    <td className="wide">{error.sample_message}</td>
                    <td>
                      <Moment at={error.last_seen_at} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
    </section>
  );
}
