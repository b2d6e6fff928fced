/** Within a priority, sources take turns; what is lost goes behind, alone, with a smaller share. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  bringTo,
  claim,
  doUnit,
  drop,
  type File,
  finishStaging,
  jobOf,
  letTimePass,
  loseAll,
  mustClaim,
  rowsOf,
} from "./engine.ts";

async function sources(db: TestDatabase): Promise<void> {
  await db.sql`insert into intake.sources (source) values ('acme'), ('bravo')`;
}

let files = 0;
const dropOf = (db: TestDatabase, source: string) => drop(db, { path: `${source}/${files++}.csv` });
const lost = async (db: TestDatabase) => {
  await letTimePass(db, 61);
};

Deno.test("sources take turns, however many files one of them brought first", () =>
  withDatabase(async (db) => {
    await sources(db);
    for (let n = 0; n < 4; n++) await dropOf(db, "acme");
    await dropOf(db, "bravo");
    await dropOf(db, "bravo");
    const order = [];
    for (let unit = await claim(db); unit !== null; unit = await claim(db)) {
      order.push((await batchOf(db, unit.batch.id)).source);
    }
    assertEquals(order, ["acme", "bravo", "acme", "bravo", "acme", "acme"]);
  }));

Deno.test("sources take turns also where one worker does one unit after the other", () =>
  withDatabase(async (db) => {
    await sources(db);
    for (let n = 0; n < 3; n++) await dropOf(db, "acme");
    await dropOf(db, "bravo");
    const order = [];
    for (let n = 0; n < 3; n++) {
      const unit = await mustClaim(db, "stage");
      order.push((await batchOf(db, unit.batch.id)).source);
      await doUnit(db, unit, { rows: [], problem: "Parse error: x" });
    }
    assertEquals(order, ["acme", "bravo", "acme"]);
  }));

Deno.test("a lost unit goes behind what was not lost, even of a lower priority", () =>
  withDatabase(async (db) => {
    await sources(db);
    const poison = await dropOf(db, "acme");
    await db.sql`update ops.job_queue set priority = 100 where batch_id = ${poison}`;
    await mustClaim(db, "stage");
    await lost(db);
    const other = await dropOf(db, "bravo");
    assertEquals((await mustClaim(db, "stage")).batch.id, other);
    assertEquals(
      (await mustClaim(db, "stage")).batch.id,
      poison,
      "claimable at once when nobody else has work",
    );
  }));

Deno.test("a unit waits from its second loss in a row on, and its share shrinks", () =>
  withDatabase(async (db) => {
    await drop(db);
    const scales = [(await mustClaim(db, "stage")).size_scale];
    await lost(db);
    scales.push((await mustClaim(db, "stage")).size_scale);
    await lost(db);
    assertEquals(await claim(db), null, "22.5 s at least");
    await letTimePass(db, 31);
    scales.push((await mustClaim(db, "stage")).size_scale);
    await loseAll(db);
    scales.push((await mustClaim(db, "stage")).size_scale);
    await loseAll(db);
    scales.push((await mustClaim(db, "stage")).size_scale);
    assertEquals(scales, [1, 1, 0.1, 0.1, 0.01]);
  }));

Deno.test("after two losses of a slice no other slice of its file is in work beside one", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("C", 5), slices: [1, 1, 1, 1, 1] };
    await bringTo(db, "validating", file);
    await db.sql`update intake.batch_slices set losses = 2 where slice_no = 0`;
    const alone = await mustClaim(db, "slice");
    assertEquals(alone.slice?.no, 1, "what was lost goes last in its own file, too");
    assertEquals(await claim(db), null);
  }));

Deno.test("a dead lease does not count as work in hand", () =>
  withDatabase(async (db) => {
    for (let n = 0; n < 10; n++) await drop(db);
    const wakes = [];
    for (let n = 0; n < 8; n++) wakes.push((await mustClaim(db, "stage")).wake_more);
    assertEquals(wakes.at(-1), false);
    await letTimePass(db, 30); // a beat was missed, the leases still stand
    assertEquals((await mustClaim(db, "stage")).wake_more, true);
  }));

Deno.test("progress forgets losses: the next holder has a whole share again", () =>
  withDatabase(async (db) => {
    const file: File = { rows: rowsOf("C", 2) };
    const id = await drop(db);
    for (let loss = 0; loss < 3; loss++) {
      await mustClaim(db, "stage");
      await loseAll(db);
    }
    const unit = await mustClaim(db, "stage");
    assertEquals([unit.size_scale, (await jobOf(db, id)).losses], [0.1, 3]);
    await finishStaging(db, unit, file);
    assertEquals([(await mustClaim(db, "slice")).size_scale, (await jobOf(db, id)).losses], [1, 0]);
  }));
