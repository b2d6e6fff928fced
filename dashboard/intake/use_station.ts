/** The station at work: the worker that checks, the calls that send, and the batch that is watched. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { NoAnswer, Refused } from "../../shared/http/refused.ts";
import { type SourceRules, USUAL_RULES } from "../../shared/intake/source_rules.ts";
import { BUCKET_LIMIT_BYTES, UPLOAD_LIMIT_BYTES } from "../../shared/intake/limits.ts";
import { isDesktopName } from "../../shared/intake/arriving.ts";
import { wordsOf } from "../look/pieces.tsx";
import type { ColumnSettings } from "./columns/choice.ts";
import { useDesk } from "../session/context.tsx";
import type { CheckAnswer, CheckRequest } from "./checker.worker.ts";
import { type Known, sendFile } from "./send_file.ts";
import { IDLE, type KnownBatch, next, type Station, wouldLose } from "./station.ts";

/** Milliseconds between two looks at a batch that runs. */
export const LOOK_EVERY_MS = 2000;

const KEPT = "dragonfly.sent";

/** What can be asked of the station. */
export interface StationDesk {
  readonly station: Station;
  /** Whose files are sent. */
  readonly source: string;
  readonly setSource: (name: string) => void;
  /** What the source's settings were when the file was checked. */
  readonly rules: SourceRules;
  readonly choose: (file: File) => void;
  /** Checks the file at hand once more; null when there is none. */
  readonly again: (() => void) | null;
  readonly send: (again: boolean) => void;
  /** Saves what columns are for a source, and checks the file again as one of its files. */
  readonly learn: (settings: ColumnSettings, source: string) => Promise<void>;
  readonly cancel: () => void;
  readonly clear: () => void;
  /** The batch that is watched cannot be seen at the moment. */
  readonly isAway: boolean;
}

/** The source that files belong to when nothing else is said. */
const USUAL_SOURCE = "simplicity";

export function useStation(): StationDesk {
  const { calls } = useDesk();
  const [source, setSource] = useState(USUAL_SOURCE);
  const [rules, setRules] = useState(USUAL_RULES);
  const [station, tell] = useReducer(next, IDLE);
  const file = useRef<File | null>(null);
  const work = useRef<AbortController | null>(null);

  const look = useCallback((chosen: File, of: string) => {
    work.current?.abort();
    const mine = new AbortController();
    work.current = mine;
    file.current = chosen;
    tell({ what: "cleared" });
    tell({ what: "chosen", file: { filename: chosen.name, size: chosen.size } });
    const refusal = refusedAtOnce(chosen);
    if (refusal !== null) return tell({ what: "stopped", why: refusal, isSure: true });
    void (async () => {
      try {
        const settings = await rulesOf(calls.client, of, mine.signal);
        setRules(settings);
        const share = (done: number) => tell({ what: "checking", share: done });
        const forecast = await check({ file: chosen, rules: settings }, share, mine.signal);
        const known = await knownBatch(calls.client, forecast.file_hash, of, mine.signal);
        if (!mine.signal.aborted) tell({ what: "checked", forecast, known });
      } catch (error) {
        if (!mine.signal.aborted) tell({ what: "stopped", why: wordsOf(error), isSure: true });
      }
    })();
  }, [calls]);

  const choose = useCallback((chosen: File) => look(chosen, source), [look, source]);

  const again = useCallback(() => {
    if (file.current !== null) look(file.current, source);
  }, [look, source]);

  const learn = useCallback(async (settings: ColumnSettings, name: string) => {
    const path = { name };
    await calls.client.call("PUT /intake/sources/:name", { path, body: settings });
    setSource(name);
    if (file.current !== null) look(file.current, name);
  }, [calls, look]);

  const send = useCallback((again: boolean) => {
    const chosen = file.current;
    if (chosen === null) return;
    if (station.at !== "checked" && station.at !== "duplicate" && station.at !== "away") return;
    const { file_hash: hash } = station.forecast;
    const mine = new AbortController();
    work.current = mine;
    tell({ what: "sending", again });
    void (async () => {
      try {
        const sent = (bytes: number) => tell({ what: "sent", bytes });
        const options = { source, force: again ? true : null };
        const road: Known = { hash, isLarge: chosen.size > UPLOAD_LIMIT_BYTES };
        const batchId = await sendFile(calls, chosen, road, options, sent, mine.signal);
        sessionStorage.setItem(KEPT, JSON.stringify({ batchId, filename: chosen.name }));
        tell({ what: "arrived", batchId });
      } catch (error) {
        if (mine.signal.aborted) return;
        if (error instanceof NoAnswer) return tell({ what: "lost" });
        const isSure = error instanceof Refused; // else it may have arrived all the same
        tell({ what: "stopped", why: wordsOf(error), isSure });
      }
    })();
  }, [calls, source, station]);

  const cancel = useCallback(() => {
    work.current?.abort();
    tell({ what: "stopped", ...cancelled(station) });
  }, [station]);

  const clear = useCallback(() => {
    work.current?.abort();
    file.current = null;
    sessionStorage.removeItem(KEPT);
    tell({ what: "cleared" });
  }, []);

  useEffect(() => {
    const kept = readKept();
    if (kept !== null) tell({ what: "resumed", ...kept });
    return () => work.current?.abort();
  }, []);

  useSendingAgain(station, send);
  useLeaveWarning(wouldLose(station));
  const isAway = useWatch(station, tell);
  return {
    station,
    source,
    setSource,
    rules,
    choose,
    again: file.current === null ? null : again,
    send,
    learn,
    cancel,
    clear,
    isAway,
  };
}

