/** What the record has of one thing: its events and their chain. */
import { ChainProof } from "../proof/chain.ts";
import type { Calls } from "./calls.ts";

/** The calls. */
export class ChainGateway {
  constructor(private readonly calls: Calls) {}

  /** Seals what is committed first, so that as much as can be is in the chain. */
  async of(kind: string, id: string): Promise<ChainProof> {
    await this.calls.call("audit", "seal", {});
    return ChainProof.parse(await this.calls.call("audit", "proof_of", { entity_type: kind, entity_id: id }));
  }
}
