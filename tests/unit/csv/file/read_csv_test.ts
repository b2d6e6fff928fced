/** Reading a stream from end to end. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { type CsvOptions, type CsvRecord, readCsv } from "../../../../shared/csv/mod.ts";
import { chunksOf, HEADER, isKnownHeader, join, PLAIN, read, utf8 } from "../reading.ts";

const ROW = "1,Acme,Bob,10.00,2024-01-15";

function streamOf(bytes: Uint8Array, cuts: readonly number[] = []): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunksOf(bytes, cuts));
}

async function readAll(
  bytes: Uint8Array,
  options: CsvOptions = { isKnownHeader },
  cuts: readonly number[] = [],
) {
  const reading = await readCsv(streamOf(bytes, cuts), options);
  const records: CsvRecord[] = [];
  for await (const record of reading.records) records.push(record);
  return { ...reading, records };
}

const TEXT = utf8(
  `Report\n\n${HEADER}\n${ROW}\n\n2,"Beta,Carl,1,2\n3,"Gam\nma",D,1,2\n,,,,\n4,a,b\n5,"x "y" z",b,1,2\n`,
);

Deno.test("readCsv() gives header, dialect, rows, problems and notes", async () => {
  const { header, dialect, problem, records, notes } = await readAll(TEXT);
  assertEquals(header, HEADER.split(","));
  assertEquals(dialect, { ...PLAIN, header_line: 3, preamble_lines: 2 });
  assertEquals(problem, null);
  assertEquals(records.map(({ problem }) => problem?.code ?? null), [
    null,
    "UNCLOSED_QUOTE",
    null,
    "TOO_FEW_FIELDS",
    null,
  ]);
  assertEquals(records.map(({ index }) => index), [0, 1, 2, 3, 4]);
  assertEquals(records.map(({ line }) => line), [4, 6, 7, 10, 11]);
  assertEquals(records[1]?.byteOffset, 8 + HEADER.length + 1 + ROW.length + 2);
  assertEquals(records.map(({ repair }) => repair !== null), [false, false, false, false, true]);
  assertEquals(notes, ["2 lines above the header were passed over.", "2 blank rows were passed over."]);
});

Deno.test("readCsv() gives the same rows wherever the stream is cut", async () => {
  const whole = await readAll(TEXT);
  for (let cut = 0; cut <= TEXT.length; cut += 3) {
    const { records, notes } = await readAll(TEXT, { isKnownHeader }, [cut, Math.min(cut + 1, TEXT.length)]);
    assertEquals(records, whole.records);
    assertEquals(notes, whole.notes);
  }
});

Deno.test("readCsv() reads the rows that scanning and slicing give", async () => {
  const rows = Array.from(
    { length: 20_000 },
    (_, at) => at % 50 === 0 ? `${at},"Ac\nme,x` : `${at},"Ac\nme",é,1,2`,
  );
  const bytes = utf8(`${HEADER}\n${rows.join("\n")}\n`);
  const { records } = await readAll(bytes);
  const sliced = read(bytes).rows.map(({ index, line, byteOffset, cells, code }) => ({
    index,
    line,
    byteOffset,
    cells,
    code,
  }));
  assertEquals(
    records.map(({ index, line, byteOffset, cells, problem }) => ({
      index,
      line,
      byteOffset,
      cells,
      code: problem?.code ?? null,
    })),
    sliced,
  );
});

Deno.test("readCsv() passes over repeated headers and does not read what stands below the table", async () => {
  const { records, notes } = await readAll(
    utf8(`${HEADER}\n${ROW}\n${HEADER}\n${ROW}\n\nOffice,Total\nKings,5\n`),
  );
  assertEquals(records.map(({ cells }) => cells), [ROW.split(","), ROW.split(",")]);
  assertEquals(notes, [
    "1 repeated header line was passed over.",
    "1 blank row was passed over.",
    "A second table begins on line 6; from there on 2 lines were not read.",
  ]);
});

Deno.test("readCsv() decides the encoding by the whole file, like the scan", async () => {
  const long = `${HEADER}\n` + `1,Acme,Bob,10.00,2024-01-15\n`.repeat(20_000);
  const { records, notes, dialect } = await readAll(join(utf8(long), "2,Caf", [0xe9], ",Bob,1,2\n"));
  assertEquals(dialect.encoding, "windows-1252");
  assertEquals(records.at(-1)?.cells[1], "Café");
  assertEquals(notes, [`Read as Windows-1252: byte ${long.length + 5} is not valid UTF-8.`]);
});

Deno.test("readCsv() lets what is given win over what it would detect", async () => {
  const { header, records } = await readAll(utf8("a;b,c\n1;2,3\n"), { dialect: { delimiter: "," } });
  assertEquals(header, ["a;b", "c"]);
  assertEquals(records[0]?.cells, ["1;2", "3"]);
});

Deno.test("readCsv() says why a file has no records", async () => {
  for (const [text, reason] of [["", "empty"], ["\n\n", "empty"], ["%PDF-1.4", "unreadable"]]) {
    const { problem, records, header } = await readAll(utf8(text ?? ""));
    assertEquals([problem?.reason, records, header], [reason, [], []]);
  }
});

Deno.test("readCsv() gives the records of a file without a header, and invents no names for them", async () => {
  const { problem, records, header, dialect } = await readAll(utf8("1;2\n3;4\n\n5\n"));
  assertEquals([problem?.reason, header, dialect.delimiter, dialect.header_line], ["no_header", [], ";", 0]);
  assertEquals(records.map(({ cells }) => cells), [["1", "2"], ["3", "4"], ["5"]]);
  assertEquals(records.map(({ problem }) => problem?.code ?? null), [null, null, "TOO_FEW_FIELDS"]);
});

Deno.test("readCsv() throws on what the stream throws", async () => {
  const broken = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.error(new Error("cut off")),
  });
  await assertRejects(() => readCsv(broken), Error, "cut off");
});

Deno.test("readCsv() reads a blob as it reads a stream, as often as asked", async () => {
  const { records, notes } = await readAll(TEXT);
  const reading = await readCsv(new Blob([Uint8Array.from(TEXT)]), { isKnownHeader });
  assertEquals(reading.notes, notes);
  for (let time = 0; time < 2; time++) assertEquals(await Array.fromAsync(reading.records), records);
});
