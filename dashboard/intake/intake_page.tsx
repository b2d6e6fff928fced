/** The intake station: one drop zone, and a sentence about what happened and what to do. */
import { Link } from "@tanstack/react-router";
import { type DragEvent, lazy, type ReactNode, Suspense, useEffect, useRef, useState } from "react";
import { BatchErrors } from "../batches/errors.tsx";
import { BatchFigures } from "../batches/figures.tsx";
import { size, whole } from "../look/figures.ts";
import { Heading } from "../look/heading.tsx";
import { Figure, Moment, Progress, StateTag } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";
import { DriftNotice, useDrift } from "./columns/drift.tsx";
import { ForecastRejects } from "./rejects.tsx";
import { isBusy as isUnderWay, type Station } from "./station.ts";
import { type StationDesk, useStation } from "./use_station.ts";
import { duplicatesOf, sayOf } from "./words.ts";

/** It comes when it is needed: most files are understood. */
const Mapping = lazy(() => import("./columns/mapping.tsx"));

export function IntakePage() {
  const { person } = useDesk();
  return (
    <main>
      <Heading>Intake</Heading>
      {person.role === "operator" ? <OperatorStation /> : (
        <p className="notice">
          You may look, not send: files are sent by operators. What has come in stands under{" "}
          <Link to="/batches" search={{}}>Batches</Link>.
        </p>
      )}
    </main>
  );
}

function OperatorStation() {
  const desk = useStation();
  const { station } = desk;
  return (
    <>
      <DropZone desk={desk} />
      <p role="status" aria-live="polite" className={`say say-${station.at}`}>{sayOf(station)}</p>
      <Details desk={desk} />
    </>
  );
}

