/**
 * Proof that the oracle sees: one guard of the engine is taken out, and an invariant must go red. Each sabotage edits a
 * function's own text, so that one whose guard was renamed is an error here and no silent pass.
 */
import type postgres from "postgres";
import type { Bent } from "./schedule.ts";

interface Edit {
  /** As `regprocedure` reads it. */
  readonly routine: string;
  readonly find: string;
  readonly put: string;
}

/** The schedule is bent to faults that need the guard. */
export interface Sabotage extends Bent {
  readonly what: string;
  readonly edits: readonly Edit[];
  /** Statements that take out what would hold in its place. */
  readonly also?: readonly string[];
}

const REDO = "intake.redo_lost_slices(uuid)";

export const SABOTAGES: Readonly<Record<string, Sabotage>> = {
  fence: {
    what: "writes no longer check the lease's token",
    edits: [
      {
        routine: "intake.stage_block(text)",
        find: "and s.status = 'leased' and s.lease_token = (head ->> 'token')::uuid",
        put: "",
      },
      {
        routine: "ops.lock_held(uuid,integer,uuid)",
        find: "and s.status = 'leased' and s.lease_token = token",
        put: "",
      },
      { // of jobs as a whole: stages, settlements, undos, notices, pulls
        routine: "ops.lock_held(uuid,integer,uuid)",
        find: "and held.lease_token = token",
        put: "",
      },
    ],
    also: ["alter table intake.batch_slices drop constraint batch_slices_lease_fits_status"],
    focus: ["stop"],
    faults: 4,
    rows: 3_000,
  },
  lease: {
    what: "claims take slices that others hold",
    edits: [
      {
        routine: "intake.claim_slice(uuid,uuid,text)",
        find: "o.status = 'pending' and o.not_before <= now()",
        put: "o.status <> 'done'",
      },
      {
        routine: "ops.claimable_units(text[])",
        find: "count(*) filter (where s.status = 'pending' and s.not_before <= now()) as free,",
        put: "count(*) as free,",
      },
    ],
    focus: ["kill"],
    faults: 2,
  },
  slice_delete: {
    what: "a slice's next holder no longer removes what the one before left",
    edits: [{
      routine: "intake.claim_slice(uuid,uuid,text)",
      find: "if slice.holders > 1 then",
      put: "if false then",
    }],
    focus: ["kill", "cut"],
    faults: 6,
  },
  staged_count: {
    what: "staged rows are no longer counted before the insert",
    edits: [{ routine: REDO, find: "redone int := 0;\nbegin", put: "redone int := 0;\nbegin\n  return 0;" }],
    focus: ["crash_postgres"],
    faults: 3,
  },
  lost_notice: {
    what: "what a dead holder was to tell the outside counts as told",
    edits: [{
      routine: "ops.reap_leases(text[])",
      find:
        "perform ops.count_loss(lost.job_id, lost.slice_no, lost.holder, not lost.job_id = any (counted));",
      put: `if lost.batch_id is null then
        perform ops.move_job(lost.job_id, 'completed');
      else
        perform ops.count_loss(lost.job_id, lost.slice_no, lost.holder, not lost.job_id = any (counted));
      end if;`,
    }],
    focus: ["kill_outbound"],
    faults: 6,
  },
  pull_memory: {
    what: "an export that was stored is forgotten",
    edits: [
      {
        routine: "ops.finish_vendor_pull(uuid,uuid,jsonb)",
        find: "etag = coalesce(result ->> 'etag', f.etag),",
        put: "",
      },
      {
        routine: "ops.finish_vendor_pull(uuid,uuid,jsonb)",
        find:
          "content_hash = case when result ->> 'outcome' = 'stored' then result ->> 'content_hash' else f.content_hash end,",
        put: "",
      },
    ],
    pulls: true,
    faults: 1,
    files: 1,
  },
  attempts: {
    what: "progress no longer forgets earlier failures",
    edits: [
      {
        routine: "ops.note_progress(uuid,jsonb)",
        find: "set attempts = 0,\n         losses = 0,\n         payload",
        put: "set payload",
      },
    ],
    focus: ["kill"],
    faults: 40,
    files: 1,
    rows: 30_000,
    within: 250,
  },
};

/** Takes the guard out. @throws when the text to be edited is not there exactly once. */
export async function apply(admin: postgres.Sql, sabotage: Sabotage): Promise<void> {
  for (const { routine, find, put } of sabotage.edits) {
    const [row] = await admin`select pg_get_functiondef(${routine}::regprocedure) as text`;
    const text = String(row?.text);
    const found = [...text.matchAll(pattern(find))];
    if (found.length !== 1) throw new Error(`Cannot sabotage ${routine}: "${find}" is not in it once`);
    await admin.unsafe(text.replace(pattern(find), () => put));
  }
  for (const statement of sabotage.also ?? []) await admin.unsafe(statement);
}

/** The text wherever lines are broken in it. */
function pattern(text: string): RegExp {
  const words = text.trim().split(/\s+/).map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(words.join("\\s+"), "g");
}
