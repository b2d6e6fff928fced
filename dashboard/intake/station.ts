/**
 * The intake station as a state machine: idle → checking → (duplicate) → checked → uploading → processing →
 * success | partial | failed, with `away` while nothing answers, `waiting` for a person's approval and `stopped` for what
 * ended before the file was in.
 * Pure: what happens outside comes in as an event, and an event that does not belong to the state changes nothing.
 */
import type { Forecast } from "../../shared/intake/forecast.ts";
import type { Batch, DuplicateAnswer } from "../../shared/intake/record.ts";

/** A file as the station speaks of it. */
export interface Chosen {
  readonly filename: string;
  /** In bytes. */
  readonly size: number;
}

/** A batch that has the same bytes. */
export type KnownBatch = DuplicateAnswer & { readonly batch_id: string };

/** Where the station stands. */
export type Station =
  | { readonly at: "idle" }
  /** Nothing has been sent; share: of the check, 0 to 1. */
  | { readonly at: "checking"; readonly file: Chosen; readonly share: number }
  | {
    readonly at: "duplicate";
    readonly file: Chosen;
    readonly forecast: Forecast;
    readonly known: KnownBatch;
  }
  | { readonly at: "checked"; readonly file: Chosen; readonly forecast: Forecast }
  /** sent: bytes that have gone out; again: a completed batch of the same bytes is run once more. */
  | {
    readonly at: "uploading";
    readonly file: Chosen;
    readonly forecast: Forecast;
    readonly sent: number;
    readonly again: boolean;
  }
  /** No answer came: it may have arrived or not, and is sent again as soon as something answers. */
  | { readonly at: "away"; readonly file: Chosen; readonly forecast: Forecast; readonly again: boolean }
  /** batch: as it was last seen; null until it has been. */
  | {
    readonly at: "processing" | "waiting";
    readonly filename: string;
    readonly batchId: string;
    readonly batch: Batch | null;
  }
  | { readonly at: "success" | "partial" | "failed"; readonly filename: string; readonly batch: Batch }
  /** isSure: it is known that nothing of the file has arrived. */
  | { readonly at: "stopped"; readonly filename: string; readonly why: string; readonly isSure: boolean };

/** What happens to it. */
export type StationEvent =
  | { readonly what: "chosen"; readonly file: Chosen }
  | { readonly what: "checking"; readonly share: number }
  | { readonly what: "checked"; readonly forecast: Forecast; readonly known: KnownBatch | null }
  | { readonly what: "sending"; readonly again: boolean }
  | { readonly what: "sent"; readonly bytes: number }
  /** What was sent got no answer. */
  | { readonly what: "lost" }
  | { readonly what: "arrived"; readonly batchId: string }
  /** A batch that was sent before the page was left. */
  | { readonly what: "resumed"; readonly batchId: string; readonly filename: string }
  | { readonly what: "seen"; readonly batch: Batch }
  | { readonly what: "stopped"; readonly why: string; readonly isSure: boolean }
  | { readonly what: "cleared" };

export const IDLE: Station = { at: "idle" };

/** @returns where the station stands after an event; the same state when the event does not belong to it. */
export function next(station: Station, event: StationEvent): Station {
  switch (event.what) {
    case "cleared":
      return IDLE;
    case "chosen":
      return isBusy(station) ? station : { at: "checking", file: event.file, share: 0 };
    case "checking":
      return station.at === "checking"
        ? { ...station, share: Math.max(station.share, event.share) } // never goes back
        : station;
    case "checked":
      if (station.at !== "checking") return station;
      return event.known === null
        ? { at: "checked", file: station.file, forecast: event.forecast }
        : { at: "duplicate", file: station.file, forecast: event.forecast, known: event.known };
    case "sending":
      if (station.at !== "checked" && station.at !== "duplicate" && station.at !== "away") return station;
      return { ...whatOf(station), at: "uploading", sent: 0, again: event.again };
    case "lost":
      return station.at === "uploading" ? { ...whatOf(station), at: "away", again: station.again } : station;
    case "sent":
      return station.at === "uploading"
        ? { ...station, sent: Math.min(station.file.size, Math.max(station.sent, event.bytes)) }
        : station;
    case "arrived":
      if (station.at !== "uploading") return station;
      return { at: "processing", filename: station.file.filename, batchId: event.batchId, batch: null };
    case "resumed":
      return station.at === "idle"
        ? { at: "processing", filename: event.filename, batchId: event.batchId, batch: null }
        : station;
    case "seen":
      return seen(station, event.batch);
    case "stopped": {
      const name = filenameOf(station);
      return name === null || hasResult(station)
        ? station
        : { at: "stopped", filename: name, why: event.why, isSure: event.isSure };
    }
  }
}

/** Whether another file would disturb what is under way. */
export function isBusy(station: Station): boolean {
  return station.at === "checking" || wouldLose(station);
}

/** Whether leaving the page would lose a file that is on its way. */
export function wouldLose(station: Station): boolean {
  return station.at === "uploading" || station.at === "away";
}

function whatOf({ file, forecast }: { readonly file: Chosen; readonly forecast: Forecast }) {
  return { file, forecast };
}

function seen(station: Station, batch: Batch): Station {
  if (station.at !== "processing" && station.at !== "waiting") return station;
  if (batch.batch_id !== station.batchId) return station;
  const { filename } = batch;
  if (batch.status === "completed") return { at: isPartial(batch) ? "partial" : "success", filename, batch };
  if (batch.status === "failed" || batch.status === "skipped") return { at: "failed", filename, batch };
  return { ...station, at: batch.status === "awaiting_approval" ? "waiting" : "processing", batch };
}

/** Whether a completed batch left something of its file out. */
export function isPartial({ row_count_invalid, row_count_unread }: Batch): boolean {
  return row_count_invalid > 0 || row_count_unread > 0;
}

function hasResult({ at }: Station): boolean {
  return at === "success" || at === "partial" || at === "failed";
}

function filenameOf(station: Station): string | null {
  if ("file" in station) return station.file.filename;
  return "filename" in station ? station.filename : null;
}
