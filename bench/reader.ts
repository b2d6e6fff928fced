/**
 * `deno task bench:reader`: the CSV reader beside Papa Parse's low-level parser, both in memory, CPU time, in one run;
 * and the memory of a scan over a generated gigabyte. Pairs are interleaved; ratios are medians.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import Papa from "papaparse";
import { FileScanner, RowReader } from "../shared/csv/mod.ts";
import { spanOf } from "./figures.ts";
import { whole } from "./options.ts";
import { HOSTILE, hostileFile, isHostileHeader, quotePattern, type Shape } from "./hostile.ts";

const USAGE =
  `deno task bench:reader [--megabytes 24] [--runs 5] [--gigabyte] [--hostile 1,2,4,8] [--patterns 1000]
  [--json]

  --gigabyte   also scan a generated gigabyte and tell the peak of memory
  --hostile    instead, files written to be dear to read, at so many MB: CPU and steps for each byte
  --patterns   instead, so many generated patterns of quotes: steps for each byte, and the worst at 1, 2, 4, 8 MB`;

const MIB = 1024 * 1024;

/** A file of about so many bytes; what its rows are like decides what a reader has to do. */
const SHAPES: Readonly<Record<string, (i: number) => string>> = {
  clean: (i) =>
    `2024-CV-${i},ACME Collections LLC,James Garcia ${i % 97},${i}.50,2024-01-15,Kings,12 Ocean Avenue`,
  "20 % quoted": (i) =>
    `2024-CV-${i},ACME Collections LLC,James Garcia,${i}.50,2024-01-15,Kings,${
      i % 5 === 0 ? '"12 Ocean Avenue, Apt 7"' : "12 Ocean Avenue"
    }`,
  "all quoted": (i) =>
    `"2024-CV-${i}","ACME ""C"" LLC","Garcia, James","${i}.50","2024-01-15","Kings","12 Ocean"`,
};

function file(shape: (i: number) => string, bytes: number): Uint8Array {
  const lines = ["case_number,plaintiff,defendant,amount,judgment_date,county,address"];
  for (let size = 0, i = 0; size < bytes; i++) {
    const line = shape(i);
    lines.push(line);
    size += line.length + 1;
  }
  return new TextEncoder().encode(lines.join("\n") + "\n");
}

function* chunks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** @returns ms of CPU of this process. */
function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000;
}

function scan(bytes: Uint8Array) {
  const scanner = new FileScanner({ sliceBytes: Number.MAX_SAFE_INTEGER });
  for (const chunk of chunks(bytes)) scanner.push(chunk);
  return scanner.finish();
}

function readOurs(bytes: Uint8Array): number {
  const { dialect, headerWidth, slices: [slice] } = scan(bytes.subarray(0, MIB));
  if (slice === undefined) throw new Error("Cannot measure: the file has no rows");
  const reader = new RowReader({ dialect, headerWidth, ...slice, rows: undefined }); // the rest of the file, too
  for (const chunk of chunks(bytes.subarray(slice.firstByte))) reader.push(chunk);
  reader.finish();
  return reader.rows;
}

/** Papa as an engine would use it: decoded in a stream, its cursor carried from block to block. */
function readPapa(bytes: Uint8Array): number {
  const decoder = new TextDecoder();
  const parser = new Papa.Parser({ delimiter: ",", newline: "\n", quoteChar: '"' });
  let rest = "";
  let rows = -1; // the header
  for (const chunk of chunks(bytes)) {
    const text = rest + decoder.decode(chunk, { stream: true });
    const { data, meta } = parser.parse(text, 0, true);
    rows += data.length;
    rest = text.slice(meta.cursor);
  }
  return rows + (rest === "" ? 0 : parser.parse(rest, 0, false).data.length);
}

interface ShapeFigures {
  readonly shape: string;
  readonly megabytes: number;
  readonly scan_ms_per_mb: number;
  readonly read_ms_per_mb: number;
  readonly papa_ms_per_mb: number;
  readonly reader_over_papa: number;
}

function measure(shape: string, megabytes: number, runs: number): ShapeFigures {
  const line = SHAPES[shape];
  if (line === undefined) throw new Error(`Cannot measure ${shape}: no such shape`);
  const bytes = file(line, megabytes * MIB);
  if (readOurs(bytes) !== readPapa(bytes)) {
    throw new Error(`Cannot compare ${shape}: the readers count different rows`);
  }
  const pairs = Array.from({ length: runs }, () => ({
    scan: cpuOf(() => scan(bytes)),
    ours: cpuOf(() => readOurs(bytes)),
    papa: cpuOf(() => readPapa(bytes)),
  }));
  const perMb = (pick: (pair: typeof pairs[number]) => number) => round(median(pairs.map(pick)) / megabytes);
  return {
    shape,
    megabytes,
    scan_ms_per_mb: perMb((pair) => pair.scan),
    read_ms_per_mb: perMb((pair) => pair.ours),
    papa_ms_per_mb: perMb((pair) => pair.papa),
    reader_over_papa: round(median(pairs.map((pair) => pair.ours / pair.papa))),
  };
}

