/** Lineage both ways: what became of a row of this file, and where a judgment comes from. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import type * as z from "zod";
import type { RowFate } from "../../shared/http/answers/intake.ts";
import type { Batch } from "../../shared/intake/record.ts";
import { whole } from "../look/figures.ts";
import { Trouble } from "../look/pieces.tsx";
import { JudgmentOrigin, placeOf } from "../proof/judgment_origin.tsx";
import { RawLine } from "../proof/raw_line.tsx";
import { useDesk } from "../session/context.tsx";

type Fate = z.infer<typeof RowFate>;

export function Lineage({ batch }: { readonly batch: Batch }) {
  const [row, setRow] = useState<number | null>(null);
  const [judgment, setJudgment] = useState<number | null>(null);
  return (
    <section aria-label="Lineage">
      <h2>Lineage</h2>
      <div className="row">
        <Asked label="Row of this file" most={batch.row_count_total} verb="What became of it" ask={setRow} />
        <Asked label="Judgment" verb="Where it comes from" ask={setJudgment} />
      </div>
      {row !== null && (
        <RowOutcome
          key={row}
          batchId={batch.batch_id}
          row={row}
          trace={setJudgment}
          close={() => setRow(null)}
        />
      )}
      {judgment !== null && <JudgmentOrigin key={judgment} id={judgment} close={() => setJudgment(null)} />}
    </section>
  );
}

/** A number, and what is asked of it. */
function Asked({ label, most, verb, ask }: {
  readonly label: string;
  readonly most?: number;
  readonly verb: string;
  readonly ask: (number: number) => void;
}) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    ask(Number(new FormData(event.currentTarget).get("number")));
  };
  return (
    <form className="row" onSubmit={submit}>
      <label className="inline">
        {label}
        <input name="number" type="number" min={1} max={most === 0 ? undefined : most} step={1} required />
      </label>
      <button type="submit">{verb}</button>
    </form>
  );
}

function RowOutcome({ batchId, row, trace, close }: {
  readonly batchId: string;
  readonly row: number;
  readonly trace: (judgment: number) => void;
  readonly close: () => void;
}) {
  const { calls } = useDesk();
  const path = { id: batchId, row };
  const found = useQuery({
    queryKey: ["row", batchId, row],
    queryFn: async ({ signal }) =>
      (await calls.client.call("GET /intake/batches/:id/rows/:row", { path, signal })).body,
  });
  const fate = found.data;
  return (
    <section className="panel" aria-label="Fate of a row">
      <h2>Row {whole(row)}</h2>
      {found.isLoading && <p className="quiet">Reading the file …</p>}
      {found.error && <Trouble error={found.error} again={() => void found.refetch()} />}
      {fate !== undefined && (
        <>
          <p role="status">{fateOf(fate)}</p>
          <p className="quiet">It stands at {placeOf(fate)}.</p>
          <RawLine text={fate.raw_line} />
        </>
      )}
      <div className="row">
        {fate !== undefined && fate.judgment_id !== null && <Trace id={fate.judgment_id} trace={trace} />}
        <button type="button" onClick={close}>Close</button>
      </div>
    </section>
  );
}

function Trace({ id, trace }: { readonly id: number; readonly trace: (judgment: number) => void }) {
  return <button type="button" onClick={() => trace(id)}>Where judgment {whole(id)} comes from</button>;
}

/** What became of a row, in a sentence. */
function fateOf(fate: Fate): ReactNode {
  const judgment = fate.judgment_id === null ? "a judgment" : `judgment ${whole(fate.judgment_id)}`;
  switch (fate.fate) {
    case "inserted":
      return `It was taken in as ${judgment}.`;
    case "repaired":
      return (
        <>
          It was rejected ({fate.error_code}) and put right by{" "}
          {fate.resolved_by_batch === null ? "another file" : <ToBatch id={fate.resolved_by_batch} />}.
        </>
      );
    case "rejected":
      return `It was rejected: ${fate.error_code}${
        fate.error_message === null ? "" : `. ${fate.error_message}`
      }`;
    case "duplicate":
      return (
        <>
          Its case number was known: {judgment} is kept {fate.kept_batch_id !== null && (
            <>
              from <ToBatch id={fate.kept_batch_id} />
            </>
          )}
          .
        </>
      );
    case "not_inserted":
      return "It was not taken in, as its batch failed.";
    case "passed":
      return "It passed. The batch was a trial, so nothing was taken in.";
    case "not_listed":
      return "It was left out. Only the first rejects and known rows of a file are kept one by one, and it is not among them.";
    case "pending":
      return "Nothing yet: its batch still runs.";
  }
}

function ToBatch({ id }: { readonly id: string }) {
  return <Link to="/batches/$id" params={{ id }} search={{}}>batch {id.slice(0, 8)}</Link>;
}
