/** Calls of SQL functions over Postgres itself, for those who must work without REST. The connection is an argument. */
import type { Sql } from "postgres";
import {
  type AnswerOf,
  type ArgsOf,
  type Calls,
  type FunctionIn,
  patienceFor,
  type Schema,
} from "./calls.ts";
import { DatabaseRefused } from "./database_refused.ts";

/**
 * A connection, pool or transaction. Answers are JSON, as over REST: numbers are numbers, times are text. Functions
 * that give rows are for REST alone.
 */
export class PostgresCalls implements Calls {
  constructor(private readonly sql: Pick<Sql, "unsafe">) {}

  async call<S extends Schema, N extends FunctionIn<S>>(
    schema: S,
    name: N,
    args: ArgsOf<S, N>,
  ): Promise<AnswerOf<S, N>> {
    const call = `${schema}.${name}`;
    const given = Object.entries<unknown>({ ...args }).filter(([, value]) => value !== undefined);
    const places = given.map(([arg], at) => `${arg} => $${at + 1}`).join(", ");
    // As a member of a row: to_jsonb() does not take what a function gives that gives nothing.
    const query = this.sql.unsafe(
      `select to_jsonb(t) -> 'answer' as answer from (select ${call}(${places}) as answer) t`,
      given.map(([, value]) => value as Parameter), // the types of arguments allow no other
    );
    const patience = patienceFor(schema, name);
    const late = AbortSignal.timeout(patience);
    const lost = Promise.withResolvers<never>();
    const giveUp = () => {
      query.cancel();
      lost.reject(new DatabaseRefused(call, 0, "unknown", `no answer within ${patience / 1000} s`));
    };
    late.addEventListener("abort", giveUp, { once: true });
    try {
      return (await Promise.race([query, lost.promise]))[0]?.["answer"];
    } catch (error) {
      throw error instanceof DatabaseRefused ? error : DatabaseRefused.from(call, statusOf(error), error);
    } finally {
      late.removeEventListener("abort", giveUp);
    }
  }
}

type Parameter = NonNullable<Parameters<Sql["unsafe"]>[1]>[number];

/** As REST would answer it: the caller's fault, or that nobody is there. */
function statusOf(error: unknown): number {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[0-9A-Z]{5}$/.test(code) && !/^(08|53|57P0)/.test(code) ? 400 : 503;
}
