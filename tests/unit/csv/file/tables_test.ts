/** Repeated headers, second tables, what stands below a table: what is a row, what is passed over, what is unread. */
import { assertEquals } from "deno-std/assert/equals.js";
import fc from "fast-check";
import { HEADER, latin1, NAMES, read, utf16, utf8 } from "../reading.ts";

const ROW = "1,Acme,Bob,10.00,2024-01-15";

interface Case {
  /** What stands below the header and a row. */
  below: string;
  rows: number;
  /** Codes of rows that are rejects. */
  codes?: string[];
  notes?: string[];
  /** Line of the first unread line, and how many there are. */
  unread?: [number, number];
}

const OTHER_ORDER = "case_number,defendant_name,plaintiff_name,amount,judgment_date";
const FILES: Record<string, Case> = {
  "the same header": {
    below: `${HEADER}\n${ROW}\n`,
    rows: 2,
    notes: ["1 repeated header line was passed over."],
  },
  "the same header in capitals, quotes, with more spaces and a mark": {
    below: `\ufeff"CASE_NUMBER", plaintiff_name,Defendant_Name ,"Amount",judgment_date,,\n${ROW}\n`,
    rows: 2,
    notes: ["1 repeated header line was passed over."],
  },
  "the same fields under other names": {
    below: `File Number,Plaintiff,Defendant,Judgment Amount,judgment-date\n${ROW}\n`,
    rows: 2,
    notes: ["1 repeated header line was passed over."],
  },
  "a title and the same header, twice": {
    below: `\nKings County,,,,\n${HEADER}\n${ROW}\nPage 2\n\n${HEADER}\n${ROW}\n`,
    rows: 3,
    notes: ["2 repeated header lines and 2 titles above were passed over.", "2 blank rows were passed over."],
  },
  "two titles and the same header": {
    below: `Kings County\nCivil Court\n${HEADER}\n${ROW}\n`,
    rows: 3,
    codes: ["TOO_FEW_FIELDS"],
    notes: ["1 repeated header line and 1 title above were passed over."],
  },
  "a case number alone, and the same header": {
    below: `INDEX2024-001,,,,\n${HEADER}\n${ROW}\n`,
    rows: 3,
    notes: ["1 repeated header line was passed over."],
  },
  "the same header at the end": {
    below: `${HEADER}\n`,
    rows: 1,
    notes: ["1 repeated header line was passed over."],
  },
  "a header in another order": {
    below: `${OTHER_ORDER}\n2,Bob,Acme,1,2024-01-01\n3,x\n`,
    rows: 1,
    unread: [3, 3],
  },
  "a header in another order, behind a title": {
    below: `Kings County\n${OTHER_ORDER}\n2,Bob,Acme,1,2024-01-01\n`,
    rows: 1,
    unread: [3, 3],
  },
  "a header of fewer columns": {
    below: "case_number,defendant_name,amount\nx,Bob,1\n\n,,\n",
    rows: 1,
    unread: [3, 2],
  },
  "a header with one other field": {
    below: "case_number,plaintiff_name,defendant_name,amount,filing_date\n2,A,B,1,2024-01-01\n",
    rows: 1,
    unread: [3, 2],
  },
  "a line of two names elsewhere": { below: `Sealed,Defendant,Plaintiff,,\n${ROW}\n`, rows: 3 },
  "a line of three names where they belong": {
    below: `Pending,Plaintiff,Defendant,Amount,never\n${ROW}\n`,
    rows: 3,
  },
  "a line of names elsewhere, with an amount": { below: `County,Court,Plaintiff,12.50,\n${ROW}\n`, rows: 3 },
  "a line of names elsewhere, with a date": {
    below: `County,Court,Plaintiff,,3-Jan-2024\n${ROW}\n`,
    rows: 3,
  },
  "a line of names elsewhere, fewer than half": {
    below: `County,Court,Plaintiff,a,b,c,d\n${ROW}\n`,
    rows: 3,
    codes: ["TOO_MANY_FIELDS"],
  },
  "a summary behind a blank row": {
    below: ",,,,\nSummary\nPlaintiff,Total\nAcme,10.00\n",
    rows: 1,
    unread: [4, 3],
  },
  "a summary behind a blank row, with blank rows in it": {
    below: '\nSummary\n\n"Plaintiff of\nall",Total\n,\nAcme,10.00\n',
    rows: 1,
    unread: [4, 4],
  },
  "a summary without a blank row": {
    below: "Summary\nPlaintiff,Total\n",
    rows: 3,
    codes: ["TOO_FEW_FIELDS", "TOO_FEW_FIELDS"],
  },
  "labels behind a blank row, and rows": {
    below: `\nPart:,Two\n${ROW}\n`,
    rows: 3,
    codes: ["TOO_FEW_FIELDS"],
  },
  "labels behind a blank row, and a row with semicolons": {
    below: `\nPart:,Two\n${ROW.replaceAll(",", ";")}\n`,
    rows: 3,
    codes: ["TOO_FEW_FIELDS"],
  },
  "a damaged row, a blank one, and remarks": {
    below: "2,short\n\n(2 rows affected)\n",
    rows: 2,
    codes: ["TOO_FEW_FIELDS"],
    unread: [5, 1],
  },
  "remarks and a second table behind a blank row": {
    below: `\nPart:,Two\nPart:,Three\n${OTHER_ORDER}\n2,Bob,Acme,1,2024-01-01\n`,
    rows: 1,
    unread: [4, 4],
  },
  "an open quote above a second table": {
    below: `2,"Acme,Bob,1,2024-01-01\n${OTHER_ORDER}\n3,"x",y,1,2024-01-01\n`,
    rows: 2,
    codes: ["UNCLOSED_QUOTE"],
    unread: [4, 2],
  },
};

