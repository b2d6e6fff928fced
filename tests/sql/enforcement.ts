/** Plaintiffs, consents and actions for tests of the gate, made as whoever the test says makes them. */
import type { Sql, TestDatabase } from "../support/database.ts";
import { engine } from "./engine.ts";

export const TYPES = ["fee_agreement", "loa"] as const;
export type ConsentType = (typeof TYPES)[number];

/** A plaintiff with one judgment. */
export interface Party {
  readonly id: string;
  readonly judgment: number;
}

let made = 0;

/** Adds a plaintiff, named so that no other has the name, and a judgment of its. */
export async function addParty(
  db: TestDatabase,
  name = "Acme",
  status: string | null = "active",
): Promise<Party> {
  made += 1;
  const [plaintiff] = await db.sql`
    insert into public.plaintiffs (name, status) values (${`${name} ${made}`}, ${status}) returning id`;
  return { id: String(plaintiff?.id), judgment: await addJudgment(db, String(plaintiff?.id)) };
}

/** Adds a judgment of a plaintiff. */
export async function addJudgment(db: TestDatabase, plaintiff: string, amount = 12_000): Promise<number> {
  made += 1;
  const [judgment] = await db.sql`
    insert into public.judgments (case_number, plaintiff_name, defendant_name, amount, judgment_date, plaintiff_id)
    values (${`E-${made}`}, 'Acme', 'Jane Roe', ${amount}, current_date - 400, ${plaintiff}) returning id`;
  return Number(judgment?.id);
}

/** Registers a file; its bytes are nobody's concern here. */
export async function addFile(db: TestDatabase): Promise<string> {
  made += 1;
  const [file] = await db.sql`
    insert into evidence.files (bucket_path, file_name, sha256, size_bytes, entity_type, entity_id)
    values (${`test/${made}`}, 'loa.pdf', ${"a".repeat(64)}, 4, 'consent', 'test') returning id`;
  return String(file?.id);
}

/** Registers a consent as the function does. @returns its id. */
export async function consent(
  db: TestDatabase,
  plaintiff: string,
  type: ConsentType,
  more: { version?: string; from?: Date; until?: string | null; sql?: Sql; file?: string } = {},
): Promise<string> {
  const file = more.file ?? await addFile(db);
  const [row] = await (more.sql ?? engine(db))`
    select legal.register_consent(${plaintiff}, ${type}, ${more.version ?? "1"}, ${more.from ?? null},
      ${more.until ?? null}, ${file}, 'operator:a@b.org', 'req-consent') as answer`;
  if (row?.answer.outcome !== "done") throw new Error(`Cannot register: ${JSON.stringify(row?.answer)}`);
  return String(row.answer.consent_id);
}

/** Both consents. @returns their ids by type. */
export async function consentToAll(
  db: TestDatabase,
  plaintiff: string,
): Promise<Record<ConsentType, string>> {
  return {
    fee_agreement: await consent(db, plaintiff, "fee_agreement"),
    loa: await consent(db, plaintiff, "loa"),
  };
}

export async function revoke(db: TestDatabase, id: string, sql: Sql = engine(db)): Promise<string> {
  const [row] =
    await sql`select legal.revoke_consent(${id}, 'told us so', 'operator:a@b.org', 'req-revoke') as answer`;
  return String(row?.answer.outcome);
}

export interface Asked {
  outcome: string;
  action_id: string;
  status: string;
  reason: string | null;
  missing: string[];
  remediation_task_id: string | null;
}

export async function ask(
  db: TestDatabase,
  party: Party,
  type = "levy",
  sql: Sql = engine(db),
): Promise<Asked> {
  const [row] = await sql`
    select enforcement.request_action(${party.id}, ${party.judgment}, ${type}, 'operator:a@b.org', 'req-ask') as answer`;
  return row?.answer;
}

export interface Held {
  job_id: string;
  token: string;
}

/** Claims the next enforcement job; null when none is due. */
export async function claimAction(sql: Sql): Promise<Held | null> {
  const [row] = await sql`select ops.claim('{enforcement}', 'enforcement-1') as unit`;
  return row?.unit ?? null;
}

export async function mustClaimAction(sql: Sql): Promise<Held> {
  const held = await claimAction(sql);
  if (held === null) throw new Error("Cannot go on: no enforcement job is due");
  return held;
}

export async function begin(sql: Sql, { job_id, token }: Held): Promise<string> {
  const [row] = await sql`select enforcement.begin_action(${job_id}, ${token}) as answer`;
  return String(row?.answer.outcome);
}

export async function execute(sql: Sql, { job_id, token }: Held, file: string): Promise<string> {
  const [row] = await sql`select enforcement.execute_action(${job_id}, ${token}, ${file}) as answer`;
  return String(row?.answer.outcome);
}

/** Works off what is due, as the worker does. @returns how each action ended. */
export async function workOffActions(db: TestDatabase): Promise<string[]> {
  const sql = engine(db);
  const endings: string[] = [];
  for (let unit = await claimAction(sql); unit !== null; unit = await claimAction(sql)) {
    const begun = await begin(sql, unit);
    endings.push(begun === "go" ? await execute(sql, unit, await addFile(db)) : begun);
  }
  return endings;
}

export async function isAuthorized(db: TestDatabase, plaintiff: string): Promise<boolean> {
  const [row] = await engine(db)`select legal.is_authorized(${plaintiff}) as answer`;
  return row?.answer;
}

export async function actionOf(db: TestDatabase, id: string) {
  const [row] = await db.sql`select * from enforcement.actions where id = ${id}`;
  if (row === undefined) throw new Error(`Cannot find action ${id}`);
  return row;
}
