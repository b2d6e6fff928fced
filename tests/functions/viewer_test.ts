/**
 * A viewer's every answer, of every route he may call, about files that ended in every way: nobody who stands in one of
 * them is found in any. The same search finds them in an operator's answers, route by route, so it can find them.
 */
import Papa from "papaparse";
import * as z from "zod";
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import type { RouteName } from "../../shared/http/access.ts";
import { VENDOR_OUTCOMES } from "../fixtures/vendor.ts";
import { sharedStack, until } from "../stack/shared_stack.ts";
import { type Known, readableBy, tellAll, type Told } from "./everything_told.ts";
import { asOperator, call, post, signIn, upload } from "./intake_stack.ts";

const shared = sharedStack();
const VENDOR_FILES = new URL("../fixtures/vendor/", import.meta.url);

/** Columns of the vendors' samples that say who people are, where they live and how they are reached. */
const PERSONAL = /^(plaintiff|defendant)_?(name|address)?$|address$|phone$|email$|agent$|title$/i;
const HEADER = "case_number,plaintiff_name,defendant_name,amount,judgment_date";

interface File {
  readonly name: string;
  readonly text: string;
  /** What of it says who somebody is. */
  readonly people: readonly string[];
}

/** Files made up to put people where no column says so; each has words of its own. */
const MADE_UP: readonly File[] = [
  {
    name: "no_header.csv",
    text:
      "V-1,Lenders of Yonkers,Victor Headless,1500.00,2024-01-15,12 Elm Street,555-010-4477,victor@example.net\n" +
      "V-2,Lenders of Yonkers,Wilma Headless,15.00,2024-02-15,14 Elm Street,555-010-4478,wilma@example.net\n",
    people: ["Yonkers", "Headless", "Elm Street", "555-010-447", "victor@", "wilma@"],
  },
  {
    name: "people_for_columns.csv",
    text:
      `${HEADER},Xenia Columnar,77 Cellar Road\nC-1,Loan Sharks of Troy,Yuri Celled,10.00,2024-01-15,a,b\n`,
    people: ["Columnar", "Cellar Road", "Troy", "Celled"],
  },
  {
    name: "people_above.csv",
    text: `Prepared for Zelda Preamble\n\n${HEADER}\nA-1,Abovewater Inc,Quentin Aboard,10.00,2024-01-15\n`,
    people: ["Preamble", "Abovewater", "Aboard"],
  },
  {
    name: "every_reject.csv",
    text: `${HEADER},defendant_phone,defendant_email,filing_date\n` +
      "R-1,Rejecta Bank,Rita Refused,a lot of Rita,2024-01-15,555-020,rita@,soon\n" +
      'R-2,Rejecta Bank,"Rufus ""Open,10.00,2024-01-15\nR-3,Rejecta Bank,Ruth Wide,1.00,2024-01-15,1,2,3,4,5,6\n' +
      `R-4,Rejecta Bank,${
        "Roderick Endless ".repeat(60)
      },1.00,2024-01-15,,,\n,,Rosa Numberless,1.00,2024-01-15,,,\n`,
    people: ["Rejecta", "Rita", "Rufus", "Ruth Wide", "Roderick", "Numberless"],
  },
  {
    name: "a_column_instead.csv",
    text:
      `case_number,plaintiff_name,defendant_name,amount,filing_date,Decision of Hidden Judge\nD-1,Instead Ltd,Dora Instead,1.00,2024-01-15,x\n`,
    people: ["Hidden Judge", "Instead"],
  },
  {
    name: "second_table.csv",
    text:
      `${HEADER}\nS-1,Secunda Corp,Sara Stays,10.00,2024-01-15\n\nTotals of Sven Summary\ndefendant_name,amount,case_number\nSven Tabled,1,2\n`,
    people: ["Secunda", "Sara Stays", "Sven"],
  },
];

const Rows = z.array(z.record(z.string(), z.unknown()));

/** Where the same search finds people for an operator, so that it could find them for a viewer. */
const SHOWN_TO_OPERATORS: readonly RouteName[] = [
  "GET /intake/batches",
  "GET /intake/batches/:id",
  "GET /intake/batches/:id/errors",
  "GET /intake/batches/:id/rows/:row",
  "GET /intake/batches/:id/timeline",
  "GET /intake/judgments/:id/lineage",
];

/** Statuses of what is not there, or not yet. */
const NOTHING_THERE: readonly number[] = [404, 409];

/** Who stands in a sample of a vendor's. */
function peopleIn(text: string): string[] {
  const rows = Rows.parse(Papa.parse(text.replace(/^\ufeff/, ""), { header: true }).data);
  const cells = rows.flatMap((row) => Object.entries(row).filter(([name]) => PERSONAL.test(name)));
  return cells.flatMap(([, cell]) => typeof cell === "string" && cell.length >= 5 ? [cell] : []);
}

