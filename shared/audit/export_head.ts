/**
 * Writes the chain's head down outside the database. Owns when: once a day, decided here and nowhere else. Who asks has
 * seen that the chain verifies; a head of a chain that does not would prove the wrong thing.
 */
import * as z from "zod";
import { Head, type HeadFile, HEADS, signHead } from "./head.ts";
import type { Proof } from "./proof.ts";

/** Hours between two exports. CONTRACT §6: daily. */
const EVERY_HOURS = 24;

/** Whether a head is to be exported now, and which. */
const DUE = `
  select h.seal_no::float8 as seal_no, h.hash from audit.head() h
   where not exists (
     select 1 from audit.exported_heads x where x.exported_at > now() - ops.scaled(${EVERY_HOURS * 3600}))`;

const Due = z.array(Head);

/**
 * Exports the head when none was exported for a day: stores the signed file, then writes it into the register and
 * queues it to every channel in one transaction. A crash in between leaves a file too many, which is true as well.
 *
 * @param query runs one statement in a transaction of its own.
 * @returns the file, or null when it is not time yet or nothing is sealed. @throws what Storage or Postgres say.
 */
export async function exportHead(
  proof: Proof,
  query: (sql: string) => Promise<readonly unknown[]>,
  channels: readonly string[],
  now: Date,
): Promise<HeadFile | null> {
  const [head] = Due.parse([...await query(DUE)]);
  if (head === undefined) return null;
  const file = await signHead(head, proof.project, now, proof.signing);
  await proof.heads.store(file.path, file.text);
  const record = {
    ...head,
    exported_at: now.toISOString(),
    destination: `${HEADS.bucket}/${file.path}`,
    key_id: file.signed.key_id,
    signature: file.signed.signature,
  };
  await query(
    `select ops.record_export(${literal(JSON.stringify(record))}, array[${
      channels.map(literal).join(", ")
    }]::text[])`,
  );
  return file;
}

/** A text as SQL writes it. Only what is made here is written so: digits, hex, base64, times, addresses. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
