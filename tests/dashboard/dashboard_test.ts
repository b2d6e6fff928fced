/** The built dashboard in a real Chromium, on a running stack, as an operator uses it. */
import { assertEquals } from "deno-std/assert/equals.js";
import type { Page } from "playwright-core";
import { accessStories } from "./stories/access.ts";
import { enforcementStories } from "./stories/enforcement.ts";
import { healthStories } from "./stories/health.ts";
import { choose, judgments, says, sharedDesk, visit } from "./browser.ts";

const desk = sharedDesk();

async function figure(page: Page, name: string): Promise<string> {
  const cell = page.locator(".figure", { has: page.getByText(name, { exact: true }) }).first();
  return (await cell.locator("dd").textContent())?.trim() ?? "";
}

Deno.test("a file is checked, foretold, sent and told of by the numbers that SQL has, and nothing is blocked", async () => {
  const { sql } = desk().shared;
  const { page, context, complaints } = await visit(desk(), "operator");
  await choose(page, "march.csv", judgments("MARCH", 5000, 50));
  assertEquals(
    await says(page, /rejected/),
    "5,050 rows, 50 will be rejected (1%), within the budget of 10%.",
  );
  const before = await sql`select 1 from intake.simplicity_batches where filename = 'march.csv'`;
  assertEquals(before.length, 0, "nothing was sent yet");
  await page.getByRole("button", { name: /^Send/ }).click();
  assertEquals(
    await says(page, /Batch Complete/),
    "Batch Complete with Warnings. 5,000 Ingested, 50 Errors.",
  );
  const [batch] = await sql`select * from intake.simplicity_batches where filename = 'march.csv'`;
  const shown = await Promise.all(["Rows", "Ingested", "Already known"].map((name) => figure(page, name)));
  assertEquals(
    shown.map((text) => Number(text.replace(",", ""))),
    [batch?.["row_count_total"], batch?.["row_count_inserted"], batch?.["row_count_duplicate"]],
  );
  await page.getByRole("link", { name: "Open the batch" }).click();
  await page.getByRole("heading", { name: "Timeline" }).waitFor();
  await page.getByRole("link", { name: "Batches" }).first().click();
  await page.getByRole("table").waitFor();
  await page.getByRole("link", { name: "Health", exact: true }).click();
  await page.getByRole("heading", { name: "Queues" }).waitFor();
  assertEquals(complaints, [], "the policy blocks nothing, and nothing breaks");
  await context.close();
});

enforcementStories(desk);
healthStories(desk);
accessStories(desk);