async function filesOfVendors(): Promise<File[]> {
  return await Promise.all(VENDOR_OUTCOMES.map(async ({ file }) => {
    const text = await Deno.readTextFile(new URL(file, VENDOR_FILES));
    return { name: file, text, people: peopleIn(text) };
  }));
}

/** Sends a file as this caller and waits for its end. @returns its batch. */
async function bring(
  file: File,
  headers: Record<string, string>,
  fields: Record<string, string> = {},
): Promise<string> {
  const { status, body, text } = await upload(
    shared(),
    new TextEncoder().encode(file.text),
    fields,
    headers,
    file.name,
  );
  assertEquals(status, 202, text);
  return await until(async () => {
    const [row] = await shared()
      .sql`select status in ('completed', 'failed') as over from intake.simplicity_batches where id = ${body.batch_id}`;
    return row?.over === true && body.batch_id;
  });
}

/** What there is to ask about. */
async function everythingKnown(): Promise<Known> {
  const { sql } = shared();
  const batches = await sql`select id, row_count_total, file_hash from intake.simplicity_batches`;
  const judgments = await sql`select id::text from public.judgments`;
  const sources = await sql`select source from intake.sources`;
  return {
    batches: batches.map((one) => ({
      id: one.id,
      rows: one.row_count_total ?? 0,
      hash: one.file_hash,
    })),
    judgments: judgments.map(({ id }) => id),
    sources: sources.map(({ source }) => source),
  };
}

/** Who of these people is found in answers, and where. */
function foundIn(told: readonly Told[], people: readonly string[]): string[] {
  return told.flatMap(({ path, answer }) => {
    const whole = [answer.text, ...[...answer.headers].map(([, value]) => value)].join("\n");
    return people.filter((name) => whole.includes(name)).map((name) => `${path}: ${name}`);
  });
}

Deno.test("nobody who stands in a file is found in any answer a viewer gets", async () => {
  const sender = await signIn(shared(), "operator");
  const asSender = { authorization: `Bearer ${sender}` };
  const files = [...await filesOfVendors(), ...MADE_UP];
  await Promise.all(files.map((file) => bring(file, asSender)));
  const again: File = {
    name: "the_same_numbers.csv",
    text: `${HEADER}\nC-1,Twice Lending,Tessa Twice,10.00,2024-01-15\n`,
    people: ["Twice Lending", "Tessa"],
  };
  await bring(again, asSender, { dry_run: "true" });
  const repeated = await bring({
    ...again,
    text: `${again.text}C-1,Thrice Lending,Tom Thrice,1.00,2024-01-15\n`,
  }, asSender);
  await post(shared(), `intake/batches/${repeated}/retry`);
  await post(shared(), "sentinel/run", {});
  const [person] = await shared()
    .sql`select created_by from intake.simplicity_batches where id = ${repeated}`;
  const email: string = person?.created_by.replace("operator:", "");
  assert(email.includes("@"), email);

  const people = [...new Set([...files, again].flatMap((file) => file.people)), "Thrice", email];
  assert(people.length > 60, `${people.length} people`);
  const known = await everythingKnown();
  assert(known.batches.length >= files.length + 2 && known.judgments.length > 20);
  const viewer = { authorization: `Bearer ${await signIn(shared(), "viewer")}` };
  const routes = await readableBy("viewer");
  const seen = new Set<RouteName>();
  for (const route of routes) {
    const told = await tellAll(shared(), route, known, viewer);
    assert(told.length > 0, `${route} was not asked`);
    for (const { path, answer } of told) {
      assert(
        answer.status < 300 || NOTHING_THERE.includes(answer.status),
        `${path}: ${answer.status} ${answer.text}`,
      );
    }
    assertEquals(foundIn(told, people), [], route);
    const isAnswered = told.some(({ answer }) => answer.status < 300);
    const whole = await tellAll(shared(), route, known, asOperator(shared()));
    if (isAnswered && foundIn(whole, people).length > 0) seen.add(route);
  }
  for (const route of SHOWN_TO_OPERATORS) assert(seen.has(route), `${route}: nobody is found by an operator`);
});

Deno.test("what a viewer may not read he is refused, and the refusal names nobody", async () => {
  const viewer = { authorization: `Bearer ${await signIn(shared(), "viewer")}` };
  const { batches: [first] } = await everythingKnown();
  for (const rest of ["file", "errors.csv"]) {
    const { status, body } = await call(shared(), `intake/batches/${first?.id}/${rest}`, { headers: viewer });
    assertEquals([status, body.code], [403, "FORBIDDEN"]);
  }
});
