/** Where a judgment comes from: file, hash, row, line, byte. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { whole } from "../look/figures.ts";
import { Moment, Trouble } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { RawLine } from "./raw_line.tsx";

export function JudgmentOrigin({ id, close }: { readonly id: number; readonly close?: () => void }) {
  const { calls } = useDesk();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const found = useQuery({
    queryKey: ["lineage", id],
    queryFn: async ({ signal }) =>
      (await calls.client.call("GET /intake/judgments/:id/lineage", { path: { id }, signal })).body,
  });
  const from = found.data;
  return (
    <section className="panel" aria-label="Origin of a judgment">
      <h2 ref={heading} tabIndex={-1}>Where judgment {whole(id)} comes from</h2>
      {found.error && <Trouble error={found.error} again={() => void found.refetch()} />}
      {found.isLoading && <p className="quiet">Reading the file …</p>}
      {from !== undefined && (
        <>
          <dl className="facts">
            <div>
              <dt>Case</dt>
              <dd className="keep">{from.case_number}</dd>
            </div>
            <div>
              <dt>File</dt>
              <dd className="keep">
                {from.batch_id === null
                  ? <span className="quiet">its record was deleted, or it came without a file</span>
                  : (
                    <Link to="/batches/$id" params={{ id: from.batch_id }} search={{}}>
                      {from.filename ?? from.batch_id}
                    </Link>
                  )}
              </dd>
            </div>
            <div>
              <dt>SHA-256</dt>
              <dd className="keep">{from.file_hash ?? "–"}</dd>
            </div>
            <div>
              <dt>Place</dt>
              <dd>{placeOf(from)}</dd>
            </div>
            <div>
              <dt>Taken in</dt>
              <dd>
                <Moment at={from.inserted_at} />
              </dd>
            </div>
            {from.replay_of !== null && (
              <div>
                <dt>Repairs</dt>
                <dd>
                  <Link to="/batches/$id" params={{ id: from.replay_of }} search={{}}>
                    a refused file's row
                  </Link>
                </dd>
              </div>
            )}
          </dl>
          <RawLine text={from.raw_line} />
        </>
      )}
      {close !== undefined && (
        <div className="row">
          <button type="button" onClick={close}>Close</button>
        </div>
      )}
    </section>
  );
}

/** `row 12, line 14, byte 1,204`; what is not known is not said. */
export function placeOf({ row_number, line_number, byte_offset }: {
  readonly row_number: number | null;
  readonly line_number: number | null;
  readonly byte_offset: number | null;
}): string {
  const parts = [["row", row_number], ["line", line_number], ["byte", byte_offset]] as const;
  return parts.flatMap(([name, at]) => at === null ? [] : [`${name} ${whole(at)}`]).join(", ") || "not known";
}
