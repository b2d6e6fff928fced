/**
 * Reading separated text of any make: finding out how a file is written, cutting it into slices, and reading
 * rows out of it without ever letting a damaged row hurt its neighbours. Knows nothing of judgments.
 */
export { DELIMITERS, type Dialect, type DialectOptions, type Encoding, type Newline } from "./dialect.ts";
export { type FileProblem, type ParseCode, RAW_LINE_LIMIT, type RowProblem } from "./problems.ts";
export type { RecordBatch } from "./batch.ts";
export type { Scan, Slice } from "./scan.ts";
export { FileScanner, type ScannerOptions, type ScannerState } from "./scanner.ts";
export { SliceReader, type SliceReaderOptions } from "./slice_reader.ts";
export { type CsvOptions, type CsvReading, type CsvRecord, readCsv } from "./read_csv.ts";
export { sniffUnsupported } from "./sniff.ts";
export { writeCsvRow } from "./write.ts";
