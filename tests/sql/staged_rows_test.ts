/** The order of a staged row's columns is one thing in code and in SQL: no two fields can change places in one of them. */
import { assertEquals } from "deno-std/assert/equals.js";
import { type Field, FIELDS, STAGED_COLUMNS } from "../../shared/judgments/mod.ts";
import { withDatabase } from "../support/database.ts";
import { ingest } from "./engine.ts";

/** A value of its own for each field, so that two that change places are seen. */
const VALUES: Readonly<Record<Field, string>> = {
  case_number: "STAGED-1",
  plaintiff_name: "Plaintiff One",
  defendant_name: "Defendant Two",
  amount: "1234.56",
  judgment_date: "2023-03-15",
  filing_date: "2022-01-31",
  court: "Court Three",
  county: "County Four",
  state: "State Five",
  defendant_address: "Address Six",
  defendant_phone: "718 555 0107",
  defendant_email: "eight@example.com",
  source_reference: "Reference Nine",
};

const OTHER: Partial<Record<Field, string>> = {
  amount: "99.00",
  judgment_date: "2020-12-31",
  filing_date: "2020-12-30",
};

const rowWith = (more: Partial<Record<Field, string>>) => ({ case: VALUES.case_number, more });

Deno.test("every field of a staged row arrives in the column of its name", () =>
  withDatabase(async (db) => {
    await ingest(db, { rows: [rowWith(VALUES)] });
    const [judgment] = await db.sql`select to_jsonb(j) as row from public.judgments j`;
    const texts = FIELDS.map((field) => [field, String(judgment?.row[field])]);
    assertEquals(Object.fromEntries(texts), VALUES);
  }));

Deno.test("a duplicate is told to differ in the very field that differs, whichever it is", () =>
  withDatabase(async (db) => {
    // Where a judgment came from is no fact about it: source_reference is not compared.
    const compared = FIELDS.filter((field) => field !== "case_number" && field !== "source_reference");
    const rows = compared.map((field) => rowWith({ ...VALUES, [field]: OTHER[field] ?? "another" }));
    const id = await ingest(db, { rows: [rowWith(VALUES), ...rows] });
    const told = await db.sql`
      select e.issues -> 0 -> 'differs' as fields from intake.row_errors e
       where e.batch_id = ${id} and e.error_stage = 'insert' order by e.row_index`;
    assertEquals(told.map((row) => row.fields), compared.map((field) => [field]));
  }));

Deno.test("the SQL that takes staged rows apart names their columns in the order in which they are written", () =>
  withDatabase(async (db) => {
    const [move] = await db.sql`
      select p.prosrc as source from pg_catalog.pg_proc p where p.oid = 'intake.move_rows'::regproc`;
    const columns = /insert into public\.judgments \(([^)]*)\)/.exec(move?.source)?.[1]?.split(",").map((
      name,
    ) => name.trim());
    assertEquals(columns?.slice(0, FIELDS.length), [...FIELDS]);
    const [repair] = await db.sql`
      select p.prosrc as repairs from pg_catalog.pg_proc p where p.oid = 'intake.repairs_in'::regproc`;
    const place = /split_part\(r\.line, E'\\x1f', (\d+)\)/.exec(repair?.repairs)?.[1];
    assertEquals(Number(place), STAGED_COLUMNS.indexOf("repairs_row") + 1);
  }));
