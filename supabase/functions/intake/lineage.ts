/**
 * Lineage: from a judgment to the line and byte of a file, and from a row of a file to its fate. Places of rows that
 * passed are not kept; the slice such a row lies in is read again with the reader that read it first. A rejected row's
 * line was kept with it, with what is invisible shown, and is there when the file is gone.
 */
import { RowReader } from "../../../shared/csv/mod.ts";
import { ObjectMissing, type ObjectStore } from "../../../shared/data/object_store.ts";
import { Problem } from "../../../shared/errors.ts";
import { JudgmentLineage, RowFate } from "../../../shared/http/answers/intake.ts";
import { answer, type AppContext, type HandlerOf } from "../_shared/app.ts";
import type { LineageGateway, Place, Traced } from "../../../shared/data/lineage_gateway.ts";

/** What lineage stands on. */
export interface LineageParts {
  readonly lineage: LineageGateway;
  readonly objects: ObjectStore;
}

/** Where a row stands in its file, and how. */
interface FoundRow {
  /** Physical line, from 1. */
  readonly line_number: number;
  /** Of its first byte. */
  readonly byte_offset: number;
  readonly raw_line: string;
}

/** Where a judgment comes from. */
export function answerLineage(
  parts: LineageParts,
): HandlerOf<"intake", "GET /intake/judgments/:id/lineage"> {
  return async (context, { path: { id } }) => {
    const traced = await parts.lineage.ofJudgment(id);
    if (traced === null) throw new Problem("NOT_FOUND", `There is no judgment ${id}.`);
    const located = JudgmentLineage.parse(await locate(parts, traced));
    return answer(200, isViewer(context) ? { ...located, raw_line: null } : located);
  };
}

/** What became of a row, counted from 1. */
export function answerRow(parts: LineageParts): HandlerOf<"intake", "GET /intake/batches/:id/rows/:row"> {
  return async (context, { path: { id, row } }) => {
    const traced = await parts.lineage.ofRow(id, Math.min(row, LAST_ROW) - 1);
    if (traced === null) {
      throw new Problem("NOT_FOUND", `Batch ${id} has no row ${row}, or is not there itself.`);
    }
    const located = RowFate.parse(await locate(parts, traced));
    return answer(
      200,
      isViewer(context) ? { ...located, raw_line: null, error_message: null, issues: [] } : located,
    );
  };
}

const LAST_ROW = 2_147_483_647; // what the database can count; no file has so many

/** A viewer sees nothing that came in the file. */
function isViewer(context: AppContext): boolean {
  return context.get("caller").role === "viewer";
}

async function locate(parts: LineageParts, traced: Traced): Promise<Record<string, unknown>> {
  const { place, ...known } = traced;
  const found = place === null || traced.row_index === null
    ? null
    : await readRow(parts.objects, place, traced.row_index);
  return {
    ...known,
    line_number: known.line_number ?? found?.line_number ?? null,
    byte_offset: known.byte_offset ?? found?.byte_offset ?? null,
    raw_line: known.raw_line ?? found?.raw_line ?? null,
  };
}

/** Steps of the reader, about half a second of CPU: a usual slice has a seventh of them. */
const MOST_STEPS = 100_000_000;

/** Reads a slice up to the row; null when the file is gone by now, or too dear to read for an answer. */
async function readRow(objects: ObjectStore, place: Place, rowIndex: number): Promise<FoundRow | null> {
  const reader = new RowReader({
    dialect: place.dialect,
    headerWidth: place.header_width,
    firstByte: place.first_byte,
    firstRow: place.first_row,
    firstLine: place.first_line,
  });
  const stop = new AbortController();
  try {
    const { stream } = await objects.openRange(place.object, place.first_byte, place.end_byte, stop.signal);
    for await (const chunk of stream) {
      const found = rowIn(reader.push(chunk), rowIndex);
      if (found !== null || reader.steps > MOST_STEPS) return found;
    }
    return rowIn(reader.finish(), rowIndex);
  } catch (error) {
    if (error instanceof ObjectMissing) return null;
    throw new Problem("UNAVAILABLE", "Storage did not give the file.", { cause: error });
  } finally {
    stop.abort();
  }
}

function rowIn(batches: ReturnType<RowReader["push"]>, rowIndex: number): FoundRow | null {
  for (const batch of batches) {
    const at = rowIndex - batch.firstRow;
    if (at < 0 || at >= batch.rows.length) continue;
    return {
      line_number: batch.lineOf(at),
      byte_offset: batch.byteOffsetOf(at),
      raw_line: batch.rawLineOf(at),
    };
  }
  return null;
}
