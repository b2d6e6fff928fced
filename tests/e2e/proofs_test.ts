/** The proofs an operator runs before and after a go-live: what they say of a system that works, and of one that does not. */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { assertStringIncludes } from "deno-std/assert/string_includes.js";
import { asOperator, call } from "../functions/intake_stack.ts";
import { ROOT } from "../../checkout/root.ts";
import { sharedStack } from "../stack/shared_stack.ts";
import { story } from "../support/against.ts";
import { ops, type Ran } from "../support/ops.ts";
import { until } from "../support/until.ts";

const shared = sharedStack();
const run = (...args: string[]): Promise<Ran> => ops(shared().stack.name, args);

const PROOFS = ["golden-path", "smoke-simplicity", "smoke-e2e", "verify-green-light"];

/** Everything in the system that is called like a proof. */
async function traces(): Promise<Record<string, number>> {
  const [found] = await shared().sql`
    select (select count(*)::int from intake.simplicity_batches b where b.filename like 'dragonfly-proof-intake-%') as batches,
           (select count(*)::int from storage.objects o where o.name like '%/dragonfly-proof-intake-%') as objects,
           (select count(*)::int from public.judgments j where j.case_number like 'DRAGONFLY-PROOF-%') as judgments,
           (select count(*)::int from public.plaintiffs p where p.name like 'dragonfly-proof intake %') as plaintiffs`;
  return { ...found };
}

const NONE = { batches: 0, objects: 0, judgments: 0, plaintiffs: 0 };

/** The checks a run did not pass. */
function redOf(ran: Ran): string[] {
  const { checks } = ran.json<{ checks: { name: string; passed: boolean; remedy: string | null }[] }>();
  for (const { name, passed, remedy } of checks) assertEquals(passed, remedy === null, `${name}: ${remedy}`);
  return checks.filter(({ passed }) => !passed).map(({ name }) => name);
}

async function setThreshold(percent: number): Promise<void> {
  const answer = await call(shared(), "intake/sources/simplicity", {
    method: "PUT",
    headers: asOperator(shared(), { "content-type": "application/json" }),
    body: JSON.stringify({ error_threshold_percent: percent }),
  });
  assertEquals(answer.status, 200);
}

Deno.test("the proofs pass on a system that works, say so in the runbook's words, and leave nothing", async () => {
  const golden = await run("golden_path", "--cleanup");
  assertEquals([golden.code, golden.out.match(/^✅ .*?(?=:|$)/gm)], [0, [
    "✅ Database connection established",
    "✅ Schema version verified",
    "✅ Critical views accessible",
    "✅ API health endpoint responding",
    "✅ Test entity lifecycle (create → read → delete)",
    "✅ Cleanup complete",
  ]], golden.err);
  assertMatch(golden.out, /^GOLDEN PATH TEST SUITE\nEnvironment: (LOCAL|DEV)$/m);
  assertMatch(golden.out, /^🎉 GOLDEN PATH: ALL CHECKS PASSED$/m);

  const smoke = await run("smoke_simplicity");
  assertEquals(smoke.code, 0, smoke.out);
  for (
    const line of [
      /^✅ Schema check: All required columns exist$/m,
      /^✅ Error threshold default: error_threshold_percent defaults to 10$/m,
      /^✅ Batch created: id=[0-9a-f]{8}\.\.\., rows=30$/m,
      /^✅ Idempotency: Duplicate file_hash correctly rejected$/m,
      /^✅ Timing metrics: parse=\d+ms, db=\d+ms recorded$/m,
      /^✅ Rejection reason: Error budget rejection recorded/m,
      /^✅ Metrics view: intake\.view_batch_metrics exists$/m,
      /^✅ Results: 7\/7 passed - ALL TESTS PASSED$/m,
    ]
  ) assertMatch(smoke.out, line);

  const endToEnd = await run("smoke-e2e", "--json");
  assertEquals([endToEnd.code, redOf(endToEnd)], [0, []], endToEnd.out);

  const light = await run("verify_green_light");
  assertEquals(light.code, 0, light.out);
  assertMatch(light.out, /Proof 1: Happy Path \(Valid Data\) +│ +✅ +│ \d+\.\d\ds/);
  assertStringIncludes(light.out, "GREEN LIGHT - ALL 3 PROOFS PASSED");
  assertEquals(await traces(), NONE);
});

Deno.test(story("an empty system's views are as good as full ones", ["solitude"], async () => {
  const { code, out } = await run("smoke-plaintiffs");
  assertEquals(code, 0, out);
  for (const view of ["v_plaintiffs_overview", "v_judgment_pipeline", "v_enforcement_overview"]) {
    assertMatch(out, new RegExp(`^✅ ${view}: 0 rows$`, "m"));
  }
}));