for (const [name, { below, rows, codes, notes, unread }] of Object.entries(FILES)) {
  Deno.test(`FileScanner and RowReader read a table above ${name}`, () => {
    const text = `${HEADER}\n${ROW}\n${below}`;
    for (const bytes of [utf8(text), utf16(text, true), utf8(text.replaceAll("\n", "\r\n"))]) {
      for (const sliceBytes of [1, 30, 8_388_608]) {
        const { found, rows: got } = read(bytes, { names: NAMES, sliceBytes });
        assertEquals(found.rows, rows);
        assertEquals(got.length, rows);
        assertEquals(got.filter(({ code }) => code !== null).map(({ code }) => code), codes ?? []);
        assertEquals(found.unread && [found.unread.line, found.unread.lines], unread ?? null);
        if (notes !== undefined) assertEquals(found.notes, notes);
        assertEquals(found.lines, text.split("\n").length - 1);
      }
    }
  });
}

Deno.test("FileScanner knows a repeated header whatever a later row says of the encoding", () => {
  const header = "case_number,plaintiff_name,defendant_name,amount,judgment_date,montant dû";
  const text = `${header}\n${ROW},1\n${header}\n${ROW},1\n`;
  for (
    const bytes of [
      utf8(text),
      latin1(text),
      Uint8Array.from([...utf8(text), ...latin1(`2,Caf\xe9,B,1,2024-01-01,1\n`)]),
    ]
  ) {
    const { found, rows } = read(bytes, { names: NAMES });
    assertEquals(found.notes.filter((note) => note.startsWith("1 repeated header line")).length, 1);
    assertEquals(rows.length, found.rows);
  }
});

const SEED = 20_261_127;
const RUNS = 600;

/** Pieces of a table, each with what it must become by itself; `fits` is whether its lines have the header's width. */
interface Piece {
  text: string;
  rows: number;
  headers: number;
  fits: boolean;
}

const word = fc.stringMatching(/^[A-Z][a-z]{2,8}$/);
const row = fc.tuple(fc.integer({ min: 1, max: 9999 }), word, word).map(([no, one, two]): Piece => ({
  text: `CV-${no},${one} Inc,${two},${no}.50,2024-01-15\n`,
  rows: 1,
  headers: 0,
  fits: true,
}));
const short = word.map((name): Piece => ({
  text: `CV-12345678,${name}\n`,
  rows: 1,
  headers: 0,
  fits: false,
}));
const spelled = fc.constantFrom(
  HEADER,
  HEADER.toUpperCase(),
  `"${HEADER.replaceAll(",", '","')}"`,
  `\ufeff${HEADER}`,
  `${HEADER},,`,
  "File Number,Plaintiff,Defendant,Amount,Judgment Date",
);
const repeated = fc.tuple(fc.option(word), spelled).map(([title, header]): Piece => ({
  text: `${title === null ? "" : `${title} County\n`}${header}\n`,
  rows: 0,
  headers: 1,
  fits: true,
}));
const table = fc.array(fc.oneof({ weight: 6, arbitrary: row }, short, repeated), {
  minLength: 1,
  maxLength: 12,
});
const second = fc.constantFrom(
  OTHER_ORDER,
  "Defendant,Plaintiff,Amount",
  "case_number,county,court,plaintiff",
  "plaintiff_name,case_number,defendant_name,judgment_date,amount,Attorney",
);
const below = fc.oneof(
  fc.constant({ text: "", unread: 0 }),
  fc.tuple(fc.option(word), second, fc.array(row, { maxLength: 4 })).map(([title, header, rows]) => ({
    text: `${title === null ? "" : `${title} County\n`}${header}\n${rows.map(({ text }) => text).join("")}`,
    unread: rows.length + (title === null ? 1 : 2),
  })),
  fc.tuple(fc.constantFrom("\n", ",,,,\n", "\n\n"), fc.array(word, { minLength: 1, maxLength: 4 })).map((
    [blank, words],
  ) => ({ text: blank + words.map((name) => `${name} of all,12\n`).join(""), unread: words.length })),
);

Deno.test(`FileScanner counts rows, repeated headers and unread lines of any file (seed ${SEED}, ${RUNS} files)`, () => {
  fc.assert(
    fc.property(table, below, fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 64 }), (
      pieces,
      end,
      sliceBytes,
      blockBytes,
    ) => {
      const text = `${HEADER}\n${ROW}\n${pieces.map(({ text }) => text).join("")}${end.text}`;
      const { found, rows } = read(utf8(text), { names: NAMES, sliceBytes, blockBytes });
      const expected = 1 + pieces.reduce((sum, piece) => sum + piece.rows, 0);
      assertEquals([found.rows, rows.length], [expected, expected]);
      assertEquals(found.unread?.lines ?? 0, end.unread);
      const headers = pieces.reduce((sum, piece) => sum + piece.headers, 0);
      const notes = found.notes.filter((note) => /repeated header/.test(note));
      assertEquals(notes.map((note) => Number.parseInt(note)), headers === 0 ? [] : [headers]);
    }),
    { seed: SEED, numRuns: RUNS },
  );
});
