/** Nothing depends on where a file is cut: into chunks, into shares, into slices. */
import { assertEquals } from "deno-std/assert/equals.js";
import { FileScanner, type Scan, type ScannerState } from "../../../../shared/csv/mod.ts";
import { HEADER, isKnownHeader, join, latin1, PADDING, readSlices, scan, utf16, utf8 } from "../reading.ts";
import { assertGreater } from "deno-std/assert/greater.js";
import { assertLess } from "deno-std/assert/less.js";

const ROWS = [
  "1,Acme,Bob,10.00,2024-01-15",
  '2,"Béta, ""B"" 𝒳',
  'Inc","Carl",20.00,2024-01-16',
  "",
  '3,"Gamma,Dan,30.00,2024-01-17',
  "4;Delta;Eve;40.00;2024-01-18",
  "5,short",
  '6,"The "Best" Inc",Fay,60.00,2024-01-20,,',
  '7,"Eta',
  "Inc,Gus,70.00,2024-01-21",
  ",,,,",
  '8,"Theta","Hal",80.00,"2024-01-22"',
];
const TABLE = `${ROWS.join("\r\n")}\r\n`;
const FILES_TAIL = utf8(TABLE).length;

/** The files, with as much between header and rows as is asked for. */
function filesWith(padding: string): Record<string, Uint8Array> {
  const text = `Report, generated\r\n\r\n${HEADER}\r\n${padding}${TABLE}`;
  return {
    "UTF-8 and CRLF": utf8(text),
    "UTF-8 with a mark and CR": join([0xef, 0xbb, 0xbf], text.replaceAll("\r\n", "\r")),
    "Windows-1252 and LF": latin1(text.replaceAll("\r\n", "\n").replace("𝒳", "X")),
    "UTF-8 with a mark and damaged rows": join([0xef, 0xbb, 0xbf], text, '9,"a', [0xe9, 10], 'b",c,d,e\n1,', [
      0xc3,
    ]),
    "UTF-16 little end first": utf16(text, true),
    "UTF-16 big end first": utf16(text, false),
    "a second table": utf8(`${text}\n${HEADER}\n${ROWS.join("\n")}\n`),
    "a second table of another kind": utf8(`${text}\nCourt,Count\nKings,5\n"Qu\neens",6\n`),
  };
}

const SHORT_FILES = filesWith("");
const FILES = filesWith(PADDING);

/** Slices small enough for several, and one for all. */
const SLICE_SIZES = [60, 8_388_608];

for (const [name, bytes] of Object.entries(FILES)) {
  for (const sliceBytes of SLICE_SIZES) {
    const { state, rest } = scanPadding(bytes, sliceBytes);
    const whole = JSON.stringify(scanRest(state, rest));

    Deno.test(`FileScanner finds the same wherever a chunk ends, in ${name}, slices of ${sliceBytes}`, () => {
      for (let cut = 1; cut < rest.length; cut++) {
        // A block as long as the first chunk, so that it is read before the second one is there.
        const scanner = FileScanner.resume(state, { isKnownHeader, blockBytes: cut });
        scanner.push(rest.slice(0, cut));
        scanner.push(rest.slice(cut));
        assertEquals(JSON.stringify(scanner.finish()), whole);
      }
      assertEquals(JSON.stringify(scanRest(state, rest, 1)), whole);
    });

    Deno.test(`FileScanner.resume() goes on from any byte, in ${name}, slices of ${sliceBytes}`, () => {
      for (let cut = 0; cut <= rest.length; cut++) {
        const first = FileScanner.resume(state, { isKnownHeader });
        first.push(rest.slice(0, cut));
        const kept = JSON.parse(JSON.stringify(first.state()));
        assertEquals(kept.nextByte, bytes.length - rest.length + cut);
        const second = FileScanner.resume(kept, { isKnownHeader });
        second.push(rest.slice(cut));
        assertEquals(JSON.stringify(second.finish()), whole);
      }
    });
  }
}

for (const [name, bytes] of Object.entries(SHORT_FILES)) {
  Deno.test(`FileScanner.resume() goes on from any byte of the first 64 kB, in ${name}`, () => {
    const whole = scan(bytes, { isKnownHeader });
    for (let cut = 0; cut <= bytes.length; cut++) {
      const first = new FileScanner({ isKnownHeader });
      first.push(bytes.slice(0, cut));
      const second = FileScanner.resume(JSON.parse(JSON.stringify(first.state())), { isKnownHeader });
      second.push(bytes.slice(cut));
      assertEquals(second.finish(), whole);
    }
  });

  Deno.test(`RowReader reads the same wherever a chunk ends, in ${name}`, () => {
    for (const sliceBytes of SLICE_SIZES) {
      const found = scan(bytes, { isKnownHeader, sliceBytes });
      const whole = readSlices(bytes, found);
      assertEquals(whole.map((rows) => rows.length), found.slices.map((slice) => slice.rows));
      for (let cut = 0; cut <= bytes.length; cut++) {
        const inSlice = cut - (found.slices.findLast((slice) => slice.firstByte < cut)?.firstByte ?? 0);
        assertEquals(readSlices(bytes, found, [cut], Math.max(1, inSlice)), whole);
      }
      assertEquals(readSlices(bytes, found, [], 1), whole);
    }
  });
}