Deno.test("what an earlier run left is taken out at the next start, and nothing that is not a proof's", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-proofs-" });
  try {
    const header = "case_number,plaintiff_name,defendant_name,amount,judgment_date\n";
    const left = `${folder}/dragonfly-proof-intake-00000000-good.csv`;
    const other = `${folder}/march-dragonfly-proof-intake-.csv`;
    await Deno.writeTextFile(
      left,
      `${header}DRAGONFLY-PROOF-00000000-G1,dragonfly-proof intake 00000000,Doe,5,2024-01-31\n`,
    );
    await Deno.writeTextFile(other, `${header}MARCH-1,dragonfly-proofing LLC,Doe,5,2024-01-31\n`);
    assertEquals((await run("ingest-trigger", left, other, "--watch")).code, 0);
    assertEquals((await traces()).judgments, 1);

    const ran = await run("smoke-e2e");
    assertEquals(ran.code, 0, ran.out);
    assertStringIncludes(
      ran.err,
      "Taken out what an earlier run left: dragonfly-proof-intake-00000000-good.csv",
    );
    assertEquals(await traces(), NONE);
    const kept = await run("batches", "--search", "march-dragonfly", "--json");
    assertEquals(kept.json<{ total: number }>().total, 1);
    const [{ count } = { count: 0 }] = await shared().sql`
      select count(*)::int as count from public.judgments where case_number = 'MARCH-1'`;
    assertEquals(count, 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  story("a view that is gone is red by its name, and the others stay green", ["solitude"], async () => {
    const { sql } = shared();
    await sql`alter view public.v_enforcement_overview rename to v_gone`;
    try {
      const views = await run("smoke-plaintiffs");
      assertEquals(views.code, 1);
      assertMatch(views.out, /^❌ v_enforcement_overview: .*does not exist\n {3}→ .*ops migration-status/m);
      assertEquals(views.out.match(/^✅/gm)?.length, 2);
      const golden = await run("golden-path", "--json");
      assertEquals([golden.code, redOf(golden)], [1, ["Critical views accessible"]]);
    } finally {
      await sql`alter view public.v_gone rename to v_enforcement_overview`;
    }
  }),
);

Deno.test(
  story(
    "a default that was changed by hand is red, with the statement that puts it right",
    ["solitude"],
    async () => {
      const { sql } = shared();
      await sql`alter table intake.simplicity_batches alter column error_threshold_percent set default 25`;
      try {
        const { code, out } = await run("smoke-simplicity");
        assertEquals([code, out.match(/^❌/gm)?.length], [1, 2], out); // the line and the verdict
        assertMatch(
          out,
          /^❌ Error threshold default: .* 25, not to 10\n {3}→ alter table .* set default 10$/m,
        );
        assertMatch(out, /^❌ Results: 6\/7 passed - TESTS FAILED$/m);
      } finally {
        await sql`alter table intake.simplicity_batches alter column error_threshold_percent set default 10`;
      }
    },
  ),
);

Deno.test(
  story("a source that takes every bad file fails the quality proof alone, and what came in is taken out", [
    "solitude",
  ], async () => {
    await setThreshold(100);
    try {
      const endToEnd = await run("smoke-e2e", "--json");
      assertEquals([endToEnd.code, redOf(endToEnd)], [1, ["Quality Check"]]);
      const light = await run("verify-green-light");
      assertEquals(light.code, 1);
      assertMatch(light.out, /Proof 3: Quality Control +│ +❌/);
      assertStringIncludes(light.out, "RED LIGHT");
      assertMatch(light.out, /6 of 12 rows are bad, threshold 100 %\n {4}→ .*lower error_threshold_percent/);
    } finally {
      await setThreshold(10);
    }
    assertEquals((await traces()).judgments, 0);
  }),
);

Deno.test(
  story("a queue that stands still is told after the patience that was given, and the file is taken out", [
    "solitude",
  ], async () => {
    assertEquals((await run("queue", "pause", "ingest", "--why", "a test")).code, 0);
    try {
      const golden = await run("golden-path", "--timeout", "1", "--json");
      assertEquals([golden.code, redOf(golden)], [1, ["Test entity lifecycle (create → read → delete)"]]);
      assertStringIncludes(golden.out, "is uploaded and has not come to its end within 1 s");
      assertStringIncludes(golden.out, "ops queue-inspect");
    } finally {
      assertEquals((await run("queue", "resume", "ingest")).code, 0);
    }
    assertEquals((await traces()).batches, 0);
  }),
);

Deno.test(
  story("what cannot be reached proves nothing: exit 2, and what to do about it", ["solitude"], async () => {
    const { stack } = shared();
    const onDev = (args: string[], env: Record<string, string>) =>
      ops(null, [...args, "--env", "dev"], {
        SUPABASE_URL: stack.api_url,
        DRAGONFLY_API_KEY: stack.operator_key,
        DATABASE_URL: stack.db_url,
        ...env,
      });
    for (const proof of [...PROOFS, "smoke-plaintiffs"]) {
      const { code, out, err } = await ops("no-such-stack", [proof]);
      assertEquals([code, out], [2, ""], proof);
      assertStringIncludes(err, "no-such-stack");
    }
    const wrongKey = await onDev(["smoke-e2e"], { DRAGONFLY_API_KEY: "dragonfly-proof-of-a-wrong-key" });
    assertEquals([wrongKey.code, wrongKey.out], [2, ""]);
    assertMatch(wrongKey.err, /401/);
    const away = await onDev(["smoke-plaintiffs"], {
      DATABASE_URL: "postgresql://postgres:secret@127.0.0.1:1/postgres",
    });
    assertEquals([away.code, away.out], [2, ""]);
    assertMatch(away.err, /ECONNREFUSED.*ops fix-pooler-connection/);
    assertEquals(away.err.includes("secret"), false);
    const unasked = await ops(null, ["golden-path", "--env", "prod"], {
      SUPABASE_URL: stack.api_url,
      DRAGONFLY_API_KEY: stack.operator_key,
      DATABASE_URL: stack.db_url,
    });
    assertEquals([unasked.code, unasked.out], [2, ""]);
    assertStringIncludes(unasked.err, "--yes");
    assertEquals((await run("golden-path", "--timeout", "soon")).code, 2);
  }),
);

Deno.test("the announcement has the system's own figures, in a box of 80 columns, and is written where it is wanted", async () => {
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-proofs-" });
  try {
    const doctor = await run("doctor");
    const { code, out } = await run("generate_announcement", "--output", `${folder}/announcement.md`);
    assertEquals(code, doctor.code === 0 ? 0 : 1, out);
    const written = await Deno.readTextFile(`${folder}/announcement.md`);
    assertStringIncludes(out, written.trimEnd());
    for (const line of written.trimEnd().split("\n")) {
      const wide = line.match(/\p{Emoji_Presentation}/gu)?.length ?? 0;
      assertEquals([...line].length + wide, 80, line);
    }
    const [day] = await shared().sql`
      select count(*)::int as total, (count(*) filter (where b.status = 'completed'))::int as completed
        from intake.simplicity_batches b
       where b.status <> 'skipped' and not b.dry_run and b.created_at > now() - interval '24 hours'`;
    assertMatch(written, new RegExp(`Total Batches: +${day?.total} `));
    assertMatch(written, new RegExp(`Completed: +${day?.completed} `));
    assertEquals((await run("generate-announcement", "--output", `${folder}/no/such/folder.md`)).code, 2);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test(
  story("monitor-ingest --follow tells what has changed, with the time, and a pipe gets whole names", [
    "solitude",
  ], async () => {
    const folder = await Deno.makeTempDir({ prefix: "dragonfly-proofs-" });
    const name = `${"a".repeat(90)}.csv`;
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "-A",
        `${ROOT}/ops/main.ts`,
        "monitor-ingest",
        "--follow",
        "--stack",
        shared().stack.name,
      ],
      stdout: "piped",
      env: { NO_COLOR: "1" },
    }).spawn();
    try {
      const pictures: string[] = [];
      const read = (async () => {
        for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) pictures.push(text);
      })();
      await until("a first picture", () => pictures.join("").includes("Ingest at "));
      await Deno.writeTextFile(
        `${folder}/${name}`,
        `case_number,plaintiff_name,defendant_name,amount,judgment_date\nFOLLOW-1,ABC,Doe,5,2024-01-31\n`,
      );
      assertEquals((await run("ingest-trigger", `${folder}/${name}`, "--watch")).code, 0);
      await until("the batch's end", () => new RegExp(`completed .*${name}`).test(pictures.join("")));
      child.kill("SIGINT");
      assertEquals((await child.status).code, 130);
      await read;
      const told = pictures.join("").split(/^Ingest at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/m).slice(1);
      const still = told.map((picture) => picture.replaceAll(/ \d+ (s|min|h|d)\b/g, ""));
      for (const [at, picture] of still.entries()) assertEquals(picture === still[at - 1], false);
    } finally {
      try {
        child.kill("SIGKILL");
      } catch {
        // it has ended
      }
      await child.status;
      await Deno.remove(folder, { recursive: true });
    }
  }),
);
