/** Nothing depends on where a file is cut: into chunks, into shares, into slices. */
import { assertEquals } from "deno-std/assert/equals.js";
import { FileScanner, type Scan } from "../../../shared/csv/mod.ts";
import { HEADER, isKnownHeader, join, latin1, readSlices, scan, utf16, utf8 } from "./reading.ts";

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
const TEXT = `Report, generated\r\n\r\n${HEADER}\r\n${ROWS.join("\r\n")}\r\n`;

const FILES: Record<string, Uint8Array> = {
  "UTF-8 and CRLF": utf8(TEXT),
  "UTF-8 with a mark and CR": join([0xef, 0xbb, 0xbf], TEXT.replaceAll("\r\n", "\r")),
  "Windows-1252 and LF": latin1(TEXT.replaceAll("\r\n", "\n").replace("𝒳", "X")),
  "UTF-8 with a mark and damaged rows": join([0xef, 0xbb, 0xbf], TEXT, '9,"a', [0xe9, 0x0a], 'b",c,d,e\n1,', [
    0xc3,
  ]),
  "UTF-16 little end first": utf16(TEXT, true),
  "UTF-16 big end first": utf16(TEXT, false),
  "a second table": utf8(`${TEXT}\n${HEADER}\n${ROWS.join("\n")}\n`),
  "a second table of another kind": utf8(`${TEXT}\nCourt,Count\nKings,5\n"Qu\neens",6\n`),
};

/** Slices small enough for several, and one for all. */
const SLICE_SIZES = [1, 60, 8_388_608];

for (const [name, bytes] of Object.entries(FILES)) {
  Deno.test(`FileScanner finds the same wherever a chunk ends, in ${name}`, () => {
    for (const sliceBytes of SLICE_SIZES) {
      const options = { isKnownHeader, sliceBytes };
      const whole = scan(bytes, options);
      for (let cut = 0; cut <= bytes.length; cut++) assertEquals(scan(bytes, options, [cut]), whole);
      assertEquals(scan(bytes, options, Array.from(bytes, (_, at) => at)), whole);
    }
  });

  Deno.test(`FileScanner.resume() goes on from any byte as if nothing had happened, in ${name}`, () => {
    for (const sliceBytes of SLICE_SIZES) {
      const whole = scan(bytes, { isKnownHeader, sliceBytes });
      for (let cut = 0; cut <= bytes.length; cut++) {
        assertEquals(scanInTwoShares(bytes, cut, sliceBytes), whole);
      }
    }
  });

  Deno.test(`SliceReader reads the same wherever a chunk ends, in ${name}`, () => {
    for (const sliceBytes of SLICE_SIZES) {
      const found = scan(bytes, { isKnownHeader, sliceBytes });
      const whole = readSlices(bytes, found);
      assertEquals(whole.map((rows) => rows.length), found.slices.map((slice) => slice.rows));
      for (let cut = 0; cut <= bytes.length; cut++) assertEquals(readSlices(bytes, found, [cut]), whole);
    }
  });
}

/** Scans one share, keeps its state as text, and scans the rest elsewhere. */
function scanInTwoShares(bytes: Uint8Array, cut: number, sliceBytes: number): Scan {
  const first = new FileScanner({ isKnownHeader, sliceBytes });
  first.push(bytes.slice(0, cut));
  const kept = JSON.parse(JSON.stringify(first.state()));
  assertEquals(kept.nextByte, cut);
  const second = FileScanner.resume(kept, { isKnownHeader });
  second.push(bytes.slice(cut));
  return second.finish();
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
    assertEquals(slice.endByte - slice.firstByte < 1100, true);
    row += slice.rows;
  });
  assertEquals(row, 500);
  assertEquals(slices.at(-1)?.endByte, bytes.length);
});

Deno.test("FileScanner.state() stays small between shares of a large file", () => {
  const scanner = new FileScanner({ isKnownHeader });
  const row = utf8("1,Acme,Bob,10.00,2024-01-15\n");
  scanner.push(utf8(`${HEADER}\n`));
  for (let at = 0; at < 50_000; at++) scanner.push(row);
  scanner.push(row.subarray(0, 7));
  const state = scanner.state();
  assertEquals(atob(state.pending).length, 7);
  assertEquals(JSON.stringify(state).length < 3000, true);
});

Deno.test("FileScanner ends a slice by force where row after row is in doubt, and its reader agrees", () => {
  const doubtful = Array.from({ length: 400 }, (_, at) => `${at},"Acme`).join("\n");
  const bytes = utf8(`${HEADER}\n1,Acme,Bob,10.00,2024-01-15\n${doubtful}\n`);
  const found = scan(bytes, { isKnownHeader, sliceBytes: 100 });
  assertEquals(found.slices.length > 10, true);
  assertEquals(readSlices(bytes, found).map((rows) => rows.length), found.slices.map((slice) => slice.rows));
});
