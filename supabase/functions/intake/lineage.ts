/**
 * Lineage: from a judgment to the line and byte of a file, and from a row of a file to its fate. Places of rows that
 * passed are not kept; the slice such a row lies in is read again with the reader that read it first.
 */
import { RowReader } from "../../../shared/csv/mod.ts";
import { ObjectMissing, type ObjectStore } from "../../../shared/data/object_store.ts";
import { Problem } from "../../../shared/errors.ts";
import type { AppContext } from "../_shared/app.ts";
import { readId } from "../_shared/request.ts";
import type { Lineage, Place, Traced } from "./lineage_sql.ts";

/** What lineage stands on. */
export interface LineageParts {
  readonly lineage: Lineage;
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

/** GET /intake/judgments/:id/lineage. @throws Problem INVALID_ID, NOT_FOUND. */
export async function answerLineage(context: AppContext, parts: LineageParts): Promise<Response> {
  const id = readWhole(context.req.param("id"), "A judgment id is a whole number.");
  const traced = await parts.lineage.ofJudgment(id);
  if (traced === null) throw new Problem("NOT_FOUND", `There is no judgment ${id}.`);
  return context.json(view(context, await locate(parts, traced)));
}

/** GET /intake/batches/:id/rows/:row, counted from 1. @throws Problem INVALID_ID, NOT_FOUND. */
export async function answerRow(context: AppContext, parts: LineageParts): Promise<Response> {
  const batch = readId(context.req.param("id"));
  const number = readWhole(context.req.param("row"), "A row number is a whole number from 1.");
  const traced = await parts.lineage.ofRow(batch, Math.min(number, LAST_ROW) - 1);
  if (traced === null) {
    throw new Problem("NOT_FOUND", `Batch ${batch} has no row ${number}, or is not there itself.`);
  }
  return context.json(view(context, await locate(parts, traced)));
}

function readWhole(text: string | undefined, rule: string): number {
  if (text === undefined || !/^[1-9]\d{0,14}$/.test(text)) throw new Problem("INVALID_ID", rule);
  return Number(text);
}

const LAST_ROW = 2_147_483_647; // what the database can count; no file has so many

/** What a viewer may see of it: nothing that came in the file. */
function view(context: AppContext, answer: Record<string, unknown>): Record<string, unknown> {
  if (context.get("caller").role !== "viewer") return answer;
  return { ...answer, raw_line: null, error_message: null, ...("issues" in answer ? { issues: [] } : {}) };
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
    raw_line: found?.raw_line ?? null,
  };
}

/** Steps of the reader, about half a second of CPU: a usual slice of 8 MB has a fifth of them. */
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
