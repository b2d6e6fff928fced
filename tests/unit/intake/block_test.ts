import { assert, assertEquals, assertFalse } from "deno-std/assert/mod.js";
import fc from "fast-check";
import { BlockWriter, HEAD_SEPARATOR } from "../../../shared/intake/block.ts";
import { buildReject } from "../../../shared/intake/reject.ts";
import { FIELD_SEPARATOR, ROW_SEPARATOR } from "../../../shared/judgments/mod.ts";

const SEPARATORS = [HEAD_SEPARATOR, ROW_SEPARATOR, FIELD_SEPARATOR];
const OWNER = { batchId: "b", sliceNo: 3, token: "t", attempt: 2 };

function read(body: string) {
  const cut = body.indexOf(HEAD_SEPARATOR);
  const text = body.slice(cut + 1);
  return {
    head: JSON.parse(body.slice(0, cut)),
    rows: text === "" ? [] : text.split(ROW_SEPARATOR).map((row) => row.split(FIELD_SEPARATOR)),
  };
}

Deno.test("BlockWriter.take() gives head and rows that read back as they were added", () => {
  const cell = fc.string({ unit: "grapheme", maxLength: 12 }).filter((text) =>
    !SEPARATORS.some((one) => text.includes(one))
  );
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 13, maxLength: 13 }), { maxLength: 20 }), (rows) => {
      const writer = new BlockWriter(OWNER);
      rows.forEach((row, i) => writer.addRow(i * 2, row));
      const { head, rows: back } = read(writer.take());
      assertEquals(head.row_count, rows.length);
      assertEquals(back.map((row) => row.slice(0, -1)), rows.map((row, i) => [String(i * 2), ...row]));
    }),
  );
});

Deno.test("BlockWriter numbers its blocks and begins each one empty", () => {
  const writer = new BlockWriter(OWNER);
  writer.addRow(0, ["a"]);
  assertEquals(read(writer.take()).head.block_no, 0);
  assert(writer.isEmpty);
  writer.addRow(1, ["b"]);
  const { head, rows } = read(writer.take());
  assertEquals([head.block_no, head.batch_id, head.slice_no, head.token, head.attempt], [1, "b", 3, "t", 2]);
  assertEquals(rows, [["1", "b", "0"]]);
});

Deno.test("BlockWriter numbers the plaintiffs of its slice, and brings each spelling once, with its first row", () => {
  const writer = new BlockWriter(OWNER);
  const bring = (names: readonly string[], from: number) => {
    names.forEach((name, i) => writer.addRow(from + i, [`CASE-${from + i}`, name]));
    const { head, rows } = read(writer.take());
    const brought = head.plaintiffs === "" ? [] : head.plaintiffs.split(ROW_SEPARATOR);
    return {
      brought: brought.map((entry: string) => entry.split(FIELD_SEPARATOR)),
      numbers: rows.map((row) => row.at(-1)),
    };
  };
  assertEquals(bring(["Acme", "Bolt", "Acme"], 0), {
    brought: [["0", "CASE-0", "Acme"], ["1", "CASE-1", "Bolt"]],
    numbers: ["0", "1", "0"],
  });
  assertEquals(bring(["Bolt", "ACME"], 3), { brought: [["4", "CASE-4", "ACME"]], numbers: ["1", "2"] });
  assertEquals(bring(["Acme"], 5), { brought: [], numbers: ["0"] });
});

Deno.test("BlockWriter is full at 2,500 rows and not before", () => {
  const writer = new BlockWriter(OWNER);
  for (let i = 0; i < 2_499; i++) writer.addRow(i, ["x"]);
  assertFalse(writer.isFull);
  writer.addRow(2_499, ["x"]);
  assert(writer.isFull);
});

Deno.test("BlockWriter is full when rejects of long rows have come to a million characters", () => {
  const writer = new BlockWriter(OWNER);
  const line = "x".repeat(65_536);
  for (let i = 0; i < 15; i++) writer.addReject(rejectOf(i, line));
  assertFalse(writer.isFull);
  writer.addReject(rejectOf(15, line));
  assert(writer.isFull);
  writer.take();
  assertFalse(writer.isFull);
});

function rejectOf(rowIndex: number, rawLine: string) {
  const issue = { code: "PARSE_ERROR", field: null, rawValue: rawLine, message: "too long" } as const;
  const place = { rowIndex, lineNumber: rowIndex + 2, byteOffset: 0 };
  return buildReject(place, "parse", [issue], { columns: ["a"], cells: [rawLine], rawLine });
}
