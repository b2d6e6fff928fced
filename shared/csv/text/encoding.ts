/** Byte order marks, and where bytes stop being UTF-8. */
import type { DialectOptions, Encoding } from "../dialect.ts";

/** How a file's first bytes say it is to be read. */
export interface Mark {
  readonly encoding: Encoding;
  readonly bom: boolean;
  /** Bytes the mark takes up. */
  readonly length: number;
}

/** Reads the byte order mark. A given encoding wins over it; the mark is passed over all the same. */
export function readMark(bytes: Uint8Array, given: DialectOptions): Mark {
  const [one, two, three] = bytes;
  const found: Mark = one === 0xef && two === 0xbb && three === 0xbf
    ? { encoding: "utf-8", bom: true, length: 3 }
    : one === 0xff && two === 0xfe
    ? { encoding: "utf-16le", bom: true, length: 2 }
    : one === 0xfe && two === 0xff
    ? { encoding: "utf-16be", bom: true, length: 2 }
    : { encoding: "utf-8", bom: false, length: 0 };
  return { encoding: given.encoding ?? found.encoding, bom: given.bom ?? found.bom, length: found.length };
}

/** Whether bytes that are no UTF-8 make the file Windows-1252 instead of damaging their rows. */
export function isGuess(mark: Mark, given: DialectOptions): boolean {
  return mark.encoding === "utf-8" && !mark.bom && given.encoding === undefined;
}

const LENIENT = new TextDecoder("utf-8", { ignoreBOM: true });
const REPLACEMENT = "\ufffd";

/** Place of the first byte that is not part of valid UTF-8; -1 when all are. */
export function firstInvalidByte(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) {
    const length = sequenceLength(bytes[at] ?? 0);
    if (length === 1) {
      at++;
      continue;
    }
    const text = length === 0 ? REPLACEMENT : LENIENT.decode(bytes.subarray(at, at + length));
    const genuine = bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd;
    if (text.includes(REPLACEMENT) && !genuine) return at;
    at += length;
  }
  return -1;
}

/** Bytes of the character that begins with this one; 0 when none does. */
function sequenceLength(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc2 || byte > 0xf4) return 0;
  return byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
}