function DropZone({ desk }: { readonly desk: StationDesk }) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const { station, source, setSource, choose } = desk;
  useEffect(() => void performance.mark("drop zone can be used"), []); // `deno task bench:dashboard` reads it
  const isBusy = isUnderWay(station);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file !== undefined && !isBusy) choose(file);
  };
  return (
    <section
      aria-label="Send a file"
      className={`drop ${isOver ? "over" : ""} ${station.at === "idle" ? "wide-open" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <input
        ref={input}
        type="file"
        hidden
        aria-label="CSV file"
        accept=".csv,.txt,.tsv,text/csv,text/plain,text/tab-separated-values"
        onChange={(event) => {
          const file = event.target.files?.[0];
          event.target.value = ""; // the same file can be chosen again
          if (file !== undefined) choose(file);
        }}
      />
      <p className="drop-words">Drop a CSV file of judgments here</p>
      <button type="button" className="main" disabled={isBusy} onClick={() => input.current?.click()}>
        Choose a file
      </button>
      <details>
        <summary>Options</summary>
        <label>
          Source
          <input
            value={source}
            spellCheck={false}
            disabled={isBusy}
            pattern="[a-z0-9][a-z0-9_\-]{0,62}"
            onChange={(event) => setSource(event.target.value)}
          />
        </label>
      </details>
      <p className="quiet small">
        Checked here first, row by row, by the rules it will be judged by. Nothing is sent until you say so.
      </p>
    </section>
  );
}

function Details({ desk }: { readonly desk: StationDesk }) {
  const { station, send, cancel, clear } = desk;
  switch (station.at) {
    case "idle":
      return <Steps />;
    case "checking":
      return (
        <Panel>
          <Progress share={station.share} label="Checked" />
          <div className="row">
            <span className="quiet">{size(station.file.size)}</span>
            <button type="button" onClick={cancel}>Cancel</button>
          </div>
        </Panel>
      );
    case "checked":
      return <Checked key={station.forecast.file_hash} station={station} desk={desk} />;
    case "duplicate":
      return (
        <Panel>
          <p>
            Already ingested on <Moment at={station.known.created_at} /> as{" "}
            <b className="keep">{station.known.filename}</b>
            {station.known.status !== null && (
              <>
                {" "}
                <StateTag status={station.known.status} />
              </>
            )}
          </p>
          <div className="row">
            <Link
              className="button main"
              to="/batches/$id"
              params={{ id: station.known.batch_id }}
              search={{}}
            >
              View it
            </Link>
            {station.known.status === "completed" && (
              <button type="button" onClick={() => send(true)}>Run it again</button>
            )}
            <button type="button" onClick={clear}>Leave it</button>
          </div>
        </Panel>
      );
    case "uploading":
      return (
        <Panel>
          <Progress share={station.sent / station.file.size} label="Sent" />
          <div className="row">
            <span className="quiet">{size(station.sent)} of {size(station.file.size)}</span>
            <button type="button" onClick={cancel}>Cancel</button>
          </div>
        </Panel>
      );
    case "away":
      return (
        <Panel>
          <Progress share={null} label="Waiting for the system" />
          <div className="row">
            <span className="quiet">{size(station.file.size)}</span>
            <button type="button" className="main" onClick={() => send(station.again)}>Try now</button>
            <button type="button" onClick={cancel}>Cancel</button>
          </div>
        </Panel>
      );
    case "processing":
    case "waiting":
      return (
        <Panel>
          <Progress share={station.batch?.progress ?? null} label="Processed" />
          <div className="row">
            {station.batch !== null && <StateTag status={station.batch.status} />}
            <Link to="/batches/$id" params={{ id: station.batchId }} search={{}}>Open the batch</Link>
            <span className="quiet">
              {desk.isAway
                ? "It cannot be seen at the moment. It goes on by itself, and is looked for again."
                : "It goes on by itself; you may leave this page."}
            </span>
          </div>
        </Panel>
      );
    case "stopped":
      return (
        <div className="row">
          {desk.again !== null && (
            <button type="button" className="main" onClick={desk.again}>Try again</button>
          )}
          <button type="button" onClick={clear}>All right</button>
        </div>
      );
    default: {
      const known = duplicatesOf(station.batch);
      return (
        <Panel>
          {known !== null && <p>{known}</p>}
          <BatchFigures batch={station.batch} />
          <div className="row">
            <Link className="button" to="/batches/$id" params={{ id: station.batch.batch_id }} search={{}}>
              Open the batch
            </Link>
            <button type="button" onClick={clear}>Next file</button>
          </div>
          <BatchErrors batch={station.batch} first={5} />
        </Panel>
      );
    }
  }
}

/** What was found, what can be done about it, and which column is what where that is not understood. */
function Checked({ station, desk }: {
  readonly station: Extract<Station, { at: "checked" }>;
  readonly desk: StationDesk;
}) {
  const { forecast } = station;
  const { source, rules, send, clear, learn } = desk;
  const isRefused = forecast.verdict.status === "failed";
  const canMap = forecast.first_rows.length > 0;
  const isUnknown = canMap && forecast.total === 0;
  const [isMapping, setMapping] = useState(isUnknown);
  const drift = useDrift(forecast, source, rules.header_map);
  return (
    <Panel>
      <Forecasted station={station} />
      {drift !== undefined && drift !== null && <DriftNotice drift={drift} />}
      {isMapping && drift !== undefined && (
        <Suspense fallback={<p className="quiet">Loading …</p>}>
          <Mapping
            file={forecast}
            source={source}
            overrides={rules.header_map}
            drift={drift?.change ?? null}
            save={learn}
            close={isUnknown ? clear : () => setMapping(false)}
          />
        </Suspense>
      )}
      {!isMapping && (
        <>
          <div className="row">
            <button type="button" className="main" onClick={() => send(false)}>
              {isRefused ? "Send it all the same" : `Send ${whole(forecast.total)} rows`}
            </button>
            {canMap && <button type="button" onClick={() => setMapping(true)}>Change the columns</button>}
            <button type="button" onClick={clear}>Leave it</button>
          </div>
          {isRefused && (
            <p className="quiet">
              It would be refused whole, and nothing of it inserted. Sent all the same, its rejected rows are
              kept, and can be corrected and sent back.
            </p>
          )}
          <ForecastRejects forecast={forecast} />
        </>
      )}
    </Panel>
  );
}

function Panel({ children }: { readonly children: ReactNode }) {
  return <section className="panel" aria-label="This file">{children}</section>;
}

function Forecasted({ station }: { readonly station: Extract<Station, { at: "checked" }> }) {
  const { forecast, file } = station;
  const { dialect } = forecast;
  return (
    <>
      <h2 className="keep">{file.filename}</h2>
      <dl className="figures">
        <Figure name="Rows">{whole(forecast.total)}</Figure>
        <Figure name="Good" tone={forecast.valid > 0 ? "good" : undefined}>{whole(forecast.valid)}</Figure>
        <Figure name="Rejected" tone={forecast.invalid > 0 ? "bad" : undefined}>
          {whole(forecast.invalid)}
        </Figure>
        <Figure name="Repeated in the file">
          {forecast.repeated === null ? "not counted" : whole(forecast.repeated)}
        </Figure>
        <Figure name="Not read" tone={forecast.unread > 0 ? "warn" : undefined}>
          {whole(forecast.unread)}
        </Figure>
        <Figure name="Size">{size(file.size)}</Figure>
        {dialect !== null && (
          <Figure name="Written as">{dialect.encoding}, {nameOf(dialect.delimiter)}</Figure>
        )}
      </dl>
      {forecast.ignored_columns.length > 0 && (
        <p className="quiet">
          Columns that are not read: <span className="keep">{forecast.ignored_columns.join(", ")}</span>
        </p>
      )}
      {forecast.notes.length > 0 && (
        <ul className="quiet">{forecast.notes.map((note) => <li key={note}>{note}</li>)}</ul>
      )}
    </>
  );
}

function nameOf(delimiter: string): string {
  return ({ ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar" })[delimiter] ?? delimiter;
}

/** Before the first file: what will happen. */
function Steps() {
  return (
    <ol className="steps">
      <li>
        <b>Check</b>
        Every row is held against the rules, here, in your browser.
      </li>
      <li>
        <b>Send</b>
        You see what will be rejected, and decide.
      </li>
      <li>
        <b>Done</b>
        All good rows are taken in together, or none.
      </li>
    </ol>
  );
}
