/** What operators can do to a batch: each says what it will do, and asks in proportion to the harm. */
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Client } from "../../shared/http/client.ts";
import type { Batch } from "../../shared/intake/record.ts";
import type { BatchState } from "../../shared/intake/states.ts";
import { counted } from "../look/figures.ts";
import { Download } from "../look/download.tsx";
import { type Asked, Question } from "../look/pieces.tsx";
import { useDesk } from "../session/context.tsx";

interface Action {
  readonly verb: string;
  readonly from: readonly BatchState[];
  readonly isThere?: (batch: Batch) => boolean;
  readonly harmful: boolean;
  readonly asked: (batch: Batch) => Asked;
  readonly about: (batch: Batch) => ReactNode;
  readonly act: (client: Client, batch: Batch, reason: string) => Promise<unknown>;
}

const REASON = (): Asked => ({ kind: "reason" });

/** As the routes allow them; the function has the last word. */
const ACTIONS: readonly Action[] = [
  {
    verb: "Approve",
    from: ["awaiting_approval"],
    harmful: false,
    asked: () => ({ kind: "yes" }),
    about: (batch) =>
      `${counted(batch.row_count_valid, "good row is", "good rows are")} taken in; the rejects stay out.`,
    act: (client, batch) => client.call("POST /intake/batches/:id/approve", { path: { id: batch.batch_id } }),
  },
  {
    verb: "Refuse",
    from: ["awaiting_approval"],
    harmful: true,
    asked: REASON,
    about: () => "Nothing of it is taken in. Only an operator can run it again.",
    act: (client, batch, reason) =>
      client.call("POST /intake/batches/:id/refuse", { path: { id: batch.batch_id }, body: { reason } }),
  },
  {
    verb: "Run again",
    from: ["failed", "completed"],
    harmful: false,
    asked: () => ({ kind: "yes" }),
    about: () =>
      "The file is read and judged once more, as its next attempt. What was taken in of it already stays, and counts.",
    act: (client, batch) =>
      client.call("POST /intake/batches/:id/retry", { path: { id: batch.batch_id }, body: {} }),
  },
  {
    verb: "Stop",
    from: ["uploaded", "staging", "validating", "awaiting_approval"],
    harmful: true,
    asked: REASON,
    about: () => "It ends here, and nothing of this attempt is taken in. Only an operator can run it again.",
    act: (client, batch, reason) =>
      client.call("POST /intake/batches/:id/abort", { path: { id: batch.batch_id }, body: { reason } }),
  },
  {
    verb: "Undo",
    from: ["completed", "failed"],
    isThere: (batch) => batch.row_count_inserted > 0,
    harmful: true,
    asked: (batch) => ({ kind: "name", name: batch.filename, reason: true }),
    about: (batch) =>
      `${
        counted(batch.row_count_inserted, "judgment", "judgments")
      } that this batch brought will be removed, and no other.`,
    act: (client, batch, reason) =>
      client.call("POST /intake/batches/:id/undo", { path: { id: batch.batch_id }, body: { reason } }),
  },
];

/** Any state but the one in which rows are being moved. */
const DELETABLE: readonly BatchState[] = [
  "uploaded",
  "staging",
  "validating",
  "awaiting_approval",
  "completed",
  "failed",
  "skipped",
];

const DELETION: Action = {
  verb: "Delete the record",
  from: DELETABLE,
  harmful: true,
  asked: (batch) => ({ kind: "name", name: batch.filename, reason: false }),
  about: () =>
    "Its record, its rejects and what is known of its rows go for good. Judgments and the stored file stay.",
  act: (client, batch) =>
    client.call("DELETE /intake/batches/:id", {
      path: { id: batch.batch_id },
      query: { confirm: batch.filename },
    }),
};

export function BatchActions({ batch }: { readonly batch: Batch }) {
  const { calls } = useDesk();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [asking, setAsking] = useState<Action | null>(null);
  const isUndoing = batch.undo?.status === "pending" || batch.undo?.status === "processing";
  const possible = ACTIONS.filter(({ from, isThere }) =>
    from.includes(batch.status) && (isThere?.(batch) ?? true) && !isUndoing
  );
  const act = async (action: Action, reason: string) => {
    await action.act(calls.client, batch, reason);
    if (action === DELETION) return await navigate({ to: "/batches", search: {} });
    await queries.invalidateQueries();
  };
  return (
    <>
      <div className="row" role="group" aria-label="Actions">
        {possible.map((action) => (
          <button
            key={action.verb}
            type="button"
            className={action.harmful ? "harm" : ""}
            onClick={() => setAsking(action)}
          >
            {action.verb}
          </button>
        ))}
        {batch.storage_path !== null && (
          <Download
            words="Download the file"
            name={batch.filename}
            open={() => calls.client.open("GET /intake/batches/:id/file", { path: { id: batch.batch_id } })}
          />
        )}
        {DELETION.from.includes(batch.status) && (
          <button
            type="button"
            className="harm quietly"
            onClick={() => setAsking(DELETION)}
          >
            {DELETION.verb}
          </button>
        )}
      </div>
      {asking !== null && (
        <Question
          title={`${asking.verb}?`}
          verb={asking.verb}
          harmful={asking.harmful}
          asked={asking.asked(batch)}
          act={(reason) => act(asking, reason)}
          close={() => setAsking(null)}
        >
          <p>{asking.about(batch)}</p>
        </Question>
      )}
    </>
  );
}
