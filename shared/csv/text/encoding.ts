/** Byte order marks, and where bytes stop being UTF-8. */
import type { DialectOptions, Encoding } from "../dialect.ts";

/** How a file's first bytes say it is to be read. */
export interface Mark {
  readonly encoding: Encoding;
  readonly bom: boolean;
  /** Bytes the mark takes up. */
  readonly length: number;
}

const MARKS: readonly { readonly encoding: Encoding; readonly mark: readonly number[] }[] = [
  { encoding: "utf-8", mark: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", mark: [0xff, 0xfe] },
  { encoding: "utf-16be", mark: [0xfe, 0xff] },
];

/** Reads the byte order mark. A given encoding wins over it; the mark is passed over all the same. */
export function readMark(bytes: Uint8Array, given: DialectOptions): Mark {
  const kind = MARKS.find(({ mark }) => mark.every((byte, at) => bytes[at] === byte));
  if (kind === undefined) {
    return { encoding: given.encoding ?? "utf-8", bom: given.bom ?? false, length: 0 };
  }
  const { mark } = kind;
  let length = mark.length;
  // A tool that adds a mark to a file that has one leaves two.
  while (mark.every((byte, at) => bytes[length + at] === byte)) length += mark.length;
  return { encoding: given.encoding ?? kind.encoding, bom: given.bom ?? true, length };
}

/** Whether bytes that are no UTF-8 make the file Windows-1252 instead of damaging their rows. */
export function isGuess(mark: Mark, given: DialectOptions): boolean {
  return mark.encoding === "utf-8" && !mark.bom && given.encoding === undefined;
}

/** Characters of several bytes in some bytes: how many there are as UTF-8 has them, and how many places are none. */
export interface Sequences {
  valid: number;
  invalid: number;
}

/** Adds what some bytes show. Pure ASCII shows nothing. */
export function countSequences(bytes: Uint8Array, counted: Sequences): void {
  for (let at = 0; at < bytes.length;) {
    if ((bytes[at] ?? 0) < 0x80) {
      at++;
      continue;
    }
    const length = sequenceAt(bytes, at);
    if (length > 0) counted.valid++;
    else counted.invalid++;
    at += Math.abs(length);
  }
}

/** Characters of several bytes in some bytes that are all UTF-8: each begins with a byte that no other one has. */
export function countCharacters(bytes: Uint8Array): number {
  const { byteOffset, length } = bytes;
  const head = -byteOffset & (WORD - 1); // words are read where memory aligns them
  if (length <= head) return countLeads(bytes, 0, length);
  const words = new Uint32Array(bytes.buffer, byteOffset + head, (length - head) >> 2);
  let count = countLeads(bytes, 0, head) + countLeads(bytes, head + WORD * words.length, length);
  for (let place = 0; place < words.length; place++) {
    const word = words[place] ?? 0;
    // The two highest bits of a lead byte are set: one bit for each such byte is left, and the product adds them up.
    count += Math.imul((word & (word << 1) & HIGH_BITS) >>> 7, EACH_BYTE) >>> 24;
  }
  return count;
}

function countLeads(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if ((bytes[at] ?? 0) >= FIRST_LEAD) count++;
  return count;
}

const WORD = 4;
const HIGH_BITS = 0x80808080 | 0;
const EACH_BYTE = 0x01010101;
const FIRST_LEAD = 0xc0;

/** Place of the first byte that is not part of valid UTF-8; -1 when all are. */
export function firstInvalidByte(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) {
    const length = sequenceAt(bytes, at);
    if (length < 0) return at;
    at += length;
  }
  return -1;
}

/** Bytes of the character that stands here; of what is none, its bytes as a negative number. */
function sequenceAt(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return -1;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  for (let place = 1; place < length; place++) {
    const byte = bytes[at + place] ?? 0;
    const [least, most] = place === 1 ? secondOf(lead) : CONTINUATION;
    if (byte < least || byte > most) return -place;
  }
  return length;
}

const CONTINUATION: readonly [number, number] = [0x80, 0xbf];
/** Second bytes of leads that are held to fewer: no longer forms than needed, no surrogates, nothing above U+10FFFF. */
const SECOND: Readonly<Record<number, readonly [number, number]>> = {
  0xe0: [0xa0, 0xbf],
  0xed: [0x80, 0x9f],
  0xf0: [0x90, 0xbf],
  0xf4: [0x80, 0x8f],
};

function secondOf(lead: number): readonly [number, number] {
  return SECOND[lead] ?? CONTINUATION;
}
