/** A file dropped with a plain Storage client becomes judgments, or is refused whole and says why. */
import { assert, assertEquals, assertStringIncludes } from "deno-std/assert/mod.js";
import { VENDOR_OUTCOMES } from "../fixtures/vendor.ts";
import { batchOf, clientOf, drop, ended, goodCsv } from "../support/drops.ts";
import { startStack } from "../support/stack.ts";

const VENDOR = new URL("../fixtures/vendor/", import.meta.url);

Deno.test("a dropped file", async (t) => {
  const stack = await startStack();
  const client = clientOf(stack);
  const judgments = async (batchId: string) => {
    const { count, error } = await client.from("judgments").select("*", { count: "exact", head: true }).eq(
      "batch_id",
      batchId,
    );
    if (error !== null) throw error;
    return count;
  };
  try {
    await t.step("of good rows stands in public.judgments, row for row", async () => {
      await drop(client, "simplicity/good.csv", goodCsv("GOOD", 5_000));
      const batch = await ended(client, "simplicity/good.csv");
      assertEquals([batch.status, batch.row_count_inserted, batch.rejection_reason], [
        "completed",
        5_000,
        null,
      ]);
      assertEquals(await judgments(batch.id), 5_000);
      const { data } = await client.from("judgments").select("*").eq("case_number", "GOOD-4711").single();
      assertEquals([Number(data.amount), data.judgment_date, data.court, data.source_row_index], [
        4810.5,
        "2024-01-15",
        "Civil Court",
        4710,
      ]);
    });

    await t.step("of the same bytes under another name is skipped and does nothing", async () => {
      await drop(client, "simplicity/again.csv", goodCsv("GOOD", 5_000));
      const again = await ended(client, "simplicity/again.csv");
      const first = await batchOf(client, "simplicity/good.csv");
      assertEquals([again.status, again.duplicate_of, again.rejection_reason], [
        "skipped",
        first?.id,
        "Duplicate file_hash",
      ]);
      assertEquals(again.file_hash, first?.file_hash);
    });

    await t.step("over its budget is refused whole, with every reject explained", async () => {
      const lines = goodCsv("BAD", 1_000).split("\n").map((line, i) =>
        i >= 1 && i <= 153 ? line.replace("2024-01-15", "15/01/2024") : line
      );
      await drop(client, "simplicity/bad.csv", lines.join("\n"));
      const batch = await ended(client, "simplicity/bad.csv");
      assertEquals(batch.status, "failed");
      assertEquals(batch.rejection_reason, "Error budget exceeded: 15.3% invalid rows (threshold: 10%)");
      assertEquals([
        batch.row_count_total,
        batch.row_count_valid,
        batch.row_count_invalid,
        batch.row_count_inserted,
      ], [1000, 847, 153, 0]);
      assertEquals(await judgments(batch.id), 0);
      const { data } = await client.schema("intake").from("row_errors").select("*").eq("batch_id", batch.id)
        .order("row_index");
      assertEquals(data?.length, 153);
      assertEquals([data?.[1].row_index, data?.[1].line_number, data?.[1].error_code, data?.[1].field], [
        1,
        3,
        "INVALID_DATE_FORMAT",
        "judgment_date",
      ]);
      assertEquals(data?.[0].raw_data["Case Number"], "BAD-1");
      assertStringIncludes(data?.[0].error_message, "15/01/2024");
      assertEquals(lines.join("\n").slice(data?.[1].byte_offset).split("\n")[0], data?.[1].raw_line);
    });

    await t.step("with exactly ten percent bad passes", async () => {
      const lines = goodCsv("TEN", 1_000).split("\n").map((line, i) =>
        i >= 1 && i <= 100 ? line.replace("TEN-", "TEN~") : line
      );
      await drop(client, "simplicity/ten.csv", lines.join("\n"));
      const batch = await ended(client, "simplicity/ten.csv");
      assertEquals([batch.status, batch.row_count_invalid, batch.row_count_inserted], [
        "completed",
        100,
        900,
      ]);
    });

    for (const expected of VENDOR_OUTCOMES) {
      await t.step(`of a vendor (${expected.file}) ends ${expected.status}`, async () => {
        await drop(
          client,
          `simplicity/${expected.file}`,
          await Deno.readFile(new URL(expected.file, VENDOR)),
        );
        const batch = await ended(client, `simplicity/${expected.file}`);
        assertEquals(
          [
            batch.status,
            batch.row_count_total,
            batch.row_count_inserted,
            batch.row_count_invalid,
            batch.rejection_reason,
          ],
          [expected.status, expected.total, expected.inserted, expected.invalid, expected.reason],
        );
        if (expected.noted) {
          assert(batch.notes.length > 0, "the operator is told that the filing date stands in");
        }
        const { data } = await client.schema("intake").from("batch_error_counts").select("error_code").eq(
          "batch_id",
          batch.id,
        );
        assertEquals((data ?? []).map((row) => row.error_code), expected.codes ?? []);
      });
    }

    await t.step("that is empty, a header alone, or no text is refused by name", async () => {
      await drop(client, "simplicity/empty.csv", "");
      await drop(client, "simplicity/header.csv", goodCsv("X", 0));
      await drop(client, "simplicity/zip.csv", new Uint8Array([0x50, 0x4b, 3, 4, 20, 0, 0, 0, 8, 0]));
      assertEquals((await ended(client, "simplicity/empty.csv")).rejection_reason, "Empty file");
      assertStringIncludes(
        (await ended(client, "simplicity/header.csv")).rejection_reason ?? "",
        "Empty file",
      );
      assertEquals(
        (await ended(client, "simplicity/zip.csv")).rejection_reason,
        "Unsupported file type: zip",
      );
    });

    await t.step("of a type that is no CSV is refused by Storage", async () => {
      const { error } = await client.storage.from("intake").upload(
        "simplicity/picture.png",
        new Blob(["x"], { type: "image/png" }),
      );
      assertEquals(error?.message, "mime type image/png is not supported");
      await drop(client, "simplicity/after-picture.csv", goodCsv("AFTER", 1));
      await ended(client, "simplicity/after-picture.csv");
      assertEquals(await batchOf(client, "simplicity/picture.png"), null);
    });

    await t.step("leaves no job open, no staged row, and a chain that verifies", async () => {
      const { data: open } = await client.schema("ops").from("job_queue").select("id,status").eq(
        "job_type",
        "ingest",
      ).neq("status", "completed");
      assertEquals(open, []);
      const { count } = await client.schema("intake").from("staged_blocks").select("*", {
        count: "exact",
        head: true,
      });
      assertEquals(count, 0);
      assertEquals((await client.schema("audit").rpc("seal")).error, null);
      const { data: chain } = await client.schema("audit").rpc("verify_chain");
      assertEquals([chain[0].ok, chain[0].problem], [true, null]);
    });
  } finally {
    await stack.stop();
  }
});
