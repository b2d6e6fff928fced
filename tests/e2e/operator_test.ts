/** Batches by an operator's commands alone: files in, rejects out and back, decisions, and what each exit code means. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { asOperator, call, type Item } from "../functions/intake_stack.ts";
import { sharedStack, until } from "../stack/shared_stack.ts";
import { drop, ended } from "../support/drops.ts";
import { story } from "../support/against.ts";
import { ops, opsBytes, type Ran } from "../support/ops.ts";

const shared = sharedStack();
const run = (...args: string[]): Promise<Ran> => ops(shared().stack.name, args);

const HEADER = "case_number,plaintiff_name,defendant_name,amount,judgment_date";

let folder = "";
Deno.test.beforeAll(async () => {
  folder = await Deno.makeTempDir({ prefix: "dragonfly-ops-" });
});
Deno.test.afterAll(() => Deno.remove(folder, { recursive: true }));

/** Writes a file whose last `bad` rows have no amount that can be read. @returns its path. */
async function file(name: string, good: number, bad = 0): Promise<string> {
  const lines = Array.from(
    { length: good + bad },
    (_, n) => `${name}-${n + 1},ABC LLC,John Doe,${n < good ? "10.00" : "a lot"},2024-01-31`,
  );
  const path = `${folder}/${name}.csv`;
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  await Deno.writeTextFile(path, [HEADER, ...lines, ""].join("\n"));
  return path;
}

interface Came {
  file: string;
  outcome: string;
  batch_id: string;
  batch: Item | null;
}

const filesOf = (ran: Ran) => ran.json<{ files: Came[] }>().files;

/** Sends a file and watches it. @returns its batch as it ended, and the exit code. */
async function bringIn(path: string, ...flags: string[]) {
  const ran = await run("ingest-trigger", path, "--watch", "--json", ...flags);
  const [came] = filesOf(ran);
  return {
    code: ran.code,
    id: came?.batch_id ?? "",
    short: came?.batch_id.slice(0, 8) ?? "",
    batch: came?.batch,
  };
}

/** Waits until a batch has ended in this attempt. */
const reaches = (id: string, status: string, attempt = 1) =>
  until(async () => {
    const { batches: [batch] } = (await run("batches", "--search", id, "--json")).json<{ batches: Item[] }>();
    return batch?.attempt === attempt && batch?.status === status && batch;
  });

async function makeCareful(): Promise<void> {
  await call(shared(), "intake/sources/careful", {
    method: "PUT",
    headers: asOperator(shared(), { "content-type": "application/json" }),
    body: JSON.stringify({ requires_approval: true, warn_percent: 2 }),
  });
}

Deno.test("ops ingest-trigger sends files, tells each one's fate, and follows them to their end", async () => {
  const good = await bringIn(await file("good", 1500));
  assertEquals([good.code, good.batch?.status, good.batch?.row_count_inserted], [0, "completed", 1500]);

  await file("inbox/a", 3);
  await file("inbox/b", 2, 1);
  await Deno.writeTextFile(`${folder}/inbox/empty.CSV`, "");
  await Deno.writeTextFile(`${folder}/inbox/remarks.txt`, "no CSV");
  await Deno.copyFile(`${folder}/good.csv`, `${folder}/inbox/again.csv`);
  const inbox = await run("ingest-trigger", `${folder}/inbox`, "--watch");
  assertEquals(inbox.code, 1);
  assertMatch(inbox.out, /a\.csv +completed +[0-9a-f]{8} +3 +3 +0 +3 +0 +0$/m);
  assertMatch(inbox.out, /b\.csv +failed .*\n +Error budget exceeded: 33\.3% invalid rows/);
  assertMatch(
    inbox.out,
    /again\.csv +known already .*\n +the same bytes came in before: that batch is completed/,
  );
  assertMatch(inbox.out, /empty\.CSV +REFUSED .*\n +422 EMPTY_FILE/);
  assertEquals(inbox.out.includes("remarks.txt"), false);
  assertMatch(inbox.err, /a\.csv \([0-9a-f]{8}\) {2}completed/);

  assertEquals((await run("ingest-trigger", `${folder}/good.csv`)).code, 0); // known bytes are fine
  assertEquals((await run("ingest-trigger", `${folder}/good.csv`, "--source", "nobody")).code, 2);
  assertEquals((await run("ingest-trigger", `${folder}/missing.csv`)).code, 2);
});

