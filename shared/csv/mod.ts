/**
 * Reading separated text of any make: finding out how a file is written, cutting it into slices, and reading
 * rows out of it without ever letting a damaged row hurt its neighbours. Knows nothing of judgments.
 *
 * Rooms, each using only those named before it: `text` (bytes and characters), `records` (where one begins and ends,
 * its cells, repairs), `rows` (what is handed out of them), `detect` (how a file is written), `file` (a file as a
 * whole). `dialect.ts` has what all of them speak of.
 */
export {
  type Delimiter,
  DELIMITER_CHARS,
  DELIMITERS,
  type Dialect,
  type DialectOptions,
  type Encoding,
  ENCODINGS,
  ESCAPES,
  type Newline,
  NEWLINES,
  QUOTES,
} from "./dialect.ts";
export { sniffUnsupported } from "./text/sniff.ts";
export { UNSEEN } from "./text/unseen.ts";
export { type ParseCode, RAW_LINE_LIMIT, type RowProblem } from "./rows/problems.ts";
export type { RecordBatch } from "./rows/record_batch.ts";
export { RowReader, type RowReaderOptions } from "./rows/row_reader.ts";
export type { LineNames, TableHeader } from "./rows/table_lines.ts";
export type { ColumnNames } from "./detect/column_names.ts";
export type { FileProblem } from "./detect/file_problem.ts";
export type { Scan, Slice } from "./file/scan.ts";
export { FileScanner, type ScannerOptions, type ScannerState } from "./file/scanner.ts";
export { type CsvOptions, type CsvReading, type CsvRecord, readCsv } from "./file/read_csv.ts";
