/**
 * A head of the audit chain, written down outside the database: which event was the newest, and its hash. Nothing
 * personal. The statement is signed as the text it is, so that `openssl` can check it without knowing of JSON.
 */
import * as z from "zod";
import { isSignedBy, type PublicKey, type SigningKey } from "./signing.ts";

/** Bucket and folder of the files. */
export const HEADS = { bucket: "evidence", folder: "audit/heads" } as const;

/** The chain's newest link. */
export const Head = z.object({
  seal_no: z.int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Head = z.infer<typeof Head>;

const Statement = Head.extend({
  what: z.literal("dragonfly audit head"),
  project: z.string(),
  exported_at: z.iso.datetime(),
});
/** What is said of a head. */
export type Statement = z.infer<typeof Statement>;

const SignedHead = z.object({
  /** The signed text, a Statement in JSON. */
  statement: z.string(),
  signature: z.string(),
  key_id: z.string(),
  public_key: z.string(),
});
/** The content of a file. */
export type SignedHead = z.infer<typeof SignedHead>;

/** A file of a head: where it goes and what stands in it. */
export interface HeadFile {
  readonly path: string;
  readonly text: string;
  readonly signed: SignedHead;
}

/** Signs a head. @param project the address of the Supabase project it belongs to. */
export async function signHead(head: Head, project: string, at: Date, key: SigningKey): Promise<HeadFile> {
  const exportedAt = at.toISOString();
  const said: Statement = { what: "dragonfly audit head", project, ...head, exported_at: exportedAt };
  const statement = JSON.stringify(said);
  const signed: SignedHead = {
    statement,
    signature: await key.sign(statement),
    key_id: key.key_id,
    public_key: key.public_key,
  };
  const place = String(head.seal_no).padStart(15, "0"); // by name the newest comes last
  return {
    path: `${HEADS.folder}/${place}-${exportedAt.replace(/[^0-9]/g, "").slice(0, 14)}.json`,
    text: `${JSON.stringify(signed, null, 2)}\n`,
    signed,
  };
}

/** What a file says, or why it is not believed, in words that follow "The exported head …". */
export type ReadHead =
  | { readonly believed: true; readonly head: Statement }
  | { readonly believed: false; readonly why: string };

/** Reads a file and checks its signature with the keys this system has; the key in the file proves nothing. */
export async function readHead(text: string, keys: readonly PublicKey[]): Promise<ReadHead> {
  const signed = SignedHead.safeParse(parsed(text)).data;
  if (signed === undefined) return { believed: false, why: "cannot be read" };
  const key = keys.find((one) => one.key_id === signed.key_id);
  if (key === undefined) {
    return { believed: false, why: `is signed by a key that is not ours (${signed.key_id.slice(0, 16)})` };
  }
  if (!await isSignedBy(key, signed.statement, signed.signature)) {
    return { believed: false, why: "has a signature that our key did not make" };
  }
  const head = Statement.safeParse(parsed(signed.statement)).data;
  return head === undefined ? { believed: false, why: "says nothing we know" } : { believed: true, head };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