Deno.test("ops ingest-trigger sends to storage what is too large for the door", async () => {
  const path = `${folder}/large.csv`;
  const filler = "x".repeat(100_000);
  const rows = Array.from({ length: 530 }, (_, n) => `LARGE-${n},ABC LLC,John Doe,1,2024-01-31,${filler}\n`);
  await Deno.writeTextFile(path, `${HEADER},remark\n${rows.join("")}`);
  const { code, batch } = await bringIn(path);
  assertEquals([code, batch?.status, batch?.row_count_inserted], [0, "completed", 530]);
});

Deno.test(
  story(
    "ops ingest-trigger without files takes in what the bucket's trigger missed",
    ["time", "solitude"],
    async () => {
      const { sql, service } = shared();
      await sql`select cron.unschedule('dragonfly-sweep')`;
      assertMatch((await run("ingest-trigger")).out, /The bucket holds no file without a batch/);
      await drop(service, "simplicity/missed.csv", await Deno.readTextFile(await file("missed", 4)));
      await ended(service, "simplicity/missed.csv");
      await sql`delete from intake.simplicity_batches where storage_path = 'simplicity/missed.csv'`;
      await sql`delete from intake.forgotten_objects where storage_path = 'simplicity/missed.csv'`;
      assertEquals(filesOf(await run("ingest-trigger", "--json")), []); // two minutes are the trigger's own
      const swept = await onProd(["ingest-trigger", "--watch", "--json", "--yes"], { time: 0.001 });
      assertEquals([swept.code, filesOf(swept).map((one) => [one.file, one.batch?.status])], [0, [[
        "simplicity/missed.csv",
        "completed",
      ]]]);
    },
  ),
);

Deno.test("ops batches lists by state, name and id, with times and reasons", async () => {
  const { id } = await bringIn(await file("listed", 1, 1));
  const failed = await run("batches", "--status", "failed", "--search", "listed");
  assertEquals(failed.code, 0);
  assertMatch(
    failed.out,
    /failed +2 +1 +1 +0 +0 +0 +\S+ m?s +- +listed\.csv\n {4}Error budget exceeded: 50\.0%/,
  );
  assertMatch((await run("batches", "--limit", "1")).out, /1 to 1 of \d+\. The next: --page 2/);
  assertEquals((await run("batches", "--search", id, "--json")).json<{ total: number }>().total, 1);
  assertEquals((await run("batches", "--search", "no such file")).out.trim(), "No batch found.");
  assertEquals((await run("batches", "--status", "lost")).code, 2);
});

