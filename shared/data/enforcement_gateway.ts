/** Plaintiffs, consents, actions and tasks: one call of SQL per question or act. What is refused is a Problem. */
import * as z from "zod";
import { CANCELLABLE, CONSENT_TYPES } from "../enforcement/actions.ts";
import { Problem } from "../errors.ts";
import { Action, ActionPage, PlaintiffPage, PlaintiffRecord, TaskPage } from "../http/answers/enforcement.ts";
import { PacketData } from "../packet/packet_data.ts";
import type { By, Paging } from "./batch_gateway.ts";
import type { Calls } from "./calls.ts";
import type { Heartbeat } from "./intake_gateway.ts";

const Asked = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.enum(["authorized", "open"]), action_id: z.guid(), status: z.enum(CANCELLABLE) }),
  z.object({
    outcome: z.literal("blocked"),
    action_id: z.guid(),
    reason: z.string(),
    missing: z.array(z.enum(CONSENT_TYPES)),
    remediation_task_id: z.guid().nullable(),
  }),
  z.object({ outcome: z.literal("unknown"), what: z.enum(["plaintiff", "judgment"]) }),
  z.object({ outcome: z.literal("not_theirs") }),
]);

const Done = z.object({
  outcome: z.literal("done"),
  consent_id: z.guid().optional(),
  is_authorized: z.boolean().optional(),
});
const Acted = z.discriminatedUnion("outcome", [
  Done,
  z.object({ outcome: z.literal("unknown"), id: z.guid() }),
  z.object({ outcome: z.literal("wrong_state"), status: z.string() }),
  z.object({ outcome: z.enum(["not_apart", "not_merged"]) }),
]);

/** A consent to be registered; its file is kept already. */
export interface NewConsent {
  readonly plaintiff: string;
  readonly consent_type: string;
  readonly version: string;
  /** A moment; null: now. */
  readonly valid_from: string | null;
  /** A moment, or a bare date that includes its day in UTC; null: without end. */
  readonly valid_until: string | null;
  readonly evidence_file: string;
}

/** What can be asked about enforcement, and done. */
export class EnforcementGateway {
  constructor(private readonly calls: Calls) {}

  /**
   * Asks for an action; `fresh` false: an equal one is open.
   *
   * @throws Problem MISSING_CONSENT when it is blocked; NOT_FOUND; INVALID_PARAMETER for another plaintiff's judgment.
   */
  async request(
    plaintiff: string,
    judgment: number,
    type: string,
    by: By,
  ): Promise<{ fresh: boolean; action_id: string; status: (typeof CANCELLABLE)[number] }> {
    const asked = Asked.parse(
      await this.calls.call("enforcement", "request_action", {
        plaintiff,
        judgment,
        action_type: type,
        ...by,
      }),
    );
    switch (asked.outcome) {
      case "authorized":
      case "open":
        return { fresh: asked.outcome === "authorized", action_id: asked.action_id, status: asked.status };
      case "blocked":
        throw blocked(plaintiff, asked);
      case "unknown":
        throw new Problem("NOT_FOUND", `There is no such ${asked.what}.`, {
          members: { field: `${asked.what}_id` },
        });
      case "not_theirs":
        throw new Problem("INVALID_PARAMETER", `Judgment ${judgment} is not of plaintiff ${plaintiff}.`, {
          members: { field: "judgment_id" },
        });
    }
  }

  /** @throws Problem NOT_FOUND, WRONG_STATE. */
  async cancel(action: string, reason: string, by: By): Promise<void> {
    expectDone(await this.calls.call("enforcement", "cancel_action", { action, reason, ...by }), CANCELLABLE);
  }

  /** @throws Problem NOT_FOUND. */
  async action(id: string): Promise<Action> {
    const found = Action.nullable().parse(
      await this.calls.call("enforcement", "action_record", { action: id }),
    );
    if (found === null) throw new Problem("NOT_FOUND", `There is no action ${id}.`);
    return found;
  }

  async actions(
    filter: { status: string | null; action_type: string | null; plaintiff: string | null },
    paging: Paging,
  ): Promise<ActionPage> {
    return ActionPage.parse(await this.calls.call("enforcement", "list_actions", { ...filter, ...paging }));
  }

  async tasks(
    filter: { status: string | null; plaintiff: string | null },
    paging: Paging,
  ): Promise<TaskPage> {
    return TaskPage.parse(await this.calls.call("enforcement", "list_tasks", { ...filter, ...paging }));
  }

  async plaintiffs(
    filter: { q: string | null; status: string | null; authorized: boolean | null },
    paging: Paging,
  ): Promise<PlaintiffPage> {
    return PlaintiffPage.parse(
      await this.calls.call("enforcement", "list_plaintiffs", { ...filter, ...paging }),
    );
  }

  /** @throws Problem NOT_FOUND. */
  async plaintiff(id: string): Promise<PlaintiffRecord> {
    const found = PlaintiffRecord.nullable().parse(
      await this.calls.call("enforcement", "plaintiff_record", { plaintiff: id }),
    );
    if (found === null) throw new Problem("NOT_FOUND", `There is no plaintiff ${id}.`);
    return found;
  }

