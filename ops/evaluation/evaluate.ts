/**
 * Holds the rules against cases whose outcome was decided beforehand by the contract: how files are read and judged,
 * and how a judgment is best enforced. Pure but for reading the dataset.
 */
import * as z from "zod";
import { chooseStrategy, STRATEGIES } from "../../shared/enforcement/strategy.ts";
import { REJECTION_CODES } from "../../shared/intake/rejection_codes.ts";
import { CannotRun } from "../refusals.ts";
import { readInProcess } from "./in_process.ts";

/** The cases that come with the code. */
export const GOLDEN_DATASET = new URL("golden_dataset.json", import.meta.url);
/** Fewer passed cases than this are no release. */
export const PASS_PERCENT = 95;
/** A dataset with fewer cases proves too little. */
export const LEAST_CASES = { intake: 30, strategy: 12 } as const;

const IntakeCase = z.strictObject({
  name: z.string(),
  /** The file's text; stored as UTF-8. */
  file: z.string(),
  expect: z.strictObject({
    /** The code of the reason it is not taken for; null for a file that is taken. */
    reason: z.enum(REJECTION_CODES).nullable(),
    /** The first code of each bad row, by its number from 1: all of them, and no other. */
    codes: z.record(z.string(), z.string()),
    /** Values by case number: those named must be so; other fields are not looked at. */
    values: z.record(z.string(), z.record(z.string(), z.string())),
    duplicates: z.int().optional(),
  }),
});
type IntakeCase = z.infer<typeof IntakeCase>;

const StrategyCase = z.strictObject({
  name: z.string(),
  facts: z.strictObject({
    employer: z.string().nullable(),
    bank_account: z.strictObject({ benefits_only: z.boolean().nullable() }).nullable(),
    home_owner: z.boolean().nullable(),
  }),
  expect: z.enum(STRATEGIES),
});
type StrategyCase = z.infer<typeof StrategyCase>;

const Dataset = z.strictObject({
  /** The day on which the cases are judged, YYYY-MM-DD: what is in the future then. */
  latest_date: z.iso.date(),
  intake: z.array(IntakeCase).min(LEAST_CASES.intake),
  strategy: z.array(StrategyCase).min(LEAST_CASES.strategy),
});
export type Dataset = z.infer<typeof Dataset>;

/** A case that did not come out as it must. */
export interface FailedCase {
  readonly kind: "intake" | "strategy";
  readonly name: string;
  readonly expected: string;
  readonly found: string;
}

/** What the cases showed. */
export interface Evaluation {
  readonly intake: { readonly cases: number; readonly passed: number };
  readonly strategy: { readonly cases: number; readonly passed: number };
  /** Of all cases. */
  readonly pass_percent: number;
  readonly required_percent: number;
  readonly failed: readonly FailedCase[];
}

/** @throws CannotRun when there is no dataset there, or it is none. */
export async function readDataset(path: string | URL): Promise<Dataset> {
  const text = await Deno.readTextFile(path).catch((error: unknown) => {
    throw new CannotRun(`Cannot read the dataset ${path}: ${error instanceof Error ? error.message : error}`);
  });
  const read = Dataset.safeParse(parsed(text));
  if (read.success) return read.data;
  const [first] = read.error.issues;
  throw new CannotRun(
    `Cannot use the dataset ${path}: ${first?.path.join(".") || "the file"}: ${first?.message}. ` +
      `It is written as ops/evaluation/golden_dataset.json is.`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Every case, by the very code the worker runs. */
export function evaluate({ latest_date, intake, strategy }: Dataset): Evaluation {
  const failedIntake = intake.flatMap((one) => intakeFailure(one, latest_date));
  const failedStrategy = strategy.flatMap(strategyFailure);
  const failed = [...failedIntake, ...failedStrategy];
  const cases = intake.length + strategy.length;
  return {
    intake: { cases: intake.length, passed: intake.length - failedIntake.length },
    strategy: { cases: strategy.length, passed: strategy.length - failedStrategy.length },
    pass_percent: Math.floor(1000 * (cases - failed.length) / cases) / 10, // 94.96 is not 95
    required_percent: PASS_PERCENT,
    failed,
  };
}

function intakeFailure({ name, file, expect }: IntakeCase, latestDate: string): FailedCase[] {
  const outcome = readInProcess(new TextEncoder().encode(file), { latestDate });
  const found = {
    reason: outcome.reasonCode,
    codes: { ...outcome.codes },
    values: Object.fromEntries(
      Object.entries(expect.values).map(([number, fields]) => {
        const row = outcome.values.get(number);
        return [
          number,
          Object.fromEntries(Object.keys(fields).map((field) => [field, row?.[field] ?? null])),
        ];
      }),
    ),
    ...(expect.duplicates === undefined ? {} : { duplicates: outcome.duplicates }),
  };
  return difference("intake", name, expect, found);
}

function strategyFailure({ name, facts, expect }: StrategyCase): FailedCase[] {
  return difference("strategy", name, expect, chooseStrategy(facts).strategy);
}

function difference(kind: FailedCase["kind"], name: string, expect: unknown, found: unknown): FailedCase[] {
  const [wanted, seen] = [sorted(expect), sorted(found)];
  return wanted === seen ? [] : [{ kind, name, expected: wanted, found: seen }];
}

/** JSON whose members stand in the order of their names: two of the same are the same text. */
function sorted(value: unknown): string {
  return JSON.stringify(
    value,
    (_, one: unknown) =>
      typeof one === "object" && one !== null && !Array.isArray(one)
        ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => a < b ? -1 : 1))
        : one,
  );
}