Deno.test("ops errors shows what is wrong, gives the file unchanged, and ops replay takes it back", async () => {
  const refused = await bringIn(await file("mend", 17, 3));
  assertEquals([refused.code, refused.batch?.status], [1, "failed"]);
  const shown = await run("errors", refused.short, "--limit", "2");
  assertEquals(shown.code, 0);
  assertMatch(shown.out, /^ 18 +19 +INVALID_AMOUNT +amount "a lot"$/m);
  assertMatch(shown.out, /INVALID_AMOUNT: .*1234\.50/);
  assertMatch(shown.out, /1 to 2 of 3\. The next: --page 2/);
  assertEquals((await run("errors", refused.short, "--code", "future-date")).code, 0);
  assertEquals((await run("errors", refused.short, "--csv", "--json")).code, 2);
  assertEquals((await run("errors", refused.short, "--csv", "--page", "2")).code, 2);

  const csv = await bytesOf("errors", refused.short, "--csv");
  const route = await fetch(
    `${shared().stack.api_url}/functions/v1/intake/batches/${refused.id}/errors.csv`,
    { headers: asOperator(shared()) },
  );
  assertEquals(csv, new Uint8Array(await route.arrayBuffer()));

  const fixed = `${folder}/mended.csv`;
  await Deno.writeTextFile(fixed, new TextDecoder().decode(csv).replaceAll(",a lot,2024", ",9.50,2024"));
  const sent = await run("replay", refused.short, fixed, "--json");
  const { batch_id, replay_of } = sent.json<{ batch_id: string; replay_of: string }>();
  assertEquals([sent.code, replay_of], [0, refused.id]);
  assertEquals((await reaches(batch_id, "completed")).row_count_inserted, 3);
  assertEquals((await reaches(refused.id, "completed", 2)).row_count_inserted, 17);
  assertMatch((await run("batches", "--search", refused.id)).out, /3 of its rejected rows are repaired/);
  assertMatch((await run("replay", refused.short, fixed)).out, /Nothing new: these very bytes/);
  assertEquals((await run("replay", refused.short, `${folder}/missing.csv`)).code, 2);
});

Deno.test("ops approve and refuse decide what waits; ops retry, abort and undo change one's mind", async () => {
  await makeCareful();
  const waits = await bringIn(await file("waits", 95, 5), "--source", "careful");
  assertEquals([waits.code, waits.batch?.status], [1, "awaiting_approval"]);
  assertMatch((await run("errors", waits.short)).out, new RegExp(`ops approve ${waits.short}`));
  assertEquals((await run("refuse", waits.short)).code, 2); // without a reason
  const refused = await run("refuse", waits.short, "--why", "not ours");
  assertEquals(refused.code, 0);
  assertMatch(refused.out, /has ended: Refused by operator: not ours/);

  assertEquals((await run("retry", waits.short)).code, 0);
  await reaches(waits.id, "awaiting_approval", 2);
  assertEquals((await run("approve", waits.short)).code, 0);
  assertEquals((await reaches(waits.id, "completed", 2)).row_count_inserted, 95);

  const late = await run("approve", waits.short);
  assertEquals([late.code, late.out], [1, ""]);
  assertMatch(late.err, /409 WRONG_STATE .* is completed\..*\(allowed_from: awaiting_approval\)/);

  const twin = await bringIn(await twinOf("waits"));
  assertEquals(twin.batch?.row_count_duplicate, 95);
  const undone = await run("undo", waits.short, "--why", "wrong vendor");
  assertEquals(undone.code, 0);
  assertStringIncludes(undone.out, "95 rows taken out again");
  assertStringIncludes(undone.out, `ops retry ${twin.short}`);
  assertEquals((await run("retry", twin.short, "--threshold", "0")).code, 0);
  assertEquals((await reaches(twin.id, "failed", 2)).error_threshold_percent, 0);

  await shared().sql`update ops.queue_control set paused = true, reason = 'test' where job_type = 'ingest'`;
  const [stopped] = filesOf(await run("ingest-trigger", await file("stopped", 5), "--json"));
  const aborted = await run("abort", stopped?.batch_id.slice(0, 8) ?? "", "--why", "sent twice");
  await shared().sql`update ops.queue_control set paused = false, reason = null where job_type = 'ingest'`;
  assertEquals(aborted.code, 0);
  assertMatch(aborted.out, /stopped\.csv .* has ended: Aborted by operator: sent twice\./);
});

