/** What the station says: one sentence about what happened, in the words operators know. Pure. */
import { percentBeside } from "../../shared/intake/budget.ts";
import type { Forecast } from "../../shared/intake/forecast.ts";
import type { Batch } from "../../shared/intake/record.ts";
import { counted, percent, whole } from "../look/figures.ts";
import type { Station } from "./station.ts";

/** How a batch ended, in one sentence. */
export function outcomeOf(batch: Batch): string {
  const { row_count_inserted: inserted, row_count_invalid: errors, row_count_unread: unread } = batch;
  if (batch.status === "completed") {
    if (batch.dry_run) {
      return `Trial Complete. ${whole(batch.row_count_valid)} Rows Would Pass, ${countErrors(errors)}.`;
    }
    if (errors === 0 && unread === 0) return `Batch Complete. ${counted(inserted, "Row", "Rows")} Ingested.`;
    const left = [
      ...(errors > 0 ? [countErrors(errors)] : []),
      ...(unread > 0 ? [`${counted(unread, "Line", "Lines")} Not Read`] : []),
    ];
    return `Batch Complete with Warnings. ${whole(inserted)} Ingested, ${left.join(", ")}.`;
  }
  if (batch.status === "skipped") return `Batch Skipped. ${batch.rejection_reason ?? ""}`.trim();
  return `Batch Rejected. ${whyRejected(batch)}`;
}

function countErrors(errors: number): string {
  return counted(errors, "Error", "Errors");
}

function whyRejected(batch: Batch): string {
  const { row_count_invalid: invalid, row_count_total: total, error_threshold_percent: budget } = batch;
  const isOver = batch.rejection_code === "ERROR_BUDGET_EXCEEDED" && 100 * invalid > budget * total;
  if (!isOver) return withPoint(batch.rejection_reason ?? "No reason was kept");
  const rate = percentBeside(invalid, total, budget, 1).replace(/\.0$/, "");
  return `Error Rate ${rate}% > ${budget}% Budget.`;
}

/** What was left out for being known, or null. */
export function duplicatesOf({ status, row_count_duplicate: known }: Batch): string | null {
  if (status !== "completed" || known === 0) return null;
  return `${counted(known, "row was", "rows were")} already known and left as ${
    known === 1 ? "it was" : "they were"
  }.`;
}

/** What a check found, before anything is sent. */
export function forecastOf(forecast: Forecast): string {
  const { verdict, total, invalid, unread, error_threshold_percent: budget } = forecast;
  if (total === 0) return `This file would be refused. ${withPoint(verdict.reason ?? "")}`;
  const rejected = invalid === 0
    ? "all of them good"
    : `${whole(invalid)} will be rejected (${percent(invalid, total)})`;
  const rows = `${counted(total, "row", "rows")}, ${rejected}`;
  const beside = unread === 0 ? "" : ` ${counted(unread, "line", "lines")} will not be read.`;
  if (verdict.status === "failed") {
    return verdict.code === "ERROR_BUDGET_EXCEEDED"
      ? `${rows}, over the budget of ${budget}%.${beside}`
      : `${rows}.${beside} The file would be refused: ${withPoint(verdict.reason ?? "")}`;
  }
  const within = invalid === 0 ? "" : `, within the budget of ${budget}%`;
  const waits = verdict.status === "awaiting_approval" ? " It will wait for approval." : "";
  return `${rows}${within}.${beside}${waits}`;
}

function withPoint(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** What is said of the state, also to who listens and does not look. */
export function sayOf(station: Station): string {
  switch (station.at) {
    case "idle":
      return "";
    case "checking":
      return `Checking ${station.file.filename}. Nothing has been sent.`;
    case "checked":
      return forecastOf(station.forecast);
    case "duplicate":
      return `Already ingested as ${station.known.filename ?? "another file"}. Nothing has been sent.`;
    case "uploading":
      return `Sending ${station.file.filename}.`;
    case "away":
      return `No answer while ${station.file.filename} was sent. It is kept here, and sent again as soon as the system is back: what has arrived is not taken twice.`;
    case "processing":
      return `Processing ${station.filename}.`;
    case "waiting":
      return `${station.filename} is within its budget and waits for approval.`;
    case "stopped":
      return station.isSure
        ? `${station.filename} was not taken in. ${station.why}`
        : `It is not known whether ${station.filename} has arrived. ${station.why} Try again: what is known is not taken twice.`;
    default:
      return outcomeOf(station.batch);
  }
}
