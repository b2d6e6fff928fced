/** The built dashboard in a real Chromium, on a running stack, as operators and viewers use it. */
import axe from "axe-core";
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import type { Page } from "playwright-core";
import { choose, type Desk, judgments, open, says, sharedDesk, visit } from "./browser.ts";

const desk = sharedDesk();
const NASTY = `<img src=x onerror="document.title='broken'">.csv`;

/** Sends what was checked, and waits for the end. @returns what is said of it. */
async function send(page: Page, words: RegExp): Promise<string> {
  await page.getByRole("button", { name: /^Send/ }).click();
  return await says(page, words);
}

async function figure(page: Page, name: string): Promise<string> {
  const cell = page.locator(".figure", { has: page.getByText(name, { exact: true }) }).first();
  return (await cell.locator("dd").textContent())?.trim() ?? "";
}

async function batchOf({ shared }: Desk, filename: string) {
  const [batch] = await shared.sql`select * from intake.simplicity_batches where filename = ${filename}`;
  return batch;
}

Deno.test("a file is foretold, sent, and told of by the numbers that SQL has; names are text, and nothing is blocked", async () => {
  const { page, context, complaints } = await visit(desk(), "operator");
  await choose(page, NASTY, judgments("NASTY", 95, 5));
  assertEquals(await says(page, /rows/), "100 rows, 5 will be rejected (5%), within the budget of 10%.");
  assertEquals(
    await page.getByRole("region", { name: "Table of rejected rows" }).locator("tbody tr").count(),
    5,
  );
  assertEquals(await batchOf(desk(), NASTY), undefined, "nothing was sent yet");
  assertEquals(
    await send(page, /Batch/),
    "Batch Complete with Warnings. 95 Ingested, 5 Errors.",
  );
  const batch = await batchOf(desk(), NASTY);
  assertEquals(await figure(page, "Rows"), String(batch?.["row_count_total"]));
  assertEquals(await figure(page, "Ingested"), String(batch?.["row_count_inserted"]));
  assertEquals(await figure(page, "Errors"), `${batch?.["row_count_invalid"]} 5%`);
  await page.getByRole("link", { name: "Open the batch" }).click();
  await page.getByRole("heading", { name: NASTY }).waitFor();
  await page.getByRole("heading", { name: "Timeline" }).waitFor();
  await page.getByText("Write digits with at most two decimals").first().waitFor();
  await page.getByRole("link", { name: "Batches" }).first().click();
  await page.getByLabel("Find").fill("NOTHING-IS-CALLED-SO");
  await page.getByText("No batch is like that.").waitFor();
  await page.getByLabel("Find").fill("onerror");
  await page.getByRole("link", { name: NASTY }).waitFor();
  assert(page.url().includes("q=onerror"), page.url());
  assertEquals(await page.title(), "Dragonfly");
  assertEquals(complaints, []);
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
  assertEquals((await batchOf(desk(), "first.csv"))?.["attempt"], 2);
  assertEquals(await batchOf(desk(), "second.csv"), undefined);
  await page.getByRole("button", { name: "Next file" }).click();
  await choose(page, "second.csv", content);
  await page.getByRole("link", { name: "View it" }).click();
  await page.getByRole("heading", { name: "first.csv" }).waitFor();
  await context.close();
});

Deno.test("what would be refused is said before it is sent", async () => {
  const { page, context } = await visit(desk(), "operator");
  await choose(page, "bad.csv", judgments("BAD", 85, 15));
  await says(page, "100 rows, 15 will be rejected (15%), over the budget of 10%.");
  assertEquals(await send(page, /Batch/), "Batch Rejected. Error Rate 15% > 10% Budget.");
  await page.getByRole("button", { name: "Next file" }).click();
  const [, ...rows] = judgments("HEADLESS", 5).split("\n");
  await choose(page, "headless.csv", rows.join("\n"));
  await says(page, "This file would be refused.");
  await page.getByRole("button", { name: "Leave it" }).click();
  await choose(page, "sheet.xlsx", new Uint8Array([0x50, 0x4b, 3, 4, 0, 0, 0, 0]));
  await says(page, "Unsupported file type");
  await page.getByRole("button", { name: "Leave it" }).click();
  await choose(page, "empty.csv", "");
  await says(page, "it has no bytes at all");
  const names = ["headless.csv", "sheet.xlsx", "empty.csv"];
  const sent = await desk().shared
    .sql`select 1 from intake.simplicity_batches where filename = any (${names})`;
  assertEquals(sent.length, 0, "what was left was not sent");
  await context.close();
});

Deno.test("a page that is loaded again goes on with the batch that was sent", async () => {
  const { shared } = desk();
  const { page, context } = await visit(desk(), "operator");
  await shared.sql`update ops.queue_control set paused = true, reason = 'test' where job_type = 'ingest'`;
  await choose(page, "reload.csv", judgments("RELOAD", 10));
  await send(page, /Processing/);
  await page.reload();
  await says(page, "Processing reload.csv");
  await shared.sql`update ops.queue_control set paused = false where job_type = 'ingest'`;
  assertEquals(await says(page, /Batch/), "Batch Complete. 10 Rows Ingested.");
  await context.close();
});

Deno.test("a viewer looks and does not act, and sees no value of a row", async () => {
  const { page, context } = await visit(desk(), "viewer");
  await page.getByText("You may look, not send").waitFor();
  assertEquals(await page.getByRole("button", { name: "Choose a file" }).count(), 0);
  await page.getByRole("link", { name: "Batches" }).first().click();
  await page.getByRole("link", { name: "bad.csv" }).click();
  const errors = page.getByRole("region", { name: "Table of errors" });
  await errors.waitFor();
  assertStringIncludes((await errors.textContent()) ?? "", "INVALID_AMOUNT");
  assert(!((await errors.textContent()) ?? "").includes("twelve"));
  for (const name of ["Run again", "Delete the record", "Download all (CSV)", "Send corrected rows back"]) {
    assertEquals(await page.getByRole("button", { name }).count(), 0, name);
  }
  await context.close();
});

for (const theme of ["dark", "light"] as const) {
  Deno.test(`every page can be used by everybody, in ${theme}`, async () => {
    const stranger = await open(desk(), { theme });
    await stranger.page.getByRole("button", { name: "Sign in" }).waitFor();
    assertEquals(await violations(stranger.page), []);
    await stranger.context.close();
    const { page, context } = await visit(desk(), "operator", { theme });
    assertEquals(await violations(page), []);
    await choose(page, "axe.csv", judgments(`AXE-${theme}`, 5, 3));
    await says(page, /over the budget/);
    assertEquals(await violations(page), []);
    await page.getByRole("link", { name: "Batches" }).first().click();
    await page.getByRole("link", { name: "bad.csv" }).click();
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    await page.getByRole("region", { name: "Table of errors" }).waitFor();
    assertEquals(await violations(page), []);
    await page.getByRole("button", { name: "Delete the record" }).click();
    assertEquals(await violations(page), []);
    await page.keyboard.press("Escape");
    await page.getByRole("link", { name: "Batches" }).first().click();
    await page.getByRole("region", { name: "Table of batches" }).waitFor();
    assertEquals(await violations(page), []);
    await page.getByRole("link", { name: "Health", exact: true }).click();
    await page.getByRole("heading", { name: "Queues" }).waitFor();
    assertEquals(await violations(page), []);
    await context.close();
  });
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(`axe.run().then(({ violations }) => violations.map(({ id, nodes }) =>
    id + ": " + nodes.map(({ html, failureSummary }) => html.slice(0, 120) + " " + failureSummary).join(" | ")))`);
}
