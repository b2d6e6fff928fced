/** Settings of sources: the calls that read and write them. What may be set is declared in shared/http. */
import { Problem } from "../errors.ts";
import { Source } from "../http/answers/intake.ts";
import type { InputOf } from "../http/declaration.ts";
import type { INTAKE } from "../http/routes/intake.ts";
import type { Calls } from "./calls.ts";
import type { By } from "./batch_gateway.ts";

/** Settings as far as they were given; what is absent stays as it is. */
export type SourceSettings = InputOf<(typeof INTAKE)["PUT /intake/sources/:name"]>["body"];

/** The calls. */
export class SourceGateway {
  constructor(private readonly calls: Calls) {}

  /** @throws Problem NOT_FOUND. */
  async describe(name: string): Promise<Source> {
    const found = Source.nullable().parse(
      await this.calls.call("intake", "describe_source", { source: name }),
    );
    if (found === null) throw new Problem("NOT_FOUND", `There is no source ${name}.`);
    return found;
  }

  /** Makes or changes a source. */
  async put(name: string, settings: SourceSettings, by: By): Promise<Source> {
    return Source.parse(await this.calls.call("intake", "put_source", { source: name, settings, ...by }));
  }
}
