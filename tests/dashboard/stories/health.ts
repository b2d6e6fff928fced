/** Health as the engineer on call uses it, and the proof on a batch's page. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { until } from "../../stack/shared_stack.ts";
import { cellsOf, type Desk, visit } from "../browser.ts";

/** How many batches there were in the past, over twelve weeks. */
const PAST = 400;

/** Makes what there is to see: a past, and a finding. */
export async function addPast({ shared: { sql } }: Desk): Promise<void> {
  await sql`
    insert into intake.simplicity_batches
      (filename, source, status, rejection_reason, rejection_code, created_at, updated_at, status_changed_at,
       staged_at, validated_at, completed_at, row_count_total, row_count_valid, row_count_invalid,
       parse_duration_ms, db_duration_ms)
    select format('past-%s.csv', n), source, status, case status when 'failed' then 'Empty file' end,
           case status when 'failed' then 'EMPTY_FILE' end, at, at, at, at, at,
           case status when 'completed' then at end, total, total - bad, bad, 200 + n % 90, 400 + n % 140
      from (select n, now() - n * interval '5 hours' as at, (array['simplicity', 'acme', 'blue'])[1 + n % 3] as source,
                   case when n % 40 = 0 then 'failed' else 'completed' end as status,
                   (1200 + 800 * sin(n / 9.0))::int as total, (20 + 15 * sin(n / 40.0 + n % 3) + n % 9)::int as bad
              from generate_series(1, ${PAST}) n) past`;
  // The sentinel would call it resolved at its next run.
  await sql`select cron.alter_job(jobid, active => false) from cron.job where jobname = 'dragonfly-sentinel'`;
  await sql`
    insert into ops.alerts (fingerprint, "check", level, message, remedy)
    values ('past', 'queue_backlog', 'warning', '140 jobs are due, the oldest for 12 min.', 'Look at the queue.')`;
}

