/** Every page for everybody: no violation that axe finds in either theme, by keyboard alone, and small enough to load. */
import { Buffer } from "node:buffer";
import axe from "axe-core";
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import type { Page } from "playwright-core";
import { ROOT } from "../../../checkout/root.ts";
import { addressOf, choose, type Desk, judgments, open, PASSWORD, says, visit } from "../browser.ts";
import { addPlaintiff } from "./enforcement.ts";

/** What axe finds wrong, a line each. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate<string[]>(`axe.run(document).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
      id + " " + target.join(" ") + ": " + failureSummary)))`);
}

/** The most that may be loaded before the first page is there, compressed, in bytes. */
const MOST_BYTES = 250_000;

/** Who looks, and at which theme. */
const EVERYBODY = [
  ["operator", "dark"],
  ["operator", "light"],
  ["viewer", "dark"],
  ["viewer", "light"],
] as const;

/** Going through a page with the Tab key. */
function keysOf(page: Page) {
  const focused = () =>
    page.evaluate<string>(`(({ activeElement: at }) =>
      at.ariaLabel || at.textContent.trim() || at.labels?.[0]?.textContent.trim() || at.tagName)(document)`);
  return {
    /** What has the focus, by its name. */
    focused,
    /** @throws where it cannot be reached. */
    async tabTo(words: RegExp) {
      for (let presses = 0; presses < 80; presses++) {
        await page.keyboard.press("Tab");
        if (words.test(await focused())) return;
      }
      throw new Error(`Cannot reach ${words} by keyboard`);
    },
  };
}

