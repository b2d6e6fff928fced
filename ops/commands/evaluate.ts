/** `ops evaluate`: the rules of intake and strategy against the golden dataset. */
import { plain } from "../../checkout/table.ts";
import { command, EXIT, type Pen } from "../command.ts";
import {
  evaluate as evaluateCases,
  type Evaluation,
  GOLDEN_DATASET,
  PASS_PERCENT,
  readDataset,
} from "../evaluation/evaluate.ts";

const MOST_SHOWN = 400; // characters of a difference

export const evaluate = command<Evaluation>({
  name: "evaluate",
  effects: "nothing; needs no stack",
  flags: {
    dataset: { type: "string", value: "FILE", help: "other cases than those that come with the code" },
  },
  examples: [
    ["", "before a release"],
    ["--dataset cases.json --json", "your own cases, for a program"],
  ],
  async run({ typed }, report) {
    const found = evaluateCases(await readDataset(typed.text("dataset") ?? GOLDEN_DATASET));
    report(found);
    return found.pass_percent >= PASS_PERCENT ? EXIT.fine : EXIT.notFine;
  },
  show,
});

function show({ intake, strategy, pass_percent, required_percent, failed }: Evaluation, pen: Pen): string {
  const passed = pass_percent >= required_percent;
  const verdict = `${pass_percent.toFixed(1)} % of ${intake.cases + strategy.cases} cases passed ` +
    `(${required_percent} % are needed)`;
  return [
    `${mark(intake)} intake: ${intake.passed} of ${intake.cases} cases`,
    `${mark(strategy)} strategy: ${strategy.passed} of ${strategy.cases} cases`,
    ...failed.flatMap(({ kind, name, expected, found }) => [
      pen.bad(`   ${kind}, ${plain(name)}`),
      `     expected ${shortened(expected)}`,
      `     found    ${shortened(found)}`,
    ]),
    ...(failed.length === 0 ? [] : [
      "   → see which commit changed the rule; where the rule is meant to be other, change the case with it",
    ]),
    "",
    passed ? pen.good(`✅ Evaluation: ${verdict}`) : pen.bad(`❌ Evaluation: ${verdict}: do not deploy`),
  ].join("\n");
}

function mark({ cases, passed }: { readonly cases: number; readonly passed: number }): string {
  return cases === passed ? "✅" : "❌";
}

function shortened(text: string): string {
  const shown = plain(text);
  return shown.length > MOST_SHOWN ? `${shown.slice(0, MOST_SHOWN)} …` : shown;
}
