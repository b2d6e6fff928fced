/**
 * Asks an authority for a time stamp (RFC 3161). Owns the request, and that an answer is about what was asked; who the
 * authority is, and that its signature is right, `openssl ts -verify` tells the one who checks.
 */

/** Longest wait for an authority, in milliseconds: a certificate does without a stamp rather than wait. */
const PATIENCE_MS = 8_000;
/** A stamp has its signer's certificates in it: 4 to 10 kB. */
const MOST_BYTES = 65_536;

/** Stamps bytes. @returns the authority's answer (TimeStampResp, DER). @throws Error with the reason. */
export type Stamp = (bytes: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;

/** An authority at an address. send: what sends requests. nonceOf: eight bytes that nobody can guess, at each call. */
export function stampAt(url: string, send: typeof fetch, nonceOf: () => Uint8Array): Stamp {
  return async (bytes) => {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    const nonce = nonceOf().slice();
    nonce[0] = (nonce[0] ?? 0) & 0x7f | 0x40; // a positive number of eight bytes, as DER writes it
    const response = await send(url, {
      method: "POST",
      headers: { "content-type": "application/timestamp-query", "accept": "application/timestamp-reply" },
      body: timeStampRequest(hash, nonce),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer = new Uint8Array(await response.arrayBuffer());
    if (response.status !== 200) throw new Error(`the authority answered ${response.status}`);
    const problem = answerProblem(answer, hash, nonce);
    if (problem !== null) throw new Error(problem);
    return answer;
  };
}

/** TimeStampReq: version 1, SHA-256 of what is stamped, nonce, and the wish for the signer's certificate. */
export function timeStampRequest(hash: Uint8Array, nonce: Uint8Array): Uint8Array<ArrayBuffer> {
  const SHA256 = [0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00];
  const imprint = sequence([...SHA256, 0x04, hash.length, ...hash]);
  return new Uint8Array(
    sequence([0x02, 0x01, 0x01, ...imprint, 0x02, nonce.length, ...nonce, 0x01, 0x01, 0xff]),
  );
}

function sequence(content: readonly number[]): number[] {
  return [0x30, content.length, ...content]; // all of it is shorter than 128 bytes
}

/** @returns why an answer is none to this question; null when it is. */
export function answerProblem(answer: Uint8Array, hash: Uint8Array, nonce: Uint8Array): string | null {
  if (answer.length > MOST_BYTES) return "the authority's answer is too long to be a time stamp";
  const status = statusOf(answer);
  if (status === null) return "the authority's answer is no time stamp";
  if (status > 1) return `the authority refused (status ${status})`; // 0 granted, 1 granted with changes
  if (!holds(answer, hash)) return "the authority stamped something else";
  return holds(answer, nonce) ? null : "the authority's answer is an old one";
}

/** PKIStatus of a TimeStampResp: SEQUENCE { SEQUENCE { INTEGER, … }, … }. */
function statusOf(der: Uint8Array): number | null {
  const inner = contentAt(der, 0, 0x30);
  const info = inner === null ? null : contentAt(der, inner, 0x30);
  const status = info === null ? null : contentAt(der, info, 0x02);
  return status === null ? null : der[status] ?? null;
}

/** Where the content of a value begins; null when there is no value of this kind. */
function contentAt(der: Uint8Array, at: number, tag: number): number | null {
  const length = der[at + 1];
  if (der[at] !== tag || length === undefined) return null;
  return at + 2 + (length < 0x80 ? 0 : length & 0x7f);
}

function holds(bytes: Uint8Array, wanted: Uint8Array): boolean {
  return bytes.some((_, at) => wanted.every((byte, index) => bytes[at + index] === byte));
}
