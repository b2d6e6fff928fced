/**
 * A system in which much is enforced: plaintiffs, judgments in every stage, consents, actions, tasks and events, made in
 * SQL. Guards that would ask of every made-up row whether it may be are off meanwhile, and stand as before afterwards.
 */
import type postgres from "postgres";
import { withoutTriggers } from "./fill.ts";

/** How large. */
export interface Extent {
  readonly judgments: number;
  readonly plaintiffs: number;
}

const CHUNK = 500_000;
const FILES = 1_000;
/** Of so many plaintiffs one has an action, blocked or executed. */
const ACTION_EVERY = 3;

const idOf = (kind: string, n: string) => `md5('${kind}' || ${n})::uuid`;

/** Fills an empty system. Every third plaintiff lacks a fee agreement, every fourth a letter of authority. */
export async function fillEnforcement(admin: postgres.Sql, want: Extent): Promise<void> {
  const all = `generate_series(1, ${want.plaintiffs}) n`;
  await admin.unsafe(`
    insert into public.plaintiffs (id, name, name_normalized, firm_name, status)
    select ${
    idOf("p", "n")
  }, 'Creditor ' || n, 'creditor ' || n, case when n % 5 = 0 then 'Firm ' || n % 100 end,
           (array['new', 'active', 'active', 'signed', 'inactive', 'contacted'])[n % 6 + 1]
      from ${all}`);
  await withoutTriggers(admin, "public.plaintiffs", () =>
    admin.unsafe(`
      update public.plaintiffs p set merged_into = ${idOf("p", "s.n - 1")}, merge_reason = 'one company'
        from (select n from ${all} where n % 50 = 0) s where p.id = ${idOf("p", "s.n")}`));
  await withoutTriggers(admin, "public.judgments", () => fillJudgments(admin, want));
  await withoutTriggers(admin, "evidence.files", () =>
    admin.unsafe(`
      insert into evidence.files (id, bucket_path, file_name, sha256, size_bytes, entity_type, entity_id, uploaded_by)
      select ${idOf("f", "n")}, 'bench/' || n, 'loa.pdf', repeat('a', 64), 4, 'consent', n::text, 'bench'
        from generate_series(0, ${FILES - 1}) n`));
  await withoutTriggers(admin, "legal.consents", () => fillConsents(admin, all));
  await admin.unsafe("select legal.recount_authorizations()");
  await withoutTriggers(admin, "enforcement.actions", () => fillActions(admin, all));
  await admin.unsafe("vacuum analyze");
  await admin.unsafe("checkpoint");
}

async function fillJudgments(admin: postgres.Sql, want: Extent): Promise<void> {
  for (let from = 0; from < want.judgments; from += CHUNK) {
    await insertJudgments(admin, "E", from, Math.min(CHUNK, want.judgments - from), want.plaintiffs);
  }
}

/** Adds judgments with case numbers of their own. Nine of ten are where every judgment begins. */
export async function insertJudgments(
  sql: postgres.Sql | postgres.TransactionSql,
  series: string,
  from: number,
  count: number,
  plaintiffs: number,
): Promise<void> {
  const stages = "paperwork_filed,levy_issued,waiting_payment,payment_plan,collected,closed_no_recovery";
  await sql.unsafe(`
    insert into public.judgments (case_number, plaintiff_name, defendant_name, amount, judgment_date, court, county,
      state, defendant_address, source, plaintiff_id, source_row_index, enforcement_stage, enforcement_stage_updated_at)
    select '${series}-' || lpad(i::text, 9, '0'), 'Creditor ' || i % ${plaintiffs} + 1, 'James Garcia ' || i % 1000,
           round((100 + (i * 7919) % 19000000 / 1000.0)::numeric, 2), current_date - ((i * 31) % 3650)::int,
           'Kings County Civil Court', 'Kings', 'NY', (1 + i % 9999) || ' Ocean Avenue NNNNNNNNNNNN', 'simplicity',
           ${idOf("p", `(i % ${plaintiffs} + 1)`)}, i,
           case when i % 10 = 3 then (string_to_array('${stages}', ','))[i / 10 % 6 + 1] else 'pre_enforcement' end,
           case when i % 10 = 3 then now() - i % 400 * interval '1 day' end
      from generate_series(${from}::bigint, ${from + count - 1}::bigint) i`);
}

async function fillConsents(admin: postgres.Sql, all: string): Promise<void> {
  for (const [type, lacking] of [["fee_agreement", 3], ["loa", 4]] as const) {
    for (const [version, status, some] of [["1", "superseded", "n % 10 = 0"], ["2", "active", "true"]]) {
      await admin.unsafe(`
        insert into legal.consents (plaintiff_id, consent_type, version, status, valid_from, valid_until,
          evidence_file_id, accepted_at, registered_at)
        select ${idOf("p", "n")}, '${type}', '${version}', '${status}', now() - interval '1 year',
               case when n % 7 = 0 then now() + interval '1 year' when n % 11 = 0 then now() - interval '1 day' end,
               ${idOf("f", `n % ${FILES}`)}, now() - interval '1 year', now() - interval '1 year'
          from ${all} where n % ${lacking} <> 0 and ${some}`);
    }
  }
}

async function fillActions(admin: postgres.Sql, all: string): Promise<void> {
  await admin.unsafe(`
    insert into public.tasks (id, plaintiff_id, title, priority, assigned_role, reason, status, created_at)
    select ${idOf("t", "n")}, ${
    idOf("p", "n")
  }, 'Missing LOA/Fee Agreement', 'high', 'operations', 'missing_consent',
           case when n % 2 = 0 then 'open' else 'completed' end, now() - n % 400 * interval '1 hour'
      from ${all} where n % ${ACTION_EVERY} = 0`);
  await admin.unsafe(`
    insert into enforcement.actions (plaintiff_id, judgment_id, action_type, status, reason, evidence_file_id,
      remediation_task_id, requested_by, requested_at, executed_at, status_changed_at)
    select ${idOf("p", "n")}, n, (array['levy', 'lien', 'garnishment'])[n % 3 + 1],
           case when n % ${ACTION_EVERY} = 0 then 'blocked' else 'executed' end,
           case when n % ${ACTION_EVERY} = 0 then 'missing_consent' end,
           case when n % ${ACTION_EVERY} <> 0 then ${idOf("f", `n % ${FILES}`)} end,
           case when n % ${ACTION_EVERY} = 0 then ${idOf("t", "n")} end, 'bench', s.at,
           case when n % ${ACTION_EVERY} <> 0 then s.at end, s.at
      from (select n, now() - n * interval '1 minute' as at from ${all}) s`);
}
