/** One table of delimiters, and what is derived from it. */
import { assertEquals } from "deno-std/assert/equals.js";
import { DELIMITER_CHARS, delimiterName, DELIMITERS } from "../../../shared/csv/dialect.ts";
import { read } from "./reading.ts";

for (const { chars, name } of DELIMITERS) {
  Deno.test(`a file written with ${name} is found to be and read so`, () => {
    const rows = [["case_number", "plaintiff_name", "amount"], ["1", "Acme", "10.00"], [
      "2",
      "Beta",
      "20.00",
    ]];
    const { found, rows: got } = read(rows.map((cells) => `${cells.join(chars)}\n`).join(""));
    assertEquals(found.dialect.delimiter, chars);
    assertEquals(got.map(({ cells }) => cells), rows.slice(1));
  });
}

for (const { chars, name, detectable } of DELIMITERS) {
  if (detectable !== "always" || chars === ",") continue;
  Deno.test(`a row between ${name} in a file of commas is read, and in words`, () => {
    const row = ["2", "Beta", "20.00"];
    const { rows } = read(`case_number,plaintiff_name,amount\n1,Acme,10.00\n${row.join(chars)}\n`);
    assertEquals(rows[1]?.cells, row);
    assertEquals(rows[1]?.repair, `was written with ${name} between its cells and was read that way`);
  });
}

Deno.test("delimiterName() has a word for each, and quotes what is not in the table", () => {
  assertEquals(DELIMITER_CHARS.map(delimiterName), DELIMITERS.map(({ name }) => name));
  assertEquals(delimiterName("~"), '"~"');
});
