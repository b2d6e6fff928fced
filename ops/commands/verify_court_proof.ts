/**
 * `ops verify-court-proof`: tries what must not be possible, with the strongest rights there are, on a file of its own.
 * Go-live runbook, §3.2. What it leaves behind (nobody may remove it) is named dragonfly-proof and counted nowhere.
 */
import type postgres from "postgres";
import { type Check, runChecks, type Seen, unwell, type Verdict, verdictOf, well } from "../checks/check.ts";
import { showVerdict } from "../checks/show.ts";
import { command, EXIT } from "../command.ts";
import type { Target } from "../target.ts";

const REMEDY =
  "`ops sentinel --once` names a guard that is missing or was replaced; docs/runbook.md has the cure.";
const IN_THE_BUCKET = "storage/v1/object/evidence";

/** The file it all is tried on. */
interface Exhibit {
  readonly id: string;
  readonly path: string;
  readonly sha256: string;
}

export const verifyCourtProof = command<Verdict>({
  name: "verify-court-proof",
  effects: "keeps one small file as proof, named dragonfly-proof",
  examples: [
    ["", "on the local stack"],
    ["--env prod --yes", "before the go-live is announced"],
  ],
  async run({ target, confirm, stopping }, report) {
    await confirm("keep a file named dragonfly-proof as evidence");
    const exhibit = await keepExhibit(target);
    const verdict = verdictOf(
      target.environment,
      await runChecks([shredder(target, exhibit), forgery(target, exhibit), integrity(target, exhibit)], {
        stopping,
      }),
    );
    report(verdict);
    return verdict.passed ? EXIT.fine : EXIT.notFine;
  },
  show: (verdict, pen) =>
    showVerdict(verdict, pen, {
      fine: "AUDIT LOG IMMUTABILITY CONFIRMED - EVIDENCE VAULT LOCKDOWN VERIFIED",
      notFine: "NOT FIT FOR COURT: what was tried above was possible",
    }),
});

async function keepExhibit(target: Target): Promise<Exhibit> {
  const bytes = new TextEncoder().encode(`dragonfly-proof ${crypto.randomUUID()}\n`);
  const { body } = await target.ask("POST /enforcement/evidence", {
    body: {
      file: new Blob([bytes], { type: "text/plain" }),
      filename: "dragonfly-proof.txt",
      entity_type: "proof",
      entity_id: "dragonfly-proof",
    },
  });
  return { id: body.evidence_file_id, path: body.bucket_path, sha256: await sha256(bytes) };
}

/** Removing evidence. */
function shredder(target: Target, { id, path }: Exhibit): Check {
  return {
    name: "The Shredder",
    remedy: REMEDY,
    async look() {
      const sql = await target.sql();
      const got = [
        ...await lettingThrough(sql, "EVIDENCE_IMMUTABILITY_VIOLATION", {
          "delete from evidence.files": (tx) => tx`delete from evidence.files where id = ${id}`,
          "truncate evidence.files": (tx) => tx`truncate evidence.files cascade`,
          "delete from evidence.files as a replica": async (tx) => {
            await tx`set local session_replication_role = replica`;
            await tx`delete from evidence.files where id = ${id}`;
          },
        }),
        ...(await inTheBucket(target, path, "DELETE") ? ["removing the object with the secret key"] : []),
      ];
      return seen(got, "evidence can be neither deleted nor emptied, in the bucket either");
    },
  };
}

/** Rewriting what was recorded. */
function forgery(target: Target, { id, path }: Exhibit): Check {
  return {
    name: "The Forgery",
    remedy: REMEDY,
    async look() {
      const sql = await target.sql();
      const got = [
        ...await lettingThrough(sql, "AUDIT_IMMUTABILITY_VIOLATION", {
          "update audit.event_log": (tx) =>
            tx`update audit.event_log set actor = 'nobody' where entity_id = ${id}`,
          "delete from audit.event_log": (tx) => tx`delete from audit.event_log where entity_id = ${id}`,
          "truncate audit.event_log": (tx) => tx`truncate audit.event_log`,
        }),
        ...await lettingThrough(sql, "EVIDENCE_IMMUTABILITY_VIOLATION", {
          "update evidence.files": (tx) =>
            tx`update evidence.files set sha256 = repeat('0', 64) where id = ${id}`,
        }),
        ...(await inTheBucket(target, path, "PUT") ? ["replacing the object with the secret key"] : []),
      ];
      return seen(got, "neither the audit log nor what is registered can be rewritten");
    },
  };
}

/** What is kept is what was brought, and the record of it is whole. */
function integrity(target: Target, { id, sha256: brought }: Exhibit): Check {
  return {
    name: "The Integrity",
    remedy: "Touch nothing. `ops verify-evidence` tells which files differ; docs/runbook.md, audit_chain.",
    async look() {
      const file = await target.open("GET /enforcement/evidence/:id", { path: { id } });
      const stored = await sha256(new Uint8Array(await file.arrayBuffer()));
      if (stored !== brought) {
        return unwell(
          `the file has SHA-256 ${stored}, brought was ${brought}`,
          "Touch nothing; compare the bucket with its backup.",
        );
      }
      const sql = await target.sql();
      const [event] = await sql`
        select after ->> 'sha256' as sha256 from audit.event_log
         where action = 'evidence.registered' and entity_id = ${id}`;
      if (event?.sha256 !== brought) return unwell("no event names the file and its hash", REMEDY);
      const [chain] = await sql`select ok, problem, checked from audit.verify_chain()`;
      return chain?.ok === true
        ? well(
          `stored bytes, register and audit log name one hash; the chain of ${chain.checked} events is whole`,
        )
        : unwell(`the audit chain does not verify: ${chain?.problem}`, "docs/runbook.md, audit_chain.");
    },
  };
}

type Attempt = (tx: postgres.TransactionSql) => Promise<unknown>;
const TAKEN_BACK = new Error("taken back");

/** Tries each, and takes it back. @returns names of those that were not refused with these words. */
async function lettingThrough(
  sql: postgres.Sql,
  words: string,
  attempts: Readonly<Record<string, Attempt>>,
): Promise<string[]> {
  const through: string[] = [];
  for (const [name, attempt] of Object.entries(attempts)) {
    try {
      await sql.begin(async (tx) => {
        await attempt(tx);
        throw TAKEN_BACK;
      });
    } catch (error) {
      if (error === TAKEN_BACK) through.push(name);
      else if (!(error instanceof Error && error.message.startsWith(words))) throw error;
    }
  }
  return through;
}

/** @returns whether Storage did it. */
async function inTheBucket(target: Target, path: string, method: "DELETE" | "PUT"): Promise<boolean> {
  const key = await target.need("secretKey");
  const response = await fetch(`${await target.need("apiUrl")}/${IN_THE_BUCKET}/${path}`, {
    method,
    headers: {
      apikey: key,
      ...(method === "PUT" ? { "content-type": "text/plain", "x-upsert": "true" } : {}),
    },
    ...(method === "PUT" ? { body: "forged" } : {}),
    signal: AbortSignal.timeout(30_000),
  });
  await response.body?.cancel();
  return response.ok;
}

function seen(through: readonly string[], refused: string): Seen {
  return through.length === 0
    ? well(refused)
    : unwell(through.map((what) => `possible: ${what}`).join("\n"), REMEDY);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
