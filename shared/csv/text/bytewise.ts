/**
 * Text of one character a byte, and back: how bytes are held whose encoding is not known yet, or is not what the
 * file says.
 */
import type { Encoding } from "../dialect.ts";

const WINDOWS_1252 = new TextDecoder("windows-1252");

/** One character a byte. */
export function bytewiseText(bytes: Uint8Array): string {
  return WINDOWS_1252.decode(bytes);
}

/** Characters Windows-1252 has for the bytes 0x80 to 0x9f, and the bytes they stand for. */
const BYTE_OF = new Map(
  Array.from({ length: 32 }, (_, at) => [bytewiseText(Uint8Array.of(0x80 + at)).charCodeAt(0), 0x80 + at]),
);

/** The bytes behind bytewise text. */
export function bytesOf(bytewise: string): Uint8Array {
  const bytes = new Uint8Array(bytewise.length);
  for (let at = 0; at < bytewise.length; at++) {
    const code = bytewise.charCodeAt(at);
    bytes[at] = BYTE_OF.get(code) ?? code;
  }
  return bytes;
}

const LENIENT: Record<Encoding, TextDecoder> = {
  "utf-8": new TextDecoder("utf-8", { ignoreBOM: true }),
  "windows-1252": WINDOWS_1252,
  "utf-16le": new TextDecoder("utf-16le", { ignoreBOM: true }),
  "utf-16be": new TextDecoder("utf-16be", { ignoreBOM: true }),
};

/** Bytewise text read again in the encoding its bytes are really in. */
export function recode(bytewise: string, encoding: Encoding): string {
  return LENIENT[encoding].decode(bytesOf(bytewise));
}
