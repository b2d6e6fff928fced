/**
 * Looking for batches finds what reading every name, id and hash would find, through indexes: any part of a name, the
 * beginning of an id or a hash, whatever signs of a pattern stand in either.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";

const NAMES = [
  "Kings 2024.csv",
  "kings_2024.csv",
  "100% of it.csv",
  "100 of it.csv",
  "a\\b.csv",
  "a/b.csv",
  "ÉCOLE-Été.csv",
  "İstanbul.csv",
  "数据.csv",
  "deadbeef.csv",
  "x",
];

/** What is looked for, as a caller writes it. */
const SOUGHT = [
  ...[
    "kings",
    "KINGS_",
    "_",
    "%",
    "100%",
    "% o",
    "\\",
    "a\\b",
    "\\b",
    ".csv",
    "été",
    "ÉTÉ",
    "数",
    "istanbul",
    "x",
  ],
  ...[
    "dead",
    "deadbeef",
    "DEADBEEF",
    "deadbeef-",
    "deadbeef-0000-4000",
    "deadbeef-00g",
    "deadbeefcafe",
    "cafe",
    "c",
    "-",
  ],
  ...[
    "nobody's",
    "'",
    "",
    " ",
    "deadbeef-0000-4000-8000-00000000000b",
    "deadbeef-0000-4000-8000-00000000000b0",
    "{dead",
  ],
];

async function fill(db: TestDatabase): Promise<void> {
  for (const [n, filename] of NAMES.entries()) {
    const id = `deadbeef-0000-4000-8000-0000000000${n.toString(16).padStart(2, "0")}`;
    const hash = n % 2 === 0 ? `cafe${n}`.padEnd(64, "0") : null;
    await db.sql`
      insert into intake.simplicity_batches (id, filename, file_hash, source, created_at)
      values (${n % 3 === 0 ? id : crypto.randomUUID()}, ${filename}, ${hash}, ${
      n < 5 ? "acme" : "simplicity"
    },
        now() - ${n} * interval '1 minute')`;
  }
}

Deno.test("list_batches() finds what reading every batch would find", () =>
  withDatabase(async (db) => {
    await fill(db);
    for (const source of [null, "acme"]) {
      for (const q of SOUGHT) {
        const [told] = await db.as("service_role")`
          select p -> 'total' as total, jsonb_path_query_array(p, '$.batches[*].batch_id') as ids
            from intake.list_batches(null, ${source}, ${q}, 1, 4) p`;
        const read = await db.sql`
          select b.id from intake.simplicity_batches b
           where (${source}::text is null or b.source = ${source})
             and (strpos(lower(b.filename), lower(${q})) > 0 or starts_with(b.id::text, lower(${q}))
                  or starts_with(b.file_hash, lower(${q})))
           order by b.created_at desc, b.id desc`;
        assertEquals(told, { total: read.length, ids: read.slice(0, 4).map((row) => row.id) }, `q = ${q}`);
      }
    }
  }));

Deno.test("find_batches() reads no table from end to end for three characters or more", () =>
  withDatabase(async (db) => {
    await fill(db);
    await db.sql`
      insert into intake.simplicity_batches (filename, created_at)
      select 'old-' || n || '.csv', now() - n * interval '1 minute' from generate_series(1, 5000) n`;
    await db.admin`vacuum analyze intake.simplicity_batches`;
    for (const q of ["kings", "4711", "deadbeef-", "cafe"]) {
      const [seen] = await db.sql.begin(async (sql) => {
        const scans = async () =>
          (await sql`select seq_scan::int as n from pg_stat_xact_user_tables
                      where relid = 'intake.simplicity_batches'::regclass`)[0]?.n;
        const before = await scans();
        const found = await sql`select f.id from intake.find_batches(${q}) f`;
        return [{ found: found.length > 0, scans: await scans() - before }];
      });
      assertEquals(seen, { found: true, scans: 0 }, q);
    }
  }));
