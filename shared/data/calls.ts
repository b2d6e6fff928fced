/**
 * Calls of SQL functions, as the generated types have them: a function or argument that a migration renames does not
 * compile here. Owns what a call is and how long it may take; the roads are `rest_calls.ts` and `postgres_calls.ts`.
 */
import type { Database, Json } from "./database.types.ts";

/** A schema whose functions can be called. */
export type Schema = Extract<keyof Database, string>;
type Functions<S extends Schema> = Database[S]["Functions"];
/** A function of a schema. */
export type FunctionIn<S extends Schema> = Extract<keyof Functions<S>, string>;

// The generated types do not know that every argument of SQL may be null, nor that JSON is what JSON.stringify writes.
type Given<Arg> = [Json] extends [Arg] ? unknown : Arg extends (infer Item)[] ? readonly Item[] : Arg | null;
type Signature<S extends Schema, N extends FunctionIn<S>> = Functions<S>[N] extends { Args: infer Args }
  ? { readonly [Name in keyof Args]: Given<Args[Name]> }
  : never;
/** Named arguments of a function; those with a default may be left out. */
export type ArgsOf<S extends Schema, N extends FunctionIn<S>> = Signature<S, N>;

/** What a function gives: a plain value or null, else something that is still to be parsed. */
export type AnswerOf<S extends Schema, N extends FunctionIn<S>> = Functions<S>[N] extends
  { Returns: infer Returned } ? Returned extends string | number | boolean ? Returned | null : unknown
  : never;

/** A way to call SQL functions. Each call is one transaction. @throws DatabaseRefused. */
export interface Calls {
  call<S extends Schema, N extends FunctionIn<S>>(
    schema: S,
    name: N,
    args: ArgsOf<S, N>,
  ): Promise<AnswerOf<S, N>>;
}

/** Milliseconds a call may take, there and back. */
export interface Patience {
  readonly usual: number;
  readonly of: { readonly [S in Schema]?: { readonly [N in FunctionIn<S>]?: number } };
}

/**
 * The one home of how long a call may take: a call that hangs would keep its isolate busy for nothing until the wall
 * clock ends it. The database's own limits come first (8 s, or what the function sets; a test compares), the rest is
 * for the way there and back.
 */
export const PATIENCE: Patience = {
  usual: 20_000,
  of: {
    intake: {
      decide: 620_000, // it may insert
      insert_batch: 620_000,
      sweep: 60_000, // it looks at every object of the bucket
      undo_batch: 80_000, // it looks at every judgment of the batch
    },
    ops: {
      take_rate_token: 1000, // beyond it the call passes uncounted
      time_scale: 5000, // asked whether anybody is there
    },
  },
};

/** Milliseconds a statement of a sentinel's check may take in the database. */
export const CHECK_PATIENCE_MS = 20_000;

/** How long a call of this function may take, in milliseconds. */
export function patienceFor(schema: Schema, name: string): number {
  const special: Readonly<Record<string, number | undefined>> = PATIENCE.of[schema] ?? {};
  return special[name] ?? PATIENCE.usual;
}
