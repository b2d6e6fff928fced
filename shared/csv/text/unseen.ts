/**
 * What no eye sees: white space, separators and format characters. A cell with nothing else in it is empty, and so is
 * a line.
 */
import { bytesOf } from "./bytewise.ts";

/** Unicode: Z are the separators (every space, line and paragraph separator), Cf the format characters. */
export const UNSEEN = /[\s\p{Z}\p{Cf}]/u;

/** Whether the character at a place, or the one whose second half stands there, cannot be seen. */
export function isUnseenAt(text: string, at: number): boolean {
  const isHalf = isLow(text.charCodeAt(at)) && at > 0;
  return UNSEEN.test(String.fromCodePoint(text.codePointAt(isHalf ? at - 1 : at) ?? 0));
}

/** No character has more bytes. */
const MOST_BYTES = 4;

/**
 * The same for text of one character a byte: of those bytes that are none of UTF-8, only what is a no-break space or a
 * soft hyphen in Windows-1252 cannot be seen.
 */
export function isUnseenBytewise(text: string, at: number): boolean {
  for (let from = at; from > at - MOST_BYTES && from >= 0; from--) {
    const [lead = 0] = bytesOf(text.charAt(from));
    const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    if (length === 0) continue;
    if (from + length <= at) break;
    const sign = characterOf(bytesOf(text.slice(from, from + length)));
    if (sign !== null) return UNSEEN.test(sign);
    if (from === at) return false;
  }
  const code = text.charCodeAt(at);
  return code === 0xa0 || code === 0xad;
}

const UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The one character that some bytes are; null where they are none, or more. */
function characterOf(bytes: Uint8Array): string | null {
  try {
    return UTF_8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
