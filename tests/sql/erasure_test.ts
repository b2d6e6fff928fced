/** docs/erasure.md: its statements run as they stand there, and afterwards the name stands nowhere but where the page says. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type TestDatabase, withDatabase } from "../support/database.ts";
import {
  batchOf,
  claim,
  doUnit,
  engine,
  type File,
  finishStaging,
  mustClaim,
  store,
  workOff,
} from "./engine.ts";

const PAGE = new URL("../../docs/erasure.md", import.meta.url);
const NAME = "Jane Q Secret";

/** The statements of the page for one batch and name. */
async function statements(batch: string): Promise<string> {
  const blocks = [...(await Deno.readTextFile(PAGE)).matchAll(/```sql\n([\s\S]*?)```/g)].map((block) =>
    block[1]
  );
  return blocks.join("\n").replaceAll(":batch", `'${batch}'`).replaceAll(":name", `'${NAME}'`);
}

/** Every table of ours in which the name stands. */
async function holders(db: TestDatabase): Promise<string[]> {
  const tables = await db.admin`
    select format('%I.%I', n.nspname, c.relname) as name
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p')
       and n.nspname in ('public', 'intake', 'ops', 'audit', 'enforcement', 'legal', 'evidence', 'storage', 'net')`;
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await db.admin.unsafe(
      `select 1 from ${name} t where position('${NAME}' in t::text) > 0 limit 1`,
    );
    if (rows.length > 0) found.push(String(name));
  }
  return found.sort();
}

Deno.test("the statements of docs/erasure.md leave a name in the audit log and in storage alone", () =>
  withDatabase(async (db) => {
    const file: File = {
      rows: [
        {
          case: "E-1",
          defendant: NAME,
          more: { defendant_address: "12 Elm Street", defendant_email: "jane@example.org" },
        },
        { case: "E-2", plaintiff: NAME },
        ...Array.from({ length: 17 }, (_, index) => ({ case: `E-${index + 3}` })),
        { reject: "INVALID_AMOUNT" },
      ],
      notes: [`Columns changed since an earlier file: ${NAME}`],
    };
    const { path } = await store(db, { path: `simplicity/${NAME}.csv` });
    const [batch] = await db.sql`select id from intake.simplicity_batches where storage_path = ${path}`;
    const id = String(batch?.id);
    await finishStaging(db, await mustClaim(db, "stage"), file);
    await db.sql`update intake.simplicity_batches set ignored_columns = ${[NAME]}, source_reference = ${NAME},
      layout = ${db.sql.json({ header: [NAME] })} where id = ${id}`;
    await db.sql`insert into intake.header_changes (batch_id, source, compared_with, new_columns)
      values (${id}, 'simplicity', ${id}, ${[NAME]})`;
    await workOff(db, file);
    assertEquals((await batchOf(db, id)).status, "completed");
    await db.sql`update intake.row_errors set raw_data = ${db.sql.json({ Defendant: NAME })},
      raw_line = ${NAME}, raw_value = ${NAME}, error_message = ${NAME} where batch_id = ${id}`;

    const before = await holders(db);
    for (
      const table of [
        "public.judgments",
        "public.plaintiffs",
        "intake.row_errors",
        "intake.simplicity_batches",
        "intake.header_changes",
      ]
    ) assertEquals(before.includes(table), true, table);

    await db.sql.begin(async (sql) => void await sql.unsafe(await statements(id)));
    assertEquals(
      await holders(db),
      ["audit.event_log", "storage.objects"],
      "the file's own name, as the page says",
    );

    const kept = await batchOf(db, id);
    assertEquals([kept.status, kept.row_count_inserted, kept.row_count_invalid, kept.file_hash !== null], [
      "completed",
      19,
      1,
      true,
    ]);
    const [judgment] = await db.sql`select * from public.judgments where case_number = 'E-1'`;
    assertEquals([
      judgment?.defendant_name,
      judgment?.defendant_address,
      judgment?.defendant_email,
      judgment?.amount,
    ], [
      "(erased)",
      null,
      null,
      "100.00",
    ]);
    assertEquals(
      (await engine(db)`select intake.describe_batch(${id}) ->> 'status' as status`)[0]?.status,
      "completed",
    );
  }));

Deno.test("without its file an erased batch cannot be run again, and says so", () =>
  withDatabase(async (db) => {
    const file: File = { rows: [{ case: "E-1", defendant: NAME }] };
    await store(db, { path: "simplicity/a.csv" });
    await workOff(db, file);
    const [batch] = await db.sql`select id from intake.simplicity_batches`;
    await db.admin.begin(async (sql) => {
      await sql`set local storage.allow_delete_query = 'true'`;
      await sql`delete from storage.objects`;
    });
    await db.sql`update intake.simplicity_batches set status = 'uploaded'`;
    const unit = await claim(db);
    if (unit !== null) await doUnit(db, unit, file);
    const ended = await batchOf(db, batch?.id);
    assertEquals([ended.status, ended.rejection_code, ended.row_count_inserted], [
      "failed",
      "FILE_MISSING",
      1,
    ]);
  }));
