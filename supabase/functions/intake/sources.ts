/** Settings of sources: the calls that read and write them. What may be set is declared in shared/http. */
import { Problem } from "../../../shared/errors.ts";
import { Source } from "../../../shared/http/answers/intake.ts";
import type { InputOf } from "../../../shared/http/declaration.ts";
import type { INTAKE } from "../../../shared/http/routes/intake.ts";
import type { CallSql } from "../_shared/sql_call.ts";
import type { By } from "./batches.ts";

/** Settings as far as they were given; what is absent stays as it is. */
export type SourceSettings = InputOf<(typeof INTAKE)["PUT /intake/sources/:name"]>["body"];

/** The calls. */
export class Sources {
  constructor(private readonly call: CallSql) {}

  /** @throws Problem NOT_FOUND. */
  async describe(name: string): Promise<Source> {
    const found = Source.nullable().parse(await this.call("describe_source", { source: name }));
    if (found === null) throw new Problem("NOT_FOUND", `There is no source ${name}.`);
    return found;
  }

  /** Makes or changes a source. */
  async put(name: string, settings: SourceSettings, by: By): Promise<Source> {
    return Source.parse(await this.call("put_source", { source: name, settings, ...by }));
  }
}
