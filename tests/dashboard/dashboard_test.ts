/** The built dashboard in a real Chromium, on one running stack, as operators and viewers use it. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import type { Page } from "playwright-core";
import { accessStories } from "./stories/access.ts";
import { enforcementStories } from "./stories/enforcement.ts";
import { healthStories } from "./stories/health.ts";
import { until } from "../stack/shared_stack.ts";
import { choose, giveFile, judgments, says, sharedDesk, visit } from "./browser.ts";

const desk = sharedDesk();
const NASTY = "<img src=x onerror=alert(1)>.csv";

/** Sends what was checked, and waits for the end. @returns what is said of it. */
async function send(page: Page, words: RegExp): Promise<string> {
  await page.getByRole("button", { name: /^Send/ }).click();
  return await says(page, words);
}

async function figure(page: Page, name: string): Promise<number> {
  const cell = page.locator(".figure", { has: page.getByText(name, { exact: true }) }).first();
  return Number.parseInt((await cell.locator("dd").textContent() ?? "").replaceAll(",", ""));
}

async function batchOf(filename: string) {
  const { sql } = desk().shared;
  const [batch] = await sql`select * from intake.simplicity_batches where filename = ${filename}`;
  return batch;
}

Deno.test("a file is checked, foretold, sent and told of by the numbers that SQL has; names are text, and nothing is blocked", async () => {
  const { page, context, complaints } = await visit(desk(), "operator");
  await choose(page, NASTY, judgments("NASTY", 5000, 50));
  assertEquals(
    await says(page, /rejected/),
    "5,050 rows, 50 will be rejected (1%), within the budget of 10%.",
  );
  assertEquals(await batchOf(NASTY), undefined, "nothing was sent yet");
  assertEquals(
    await send(page, /Batch Complete/),
    "Batch Complete with Warnings. 5,000 Ingested, 50 Errors.",
  );
  const batch = await batchOf(NASTY);
  assertEquals(
    await Promise.all(["Rows", "Ingested", "Already known", "Errors"].map((name) => figure(page, name))),
    ["total", "inserted", "duplicate", "invalid"].map((name) => batch?.[`row_count_${name}`]),
  );
  await page.getByRole("link", { name: "Open the batch" }).click();
  await page.getByRole("heading", { name: "Timeline" }).waitFor();
  await page.getByText("Write digits with at most two decimals").first().waitFor();
  await page.getByRole("link", { name: "Batches" }).first().click();
  await page.getByLabel("Find").fill("NOTHING-IS-CALLED-SO");
  await page.getByText("No batch is like that.").waitFor();
  await page.getByLabel("Find").fill("onerror");
  await page.getByRole("link", { name: NASTY }).waitFor();
  assert(page.url().includes("q=onerror"), page.url());
  await page.getByRole("link", { name: "Health", exact: true }).click();
  await page.getByRole("heading", { name: "Queues" }).waitFor();
  assertEquals(complaints, [], "the policy blocks nothing, and nothing breaks");
  await context.close();
});

Deno.test("the same file again asks first, and is viewed or run again", async () => {
  const { page, context } = await visit(desk(), "operator");
  const content = judgments("AGAIN", 20);
  await choose(page, "first.csv", content);
  assertEquals(await send(page, /Batch/), "Batch Complete. 20 Rows Ingested.");
  await page.getByRole("button", { name: "Next file" }).click();
  await choose(page, "second.csv", content);
  await says(page, "Already ingested as first.csv");
  await page.getByRole("button", { name: "Run it again" }).click();
  assertEquals(await says(page, /Batch/), "Batch Complete. 20 Rows Ingested.");
  assertEquals([(await batchOf("first.csv"))?.["attempt"], await batchOf("second.csv")], [2, undefined]);
  await page.getByRole("button", { name: "Next file" }).click();
  await choose(page, "second.csv", content);
  await page.getByRole("link", { name: "View it" }).click();
  await page.getByRole("heading", { name: "first.csv" }).waitFor();
  await context.close();
});

