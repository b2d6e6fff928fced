/** Enforcement as operators use it, and as viewers see it. */
import { Buffer } from "node:buffer";
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import type { Page } from "playwright-core";
import { cellsOf, type Desk, goTo, visit } from "../browser.ts";

const PAPER = {
  name: "signed.pdf",
  mimeType: "application/pdf",
  buffer: Buffer.from("%PDF-1.7\nsigned\n"),
};
const NASTY = `<img src=x onerror=alert(1)> & Sons`;

/** Somebody with a judgment, and a name that must show as text. */
export async function addPlaintiff({ shared: { sql } }: Desk, name: string) {
  const [plaintiff] = await sql`
    insert into public.plaintiffs (name, firm_name) values (${name}, 'Firm LLP') returning id`;
  const caseNumber = `${name.replace(/[^a-z]/gi, "").toUpperCase()}-1`;
  await sql`
    insert into public.judgments (case_number, plaintiff_name, defendant_name, amount, judgment_date, plaintiff_id)
    values (${caseNumber}, ${name}, 'Jane Roe', 12000, current_date - 400, ${plaintiff?.["id"]})`;
  return { id: String(plaintiff?.["id"]), caseNumber };
}

/** Registers the paper that is asked for in a panel. */
async function registerIn(page: Page, words: RegExp): Promise<void> {
  const form = page.getByRole("form", { name: "Register a consent" });
  await form.getByText(words).waitFor();
  await form.getByLabel("Signed paper").setInputFiles(PAPER);
  await form.getByRole("button", { name: "Register" }).click();
}

