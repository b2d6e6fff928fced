/** Rejects of a batch on their way back: mended here or in a spreadsheet, sent as a replay, and what became of it. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { DescribedBatch } from "../../../shared/intake/record.ts";
import { hasEnded } from "../../../shared/intake/states.ts";
import { counted, whole } from "../../look/figures.ts";
import { BUSY_MS } from "../../look/pace.ts";
import { save, Trouble } from "../../look/pieces.tsx";
import { useDesk } from "../../session/context.tsx";

const Workshop = lazy(() => import("./workshop.tsx"));

export function MendPanel({ batch }: { readonly batch: DescribedBatch }) {
  const { calls } = useDesk();
  const input = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const [sent, setSent] = useState<string | null>(null);
  const open = batch.unresolved_error_count ?? 0;
  const path = { id: batch.batch_id };
  const isPossible = (batch.status === "failed" || batch.status === "completed") && open > 0;
  if (!isPossible && sent === null) return null;
  const send = async (file: File) => {
    const body = { file, filename: file.name };
    const answer = await calls.client.call("POST /intake/batches/:id/replay", { path, body });
    setSent(answer.body.batch_id);
  };
  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await work();
    } catch (caught) {
      setError(caught);
    }
    setBusy(false);
  };
  const download = async () => {
    const query = { unresolved: "true" } as const;
    const response = await calls.client.open("GET /intake/batches/:id/errors.csv", { path, query });
    save(await response.blob(), `${batch.filename.replace(/\.[^.]*$/, "")}.errors.csv`);
  };
  return (
    <section className="panel" aria-label="Mend">
      <h2>Mend</h2>
      {sent !== null && <Returned key={sent} id={sent} original={batch.batch_id} />}
      {isPossible && (
        <>
          <p>
            {counted(open, "row is", "rows are")}{" "}
            still rejected. Mend them here, or download them, correct the cells in a spreadsheet and send the
            file back: what is right then is taken in
            {batch.status === "failed"
              ? ", and the refused batch goes on by itself once it keeps its budget."
              : "."}
          </p>
          <input
            ref={input}
            type="file"
            hidden
            aria-label="Corrected errors.csv"
            accept=".csv,text/csv"
            onChange={(event) => {
              const file = event.target.files?.[0];
              event.target.value = "";
              if (file !== undefined) void attempt(() => send(file));
            }}
          />
          <div className="row">
            {batch.header !== null && (
              <button
                type="button"
                className={isOpen ? "" : "main"}
                aria-expanded={isOpen}
                onClick={() => setOpen(!isOpen)}
              >
                {isOpen ? "Close" : "Mend here"}
              </button>
            )}
            <button type="button" disabled={busy} onClick={() => void attempt(download)}>
              Download what is open
            </button>
            <button type="button" disabled={busy} onClick={() => input.current?.click()}>
              {busy ? "…" : "Send corrected rows back"}
            </button>
          </div>
          {error !== null && <Trouble error={error} />}
          {isOpen && batch.header !== null && (
            <Suspense fallback={<p className="quiet">Loading …</p>}>
              <Workshop batch={batch} open={open} send={send} />
            </Suspense>
          )}
        </>
      )}
    </section>
  );
}

/** What becomes of corrections that were sent. When they have ended, everything about the batch is asked anew. */
function Returned({ id, original }: { readonly id: string; readonly original: string }) {
  const { calls } = useDesk();
  const queries = useQueryClient();
  const path = { id };
  const found = useQuery<DescribedBatch>({
    queryKey: ["corrections", id],
    refetchInterval: ({ state }) => state.data !== undefined && hasEnded(state.data.status) ? false : BUSY_MS,
    queryFn: async ({ signal }) =>
      (await calls.client.call("GET /intake/batches/:id", { path, signal })).body,
  });
  const replay = found.data;
  const isOver = replay !== undefined && hasEnded(replay.status);
  useEffect(() => {
    if (!isOver) return;
    for (const about of ["batch", "errors"]) {
      void queries.invalidateQueries({ queryKey: [about, original] });
    }
  }, [isOver, original, queries]);
  if (found.error) return <Trouble error={found.error} again={() => void found.refetch()} />;
  return (
    <p role="status" aria-live="polite" className="notice">
      {wordsOn(replay, isOver)} <Link to="/batches/$id" params={{ id }} search={{}}>Open what was sent</Link>
    </p>
  );
}

function wordsOn(replay: DescribedBatch | undefined, isOver: boolean): string {
  if (replay === undefined || !isOver) return "Your corrections are in, and are being checked.";
  if (replay.status !== "completed") {
    return `Your corrections were not taken. ${replay.rejection_reason ?? ""}`;
  }
  const { row_count_valid: mended, row_count_invalid: bad } = replay;
  return `${counted(mended, "row is", "rows are")} mended.` +
    (bad === 0 ? "" : ` ${whole(bad)} ${bad === 1 ? "is" : "are"} still rejected.`);
}