/** Registers its tests. */
export function accessStories(desk: () => Desk): void {
  Deno.test("by keyboard alone: from sign-in to a mended batch", async () => {
    const { page, context } = await open(desk());
    const { tabTo } = keysOf(page);
    await page.getByLabel("E-mail").and(page.locator(":focus")).waitFor(); // where one begins
    await page.keyboard.type(addressOf("operator"));
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Intake" }).waitFor();
    // The system's own, which has its own keys. It is looked out for before anybody gets there: that takes effect later.
    const chooser = page.waitForEvent("filechooser");
    await tabTo(/^Choose a file$/);
    await page.keyboard.press("Enter");
    const buffer = Buffer.from(judgments("KEYS", 8, 2));
    await (await chooser).setFiles({ name: "keys.csv", mimeType: "text/csv", buffer });
    await says(page, "10 rows, 2 will be rejected (20%), over the budget of 10%.");
    await tabTo(/^Send it all the same$/);
    await page.keyboard.press("Enter");
    await says(page, "Batch Rejected. Error Rate 20% > 10% Budget.");
    await tabTo(/^Open the batch$/);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Mend here" }).waitFor();
    await tabTo(/^Mend here$/);
    await page.keyboard.press("Enter");
    await page.getByLabel("amount of row 9").waitFor();
    await tabTo(/^amount of row 9$/);
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("12.34");
    await page.getByText("1 row is good now.").waitFor();
    await tabTo(/^amount of row 10$/);
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("56.78");
    await tabTo(/^Send 2 mended rows back$/);
    await page.keyboard.press("Enter");
    await page.getByText("2 rows are mended.").waitFor();
    assertEquals(await says(page, /Batch Complete/), "Batch Complete with Warnings. 8 Ingested, 2 Errors.");
    await context.close();
  });

  Deno.test("by keyboard alone: past the frame, to a question and out of it, always seeing where one is", async () => {
    const { page, context } = await visit(desk(), "operator");
    const { focused, tabTo } = keysOf(page);
    await page.reload();
    await page.getByRole("heading", { name: "Intake" }).waitFor();
    await page.keyboard.press("Tab");
    assertEquals(await focused(), "To the content", "the first stop leads past the frame");
    await tabTo(/^Health$/);
    const outline = await page.evaluate<string>(`getComputedStyle(document.activeElement).outlineStyle`);
    assertEquals(outline, "solid");
    await page.keyboard.press("Enter");
    await page.locator("h1:focus", { hasText: "Health" }).waitFor(); // who listens hears where one came to
    assertEquals(await page.title(), "Health · Dragonfly");
    await page.getByRole("button", { name: /^Pause/ }).first().waitFor();
    await tabTo(/^Pause/);
    const verb = await focused();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    assert(await page.evaluate<boolean>(`document.querySelector("dialog").contains(document.activeElement)`));
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assertEquals(await focused(), verb, "and is back where one was");
    await context.close();
  });

  Deno.test("what is loaded before the first page fits a quarter of a megabyte", async () => {
    const { page, context } = await visit(desk(), "operator");
    const names = await page.evaluate<string[]>(
      `performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname)
        .filter((name) => name.startsWith("/assets/"))`,
    );
    assert(names.some((name) => name.endsWith(".js")), names.join(", "));
    assert(!names.some((name) => name.includes("plot")), "charts come later");
    const sizes = await Promise.all([...new Set([...names, "/index.html"])].map(async (name) => {
      const bytes = await Deno.readFile(`${ROOT}/dashboard/dist${name}`);
      if (name.endsWith(".woff2")) return bytes.length; // is compressed
      const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
      return (await new Response(zipped).arrayBuffer()).byteLength;
    }));
    const whole = sizes.reduce((sum, one) => sum + one, 0);
    assert(whole <= MOST_BYTES, `${whole} bytes are loaded before the first page`);
    await context.close();
  });

  Deno.test("axe finds nothing on any page, dark or light, for operators and viewers", async () => {
    const { id } = await addPlaintiff(desk(), "Axe Company");
    const { shared: { sql } } = desk();
    const [batch] = await sql`
      select id from intake.simplicity_batches where row_count_total = 5050 and status = 'completed'`;
    const pages = [
      ["", "Intake"],
      ["batches", "Batches"],
      [`batches/${batch?.["id"]}`, null],
      ["enforcement", "Plaintiffs"],
      [`enforcement/plaintiffs/${id}`, null],
      ["enforcement/actions", "Actions"],
      ["enforcement/tasks", "Tasks"],
      ["health", "Health"],
      ["nowhere", "No such page"],
    ] as const;
    const found: string[] = [];
    for (const [role, theme] of EVERYBODY) {
      const { page, context } = await visit(desk(), role, { theme });
      for (const [path, name] of pages) {
        await page.goto(`${page.url().split("#")[0]}#/${path}`);
        await page.getByRole("heading", { level: 1, ...(name === null ? {} : { name }) }).waitFor();
        await page.getByText(/^(Loading|Drawing) …$/).first().waitFor({ state: "detached" });
        if (path === "health") await page.getByRole("img").first().waitFor();
        found.push(...(await violationsOf(page)).map((line) => `${role} ${theme} /${path}: ${line}`));
      }
      if (role === "operator") {
        await page.goto(`${page.url().split("#")[0]}#/enforcement/plaintiffs/${id}`);
        await page.getByRole("button", { name: /^Ask for an action/ }).click();
        await page.getByRole("button", { name: "Register a consent" }).click();
        await page.getByRole("button", { name: "Is it the same as another one?" }).click();
        await page.getByRole("region", { name: "Merge", exact: true }).getByText(/near/).first().waitFor();
        found.push(...(await violationsOf(page)).map((line) => `${role} ${theme} asking, merging: ${line}`));
        await page.goto(`${page.url().split("#")[0]}#/batches/${batch?.["id"]}`);
        await page.getByRole("button", { name: "Mend here" }).click();
        await page.getByRole("region", { name: "Rows to mend" }).waitFor();
        found.push(...(await violationsOf(page)).map((line) => `${role} ${theme} mending: ${line}`));
        await page.goto(`${page.url().split("#")[0]}#/`);
        await choose(page, `axe-${theme}.csv`, "Aktenzeichen,Wert\nA-1,12.00\n");
        await page.getByRole("button", { name: "Save and check again" }).waitFor();
        found.push(...(await violationsOf(page)).map((line) => `${role} ${theme} mapping: ${line}`));
        await page.goto(`${page.url().split("#")[0]}#/health`);
        await page.getByRole("button", { name: /^Pause/ }).first().click();
        found.push(...(await violationsOf(page)).map((line) => `${role} ${theme} question: ${line}`));
      }
      await context.close();
    }
    const { page, context } = await open(desk(), { theme: "light" });
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    found.push(...(await violationsOf(page)).map((line) => `sign-in: ${line}`));
    await context.close();
    assertEquals(found, []);
  });
}
