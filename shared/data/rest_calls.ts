/** Calls of SQL functions over REST. The client is an argument. */
import type { SupabaseClient } from "@supabase/supabase-js";
import {
  type AnswerOf,
  type ArgsOf,
  type Calls,
  type FunctionIn,
  patienceFor,
  type Schema,
} from "./calls.ts";
import type { Database } from "./database.types.ts";
import { DatabaseRefused } from "./database_refused.ts";

/** A client that knows this database's tables and functions. */
export type DatabaseClient = SupabaseClient<Database, "public", "public", Database["public"]>;

/** REST with a service client. */
export class RestCalls implements Calls {
  readonly #client: SupabaseClient;

  constructor(client: DatabaseClient) {
    this.#client = client;
  }

  async call<S extends Schema, N extends FunctionIn<S>>(
    schema: S,
    name: N,
    args: ArgsOf<S, N>,
  ): Promise<AnswerOf<S, N>> {
    const { data, error, status } = await this.#client.schema(schema).rpc(name, args)
      .abortSignal(AbortSignal.timeout(patienceFor(schema, name)));
    if (error !== null) throw DatabaseRefused.from(`${schema}.${name}`, status, error);
    return data;
  }
}
