/** What becomes of damaged rows, and that their neighbours never notice. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { FileScanner, RAW_LINE_LIMIT } from "../../../../shared/csv/mod.ts";
import { HEADER, read, type ReadRow, readSlices, utf8 } from "../reading.ts";

const ABOVE = "1,Acme,Bob,10.00,2024-01-15";
const BELOW = '9,"Omega, Inc",Zoe,90.00,2024-01-19';

/** Reads lines between two good rows and gives what became of them, having checked the good rows. */
function between(...lines: string[]): ReadRow[] {
  const { found, rows } = read([HEADER, ABOVE, ...lines, BELOW, ""].join("\n"));
  assertEquals(found.rows, rows.length);
  assertEquals(rows[0]?.cells, ABOVE.split(","));
  assertEquals(rows.at(-1)?.cells, ["9", "Omega, Inc", "Zoe", "90.00", "2024-01-19"]);
  assertEquals([rows[0]?.code, rows.at(-1)?.code], [null, null]);
  return rows.slice(1, -1);
}

interface Damage {
  lines: string[];
  /** Per row: its problem, or its cells when it is good. */
  rows: (string | string[])[];
}

const DAMAGE: Record<string, Damage> = {
  "a missing cell is TOO_FEW_FIELDS and is left alone": {
    lines: ["2,Beta,Carl,20.00"],
    rows: ["TOO_FEW_FIELDS"],
  },
  "one word is TOO_FEW_FIELDS": { lines: ["Total"], rows: ["TOO_FEW_FIELDS"] },
  "a cell too many is TOO_MANY_FIELDS": {
    lines: ["2,Beta,Inc,Carl,20.00,2024-01-16"],
    rows: ["TOO_MANY_FIELDS"],
  },
  "an unquoted thousands comma is TOO_MANY_FIELDS": {
    lines: ["2,Beta,Carl,$2,000.00,2024-01-16"],
    rows: ["TOO_MANY_FIELDS"],
  },
  "empty cells beyond the header are dropped": {
    lines: ["2,Beta,Carl,20.00,2024-01-16,, ,"],
    rows: [["2", "Beta", "Carl", "20.00", "2024-01-16"]],
  },
  "a filled cell behind empty ones beyond the header is TOO_MANY_FIELDS": {
    lines: ["2,Beta,Carl,20.00,2024-01-16,,x"],
    rows: ["TOO_MANY_FIELDS"],
  },
  "an unclosed quote costs its own row only": {
    lines: ['2,"Beta,Carl,20.00,2024-01-16', "3,Gamma,Dan,30.00,2024-01-17"],
    rows: ["UNCLOSED_QUOTE", ["3", "Gamma", "Dan", "30.00", "2024-01-17"]],
  },
  "an unclosed quote before rows with quotes costs its own row only": {
    lines: ['2,"Beta,Carl,20.00,2024-01-16', '3,"Gamma, Inc","Dan",30.00,2024-01-17'],
    rows: ["UNCLOSED_QUOTE", ["3", "Gamma, Inc", "Dan", "30.00", "2024-01-17"]],
  },
  "an unclosed quote before a row with a quoted newline costs its own row only": {
    lines: ['2,"Beta,Carl,20.00,2024-01-16', '3,"Gamma', 'Inc",Dan,30.00,2024-01-17'],
    rows: ["UNCLOSED_QUOTE", ["3", "Gamma\nInc", "Dan", "30.00", "2024-01-17"]],
  },
  "an unclosed quote before a cell that begins with a delimiter costs its own row only": {
    lines: ['2,"Beta,Carl,20.00,2024-01-16', '3,", Inc",Dan,30.00,2024-01-17'],
    rows: ["UNCLOSED_QUOTE", ["3", ", Inc", "Dan", "30.00", "2024-01-17"]],
  },
  "an unclosed quote before other damage hides none of it": {
    lines: ['2,"Beta,Carl,20.00,2024-01-16', "3,short", "4,a,b,c,d,e"],
    rows: ["UNCLOSED_QUOTE", "TOO_FEW_FIELDS", "TOO_MANY_FIELDS"],
  },
  "an unclosed quote before a short row with quotes hides none of it": {
    lines: ['2,"Beta,Carl,20.00,2024-01-16', '3,"Gamma, Inc",Dan,30.00'],
    rows: ["UNCLOSED_QUOTE", "TOO_FEW_FIELDS"],
  },
  "a quote that closes two rows below, with a good row between, costs its own row only": {
    lines: ['2,Beta,Carl,20.00,"2024-01-16', "3,Gamma,Dan,30.00,2024-01-17", '4,Delta",Eve,40.00,2024-01-18'],
    rows: [
      "UNCLOSED_QUOTE",
      ["3", "Gamma", "Dan", "30.00", "2024-01-17"],
      ["4", 'Delta"', "Eve", "40.00", "2024-01-18"],
    ],
  },
  "a stray quote and a newline in one cell are one UNCLOSED_QUOTE": {
    lines: ['2,"The "Best" Inc', 'of New York",Carl,20.00,2024-01-16'],
    rows: ["UNCLOSED_QUOTE"],
  },
  "unclosed quotes in row after row are as many rejects": {
    lines: [
      '2,"Beta,Carl,20.00,2024-01-16',
      '3,"Gamma,Dan,30.00,2024-01-17',
      '4,"Delta,Eve,40.00,2024-01-18',
    ],
    rows: ["UNCLOSED_QUOTE", "UNCLOSED_QUOTE", "UNCLOSED_QUOTE"],
  },
  "a quote lost behind a newline is one reject, not two": {
    lines: ['2,"Beta', "Inc,Carl,20.00,2024-01-16"],
    rows: ["UNCLOSED_QUOTE"],
  },
  "a quote lost before a newline is rejected without a good row": {
    lines: ["2,Beta", 'Inc",Carl,20.00,2024-01-16'],
    rows: ["TOO_FEW_FIELDS", "TOO_FEW_FIELDS"],
  },
  "a quoted newline in a short row is one TOO_FEW_FIELDS": {
    lines: ['2,"Be', 'ta",Carl'],
    rows: ["TOO_FEW_FIELDS"],
  },
  "stray quotes inside a quoted cell are kept": {
    lines: ['2,"The "Best" Inc",Carl,20.00,2024-01-16'],
    rows: [["2", 'The "Best" Inc', "Carl", "20.00", "2024-01-16"]],
  },
  "quotes inside an unquoted cell are kept": {
    lines: ['2,Beta "B" Inc,5" pipe,20.00,2024-01-16'],
    rows: [["2", 'Beta "B" Inc', '5" pipe', "20.00", "2024-01-16"]],
  },
  "text behind a closed quote is kept with its quotes": {
    lines: ['2,"Beta" Inc,Carl,20.00,2024-01-16'],
    rows: [["2", '"Beta" Inc', "Carl", "20.00", "2024-01-16"]],
  },
  "quotes doubled all round a cell are kept": {
    lines: ['2,""Beta"",Carl,20.00,2024-01-16'],
    rows: [["2", '""Beta""', "Carl", "20.00", "2024-01-16"]],
  },
  "spaces behind a closing quote do not matter": {
    lines: ['2,"Beta, Inc"  ,"Carl" ,20.00,"2024-01-16" '],
    rows: [["2", "Beta, Inc", "Carl", "20.00", "2024-01-16"]],
  },
  "a quote that closes where the next value opens is UNCLOSED_QUOTE": {
    lines: ['2,"Beta,Carl,"20.00",2024-01-16'],
    rows: ["UNCLOSED_QUOTE"],
  },
  "a row between other delimiters is read that way": {
    lines: [
      "2;Beta;Carl;20.00;2024-01-16",
      "3\tGamma\tDan\t30.00\t2024-01-17",
      '4|"De|lta"|Eve|40.00|2024-01-18',
    ],
    rows: [
      ["2", "Beta", "Carl", "20.00", "2024-01-16"],
      ["3", "Gamma", "Dan", "30.00", "2024-01-17"],
      ["4", "De|lta", "Eve", "40.00", "2024-01-18"],
    ],
  },
  "a row between semicolons that begins with a quote is read that way": {
    lines: ['"2";"Beta";"Carl";20.00;2024-01-16', '"3";"Gamma";"Dan";"30.00";"2024-01-17"'],
    rows: [["2", "Beta", "Carl", "20.00", "2024-01-16"], ["3", "Gamma", "Dan", "30.00", "2024-01-17"]],
  },
  "a row with too few semicolons is not read that way": {
    lines: ["2;Beta;Carl;20.00"],
    rows: ["TOO_FEW_FIELDS"],
  },
  "a row that two delimiters would fit is read in neither": {
    lines: ["2;a|b;c|d;e|f;g|h"],
    rows: ["TOO_FEW_FIELDS"],
  },
  "blank rows are no rows": { lines: ["", ",,,,", "  ", '"","",,,""', ",", "\u00a0,\u00a0"], rows: [] },
  "a row longer than any may be is PARSE_ERROR": {
    lines: [`2,${"x".repeat(300_000)},a,b,c`],
    rows: ["PARSE_ERROR"],
  },
};

