/** What a check is: a look at one part of the system, with the words and the remedy for what it may find. */
import * as z from "zod";
import type { Proof } from "../audit/proof.ts";
import type { Level } from "./finding.ts";

/** What REST says about itself. */
export type RestAnswer =
  | { readonly outcome: "answers" }
  /** `code` is PostgREST's, where the body has one. */
  | { readonly outcome: "refuses"; readonly status: number; readonly code: string | null }
  | { readonly outcome: "unreachable"; readonly why: string };

/** What a check may touch. */
export interface CheckPorts {
  /** Runs one statement in a transaction of its own, with a limit of time. @throws what Postgres says. */
  query(sql: string): Promise<readonly unknown[]>;
  /** Asks REST for the smallest thing. Never throws. */
  probeRest(): Promise<RestAnswer>;
  /** Waits so many milliseconds of real time, times the system's time scale. */
  wait(milliseconds: number): Promise<void>;
  readonly now: Date;
  /** Until when the pooler rule is suspended (DRAGONFLY_DIRECT_UNTIL); null when it is not. */
  readonly directUntil: Date | null;
  /** Keys and files that proof stands on; null where they cannot be had, as on an operator's own machine. */
  readonly proof: Proof | null;
}

/** What a check saw that is not as it should be. */
export interface Observation {
  readonly level: Level;
  readonly message: string;
  /** What it is about, where one check can find several at once. */
  readonly subject?: string;
  /** Ids, counts, states; no names of people or files. */
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface Check {
  readonly name: string;
  /** What to do when it finds something. */
  readonly remedy: string;
  /** Nothing found: all is well. @throws when it cannot tell; that is a critical finding of its own. */
  look(ports: CheckPorts): Promise<readonly Observation[]>;
}

/** A check that is one query and a judgement of its rows. */
export interface SqlCheck<Row extends z.ZodType> {
  readonly name: string;
  readonly remedy: string;
  readonly sql: string;
  readonly row: Row;
  /** Pure: levels and words from what was measured. */
  judge(rows: readonly z.infer<Row>[]): readonly Observation[];
}

/** Makes a check of a query and a judgement. */
export function sqlCheck<Row extends z.ZodType>(check: SqlCheck<Row>): Check & SqlCheck<Row> {
  const rows = z.array(check.row);
  return {
    ...check,
    judge: (found) => check.judge(found),
    look: async (ports) => check.judge(rows.parse([...await ports.query(check.sql)])),
  };
}

/** `3 batches`, `1 batch`. */
export function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** How many of each kind, most first: `validating(3), uploaded(1)`. */
export function tally(kinds: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .map(([kind, count]) => `${kind}(${count})`).join(", ");
}
