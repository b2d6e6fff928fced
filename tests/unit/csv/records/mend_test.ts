/** Each repair by itself: what it takes on, what it gives, and what it leaves alone. */
import { assertEquals } from "deno-std/assert/equals.js";
import { grammarOf } from "../../../../shared/csv/records/grammar.ts";
import { mendLine } from "../../../../shared/csv/records/mend/mend.ts";
import { DamagedLine } from "../../../../shared/csv/records/mend/repair.ts";

const GRAMMAR = grammarOf({ delimiter: ",", quote: '"', escape: '"' });
const QUOTES = "quotes were kept as part of the value";
const BARS = "was written with vertical bars between its cells and was read that way";

/** A line of a file with three columns, and what becomes of it: cells and words, or nothing. */
const LINES: readonly [line: string, quotesFail: boolean, cells: string[] | null, words: string][] = [
  ['1,"a" b,c', true, ["1", '"a" b', "c"], QUOTES],
  ['1,"a,b",c', true, ["1", "a,b", "c"], ""],
  ['1,"a" b,c,,', true, ["1", '"a" b', "c"], QUOTES],
  ['1,"a b,c', true, null, ""],
  ['1,"a" b,c,d', true, null, ""],
  ["1|a|b", false, ["1", "a", "b"], BARS],
  ['1|"a|b"|c', true, ["1", "a|b", "c"], BARS],
  ["1|a;b;c", false, ["1|a", "b", "c"], BARS.replace("vertical bars", "semicolons")],
  ["1;a|b;c|d", false, null, ""],
  ["1|a", false, null, ""],
  ["1,a,b,c", false, null, ""],
];

for (const [line, quotesFail, cells, words] of LINES) {
  Deno.test(`mendLine() ${cells ? "puts right" : "leaves alone"} ${line}`, () => {
    const mended = mendLine(new DamagedLine(line, GRAMMAR, 3, false, quotesFail));
    assertEquals(mended, cells && { cells, repair: words });
  });
}