/** Registers its tests. */
export function enforcementStories(desk: () => Desk): void {
  Deno.test("an action is blocked with what is missing, cured paper by paper, authorised and executed, with its packet", async () => {
    const { shared: { sql } } = desk();
    const { id, caseNumber } = await addPlaintiff(desk(), NASTY);
    const { page, context, complaints } = await visit(desk(), "operator");
    await page.getByRole("link", { name: "Enforcement" }).click();
    await page.getByRole("heading", { name: "Plaintiffs" }).waitFor();
    await page.getByLabel("Find").fill("onerror");
    await page.getByRole("link", { name: NASTY }).click();
    await page.getByRole("heading", { name: NASTY }).waitFor();
    assertEquals(
      await page.locator("p.say").textContent(),
      "Not authorised. Fee agreement and letter of authority are missing.",
    );

    await page.getByRole("button", { name: `Ask for an action on ${caseNumber}` }).click();
    const panel = page.getByRole("region", { name: "Ask for an action" });
    await panel.getByLabel("Action").selectOption("garnishment");
    await panel.getByRole("button", { name: "Ask", exact: true }).click();
    await panel.getByText("Blocked. The fee agreement and letter of authority are missing.").waitFor();
    await page.getByRole("region", { name: "Tasks" }).getByText("Missing LOA/Fee Agreement").waitFor();
    await registerIn(page, /fee agreement/);
    await panel.getByText("Blocked. The letter of authority is missing.").waitFor();
    await registerIn(page, /letter of authority/);
    await panel.getByText("Everything is there now").waitFor();
    const states = () =>
      sql`select status from enforcement.actions where plaintiff_id = ${id} order by requested_at`;
    assertEquals(
      (await states()).map((row) => row["status"]),
      ["blocked"],
      "nothing was asked for by itself",
    );
    await panel.getByRole("button", { name: "Ask again" }).click();
    await panel.locator(".state-executed").waitFor();
    assertEquals((await states()).map((row) => row["status"]), ["blocked", "executed"]);

    const packet = page.waitForEvent("download");
    await panel.getByRole("button", { name: /^Packet/ }).click();
    assertMatch((await packet).suggestedFilename(), /^packet-[0-9a-f-]{36}\.pdf$/);
    const path = await (await packet).path();
    assertEquals((await Deno.readTextFile(path)).slice(0, 5), "%PDF-");
    const certificate = page.waitForEvent("download");
    await panel.getByRole("button", { name: /^Certificate/ }).click();
    assertMatch((await certificate).suggestedFilename(), /^certificate-action-[0-9a-f-]{36}\.tar$/);

    await page.getByRole("button", { name: "Revoke the letter of authority" }).click();
    await page.getByRole("dialog").getByLabel("Why").fill("They wrote to us.");
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("Not authorised. Letter of authority is missing.").waitFor();
    await goTo(page, "Tasks");
    await page.getByRole("cell", { name: "completed" }).first().waitFor();
    await goTo(page, "Actions");
    await page.getByRole("link", { name: NASTY }).first().waitFor();
    assertEquals(complaints, [], "names are text, and nothing breaks");
    await context.close();
  });

  Deno.test("two spellings of one plaintiff are found near, merged once their harm is known, and taken apart again", async () => {
    const { shared: { sql } } = desk();
    const one = await addPlaintiff(desk(), "Midland Funding LLC");
    const other = await addPlaintiff(desk(), "MIDLAND FUNDNG, Inc.");
    const { page, context, complaints } = await visit(desk(), "operator");
    await page.goto(`${page.url().split("#")[0]}#/enforcement/plaintiffs/${one.id}`);
    await page.getByRole("button", { name: "Is it the same as another one?" }).click();
    const panel = page.getByRole("region", { name: "Merge", exact: true });
    await panel.getByText("1 plaintiff with a near name.").waitFor();
    await panel.getByRole("button", { name: "Merge with it MIDLAND FUNDNG, Inc." }).click();
    const question = page.getByRole("dialog");
    await question.getByText("MIDLAND FUNDNG, Inc. stands for both: 2 judgments, $24,000.00.").waitFor();
    await question.getByLabel("Who stands for both").selectOption("Midland Funding LLC");
    await question.getByText("Midland Funding LLC stands for both: 2 judgments, $24,000.00.").waitFor();
    const merge = question.getByRole("button", { name: "Merge" });
    await question.getByLabel("Why").fill("The same tax number.");
    assertEquals(await merge.isDisabled(), true, "the name shows that it is meant");
    await question.getByLabel("Type").fill("Midland Funding LLC");
    await merge.click();
    const standing = page.getByRole("list", { name: "Stands also for" });
    await standing.getByRole("link", { name: "MIDLAND FUNDNG, Inc." }).waitFor();
    const merged = async () =>
      (await sql`select merged_into, merge_reason from public.plaintiffs where id = ${other.id}`)[0];
    assertEquals(await merged(), { merged_into: one.id, merge_reason: "The same tax number." });
    assertEquals(await page.locator(".figure dd").first().textContent(), "2");
    await page.getByRole("button", { name: "Take apart MIDLAND FUNDNG, Inc." }).click();
    await question.getByLabel("Why").fill("Two tax numbers after all.");
    await question.getByRole("button", { name: "Take apart" }).click();
    await standing.waitFor({ state: "detached" });
    assertEquals((await merged())?.["merged_into"], null);
    await goTo(page, "Plaintiffs");
    const [known] = await sql`
      select count(*)::int as plaintiffs from public.plaintiffs where merged_into is null and not is_proof`;
    await page.getByText(`${known?.["plaintiffs"]} plaintiff`).waitFor();
    const rows = await sql`
      select p.name, to_char(count(j.id), 'FM999,999,990') as cases, to_char(coalesce(sum(j.amount), 0), 'FM$999,999,990.00') as amount,
             case when legal.is_authorized(p.id) then 'yes' else 'no' end as authorized
        from public.plaintiffs p left join public.judgments j on j.plaintiff_id = p.id
       where p.merged_into is null and not p.is_proof group by p.id order by p.name_normalized limit 50`;
    assertEquals(
      (await cellsOf(page, "Table of plaintiffs")).map((cells) => [cells[0], cells[4], cells[5], cells[1]]),
      rows.map((row) => [row["name"], row["cases"], row["amount"], row["authorized"]]),
    );
    assertEquals(complaints, []);
    await context.close();
  });

  Deno.test("a viewer sees no name and no packet, and nothing to act with", async () => {
    const { id, caseNumber } = await addPlaintiff(desk(), "Secret Holdings");
    const { page, context } = await visit(desk(), "viewer");
    await page.getByRole("link", { name: "Enforcement" }).click();
    await page.getByRole("link", { name: `Plaintiff ${id.slice(0, 8)}` }).click();
    await page.getByRole("region", { name: "Judgments" }).getByRole("rowheader", { name: caseNumber })
      .waitFor();
    const buttons = await page.locator("main button").allTextContents();
    assert(buttons.every((words) => /^(Origin|Certificate|Paper)/.test(words)), buttons.join(", "));
    for (const name of ["Plaintiffs", "Actions", "Tasks"]) {
      await goTo(page, name);
      await page.locator("table, .notice").first().waitFor();
      const shown = await page.locator("main").innerText();
      assert(!/Secret|Roe|onerror/.test(shown), `${name} names somebody`);
    }
    assertEquals(await page.getByLabel("Find").count(), 0, "nor may names be searched in");
    await context.close();
  });
}
