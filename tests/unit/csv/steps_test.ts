/** Reading is linear: whatever the quotes in a file, the work for each of its bytes is bounded. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import fc from "fast-check";
import { HOSTILE, hostileFile, PIECES } from "../../../bench/hostile.ts";
import { FileScanner, RowReader, type Scan } from "../../../shared/csv/mod.ts";
import { isKnownHeader } from "./reading.ts";

/** Steps for each byte that neither the scan nor the reader may need. What is looked at only once takes one or two. */
const MOST_STEPS = 350;
const SEED = 20_261_127;
/** What is read between two looks at the share: the reader's own measure, and what the record at hand takes beyond it. */
const MOST_AT_ONCE = 16_000_000;
const PATTERNS = 1_200;
/** The first block, and what is looked at before a file shows what it is: no part of what grows with the file. */
const BEGINNING = 200_000;

interface Work {
  scan: number;
  read: number;
  found: Scan;
}

/** Steps of a scan in chunks as Storage sends them, and of all of its slices read. */
function work(bytes: Uint8Array): Work {
  const scanner = new FileScanner({ isKnownHeader });
  for (let at = 0; at < bytes.length; at += 65_536) scanner.push(bytes.subarray(at, at + 65_536));
  const found = scanner.finish();
  let read = 0;
  for (const slice of found.slices) {
    const reader = new RowReader({ dialect: found.dialect, headerWidth: found.headerWidth, ...slice });
    reader.push(bytes.subarray(slice.firstByte, slice.endByte));
    reader.finish();
    assertEquals(reader.rows, slice.rows);
    read += reader.steps;
  }
  return { scan: scanner.steps, read, found };
}

const pieces = fc.constantFrom(...PIECES);
const patterns = fc.record({
  unit: fc.array(pieces, { minLength: 1, maxLength: 10 }).map((parts) => `${parts.join("")}\n`),
  other: fc.array(pieces, { maxLength: 6 }).map((parts) => `${parts.join("")}\n`),
  every: fc.integer({ min: 2, max: 70 }),
  columns: fc.constantFrom(2, 5, 25, 200),
});

Deno.test(`${PATTERNS} patterns of quotes, repeated, take bounded work for each byte`, () => {
  fc.assert(
    fc.property(patterns, ({ unit, other, every, columns }) => {
      const header = Array.from(
        { length: columns },
        (_, at) => at === 0 ? "case_number" : `c${"x".repeat(at % 40)}`,
      )
        .join(",");
      const bytes = hostileFile({ header, line: (at) => at % every === 1 ? other : unit }, 8_000);
      const { scan, read } = work(bytes);
      const most = MOST_STEPS * bytes.length + BEGINNING;
      assert(scan <= most && read <= most, `scan ${scan}, read ${read} steps for ${bytes.length} bytes`);
    }),
    { numRuns: PATTERNS, seed: SEED },
  );
});

for (const [name, shape] of Object.entries(HOSTILE)) {
  Deno.test(`a file of ${name} takes four times the work when it is four times as large`, () => {
    const small = work(hostileFile(shape, 150_000));
    const large = work(hostileFile(shape, 600_000));
    for (const kind of ["scan", "read"] as const) {
      assert(large[kind] <= MOST_STEPS * 600_000, `${kind}: ${large[kind] / 600_000} steps for each byte`);
      assert(
        large[kind] <= 4 * 1.5 * small[kind] + BEGINNING,
        `${kind}: ${small[kind]}, then ${large[kind]}`,
      );
    }
  });
}

Deno.test("a scan that pauses because it is dear finds what one in other chunks finds", () => {
  let pauses = 0;
  for (const line of ['"a\n', 'b","c\n', '"\\"a\n']) {
    const bytes = hostileFile({ header: "case_number,amount,court", line: () => line }, 700_000);
    const scans = [1_000_000, 50_000, 7_001].map((size) => {
      const scanner = new FileScanner({ isKnownHeader, sliceRows: 5_000 });
      for (let at = 0; at < bytes.length; at += size) {
        scanner.push(bytes.subarray(at, at + size));
        if (scanner.isBehind) pauses++;
      }
      return JSON.stringify(scanner.finish());
    });
    assertEquals(scans[1], scans[0]);
    assertEquals(scans[2], scans[0]);
  }
  assert(pauses > 0);
});

Deno.test("a file whose end is dear is read to its end in steps, broken off at any of them", () => {
  const options = { isKnownHeader, sliceRows: 5_000 };
  let most = 0;
  for (
    const [line, tail] of [['"a\n', ""], ['b","c\n', "\0\0\0"], [`"\\"a\n`, ""], [`"a'b\n'a"b\n`, "\x1a"]]
  ) {
    const body = hostileFile({ header: "case_number,amount,court", line: () => line ?? "" }, 200_000);
    const bytes = new Uint8Array([...body, ...new TextEncoder().encode(tail)]);
    const whole = new FileScanner(options);
    whole.push(bytes);
    let scanner = new FileScanner(options);
    scanner.push(bytes);
    scanner.end();
    let catches = 0;
    for (; scanner.isBehind; catches++) {
      if (catches % 3 === 2) {
        scanner = FileScanner.resume(
          JSON.parse(JSON.stringify(scanner.state())),
          options,
        );
      }
      const before = scanner.steps;
      scanner.catchUp();
      assert(scanner.steps - before < MOST_AT_ONCE, `${line}: ${scanner.steps - before} steps at once`);
    }
    most = Math.max(most, catches);
    const before = scanner.steps;
    assertEquals(JSON.stringify(scanner.finish()), JSON.stringify(whole.finish()));
    assert(scanner.steps - before < BEGINNING, `${scanner.steps - before} steps left to its end`);
  }
  assert(most > 3, `${most} steps at most`);
});

Deno.test("a file that costs more than it may is refused, with the line, and nothing of it is read", () => {
  const bytes = hostileFile({ header: "case_number,amount,court", line: () => '"a\n' }, 1_000_000);
  const scanner = new FileScanner({ isKnownHeader, mostStepsPerByte: 5 });
  for (let at = 0; at < bytes.length; at += 65_536) scanner.push(bytes.subarray(at, at + 65_536));
  const { problem, slices, rows } = scanner.finish();
  assertEquals(problem?.reason, "too_costly");
  assert(/^too costly to read near line \d+$/.test(problem?.detail ?? ""), problem?.detail);
  assertEquals([slices, rows], [[], 0]);
});