/** Registers its tests. */
export function healthStories(desk: () => Desk): void {
  Deno.test("a queue is paused and let go, a job that was given up is tried again, and charts say what SQL does", async () => {
    const { shared: { sql } } = desk();
    await addPast(desk());
    const [job] = await sql`
      insert into ops.job_queue (job_type, status, payload, attempts, last_error, dead_lettered_at)
      values ('vendor_pull', 'failed', '{}', 5, 'The vendor is away.', now()) returning id`;
    const { page, context, complaints } = await visit(desk(), "operator");
    await page.getByRole("link", { name: "Health", exact: true }).click();

    await page.getByRole("button", { name: "Pause vendor_pull" }).click();
    await page.getByRole("dialog").getByLabel("Why").fill("They asked us to.");
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await page.getByRole("region", { name: "Queues", exact: true }).getByText("They asked us to.").waitFor();
    const paused = async () =>
      (await sql`select paused from ops.queue_control where job_type = 'vendor_pull'`)[0]?.["paused"];
    assertEquals(await paused(), true);
    await page.getByRole("button", { name: /^Try again vendor_pull/ }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Try again" }).click();
    await page.getByRole("button", { name: /^Try again vendor_pull/ }).waitFor({ state: "detached" });
    const [driven] = await sql`select status, dead_lettered_at from ops.job_queue where id = ${job?.["id"]}`;
    assertEquals(driven?.["dead_lettered_at"], null);
    await page.getByRole("button", { name: "Resume vendor_pull" }).click();
    await page.getByRole("dialog").getByLabel("Why").fill("Done.");
    await page.getByRole("dialog").getByRole("button", { name: "Resume" }).click();
    await page.getByRole("button", { name: "Pause vendor_pull" }).waitFor();
    assertEquals(await paused(), false);

    await page.getByRole("button", { name: "Silence queue_backlog" }).click();
    await page.getByRole("dialog").getByLabel("Why").fill("It is being worked off.");
    await page.getByRole("dialog").getByLabel("For").selectOption("1 hour");
    await page.getByRole("dialog").getByRole("button", { name: "Silence" }).click();
    await page.getByText("Silenced: 1 finding").waitFor();
    const [silent] = await sql`
      select silence_reason, silenced_until < now() + interval '61 minutes' as is_short from ops.alerts
       where fingerprint = 'past'`;
    assertEquals(silent, { silence_reason: "It is being worked off.", is_short: true });

    await page.getByRole("img", { name: /^Rows by the hour/ }).waitFor();
    const [rows] = await sql`
      select sum(total_rows)::int as rows, sum(error_rows)::int as errors from ops.v_batch_performance`;
    const label = await page.getByRole("img", { name: /^Rows by the hour/ }).getAttribute("aria-label");
    const number = (value: unknown) => Number(value).toLocaleString("en-US");
    assertEquals(
      label,
      `Rows by the hour: ${number(rows?.["rows"])} in all, ${number(rows?.["errors"])} with errors.`,
    );
    await page.getByText("Weeks as a table").click();
    const weeks = await page.getByRole("region", { name: "Weeks" }).locator("tbody tr").count();
    const [known] = await sql`select count(distinct (week, source))::int as n from ops.v_quality_trend`;
    assertEquals(weeks, known?.["n"]);
    const texts = (rows: readonly Record<string, unknown>[]) =>
      rows.map((row) =>
        Object.values(row).map((value) => typeof value === "number" ? number(value) : String(value))
      );
    const sorted = (rows: readonly (readonly string[])[]) => rows.map((row) => row.join(" | ")).toSorted();
    const told = async (region: string, columns: readonly number[]) =>
      (await cellsOf(page, region)).map((cells) => columns.map((at) => cells[at]?.split(/\s/)[0] ?? ""));
    assertEquals(
      sorted(await told("Hours", [1, 2, 3, 4, 5])),
      sorted(texts(
        await sql`
        select total_batches::int, failed_batches::int, total_rows::int, inserted_rows::int, error_rows::int
          from ops.v_batch_performance`,
      )),
    );
    assertEquals(
      sorted(await told("Weeks", [0, 1, 2])),
      sorted(texts(
        await sql`
        select week::text, source, sum(total_rows)::int as rows from ops.v_quality_trend group by 1, 2`,
      )),
    );
    assertEquals(
      await told("Table of errors by code", [0, 1, 4]),
      texts(
        await sql`
        select error_code, occurrence_count::int, affected_batches::int from ops.v_error_distribution
         order by occurrence_count desc, error_code`,
      ),
    );
    await until(async () => {
      const known = texts(
        await sql`
        select c.job_type, count(j.id) filter (where j.status = 'pending' and j.next_run_at <= now())::int as due,
               count(j.id) filter (where j.status = 'processing')::int as running,
               count(j.id) filter (where j.status = 'failed')::int as failed,
               count(j.id) filter (where j.status = 'completed'
                                     and j.updated_at > now() - interval '24 hours')::int as done
          from ops.queue_control c left join ops.job_queue j on j.job_type = c.job_type group by 1`,
      );
      const shown = await told("Table of queues", [0, 1, 4, 5, 6]);
      return sorted(shown).join() === sorted(known).join(); // it is looked at every few seconds
    });
    await page.getByRole("region", { name: "Quality" }).getByRole("combobox").selectOption("month");
    await page.getByText("Months as a table").waitFor();

    await page.getByRole("link", { name: "Batches" }).first().click();
    const [all] = await sql`select count(*)::int as n from intake.simplicity_batches`;
    await page.getByText(`${number(all?.["n"])} batches`).waitFor();
    const listed = page.getByRole("region", { name: "Table of batches" }).locator("tbody tr");
    assertEquals(await listed.count(), 50, "a page of them");
    assertEquals(
      (await told("Table of batches", [0, 2, 3, 4, 5])).slice(0, 20),
      texts(
        await sql`
        select split_part(filename, ' ', 1) as name, row_count_total, row_count_inserted, row_count_invalid,
               row_count_duplicate from intake.simplicity_batches order by created_at desc, id limit 20`,
      ),
    );
    await page.getByRole("button", { name: "Next" }).click();
    await page.waitForURL(/page=2/);
    assertEquals(complaints, []);
    await context.close();
  });

  Deno.test("a batch's page tells a row's fate and a judgment's origin, and shows its signed certificate", async () => {
    const { shared: { sql } } = desk();
    const [batch] = await sql`
      select id, file_hash from intake.simplicity_batches where row_count_total = 5050 and status = 'completed'`;
    if (batch === undefined) {
      throw new Error("Cannot look at a batch: no story before this one sent a file of 5,050 rows");
    }
    const { page, context } = await visit(desk(), "operator");
    await page.goto(`${page.url().split("#")[0]}#/batches/${batch["id"]}`);
    const lineage = page.getByRole("region", { name: "Lineage" });
    await lineage.getByLabel("Row of this file").fill("5001");
    await lineage.getByRole("button", { name: "What became of it" }).click();
    await lineage.getByText("It was rejected: INVALID_AMOUNT").waitFor();
    const line = lineage.getByRole("region", { name: "The line in the file" }).first();
    assertEquals((await line.textContent())?.trimEnd(), "NASTY-5001,Ann Lee,Bob Roe,twelve,2024-01-31");
    await lineage.getByLabel("Row of this file").fill("2");
    await lineage.getByRole("button", { name: "What became of it" }).click();
    await lineage.getByText(/^It was taken in as judgment/).waitFor();
    assertEquals(
      (await lineage.getByRole("region", { name: "The line in the file" }).first().textContent())?.trimEnd(),
      "NASTY-2,Ann Lee,Bob Roe,1234.50,2024-01-31",
    );
    await lineage.getByRole("button", { name: /^Where judgment/ }).click();
    const origin = page.getByRole("region", { name: "Origin of a judgment" });
    await origin.getByText("row 2, line 3").waitFor();
    assertStringIncludes(await origin.innerText(), String(batch["file_hash"]));
    await page.getByRole("button", { name: "Make and read it" }).click();
    const paper = await page.getByRole("region", { name: "Text of the certificate" }).innerText();
    assertStringIncludes(paper, "CERTIFICATE OF A RECORD GENERATED BY AN ELECTRONIC PROCESS");
    assertStringIncludes(paper, String(batch["file_hash"]));
    await context.close();
  });
}