/** @returns the highest resident memory in MB while a gigabyte goes through the scanner. */
function scanGigabyte(): number {
  const block = file((i) => SHAPES["20 % quoted"]?.(i) ?? "", 4 * MIB);
  const body = block.subarray(block.indexOf(10) + 1);
  const scanner = new FileScanner();
  for (const chunk of chunks(block)) scanner.push(chunk);
  let peak = 0;
  for (let at = block.length; at < 1024 * MIB; at += body.length) {
    for (const chunk of chunks(body)) scanner.push(chunk);
    peak = Math.max(peak, Deno.memoryUsage().rss);
  }
  const { slices } = scanner.finish();
  if (slices.length < 100) throw new Error("Cannot believe the scan: a gigabyte has more slices");
  return Math.round(peak / MIB);
}

interface HostileFigures {
  readonly shape: string;
  readonly megabytes: number;
  readonly scan_ms: number;
  readonly scan_steps_per_byte: number;
  readonly read_ms: number;
  readonly read_steps_per_byte: number;
}

function measureHostile(name: string, shape: Shape, megabytes: number): HostileFigures {
  const bytes = hostileFile(shape, megabytes * MIB);
  const scanner = new FileScanner({ sliceBytes: Number.MAX_SAFE_INTEGER, isKnownHeader: isHostileHeader });
  const scanMs = cpuOf(() => {
    for (const chunk of chunks(bytes)) scanner.push(chunk);
  });
  const { dialect, headerWidth, slices: [slice] } = scanner.finish();
  // Some of these files have nothing but blank rows, and then no slice to read.
  const reader = slice === undefined ? null : new RowReader({ dialect, headerWidth, ...slice });
  const readMs = cpuOf(() => {
    for (const chunk of chunks(bytes.subarray(slice?.firstByte ?? bytes.length))) reader?.push(chunk);
    reader?.finish();
  });
  return {
    shape: name,
    megabytes,
    scan_ms: Math.round(scanMs),
    scan_steps_per_byte: round(scanner.steps / bytes.length),
    read_ms: Math.round(readMs),
    read_steps_per_byte: round((reader?.steps ?? 0) / bytes.length),
  };
}

function hostileFigures(sizes: string): HostileFigures[] {
  return Object.entries(HOSTILE).flatMap(([name, shape]) =>
    sizes.split(",").map((size) => measureHostile(name, shape, Number(size)))
  );
}

/** How large the file of a pattern is: all of what looks ahead in the reader is at work, and a thousand are read in minutes. */
const PATTERN_MB = 1 / 16;
const SIZES_OF_WORST = [1, 2, 4, 8];

interface PatternFigures {
  readonly patterns: number;
  /** Steps for each byte, scan and reading each: of the middle one, the worst of a hundred, the worst. */
  readonly scan: readonly [median: number, p99: number, most: number];
  readonly read: readonly [median: number, p99: number, most: number];
  readonly worst: readonly HostileFigures[];
}

function patternFigures(count: number): PatternFigures {
  const all = Array.from({ length: count }, (_, seed) => ({
    seed,
    figures: measureHostile(`pattern ${seed}`, quotePattern(seed), PATTERN_MB),
  }));
  const spread = (pick: (one: HostileFigures) => number): [number, number, number] => {
    const sorted = all.map(({ figures }) => pick(figures)).sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(count - 1, Math.floor(share * count))] ?? 0;
    return [at(0.5), at(0.99), at(1)];
  };
  const work = ({ figures }: typeof all[number]) => figures.scan_steps_per_byte + figures.read_steps_per_byte;
  const [worst] = all.toSorted((a, b) => work(b) - work(a));
  return {
    patterns: count,
    scan: spread((one) => one.scan_steps_per_byte),
    read: spread((one) => one.read_steps_per_byte),
    worst: worst === undefined
      ? []
      : SIZES_OF_WORST.map((size) => measureHostile(`pattern ${worst.seed}`, quotePattern(worst.seed), size)),
  };
}

function median(values: readonly number[]): number {
  return spanOf(values)?.median ?? 0;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const { values: flags } = parseArgs({
  args: Deno.args,
  options: {
    megabytes: { type: "string", default: "24" },
    runs: { type: "string", default: "5" },
    gigabyte: { type: "boolean", default: false },
    hostile: { type: "string" },
    patterns: { type: "string" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (flags.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (flags.hostile !== undefined) {
  const hostile = hostileFigures(flags.hostile);
  if (flags.json) console.log(JSON.stringify(hostile));
  else console.table(hostile);
  Deno.exit(0);
}
if (flags.patterns !== undefined) {
  const { worst, ...spread } = patternFigures(whole("--patterns", flags.patterns, 1, 100_000));
  if (flags.json) console.log(JSON.stringify({ ...spread, worst }));
  else {
    console.log(
      `${spread.patterns} patterns, steps for each byte (median, worst of a hundred, worst): ` +
        `scan ${spread.scan.join(", ")} · read ${spread.read.join(", ")}`,
    );
    console.table(worst);
  }
  Deno.exit(0);
}
const figures = Object.keys(SHAPES).map((shape) =>
  measure(shape, Number(flags.megabytes), Number(flags.runs))
);
const peak = flags.gigabyte ? scanGigabyte() : null;
if (flags.json) console.log(JSON.stringify({ figures, gigabyte_peak_mb: peak }));
else {
  for (const one of figures) {
    console.log(
      `${one.shape.padEnd(12)} scan ${one.scan_ms_per_mb} ms/MB · read ${one.read_ms_per_mb} ms/MB · ` +
        `Papa low-level ${one.papa_ms_per_mb} ms/MB · reader/Papa ${one.reader_over_papa}`,
    );
  }
  if (peak !== null) console.log(`1 GB scanned: ${peak} MB resident at most`);
}
