/** A file damaged in one place: no crash, no hang, and no good row lost outside the damage. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { HEADER, isKnownHeader, readSlices, scan, utf8 } from "../reading.ts";

const MUTATIONS = 10_000;
const SEED = 20_260_101;

/** Good records of every make: plain, quoted, with quotes, delimiters and newlines inside, empty cells. */
const RECORDS = Array.from({ length: 24 }, (_, at) => {
  const number = `2024-CV-${String(at).padStart(3, "0")}`;
  const shapes = [
    `${number},Acme Corp,Bob Jones,10.00,2024-01-15`,
    `${number},"Beta, Inc",Carl,"1,234.50",2024-01-16`,
    `${number},"Gamma ""G"" LLC","Dan\nand Dora",30.00,2024-01-17`,
    `"${number}","Delta","Eve","40.00","2024-01-18"`,
    `${number},", Comma First","",50.00,2024-01-19`,
    `${number},O'Brien,,60.00,2024-01-20`,
    `${number},"Eta\nTheta\nIota",Gus,70.00,2024-01-21`,
  ];
  return shapes[at % shapes.length] ?? "";
});

/** What gets into files: quotes and separators first of all. */
const ALPHABET = [
  '"',
  '"',
  '"',
  ",",
  ",",
  "\n",
  "\r",
  "'",
  ";",
  "\t",
  "|",
  " ",
  "x",
  "7",
  "\\",
  "\u0000",
  '""',
  '","',
  ',"',
  '"\n',
];

/** A small generator of numbers with a seed, so that a failure can be had again (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const BODY = `${RECORDS.join("\n")}\n`;
const STARTS = RECORDS.map((_, at) => RECORDS.slice(0, at).join("\n").length + (at > 0 ? 1 : 0));

/** The record a place of the body belongs to, its line end included. */
function recordAt(place: number): number {
  return STARTS.findLastIndex((start) => start <= place);
}

interface Mutation {
  body: string;
  /** Records it touches. */
  touched: Set<number>;
}

function mutate(random: (below: number) => number): Mutation {
  const place = random(BODY.length);
  const piece = ALPHABET[random(ALPHABET.length)] ?? "";
  const kind = random(4);
  const length = kind === 0 ? 0 : kind === 3 ? 1 + random(6) : 1;
  const put = kind === 2 || kind === 3 ? "" : piece;
  const touched = new Set([recordAt(place), recordAt(Math.min(BODY.length - 1, place + length))]);
  // What is put at a record's very begin joins the line end above it.
  if (STARTS.includes(place) && place > 0) touched.add(recordAt(place - 1));
  return { body: BODY.slice(0, place) + put + BODY.slice(place + length), touched };
}

Deno.test("RowReader loses no good row outside the damage in 10,000 random mutations, and counts add up", () => {
  const random = generator(SEED);
  const good = readSlices(utf8(`${HEADER}\n${BODY}`), scan(utf8(`${HEADER}\n${BODY}`))).flat();
  assertEquals(good.length, RECORDS.length);
  assert(good.every((row) => row.code === null));
  for (let run = 0; run < MUTATIONS; run++) {
    const { body, touched } = mutate(random);
    const bytes = utf8(`${HEADER}\n${body}`);
    // Detection is most of the time a run takes; every tenth run has it.
    const dialect = run % 10 === 0 ? {} : { delimiter: ",", quote: '"', escape: '"' };
    const found = scan(bytes, { isKnownHeader, dialect, sliceBytes: 100 + random(900) });
    const slices = readSlices(bytes, found);
    assertEquals(slices.map((rows) => rows.length), found.slices.map((slice) => slice.rows));
    const read = new Set(
      slices.flat().filter((row) => row.code === null).map((row) => row.cells.join("\u001f")),
    );
    good.forEach((row, at) => {
      const kept = touched.has(at) || read.has(row.cells.join("\u001f"));
      assert(kept, `run ${run} of seed ${SEED}: record ${at} was lost; touched ${[...touched]}\n${body}`);
    });
  }
});