Deno.test("what is no table of judgments is said to be none, and what was left was not sent", async () => {
  const { page, context } = await visit(desk(), "operator");
  await choose(page, "sheet.xlsx", new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 0, 0]));
  await says(page, "Unsupported file type");
  await page.getByRole("button", { name: "Leave it" }).click();
  await choose(page, "empty.csv", "");
  await says(page, "it has no bytes at all");
  await page.getByRole("button", { name: "All right" }).click();
  await choose(page, "left.csv", judgments("LEFT", 5));
  await says(page, "5 rows, all of them good.");
  await page.getByRole("button", { name: "Leave it" }).click();
  await page.getByText("Every row is held against the rules").waitFor();
  const names = ["sheet.xlsx", "empty.csv", "left.csv"];
  const sent = await desk().shared
    .sql`select 1 from intake.simplicity_batches where filename = any (${names})`;
  assertEquals(sent.length, 0);
  await context.close();
});

Deno.test("columns that are not understood are mapped once: with names, and in a file without", async () => {
  const { shared } = desk();
  const { page, context, complaints } = await visit(desk(), "operator");
  const rows = (prefix: string) => judgments(prefix, 6).split("\n").slice(1).join("\n");
  await choose(page, "unmapped.csv", `Aktenzeichen,Klägerin,Beklagter,Betrag,Datum\n${rows("MAP")}`);
  await says(page, /would be refused. Missing required fields/);
  assertEquals(await page.getByLabel("Field of Klägerin").inputValue(), "plaintiff_name");
  await page.getByText("Of the first 6 rows 6 are good this way.").waitFor();
  await page.getByLabel("Field of Betrag").selectOption("not read");
  await page.getByText("Still missing: Amount").waitFor();
  assert(await page.getByRole("button", { name: "Save and check again" }).isDisabled());
  await page.getByLabel("Field of Betrag").selectOption("amount");
  await page.getByLabel("For the source").fill("kanzlei");
  await page.getByRole("button", { name: "Save and check again" }).click();
  await says(page, "6 rows, all of them good.");
  assertEquals(await send(page, /Batch/), "Batch Complete. 6 Rows Ingested.");
  await page.getByRole("button", { name: "Next file" }).click();
  await choose(page, "drifted.csv", `Aktenzeichen,Klägerin,Beklagter,Betrag (EUR),Datum\n${rows("DRIFT")}`);
  const changed = page.getByRole("region", { name: "Changed columns" });
  await changed.getByText("The columns have changed since unmapped.csv.").waitFor();
  assertStringIncludes((await changed.textContent()) ?? "", "“Betrag” is “Betrag (EUR)” now");
  assertEquals(await page.getByLabel("Field of Betrag (EUR)").inputValue(), "amount");
  await page.getByRole("button", { name: "Save and check again" }).click();
  assertEquals(await send(page, /Batch/), "Batch Complete. 6 Rows Ingested.");
  await page.getByRole("button", { name: "Next file" }).click();
  await choose(page, "headless.csv", rows("HEADLESS"));
  await says(page, /no header found/);
  await page.getByText("This file has no line with names.").waitFor();
  await page.getByLabel("For the source").fill("headless");
  await page.getByRole("button", { name: "Save and check again" }).click();
  await says(page, "6 rows, all of them good.");
  assertEquals(await send(page, /Batch/), "Batch Complete. 6 Rows Ingested.");
  const [named, unnamed] = await shared.sql`
    select s.header_map, s.columns from intake.sources s where s.source in ('kanzlei', 'headless') order by s.source desc`;
  assertEquals([named?.["header_map"]["Betrag (EUR)"], named?.["columns"]], ["amount", null]);
  assertEquals(unnamed?.["columns"][0], "case_number");
  assertEquals(complaints, []);
  await context.close();
});

