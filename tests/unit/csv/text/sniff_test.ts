/** Files that are no text, told by their first bytes. */
import { assertEquals } from "deno-std/assert/equals.js";
import { sniffUnsupported } from "../../../../shared/csv/mod.ts";
import { HEADER, join, utf16, utf8 } from "../reading.ts";

const NO_TEXT: Record<string, Uint8Array> = {
  zip: join("PK\u0003\u0004", [20, 0, 0, 0], "notes.txt"),
  xlsx: join("PK\u0003\u0004", [20, 0, 6, 0], "[Content_Types].xml"),
  docx: join("PK\u0003\u0004", [20, 0, 6, 0], "[Content_Types].xml..word/document.xml"),
  ods: join("PK\u0003\u0004", [20, 0], "mimetypeapplication/vnd.oasis.opendocument.spreadsheet"),
  gzip: join([0x1f, 0x8b, 8, 0]),
  xls: join([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
  pdf: join("%PDF-1.7\n"),
  png: join([0x89], "PNG\r\n", [0x1a], "\n"),
  jpeg: join([0xff, 0xd8, 0xff, 0xe0]),
  gif: join("GIF89a"),
  tiff: join("II", [0x2a, 0]),
  "7z": join("7z", [0xbc, 0xaf, 0x27, 0x1c]),
  rar: join("Rar!", [0x1a, 7]),
  bzip2: join("BZh91AY&SY"),
  xz: join([0xfd], "7zXZ", [0]),
  zstd: join([0x28, 0xb5, 0x2f, 0xfd]),
  parquet: join("PAR1", [0x15, 0]),
  sqlite: join("SQLite format 3", [0]),
  binary: join([1, 0, 2, 0, 3, 0, 0, 0]),
};

Deno.test("sniffUnsupported() calls NUL bytes alone binary", () => {
  assertEquals(sniffUnsupported(new Uint8Array(600)), "binary");
});

for (const [type, bytes] of Object.entries(NO_TEXT)) {
  Deno.test(`sniffUnsupported() knows ${type}`, () => assertEquals(sniffUnsupported(bytes), type));
}

Deno.test("sniffUnsupported() calls UTF-16 without a mark binary", () => {
  assertEquals(sniffUnsupported(utf16(HEADER, true).subarray(2)), "binary");
});

const TEXT: Record<string, Uint8Array> = {
  "nothing": new Uint8Array(0),
  "plain text": utf8(`${HEADER}\n`),
  "a mark of UTF-8": join([0xef, 0xbb, 0xbf], HEADER),
  "UTF-16 with a mark": utf16(HEADER, true),
  "UTF-16 with a mark, big end first": utf16(HEADER, false),
  "Windows-1252": join(HEADER, [0xe9, 0x92]),
  "a heading that begins like an archive": utf8("BZh Report,x\n"),
  "two letters of a zip": utf8("PK,plaintiff\n"),
  "a text padded with NUL": join(`${HEADER}\n1,Acme,Bob,10.00,2024-01-15\n`, new Array(4000).fill(0)),
  "a text padded behind its end mark": join(HEADER, [0x1a, 0, 0, 0x1a, 0, 0]),
  "one NUL that slipped into a row": join(`${HEADER}\n`, "1,Acme,Bob,10.00,2024-01-15\n".repeat(10), [0]),
};

for (const [name, bytes] of Object.entries(TEXT)) {
  Deno.test(`sniffUnsupported() lets ${name} pass`, () => assertEquals(sniffUnsupported(bytes), null));
}