  /** @throws Problem NOT_FOUND, CONFLICT. */
  async merge(plaintiff: string, into: string, reason: string, by: By): Promise<void> {
    expectDone(
      await this.calls.call("legal", "merge_plaintiffs", { plaintiff, into_plaintiff: into, reason, ...by }),
    );
  }

  /** @throws Problem NOT_FOUND, CONFLICT. */
  async takeApart(plaintiff: string, reason: string, by: By): Promise<void> {
    expectDone(await this.calls.call("legal", "take_apart", { plaintiff, reason, ...by }));
  }

  /** @throws Problem NOT_FOUND. */
  async register(consent: NewConsent, by: By): Promise<{ consent_id: string; is_authorized: boolean }> {
    const { consent_id, is_authorized } = expectDone(
      await this.calls.call("legal", "register_consent", { ...consent, ...by }),
    );
    if (consent_id === undefined) throw new TypeError("Cannot tell which consent was registered");
    return { consent_id, is_authorized: is_authorized === true };
  }

  /** @returns whether the plaintiff is authorised all the same. @throws Problem NOT_FOUND, WRONG_STATE. */
  async revoke(consent: string, reason: string, by: By): Promise<boolean> {
    const answer = await this.calls.call("legal", "revoke_consent", { consent, reason, ...by });
    return expectDone(answer, ["active"]).is_authorized === true;
  }
}

function blocked(plaintiff: string, asked: Extract<z.infer<typeof Asked>, { outcome: "blocked" }>): Problem {
  const { action_id, reason, missing, remediation_task_id } = asked;
  const detail = missing.length > 0
    ? `Plaintiff ${plaintiff} has not given: ${missing.join(", ")}.`
    : `Plaintiff ${plaintiff} is not active.`;
  return new Problem("MISSING_CONSENT", detail, {
    members: {
      action_status: "blocked",
      action_id,
      reason,
      required: [...CONSENT_TYPES],
      missing,
      remediation_task_id,
    },
    ...(missing.length > 0 ? {} : { fix: "Give the plaintiff a state other than inactive, then ask again." }),
  });
}

function expectDone(answer: unknown, allowed: readonly string[] = []): z.infer<typeof Done> {
  const acted = Acted.parse(answer);
  switch (acted.outcome) {
    case "done":
      return acted;
    case "unknown":
      throw new Problem("NOT_FOUND", `There is no ${acted.id}.`);
    case "wrong_state":
      throw new Problem("WRONG_STATE", `It is ${acted.status}.`, {
        members: { state: acted.status, allowed_from: allowed },
        fix: "What has ended is not ended again; ask for the new state first.",
      });
    case "not_apart":
      throw new Problem(
        "CONFLICT",
        "One of the two is merged already, or somebody is merged into the first.",
        {
          fix: "Take the merge apart, then merge everybody straight into the one that is to stand for all.",
        },
      );
    case "not_merged":
      throw new Problem("CONFLICT", "This plaintiff is not merged into another.");
  }
}

const Job = z.object({ job_id: z.guid(), token: z.guid(), beat_seconds: z.number() });
/** A leased enforcement job. */
export type EnforcementJob = z.infer<typeof Job>;

const Begun = z.discriminatedUnion("outcome", [
  z.object({ outcome: z.literal("go"), packet: PacketData, is_proof: z.boolean() }),
  z.object({ outcome: z.enum(["cancelled", "done", "failed"]) }),
]);
/** What the holder of a job finds: data to print, or an end. */
export type Begun = z.infer<typeof Begun>;
const Executed = z.object({ outcome: z.enum(["executed", "cancelled", "done"]) });

/** The worker's calls. All throw DatabaseRefused; its `leaseLost` means: stop, somebody else has the job. */
export class ExecutionGateway {
  constructor(private readonly calls: Calls) {}

  /** The next due job, leased; null when there is none. */
  async claim(workerId: string): Promise<EnforcementJob | null> {
    return Job.nullable().parse(
      await this.calls.call("ops", "claim", { types: ["enforcement"], holder: workerId }),
    );
  }

  async begin(job: EnforcementJob): Promise<Begun> {
    return Begun.parse(await this.calls.call("enforcement", "begin_action", held(job)));
  }

  /** Asks for consent once more and executes, in one transaction. */
  async execute(job: EnforcementJob, evidenceFile: string): Promise<z.infer<typeof Executed>["outcome"]> {
    const args = { ...held(job), evidence_file: evidenceFile };
    return Executed.parse(await this.calls.call("enforcement", "execute_action", args)).outcome;
  }

  /** @returns whether it is tried again. */
  async fail(job: EnforcementJob, error: string): Promise<boolean> {
    return await this.calls.call("ops", "fail", { ...held(job), slice: null, error }) === true;
  }

  /** Extends the lease. @returns whether it still holds. */
  async beat(job: EnforcementJob): Promise<boolean> {
    return await this.calls.call("ops", "beat", { ...held(job), slice: null }) === true;
  }

  /** The worker's own sign of life. */
  async beatWorker(heartbeat: Heartbeat): Promise<void> {
    await this.calls.call("ops", "beat_worker", heartbeat);
  }
}

function held({ job_id, token }: EnforcementJob): { job: string; token: string } {
  return { job: job_id, token };
}