Deno.test("a refused batch is mended in the grid, by what is right for one row and the same for all others, and completes", async () => {
  const { page, context, complaints } = await visit(desk(), "operator");
  await choose(page, "mend.csv", judgments("MEND", 80, 20));
  await says(page, "100 rows, 20 will be rejected (20%), over the budget of 10%.");
  assertEquals(await send(page, /Batch/), "Batch Rejected. Error Rate 20% > 10% Budget.");
  await page.getByRole("link", { name: "Open the batch" }).click();
  await page.getByRole("button", { name: "Mend here" }).click();
  await page.getByText("The batch goes through once 10 more are.").waitFor();
  assert(await page.getByRole("button", { name: /mended rows back/ }).isDisabled());
  const cell = page.getByLabel("amount of row 81");
  await cell.fill("12,34");
  assertEquals(await cell.getAttribute("aria-invalid"), "true");
  await cell.fill("12.34");
  await page.getByText("1 row is good now.").waitFor();
  assertEquals(await page.getByLabel("case_number of row 81").isEditable(), false, "it says which row it is");
  await page.getByLabel("write").fill("99.00");
  await page.getByRole("button", { name: "The same for all 19" }).click();
  await page.getByText("20 rows are good now.").waitFor();
  await page.getByRole("button", { name: "Send 20 mended rows back" }).click();
  await page.getByText("20 rows are mended.").waitFor();
  assertEquals(await says(page, /Batch Complete/), "Batch Complete with Warnings. 80 Ingested, 20 Errors.");
  const amounts = await desk().shared.sql`
    select j.amount::text as amount, count(*)::int as times from public.judgments j
     where j.case_number like 'MEND-%' group by 1 order by 1`;
  assertEquals(amounts.map(({ amount, times }) => [amount, times]), [["12.34", 1], ["1234.50", 80], [
    "99.00",
    19,
  ]]);
  assertEquals(complaints, []);
  await context.close();
});

Deno.test("rejects are downloaded, corrected elsewhere and sent back, until nothing is open", async () => {
  const { page, context } = await visit(desk(), "operator");
  await choose(page, "sheet.csv", judgments("SHEET", 8, 2));
  await send(page, /Batch Rejected/);
  await page.getByRole("link", { name: "Open the batch" }).click();
  const download = async () => {
    const saved = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download what is open" }).click();
    return await Deno.readTextFile(await (await saved).path());
  };
  const first = await download();
  assertEquals(first.trim().split("\r\n").length, 3);
  await giveFile(
    page,
    "Corrected errors.csv",
    "first.errors.csv",
    first.replace(/,twelve,(?=2024)/, ",12.00,"),
  );
  await page.getByText("1 row is mended. 1 is still rejected.").waitFor();
  await says(page, /Batch Complete/);
  const second = await download();
  assertEquals(second.trim().split("\r\n").length, 2, "what is mended is not offered again");
  await giveFile(
    page,
    "Corrected errors.csv",
    "second.errors.csv",
    second.replaceAll(",twelve,2024", ",13.00,2024"),
  );
  await page.getByText("1 row is mended.", { exact: false }).waitFor();
  await until(async () => {
    const [row] = await desk().shared
      .sql`select count(*)::int as kept from public.judgments where case_number like 'SHEET-%'`;
    return row?.["kept"] === 10;
  });
  await context.close();
});

Deno.test("a large file goes straight to storage by a signed address, and can be given up while it is checked", async () => {
  const { page, context } = await visit(desk(), "operator");
  const drop = `(() => {
    const transfer = new DataTransfer();
    const head = "case_number,plaintiff_name,defendant_name,amount,judgment_date,remark\\n";
    const row = (at) => "LARGE-" + at + ",Ann Lee,Bob Roe,1234.50,2024-01-31," + "x".repeat(11000) + "\\n";
    const parts = Array.from({ length: 5000 }, (_, at) => row(at));
    transfer.items.add(new File([head, ...parts], "large.csv"));
    return transfer;
  })()`;
  const give = async () => {
    const dataTransfer = await page.evaluateHandle(drop);
    await page.getByRole("region", { name: "Send a file" }).dispatchEvent("drop", { dataTransfer });
  };
  await give();
  await page.getByRole("button", { name: "Cancel" }).click();
  await says(page, "You have cancelled it. Nothing was taken in.");
  await give();
  await says(page, "5,000 rows, all of them good.");
  assertEquals(await send(page, /Batch/), "Batch Complete. 5,000 Rows Ingested.");
  const [upload] = await desk().shared.sql`
    select u.arrived_at from intake.uploads u join intake.simplicity_batches b on b.id = u.id
     where b.filename = 'large.csv'`;
  assert(upload?.["arrived_at"] instanceof Date, "it was announced, and arrived by its address");
  await context.close();
});