function useWatch(station: Station, tell: (event: Parameters<typeof next>[1]) => void): boolean {
  const { calls } = useDesk();
  const isRunning = station.at === "processing" || station.at === "waiting";
  const id = isRunning ? station.batchId : null;
  const watched = useQuery({
    queryKey: ["station", id],
    enabled: id !== null,
    refetchInterval: LOOK_EVERY_MS,
    queryFn: async ({ signal }) => {
      const path = { id: id ?? "" };
      return (await calls.client.call("GET /intake/batches/:id", { path, signal })).body;
    },
  });
  const batch = watched.data;
  const gone = watched.error instanceof Refused && watched.error.code === "NOT_FOUND";
  useEffect(() => {
    if (batch !== undefined) tell({ what: "seen", batch });
  }, [batch, tell]);
  useEffect(() => {
    if (gone) tell({ what: "stopped", why: "Its record has been deleted.", isSure: true });
  }, [gone, tell]);
  return id !== null && watched.error !== null && !gone;
}

/** What got no answer is sent again, at once where the network comes back, else every few seconds. */
function useSendingAgain(station: Station, send: (again: boolean) => void): void {
  useEffect(() => {
    if (station.at !== "away") return;
    const go = () => send(station.again);
    const timer = setTimeout(go, LOOK_EVERY_MS);
    addEventListener("online", go);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", go);
    };
  }, [station, send]);
}

function useLeaveWarning(isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [isOn]);
}

/** What was on its way may have arrived before it was given up. */
function cancelled({ at }: Station): { why: string; isSure: boolean } {
  return at === "away" || at === "uploading"
    ? { why: "You have cancelled it.", isSure: false }
    : { why: "You have cancelled it. Nothing was taken in.", isSure: true };
}

/** What the door would refuse whatever the content is. */
function refusedAtOnce({ name, size }: File): string | null {
  if (size === 0) return "The file is empty: it has no bytes at all.";
  if (size > BUCKET_LIMIT_BYTES) {
    return "The file is larger than 1 GiB, the most that is taken. Split it and send the parts.";
  }
  if (isDesktopName(name)) {
    return "A desktop makes files of this name by itself; none is taken for a vendor's.";
  }
  return null;
}

type Client = ReturnType<typeof useDesk>["calls"]["client"];

async function rulesOf(client: Client, source: string, signal: AbortSignal): Promise<SourceRules> {
  try {
    const { body } = await client.call("GET /intake/sources/:name", { path: { name: source }, signal });
    const { parseDialectOptions } = await import("../../shared/intake/read_dialect.ts");
    return { ...body, dialect: parseDialectOptions(body.dialect) };
  } catch (error) {
    const isUnset = source === USUAL_SOURCE && error instanceof Refused && error.code === "NOT_FOUND";
    if (isUnset) return USUAL_RULES; // the usual source need not have been set up
    throw error;
  }
}

async function knownBatch(
  client: Client,
  hash: string,
  source: string,
  signal: AbortSignal,
): Promise<KnownBatch | null> {
  const { body } = await client.call("POST /intake/check-duplicate", { body: { file_hash: hash }, signal });
  const { duplicate, batch_id, status } = body;
  // The bytes of a failed batch begin its next attempt by themselves: nobody need be asked.
  if (!duplicate || batch_id === null || status === "failed" || body.source !== source) return null;
  return { ...body, batch_id };
}

async function check(request: CheckRequest, share: (done: number) => void, signal: AbortSignal) {
  const worker = new Worker(new URL("./checker.worker.ts", import.meta.url), { type: "module" });
  const answer = Promise.withResolvers<Extract<CheckAnswer, { kind: "done" }>["forecast"]>();
  const abort = () => answer.reject(signal.reason);
  signal.addEventListener("abort", abort);
  worker.onmessage = ({ data }: MessageEvent<CheckAnswer>) => {
    if (data.kind === "progress") share(data.share);
    else if (data.kind === "done") answer.resolve(data.forecast);
    else answer.reject(new Error(`The file cannot be read here: ${data.why}`));
  };
  worker.onerror = ({ message }) => answer.reject(new Error(`The check broke off: ${message}`));
  worker.postMessage(request);
  try {
    return await answer.promise;
  } finally {
    signal.removeEventListener("abort", abort);
    worker.terminate();
  }
}

function readKept(): { batchId: string; filename: string } | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    if (typeof kept !== "object" || kept === null || !("batchId" in kept) || !("filename" in kept)) {
      return null;
    }
    return { batchId: String(kept.batchId), filename: String(kept.filename) };
  } catch {
    return null;
  }
}
