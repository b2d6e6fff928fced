/** Actions, consents' ends, plaintiffs and tasks over HTTP. What may happen is decided in the database. */
import type { EnforcementGateway } from "../../../shared/data/enforcement_gateway.ts";
import { Problem } from "../../../shared/errors.ts";
import { answer, type AppContext, type Handlers } from "../_shared/app.ts";
import { by } from "./by.ts";
import { viewFor } from "./mask.ts";

type Gate =
  | "POST /enforcement/actions"
  | "GET /enforcement/actions"
  | "GET /enforcement/actions/:id"
  | "POST /enforcement/actions/:id/cancel"
  | "POST /enforcement/consents/:id/revoke"
  | "GET /enforcement/plaintiffs"
  | "GET /enforcement/plaintiffs/:id"
  | "POST /enforcement/plaintiffs/:id/merge"
  | "POST /enforcement/plaintiffs/:id/take-apart"
  | "GET /enforcement/tasks";

/** The handlers that ask the gateway and nothing else. */
export function answerGate(gateway: EnforcementGateway): Pick<Handlers<"enforcement">, Gate> {
  return {
    "POST /enforcement/actions": async (context, { body }) => {
      const { fresh, action_id, status } = await gateway.request(
        body.plaintiff_id,
        body.judgment_id,
        body.action_type,
        by(context),
      );
      return fresh ? answer(202, { action_id, status }) : answer(200, { action_id, status });
    },
    "GET /enforcement/actions": async (context, { query: { page, page_size, plaintiff_id, ...filter } }) => {
      const found = await gateway.actions({ ...filter, plaintiff: plaintiff_id }, { page, page_size });
      return answer(200, view(context).actions(found));
    },
    "GET /enforcement/actions/:id": async (context, { path }) =>
      answer(200, view(context).action(await gateway.action(path.id))),
    "POST /enforcement/actions/:id/cancel": async (context, { path, body }) => {
      await gateway.cancel(path.id, body.reason ?? "cancelled", by(context));
      return answer(200, await gateway.action(path.id));
    },
    "POST /enforcement/consents/:id/revoke": async (context, { path, body }) => {
      const is_authorized = await gateway.revoke(path.id, body.reason, by(context));
      return answer(200, { consent_id: path.id, status: "revoked", is_authorized });
    },
    "GET /enforcement/plaintiffs": async (context, { query: { page, page_size, ...filter } }) => {
      if (filter.q !== null && context.get("caller").role === "viewer") {
        throw new Problem("FORBIDDEN", "A viewer sees no names, and may not search in them.", {
          members: { field: "q" },
        });
      }
      return answer(200, view(context).plaintiffs(await gateway.plaintiffs(filter, { page, page_size })));
    },
    "GET /enforcement/plaintiffs/:id": async (context, { path }) =>
      answer(200, view(context).plaintiff(await gateway.plaintiff(path.id))),
    "POST /enforcement/plaintiffs/:id/merge": async (context, { path, body }) => {
      await gateway.merge(path.id, body.into, body.reason, by(context));
      return answer(200, await gateway.plaintiff(path.id));
    },
    "POST /enforcement/plaintiffs/:id/take-apart": async (context, { path, body }) => {
      await gateway.takeApart(path.id, body.reason, by(context));
      return answer(200, await gateway.plaintiff(path.id));
    },
    "GET /enforcement/tasks": async (context, { query: { page, page_size, plaintiff_id, status } }) => {
      const found = await gateway.tasks({ status, plaintiff: plaintiff_id }, { page, page_size });
      return answer(200, view(context).tasks(found));
    },
  };
}

function view(context: AppContext) {
  return viewFor(context.get("caller").role);
}