Deno.test("a page that is loaded again goes on with what was sent, and so does a second tab on its own file", async () => {
  const { sql } = desk().shared;
  const { page, context } = await visit(desk(), "operator");
  await sql`update ops.queue_control set paused = true, reason = 'test' where job_type = 'ingest'`;
  await choose(page, "reload.csv", judgments("RELOAD", 10));
  await send(page, /Processing/);
  const other = await context.newPage();
  await other.goto(page.url());
  await other.getByText("Every row is held against the rules").waitFor();
  await choose(other, "other-tab.csv", judgments("TAB", 7));
  await says(other, "7 rows, all of them good.");
  await send(other, /Processing other-tab.csv/);
  await page.reload();
  await says(page, "Processing reload.csv");
  await sql`update ops.queue_control set paused = false where job_type = 'ingest'`;
  assertEquals(await says(page, /Batch/), "Batch Complete. 10 Rows Ingested.");
  assertEquals(await says(other, /Batch/), "Batch Complete. 7 Rows Ingested.");
  await context.close();
});

Deno.test("when the stack stops while a file is sent, the page says so and keeps it; when it is back, both go on without a reload", async () => {
  const { stack, sql } = desk().shared;
  const { page, context } = await visit(desk(), "operator");
  let loads = 0;
  page.on("load", () => loads++);
  await choose(page, "away.csv", judgments("AWAY", 20_000));
  await says(page, "20,000 rows, all of them good.");
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  const line = async (uploadThroughput: number) => {
    const open = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput };
    await devtools.send("Network.emulateNetworkConditions", open);
  };
  await line(50_000); // a second holds a twentieth of the file
  await page.getByRole("button", { name: /^Send/ }).click();
  await page.locator("progress[aria-label=Sent]:not([value='0'])").waitFor();
  await stack.ask({ do: "shut_door" });
  try {
    await says(page, /^No answer while away.csv was sent/);
    await page.getByText("The system cannot be reached.").waitFor();
    await line(-1);
  } finally {
    await stack.ask({ do: "open_door" });
  }
  assertEquals(await says(page, /Batch/), "Batch Complete. 20,000 Rows Ingested.");
  await page.getByText("The system cannot be reached.").waitFor({ state: "detached" });
  const [came] = await sql`
    select count(*)::int as batches, sum(row_count_inserted)::int as rows
      from intake.simplicity_batches where filename = 'away.csv'`;
  assertEquals([came, loads], [{ batches: 1, rows: 20_000 }, 0]);
  await context.close();
});

Deno.test("a session that has ended is said to have, and nothing that was sent is lost", async () => {
  const { page, context } = await visit(desk(), "operator");
  const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
  await page.route("**/functions/v1/**", (route) => route.fulfill({ status: 401, headers, body: "{}" }));
  await page.route("**/auth/v1/token**", (route) => route.fulfill({ status: 400, headers, body: "{}" }));
  await page.getByRole("link", { name: "Batches" }).first().click();
  await page.getByText("Your session has ended. Sign in again").waitFor();
  await context.close();
});

Deno.test("a viewer looks and does not act, and sees no value of a row", async () => {
  const { page, context } = await visit(desk(), "viewer");
  await page.getByText("You may look, not send").waitFor();
  assertEquals(await page.getByRole("button", { name: "Choose a file" }).count(), 0);
  await page.getByRole("link", { name: "Batches" }).first().click();
  await page.getByLabel("Find").fill("mend.csv");
  await page.getByRole("link", { name: "mend.csv", exact: true }).click();
  const errors = page.getByRole("region", { name: "Table of errors" });
  await errors.waitFor();
  assertStringIncludes((await errors.textContent()) ?? "", "INVALID_AMOUNT");
  assert(!((await errors.textContent()) ?? "").includes("twelve"));
  for (const name of ["Run again", "Delete the record", "Download all (CSV)", "Mend here"]) {
    assertEquals(await page.getByRole("button", { name }).count(), 0, name);
  }
  await context.close();
});

enforcementStories(desk);
healthStories(desk);
accessStories(desk);
