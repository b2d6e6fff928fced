import { assertEquals, assertThrows } from "deno-std/assert/mod.js";
import { parseUnit } from "../../../shared/jobs/unit.ts";

const ID = "11111111-1111-4111-8111-111111111111";
const STAGE = {
  kind: "stage",
  job_id: ID,
  token: ID,
  beat_seconds: 20,
  size_scale: 1,
  wake_more: false,
  batch: {
    id: ID,
    source: "simplicity",
    attempt: 1,
    status: "staging",
    filename: "a.csv",
    object: { bucket: "intake", path: "simplicity/a.csv", version: "v1", etag: '"a1"', bytes: 10 },
    file_size_bytes: 10,
    replay_of: null,
    dialect: null,
    layout: null,
    scan: null,
  },
  source: { header_map: { Foo: null }, columns: null, dialect: {} },
  slice: null,
};
const SLICE = {
  no: 0,
  first_byte: 1,
  end_byte: 9,
  first_row: 0,
  row_count: 2,
  first_line: 2,
  keep_rejects: 5,
};

Deno.test("parseUnit() reads each kind of unit", () => {
  assertEquals(parseUnit(STAGE)?.kind, "stage");
  assertEquals(parseUnit({ ...STAGE, kind: "settle" })?.kind, "settle");
  const unit = parseUnit({ ...STAGE, kind: "slice", slice: SLICE });
  assertEquals(unit?.kind === "slice" && unit.slice.end_byte, 9);
  const undo = {
    kind: "undo",
    job_id: ID,
    token: ID,
    beat_seconds: 20,
    wake_more: false,
    payload: { batch_id: ID },
  };
  assertEquals(parseUnit(undo)?.kind, "undo");
});

Deno.test("parseUnit() gives null when there was no work", () => {
  assertEquals(parseUnit(null), null);
});

Deno.test("parseUnit() refuses a slice unit without its slice, and a token that is none", () => {
  assertThrows(() => parseUnit({ ...STAGE, kind: "slice" }));
  assertThrows(() => parseUnit({ ...STAGE, token: "x" }));
});