for (const [name, { lines, rows }] of Object.entries(DAMAGE)) {
  Deno.test(`RowReader: ${name}`, () => {
    assertEquals(between(...lines).map(({ code, cells }) => code ?? cells), rows);
  });
}

Deno.test("RowReader says what it put right", () => {
  const rows = between('2,"The "Best" Inc",C,2,2024-01-16', "3;G;D;3;2024-01-17", "4,D,E,4,2024-01-18");
  assertEquals(rows.map((row) => row.repair !== null), [true, true, false]);
});

Deno.test("RowReader gives cells as read, raw line, physical line and byte beside a problem", () => {
  const file = `${HEADER}\n1,"Ac\nmé",Bob,1,2\n\n2,"Bé,C\n3,x,y,1,2\n`;
  const { rows } = read(file);
  const damaged = rows[1];
  assertEquals(damaged?.code, "UNCLOSED_QUOTE");
  assertEquals(damaged?.cells, ["2", '"Bé', "C"]);
  assertEquals(damaged?.rawLine, '2,"Bé,C');
  assertEquals(damaged?.line, 5);
  assertEquals(damaged?.byteOffset, utf8(file.slice(0, file.indexOf('2,"B'))).length);
  assertEquals(rows.map((row) => row.index), [0, 1, 2]);
});

