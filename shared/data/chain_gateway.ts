/** What the record has of one thing: its events and their chain. */
import * as z from "zod";
import { ChainProof } from "../proof/chain.ts";
import type { Calls } from "./calls.ts";

const ActionRecord = z.looseObject({
  action_id: z.string(),
  plaintiff_id: z.string(),
  judgment_id: z.number(),
  action_type: z.string(),
  status: z.string(),
  reason: z.string().nullable(),
  evidence_file_id: z.string().nullable(),
  requested_by: z.string().nullable(),
  requested_at: z.string(),
  executed_at: z.string().nullable(),
});
/** An action as it is recorded. */
export type ActionRecord = z.infer<typeof ActionRecord>;

/** The calls. */
export class ChainGateway {
  constructor(private readonly calls: Calls) {}

  /** Null when there is no such action. */
  async action(id: string): Promise<ActionRecord | null> {
    return ActionRecord.nullable().parse(
      await this.calls.call("enforcement", "action_record", { action: id }),
    );
  }

  /** Seals what is committed first, so that as much as can be is in the chain. */
  async of(kind: string, id: string): Promise<ChainProof> {
    await this.calls.call("audit", "seal", {});
    return ChainProof.parse(await this.calls.call("audit", "proof_of", { entity_type: kind, entity_id: id }));
  }
}
