/** How a file is written is decided by all of it: a row tells as much behind the first 64 kB as in line 2. */
import { assertEquals } from "deno-std/assert/equals.js";
import fc from "fast-check";
import { FileScanner } from "../../../../shared/csv/mod.ts";
import { HEADER, isKnownHeader, PADDING, read, type ReadRow, readSlices, scan, utf8 } from "../reading.ts";

interface Late {
  lines: string[];
  quote?: string;
  escape?: string;
  rows: string[][];
}

const LATE: Readonly<Record<string, Late>> = {
  "a quote that a backslash escapes": {
    lines: ['1,"Rosa \\"Ro\\" Quintero",Bob,1,2024-01-15', '2,"Q \\"Q\\", Inc","A, B",1,2024-01-15'],
    escape: "\\",
    rows: [["1", 'Rosa "Ro" Quintero', "Bob", "1", "2024-01-15"], [
      "2",
      'Q "Q", Inc',
      "A, B",
      "1",
      "2024-01-15",
    ]],
  },
  "an escaped quote and a newline in one cell": {
    lines: ['1,"Rosa \\"Ro\\"\nQuintero",Bob,1,2024-01-15'],
    escape: "\\",
    rows: [["1", 'Rosa "Ro"\nQuintero', "Bob", "1", "2024-01-15"]],
  },
  "a backslash that ends a value": {
    lines: ['1,"C:\\dir\\","Bob, B",1,2024-01-15'],
    rows: [["1", "C:\\dir\\", "Bob, B", "1", "2024-01-15"]],
  },
  "more values that end with a backslash than escaped quotes": {
    lines: ['1,"C:\\","B, B",1,2024-01-15', '2,"D:\\","B, B",1,2024-01-15', '3,"a \\"b\\" c",B,1,2024-01-15'],
    rows: [
      ["1", "C:\\", "B, B", "1", "2024-01-15"],
      ["2", "D:\\", "B, B", "1", "2024-01-15"],
      ["3", 'a \\"b\\" c', "B", "1", "2024-01-15"],
    ],
  },
  "rows in single quotes": {
    lines: ["'1','Acme, Inc','Bob','1','2024-01-15'", "'2','Beta','O''Brien','1','2024-01-15'"],
    quote: "'",
    rows: [["1", "Acme, Inc", "Bob", "1", "2024-01-15"], ["2", "Beta", "O'Brien", "1", "2024-01-15"]],
  },
  "one cell in single quotes that needs them": {
    lines: ["1,'Acme, Inc',Bob,1,2024-01-15"],
    quote: "'",
    rows: [["1", "Acme, Inc", "Bob", "1", "2024-01-15"]],
  },
  "cells in single quotes that do not need them": {
    lines: ["1,'Acme Inc',Bob,1,2024-01-15", "2,Beta,'Carl',1,2024-01-15"],
    quote: "'",
    rows: [["1", "Acme Inc", "Bob", "1", "2024-01-15"], ["2", "Beta", "Carl", "1", "2024-01-15"]],
  },
  "an apostrophe before a name": {
    lines: ["1,'Til Death LLC,Bob,1,2024-01-15"],
    rows: [["1", "'Til Death LLC", "Bob", "1", "2024-01-15"]],
  },
  "one name in single quotes": {
    lines: ["1,'Acme',Bob,1,2024-01-15"],
    rows: [["1", "'Acme'", "Bob", "1", "2024-01-15"]],
  },
  "single quotes beside double ones": {
    lines: ["1,'Acme',Bob,1,2024-01-15", "2,'Beta',Bob,1,2024-01-15", '3,"C, D",Bob,1,2024-01-15'],
    rows: [
      ["1", "'Acme'", "Bob", "1", "2024-01-15"],
      ["2", "'Beta'", "Bob", "1", "2024-01-15"],
      ["3", "C, D", "Bob", "1", "2024-01-15"],
    ],
  },
};

for (const [name, { lines, quote = '"', escape = quote, rows }] of Object.entries(LATE)) {
  Deno.test(`FileScanner sees ${name}, however far below the header, however the file is cut`, () => {
    for (const above of ["", PADDING]) {
      const bytes = utf8(`${HEADER}\n${above}${lines.join("\n")}\n`);
      for (const sliceBytes of [40, 100_000_000]) {
        const { found, rows: got } = read(bytes, { isKnownHeader, sliceBytes });
        assertEquals([found.dialect.quote, found.dialect.escape], [quote, escape]);
        assertEquals(found.rows, got.length);
        const late: ReadRow[] = got.slice(-rows.length);
        assertEquals(late.map(({ cells }) => cells), rows);
      }
      const whole = JSON.stringify(scan(bytes, { isKnownHeader, sliceBytes: 100 }));
      const tail = bytes.length - lines.join("\n").length - 30;
      for (let cut = Math.max(1, tail); cut < bytes.length; cut += 7) {
        const first = new FileScanner({ isKnownHeader, sliceBytes: 100 });
        first.push(bytes.slice(0, cut));
        const second = FileScanner.resume(JSON.parse(JSON.stringify(first.state())), { isKnownHeader });
        second.push(bytes.slice(cut));
        assertEquals(JSON.stringify(second.finish()), whole, `cut at ${cut}`);
      }
    }
  });
}

Deno.test("FileScanner keeps to what the beginning spoke for where neither way of reading is better", () => {
  const good = `1,Acme,Bob,10.00,2024-01-15\n`;
  for (const [late, quote] of [['2,"a\\" b,c\n', '"'], [`2,'A',b,1,2\n3,'B',b,1,2\n4,"C",b,1,2\n`, '"']]) {
    for (const above of [good, PADDING]) {
      const { dialect } = scan(utf8(`${HEADER}\n${above}${late}${good}`), { isKnownHeader });
      assertEquals([dialect.quote, dialect.escape], [quote, quote]);
    }
  }
});

const pieces = fc.constantFrom(
  ...['1,"a \\"b\\" c",d,1,2\n', '2,"x\\",y,1,2\n', "3,'a','b, c',1,2\n", "4,'til,b,1,2\n", "5,a,b,1,2\n"],
  ...['"\n', "\\", "'", ',"', '6,"a\nb",c,1,2\n', '7,"a, b",c,1,2\n', ",,,,\n"],
);

Deno.test("FileScanner and RowReader agree on every slice, whatever is decided late", () => {
  fc.assert(
    fc.property(
      fc.array(pieces, { maxLength: 40 }),
      fc.integer({ min: 1, max: 120 }),
      (parts, sliceBytes) => {
        const bytes = utf8(`${HEADER}\n${parts.join("")}`);
        const found = scan(bytes, { isKnownHeader, sliceBytes });
        const slices = readSlices(bytes, found);
        assertEquals(slices.map((rows) => rows.length), found.slices.map((slice) => slice.rows));
        assertEquals(slices.flat().length, found.rows);
      },
    ),
    { numRuns: 1_500, seed: 16_064 },
  );
});
