/** What became of a source's columns since its last file, said before anything is sent. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Forecast } from "../../../shared/intake/forecast.ts";
import type { HeaderDrift } from "../../../shared/intake/header_drift.ts";
import type { HeaderOverrides } from "../../../shared/judgments/mod.ts";
import { useDesk } from "../../session/context.tsx";

/** Batches that are looked through for the last file that could be read. */
const LOOK_BACK = 20;

/** A file of the source that came before. */
interface LastFile {
  readonly filename: string;
  /** What a file's columns have changed by, read with these names of the source; null for nothing. */
  changeTo(file: Forecast, overrides: HeaderOverrides): HeaderDrift | null;
}

/** What changed since the last file of a source. */
export interface Drift {
  readonly since: string;
  readonly change: HeaderDrift;
}

/** @returns undefined while it is being asked; null where nothing changed, or there is nothing to compare. */
export function useDrift(
  file: Forecast,
  source: string,
  overrides: HeaderOverrides,
): Drift | null | undefined {
  const { calls: { client } } = useDesk();
  const last = useQuery<LastFile | null>({
    queryKey: ["last-file", source, file.file_hash],
    enabled: file.has_header,
    staleTime: Infinity,
    queryFn: async ({ signal }) => {
      const query = { source, page: 1, page_size: LOOK_BACK };
      const { batches } = (await client.call("GET /intake/batches", { query, signal })).body;
      const batch = batches.find((one) =>
        one.staged_at !== null && one.replay_of === null && !one.dry_run &&
        one.file_hash !== file.file_hash &&
        one.rejection_code !== "MISSING_FIELDS"
      );
      if (batch === undefined) return null;
      const path = { id: batch.batch_id };
      const { body } = await client.call("GET /intake/batches/:id", { path, signal });
      const hadHeader = (body.dialect?.header_line ?? 0) > 0;
      const { header, filename } = body;
      if (header === null || !hadHeader) return null;
      const [{ fieldsUnder }, { headerDrift }] = await Promise.all([ // the names of columns come with the first file
        import("../../../shared/intake/column_settings.ts"),
        import("../../../shared/intake/header_drift.ts"),
      ]);
      return {
        filename,
        changeTo: (now, overrides) => headerDrift({ header, fields: fieldsUnder(header, overrides) }, now),
      };
    },
  });
  const before = last.data ?? null;
  const drift = useMemo(() => {
    if (before === null || !file.has_header) return null;
    const change = before.changeTo(file, overrides);
    return change === null ? null : { since: before.filename, change };
  }, [before, file, overrides]);
  return last.isLoading ? undefined : drift;
}

export function DriftNotice({ drift: { since, change } }: { readonly drift: Drift }) {
  const { added, missing, renamed } = change;
  return (
    <section className="notice" aria-label="Changed columns">
      <b>The columns have changed since {since}.</b>
      <ul>
        {renamed.map(({ from, to }) => <li key={to} className="keep">“{from}” is “{to}” now</li>)}
        {missing.length > 0 && <li className="keep">gone: {missing.join(", ")}</li>}
        {added.length > 0 && <li className="keep">new: {added.join(", ")}</li>}
      </ul>
    </section>
  );
}