Deno.test("RowReader cuts a raw line that is too long to keep", () => {
  const [row] = between(`2,${"x".repeat(200_000)}`);
  assertEquals(row?.code, "TOO_FEW_FIELDS");
  assert((row?.cells[1]?.length ?? 0) === 200_000);
  assert(RAW_LINE_LIMIT < 200_000);
});

Deno.test("RowReader takes a cell with a thousand quoted newlines for data", () => {
  const long = "line\n".repeat(1000);
  const [row] = between(`2,"${long}",Carl,20.00,2024-01-16`);
  assertEquals(row?.code, null);
  assertEquals(row?.cells[1], long);
});

Deno.test("RowReader rejects a row of megabytes and reads its neighbours, of which nothing is kept meanwhile", () => {
  const head = utf8(`${HEADER}\n${ABOVE}\n2,`);
  const tail = utf8(`,a,b,c\n${BELOW}\n`);
  const scanner = new FileScanner({ sliceBytes: 1 });
  scanner.push(head);
  for (let megabyte = 0; megabyte < 5; megabyte++) {
    scanner.push(new Uint8Array(1 << 20).fill(0x78));
    assert(scanner.state().pending.length < 400_000);
  }
  scanner.push(tail);
  const found = scanner.finish();
  assertEquals([found.rows, found.lines, found.problem], [3, 4, null]);
  assertEquals(found.slices.map(({ rows, firstLine }) => [rows, firstLine]), [[1, 2], [1, 3], [1, 4]]);
  const bytes = new Uint8Array(head.length + (5 << 20) + tail.length).fill(0x78);
  bytes.set(head);
  bytes.set(tail, bytes.length - tail.length);
  const rows = readSlices(bytes, found).flat();
  assertEquals(rows.map(({ code, line }) => [code, line]), [[null, 2], ["PARSE_ERROR", 3], [null, 4]]);
  assertEquals(rows[1]?.rawLine.length, RAW_LINE_LIMIT);
  assertEquals(rows[2]?.byteOffset, bytes.length - BELOW.length - 1);
});

Deno.test("FileScanner counts the line of a row of megabytes with which a file ends", () => {
  for (const end of ["", "\n", "\r", "\r\n"]) {
    const scanner = new FileScanner();
    scanner.push(utf8(`${HEADER}\n1,`));
    for (let part = 0; part < 10; part++) scanner.push(new Uint8Array(100_000).fill(0x78));
    scanner.push(utf8(end));
    const { rows, lines } = scanner.finish();
    assertEquals([rows, lines], [1, 2], JSON.stringify(end));
  }
});

Deno.test("FileScanner refuses a file with a line of more than 16 MiB and says where it is", () => {
  const scanner = new FileScanner();
  scanner.push(utf8(`${HEADER}\n1,a,b,2,3\n`));
  for (let megabyte = 0; megabyte < 40; megabyte++) scanner.push(new Uint8Array(1 << 20).fill(0x78));
  const found = scanner.finish();
  assertEquals(found.problem?.reason, "unreadable");
  assert(/line 3 .*16 MiB/.test(found.problem?.detail ?? ""), found.problem?.detail);
  assertEquals(found.slices, []);
});
