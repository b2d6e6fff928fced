/** Mending on the page: rejects by what is wrong with them, written in, checked as one types, and sent back. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useId, useReducer, useState } from "react";
import type { Client } from "../../../shared/http/client.ts";
import { isOfParsing, MendRules, readRejects, writeCorrections } from "../../../shared/intake/mend.ts";
import type { DescribedBatch } from "../../../shared/intake/record.ts";
import { cellBeyondHeader } from "../../../shared/intake/columns.ts";
import { latestDateAnywhere } from "../../../shared/judgments/mod.ts";
import { counted, whole } from "../../look/figures.ts";
import { Trouble, wordsOf } from "../../look/pieces.tsx";
import { useDesk } from "../../session/context.tsx";
import { Cause } from "../errors.tsx";
import { Bench, type Group, stillNeeded } from "./bench.ts";
import { Grid } from "./grid.tsx";

/** Text of errors.csv that is put on the bench: some 20,000 rows. The next ones come when these have gone back. */
const MOST_BYTES = 4_194_304;

export default function Workshop({ batch, open, send }: {
  readonly batch: DescribedBatch;
  /** Rejects that nothing has put right yet. */
  readonly open: number;
  /** Sends corrections back. What it throws is shown. */
  readonly send: (file: File) => Promise<void>;
}) {
  const { calls: { client } } = useDesk();
  const { batch_id: id, source, header, attempt } = batch;
  const laid = useQuery({
    queryKey: ["bench", id, attempt, open],
    staleTime: Infinity,
    gcTime: 0,
    queryFn: async ({ signal }) => await layOut(client, id, source, header ?? [], signal),
  });
  if (laid.error) return <Trouble error={laid.error} again={() => void laid.refetch()} />;
  if (laid.data === undefined) return <p className="quiet">Loading the rows …</p>;
  return (
    <BenchPanel
      key={laid.dataUpdatedAt}
      batch={batch}
      bench={laid.data.bench}
      isPart={laid.data.isPart}
      open={open}
      send={send}
    />
  );
}

interface LaidOut {
  readonly bench: Bench;
  /** There are more rows than these. */
  readonly isPart: boolean;
}

async function layOut(
  client: Client,
  id: string,
  source: string,
  header: readonly string[],
  signal: AbortSignal,
): Promise<LaidOut> {
  const path = { id };
  const settings = await client.call("GET /intake/sources/:name", { path: { name: source }, signal });
  const query = { unresolved: "true" } as const;
  const response = await client.open("GET /intake/batches/:id/errors.csv", { path, query, signal });
  const { text, isPart } = await beginningOf(response);
  const rows = await readRejects(text, header);
  const rules = new MendRules(header, settings.body.header_map, latestDateAnywhere(new Date()));
  return { bench: new Bench(isPart ? rows.slice(0, -1) : rows, rules), isPart };
}

/** The last row of a part may be cut. */
async function beginningOf(response: Response): Promise<{ text: Blob; isPart: boolean }> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(Uint8Array.from(chunk));
    bytes += chunk.length;
    if (bytes > MOST_BYTES) return { text: new Blob(chunks), isPart: true }; // leaving the loop ends the stream
  }
  return { text: new Blob(chunks), isPart: false };
}

function BenchPanel({ batch, bench, isPart, open, send }: LaidOut & {
  readonly batch: DescribedBatch;
  readonly open: number;
  readonly send: (file: File) => Promise<void>;
}) {
  const [, changed] = useReducer((times: number) => times + 1, 0);
  const [key, setKey] = useState(bench.groups[0]?.key ?? "");
  const [why, setWhy] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const group = bench.groups.find((one) => one.key === key) ?? bench.groups[0];
  const header = batch.header ?? [];
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (bench.isTouched) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [bench]);
  if (group === undefined) return <p>Nothing is left to mend.</p>;
  const submit = async () => {
    setBusy(true);
    setWhy(null);
    try {
      const content = writeCorrections(header, bench.mended());
      const name = `${batch.filename.replace(/\.[^.]*$/, "")}.mended.csv`;
      await send(new File([content], name, { type: "text/csv" }));
    } catch (error) {
      setWhy(wordsOf(error));
    }
    setBusy(false);
  };
  const needed = Math.max(0, stillNeeded(batch, open) - bench.good);
  return (
    <div className="workshop">
      <ul className="groups" aria-label="What is wrong">
        {bench.groups.map((one) => {
          const good = one.rows.filter((at) => bench.isGood(at)).length;
          return (
            <li key={one.key}>
              <button type="button" aria-pressed={one === group} onClick={() => setKey(one.key)}>
                {one.code}
                {one.field === null ? "" : `, ${one.field}`}{" "}
                <span className={good === one.rows.length ? "good" : ""}>
                  {whole(good)} of {whole(one.rows.length)} good
                </span>
              </button>
            </li>
          );
        })}
      </ul>
      <Cause code={group.code} />
      <Same key={group.key} bench={bench} group={group} header={header} changed={changed} />
      <Grid key={`${group.key} rows`} bench={bench} group={group} header={header} changed={changed} />
      <p role="status" aria-live="polite">
        {counted(bench.good, "row is", "rows are")} good now. {needed > 0
          ? `The batch goes through once ${counted(needed, "more is", "more are")}.`
          : stillNeeded(batch, open) > 0
          ? "With them the batch keeps its budget and goes on by itself."
          : ""}
        {isPart && " Only the first rows are here; the next ones come when these have been sent."}
      </p>
      <div className="row">
        <button
          type="button"
          className="main"
          disabled={busy || bench.good === 0}
          onClick={() => void submit()}
        >
          {busy ? "Sending …" : `Send ${counted(bench.good, "mended row", "mended rows")} back`}
        </button>
      </div>
      <p role="alert" className="bad">{why}</p>
    </div>
  );
}

/** The same for all rows of a group that are not good yet. */
function Same({ bench, group, header, changed }: {
  readonly bench: Bench;
  readonly group: Group;
  readonly header: readonly string[];
  readonly changed: () => void;
}) {
  const usual = bench.rules.fields.findIndex((field) => field !== null && field === group.field);
  const [column, setColumn] = useState(Math.max(0, usual));
  const [value, setValue] = useState("");
  const [told, setTold] = useState("");
  const id = useId();
  const left = group.rows.filter((at) => !bench.isGood(at)).length;
  const fill = () => {
    const rows = bench.writeAll(group, column, value);
    setTold(`Written into ${counted(rows, "row", "rows")}.`);
    changed();
  };
  return (
    <form
      className="row"
      aria-label="The same for all"
      onSubmit={(event) => {
        event.preventDefault();
        fill();
      }}
    >
      <label className="inline">
        In
        <select value={column} onChange={(event) => setColumn(Number(event.target.value))}>
          {header.map((name, at) => <option key={at} value={at}>{name.trim() || cellBeyondHeader(at)}
          </option>)}
        </select>
      </label>
      <label className="inline" htmlFor={id}>
        write
        <input id={id} value={value} spellCheck={false} onChange={(event) => setValue(event.target.value)} />
      </label>
      <button type="submit" disabled={left === 0}>The same for all {whole(left)}</button>
      {isOfParsing(group.code) && (
        <button
          type="button"
          disabled={left === 0}
          onClick={() => {
            bench.confirm(group);
            setTold("");
            changed();
          }}
        >
          All cells stand where they belong
        </button>
      )}
      <span role="status" className="quiet">{told}</span>
    </form>
  );
}
