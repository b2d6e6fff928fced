/**
 * Bytes to text, a block at a time. A block never ends inside a character: bytes that begin one at the block's end
 * wait for the next block.
 */
import type { Encoding } from "../dialect.ts";
import { bytewiseText } from "./bytewise.ts";

/** Decoded bytes. */
export interface Block {
  /** Those that became the text. */
  readonly bytes: Uint8Array;
  /** Offset in the file of the first byte. */
  readonly base: number;
  readonly text: string;
  /** Bytes per character: 1, 2, or 0 when it varies (UTF-8 with other than ASCII in it). */
  readonly stride: 0 | 1 | 2;
  /** The text was read as Windows-1252: every character is one byte. */
  readonly bytewise: boolean;
  /** The bytes are not what their mark says; the text is a stand-in of one character a byte. */
  readonly damaged: boolean;
}

const STRICT_UTF_8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const UTF_16_LE = new TextDecoder("utf-16le", { ignoreBOM: true });
const UTF_16_BE = new TextDecoder("utf-16be", { ignoreBOM: true });

/**
 * Decodes a block.
 *
 * @param bytes What is there; unless `final`, an unfinished character at its end is left out of the text.
 * @param base Offset in the file of the first byte.
 * @param final No more bytes follow.
 * @returns For UTF-8 that is none, a stand-in marked `damaged`.
 */
export function decodeBlock(bytes: Uint8Array, base: number, encoding: Encoding, final: boolean): Block {
  if (encoding === "utf-16le" || encoding === "utf-16be") return decodeUtf16(bytes, base, encoding, final);
  if (encoding === "windows-1252") return bytewiseBlock(bytes, base, false);
  const whole = final ? bytes : bytes.subarray(0, bytes.length - unfinishedUtf8(bytes));
  const text = strictUtf8(whole);
  if (text === null) return bytewiseBlock(whole, base, true);
  const stride = text.length === whole.length ? 1 : 0;
  return { bytes: whole, base, text, stride, bytewise: false, damaged: false };
}

/** UTF-8 text, or null when the bytes are none. */
export function strictUtf8(bytes: Uint8Array): string | null {
  try {
    return STRICT_UTF_8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

function bytewiseBlock(bytes: Uint8Array, base: number, damaged: boolean): Block {
  return { bytes, base, text: bytewiseText(bytes), stride: 1, bytewise: true, damaged };
}

/** Half a character at the end may become a stand-in: its record is not whole, and is read again with the rest. */
function decodeUtf16(bytes: Uint8Array, base: number, encoding: Encoding, final: boolean): Block {
  const whole = final ? bytes : bytes.subarray(0, bytes.length - bytes.length % 2);
  const text = (encoding === "utf-16le" ? UTF_16_LE : UTF_16_BE).decode(whole);
  return { bytes: whole, base, text, stride: 2, bytewise: false, damaged: false };
}

/** How many bytes at the end begin a character that is not all there. */
function unfinishedUtf8(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0;
  }
  return 0;
}

/** A text by itself, as a block: for lines that are read apart from their file. Its bytes are not known. */
export function blockOf(text: string): Block {
  return { bytes: new Uint8Array(0), base: 0, text, stride: 1, bytewise: false, damaged: false };
}
