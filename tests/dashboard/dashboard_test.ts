/** The built dashboard in a real Chromium, on one running stack, as operators and viewers use it. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import type { Page } from "playwright-core";
import { accessStories } from "./stories/access.ts";
import { enforcementStories } from "./stories/enforcement.ts";
import { healthStories } from "./stories/health.ts";
import { choose, judgments, says, sharedDesk, visit } from "./browser.ts";

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

enforcementStories(desk);
healthStories(desk);
accessStories(desk);