/** A scan that has come to the end of the padding, in one slice so far, and the bytes it has still to see. */
function scanPadding(bytes: Uint8Array, sliceBytes: number): { state: ScannerState; rest: Uint8Array } {
  const scanner = new FileScanner({ isKnownHeader });
  const end = bytes.length - 2 * FILES_TAIL - 250;
  scanner.push(bytes.slice(0, end));
  const state = scanner.state();
  return { state: { ...state, scan: { ...state.scan, sliceBytes } }, rest: bytes.slice(end) };
}

function scanRest(state: ScannerState, rest: Uint8Array, blockBytes?: number): Scan {
  const scanner = FileScanner.resume(state, { isKnownHeader, blockBytes });
  scanner.push(rest);
  return scanner.finish();
}

Deno.test("FileScanner cuts slices that follow each other without a gap and begin and end with records", () => {
  const rows = Array.from({ length: 500 }, (_, at) => `${at},"Ac\nme ${at}",Bob,10.00,2024-01-15`);
  const bytes = utf8(`${HEADER}\n${rows.join("\n")}\n`);
  const { slices } = scan(bytes, { sliceBytes: 1000 });
  let row = 0;
  slices.forEach((slice, no) => {
    assertEquals(slice.no, no);
    assertEquals(slice.firstRow, row);
    assertEquals(slice.firstByte, no === 0 ? HEADER.length + 1 : slices[no - 1]?.endByte);
    assertEquals(slice.firstLine, 2 + 2 * row);
    assertLess(slice.endByte - slice.firstByte, 1100);
    row += slice.rows;
  });
  assertEquals(row, 500);
  assertEquals(slices.at(-1)?.endByte, bytes.length);
});

Deno.test("FileScanner ends a slice after its rows, where they are short", () => {
  const bytes = utf8(`${HEADER}\n${"1,Acme,Bob,10.00,2024-01-15\n".repeat(1000)}`);
  const found = scan(bytes, { sliceBytes: 10_000, sliceRows: 300 });
  assertEquals(found.slices.map((slice) => slice.rows), [300, 300, 300, 100]);
  assertEquals(readSlices(bytes, found).map((rows) => rows.length), [300, 300, 300, 100]);
  const byBytes = scan(bytes, { sliceBytes: 1_000, sliceRows: 300 });
  assertLess(Math.max(...byBytes.slices.map((slice) => slice.rows)), 40);
});

Deno.test("FileScanner.state() stays small between shares of a large file", () => {
  const scanner = new FileScanner({ isKnownHeader });
  const row = utf8("1,Acme,Bob,10.00,2024-01-15\n");
  scanner.push(utf8(`${HEADER}\n`));
  for (let at = 0; at < 50_000; at++) scanner.push(row);
  scanner.push(row.subarray(0, 7));
  const state = scanner.state();
  assertEquals(atob(state.pending).length, 7);
  assertLess(JSON.stringify(state).length, 3000);
});

Deno.test("FileScanner ends a slice by force where row after row is in doubt, and its reader agrees", () => {
  const doubtful = Array.from({ length: 400 }, (_, at) => `${at},"Acme`).join("\n");
  const bytes = utf8(`${HEADER}\n1,Acme,Bob,10.00,2024-01-15\n${doubtful}\n`);
  const found = scan(bytes, { isKnownHeader, sliceBytes: 100 });
  assertGreater(found.slices.length, 10);
  assertEquals(readSlices(bytes, found).map((rows) => rows.length), found.slices.map((slice) => slice.rows));
});

Deno.test("FileScanner lets go of a quote that is not closed for 256 KiB instead of keeping what follows", () => {
  const scanner = new FileScanner({ isKnownHeader });
  scanner.push(utf8(`${HEADER}\n${PADDING}1,"Acme\n`));
  for (let kilobyte = 0; kilobyte < 600; kilobyte++) scanner.push(utf8("word word word x\n".repeat(60)));
  assertLess(atob(scanner.state().pending).length, 300_000);
});

Deno.test("FileScanner and RowReader agree where a cut is forced upon a table that might have ended", () => {
  for (let doubtful = 1; doubtful < 30; doubtful++) {
    const text = `${HEADER}\n1,a,b,c,d\n${
      'n,"A\n'.repeat(doubtful)
    }\nCourt,Count\nKings,5\nQueens,6\n"x","y\n`;
    for (let sliceBytes = 1; sliceBytes < 40; sliceBytes++) {
      const bytes = utf8(text);
      const found = scan(bytes, { isKnownHeader, sliceBytes });
      assertEquals(
        readSlices(bytes, found).map((rows) => rows.length),
        found.slices.map((slice) => slice.rows),
      );
      assertEquals(found.slices.filter((slice) => slice.rows <= 0 || slice.endByte <= slice.firstByte), []);
    }
  }
});