Deno.test("ops analyze-errors counts by code, with cause, fix and what to do", async () => {
  const { short } = await bringIn(await file("analysed", 1, 4));
  const one = await run("analyze-errors", "--batch-id", short);
  assertEquals(one.code, 0);
  assertMatch(one.out, /analysed\.csv \([0-9a-f]{8}\) {2}failed/);
  assertMatch(one.out, /INVALID_AMOUNT {2}4 rows, 100\.0 %\n +why: .*\n +fix: .*1234\.50/);
  assertMatch(one.out, /Correct the rejected rows and replay them/);
  const recent = (await run("analyze_errors", "--recent", "1", "--json")).json<{ batches: Item[] }>();
  assertEquals(recent.batches.map((batch) => batch.filename), ["analysed.csv"]);
  const summary = (await run("analyze-errors", "--summary", "--json")).json<
    { codes: Item[]; reasons: Item[] }
  >();
  const [counted] = await shared().sql`
    select sum(c.occurrences)::int as n from intake.batch_error_counts c where c.error_stage <> 'insert'`;
  assertEquals(summary.codes.map((code) => [code.error_code, code.occurrences]), [[
    "INVALID_AMOUNT",
    counted?.n,
  ]]);
  assertEquals(summary.reasons.some(({ reason }) => reason === "Error budget exceeded"), true);
  assertEquals((await run("analyze-errors", "--summary", "--recent", "2")).code, 2);
});

Deno.test("what is not there exits 1, what is no id 2, a wrong key 2 and once", async () => {
  const nowhere = crypto.randomUUID();
  for (const typed of [nowhere, nowhere.slice(0, 8)]) {
    const ran = await run("retry", typed);
    assertEquals([ran.code, ran.out], [1, ""]);
    assertMatch(ran.err, /There is no batch/);
  }
  assertEquals((await run("retry", "march")).code, 2);
  const { code, err } = await onProd(["ingest-trigger", `${folder}/inbox`, "--yes"], { key: "wrong-key" });
  assertEquals([code, err.match(/401 UNAUTHORIZED/g)?.length], [2, 1]);
});

Deno.test("what changes anything asks on prod, and does nothing when nobody answers", async () => {
  const { short, id } = await bringIn(await file("asked", 2));
  const before = (await run("batches", "--limit", "200", "--json")).json<{ total: number }>().total;
  const path = await file("unasked", 2);
  for (
    const args of [
      ["retry", short],
      ["undo", short, "--why", "x"],
      ["abort", short, "--why", "x"],
      ["approve", short],
      ["refuse", short, "--why", "x"],
      ["replay", short, path],
      ["ingest-trigger", path],
      ["ingest-trigger"],
    ]
  ) {
    const { code, err } = await onProd(args);
    assertEquals([args[0], code], [args[0], 2]);
    assertMatch(err, /on prod needs --yes/);
  }
  assertEquals((await reaches(id, "completed")).row_count_inserted, 2);
  assertEquals((await run("batches", "--limit", "200", "--json")).json<{ total: number }>().total, before);
  assertEquals((await onProd(["retry", short, "--yes"])).code, 0);
  await reaches(id, "completed", 2);
});

/** A file with other bytes and the same case numbers. */
async function twinOf(name: string): Promise<string> {
  const path = `${folder}/${name}-twin.csv`;
  await Deno.writeTextFile(path, `${await Deno.readTextFile(`${folder}/${name}.csv`)}\n`);
  return path;
}

/** The stack under the name of prod. `time`: the scale of time in the command's own database session. */
function onProd(args: string[], { key, time = 1 }: { key?: string; time?: number } = {}): Promise<Ran> {
  const { api_url, db_url, operator_key } = shared().stack;
  return ops(null, [...args, "--env", "prod"], {
    SUPABASE_URL: api_url,
    DRAGONFLY_API_KEY: key ?? operator_key,
    DATABASE_URL: `${db_url}?dragonfly.time_scale=${time}`,
  });
}

/** Standard output as bytes. */
async function bytesOf(...args: string[]): Promise<Uint8Array> {
  return (await opsBytes(shared().stack.name, args)).stdout;
}
