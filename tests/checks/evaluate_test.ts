/** `ops evaluate`: the golden dataset is kept to, and what is not kept to is told. */
import { assert } from "deno-std/assert/assert.js";
import { assertEquals } from "deno-std/assert/equals.js";
import { assertMatch } from "deno-std/assert/match.js";
import { assertRejects } from "deno-std/assert/rejects.js";
import { evaluate, GOLDEN_DATASET, readDataset } from "../../ops/evaluation/evaluate.ts";
import { CannotRun } from "../../ops/refusals.ts";
import { ops } from "../support/ops.ts";

Deno.test("every golden case comes out as the contract has it, and there are enough of them", async () => {
  const dataset = await readDataset(GOLDEN_DATASET);
  const { intake, strategy, failed, pass_percent } = evaluate(dataset);
  assertEquals([failed, pass_percent], [[], 100]);
  assert(intake.cases >= 30 && strategy.cases >= 12);
  for (const cases of [dataset.intake, dataset.strategy]) {
    assertEquals(new Set(cases.map(({ name }) => name)).size, cases.length);
  }
});

Deno.test("ops evaluate: 0 at 95 % and above, 1 below with every case that failed, 2 without a dataset", async () => {
  const dataset = await readDataset(GOLDEN_DATASET);
  const folder = await Deno.makeTempDir({ prefix: "dragonfly-evaluate-" });
  /** The dataset with so many of its expectations turned round. */
  const wrong = async (count: number) => {
    const strategy = dataset.strategy.map((one, at) =>
      at < count ? { ...one, expect: one.expect === "bank_levy" ? "surveillance" : "bank_levy" } : one
    );
    await Deno.writeTextFile(`${folder}/${count}.json`, JSON.stringify({ ...dataset, strategy }));
    return await ops(null, ["evaluate", "--dataset", `${folder}/${count}.json`]);
  };
  try {
    const few = await wrong(2); // of 59: 96.6 %
    assertEquals(few.code, 0, few.out);
    assertMatch(few.out, /strategy, an employer\n +expected "bank_levy"\n +found +"wage_garnishment"/);
    const many = await wrong(3); // 94.9 %
    assertEquals(many.code, 1, many.out);
    assertMatch(many.out, /^❌ Evaluation: 94\.9 % of 59 cases passed \(95 % are needed\): do not deploy$/m);
    const none = await ops(null, ["evaluate", "--dataset", `${folder}/none.json`]);
    assertEquals([none.code, none.out], [2, ""]);
    await Deno.writeTextFile(`${folder}/few.json`, JSON.stringify({ ...dataset, intake: [] }));
    await assertRejects(() => readDataset(`${folder}/few.json`), CannotRun, "intake");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
