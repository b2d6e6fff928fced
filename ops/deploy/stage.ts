/** What the acts of a rehearsal share: the stand-in of the platform, the CLI as nobody, and how a step is told. */
import { type CliRun, lastWords } from "../supabase_cli.ts";
import type { ManagementApi } from "./management_api.ts";

/** One thing that was tried. */
export interface Step {
  readonly step: string;
  readonly ok: boolean;
  /** What was seen; when red, what is wrong and where. */
  readonly detail: string;
}

/** The acts, in their order. */
export const ACTS = ["functions", "secrets", "database"] as const;
export type Act = (typeof ACTS)[number];

export interface RehearsalOptions {
  /** The checkout to rehearse. */
  readonly root: string;
  /** Only these acts; all when absent. */
  readonly acts?: readonly Act[];
  /** Bytes one function may have; the platform's limit when absent. */
  readonly bundleLimit?: number;
  /** What `secrets set` would send; the required ones, made up, when absent. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Told each step when it is over. */
  note(step: Step): void;
}

export interface Stage {
  readonly options: RehearsalOptions;
  readonly api: ManagementApi;
  /** Empty at first, removed afterwards. */
  readonly folder: string;
  /** Runs the CLI as nobody, against the stand-in. @param workdir the checkout when absent. */
  cli(args: readonly string[], workdir?: string): Promise<CliRun>;
  /** @returns whether there was no problem. */
  tell(step: string, problems: readonly string[], fine: string): boolean;
}

/** @returns what is wrong with a run of the CLI: its failure, its warnings. */
export function runProblems(run: CliRun): string[] {
  return [...run.warnings, ...(run.ok ? [] : [lastWords(run)])];
}
