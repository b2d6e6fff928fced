/**
 * Bytes to text, a block at a time, and back from places in the text to places in the file. Blocks are decoded
 * whole, so a character is never cut: bytes that begin one at a block's end wait for the next block.
 */
import type { Encoding } from "./dialect.ts";

/** Bytes gathered before they are decoded: fewer, longer strings are what the inner loops are fast on. */
export const BLOCK_BYTES = 262_144;

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
const WINDOWS_1252 = new TextDecoder("windows-1252");
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
  if (text === null) return bytewiseBlock(bytes, base, true);
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

/** One character a byte. */
export function bytewiseText(bytes: Uint8Array): string {
  return WINDOWS_1252.decode(bytes);
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

/** Bytes between two places of a block's text. */
export function bytesBetween(block: Block, from: number, to: number): number {
  if (block.stride === 2) {
    return Math.min(to * 2, block.bytes.length) - Math.min(from * 2, block.bytes.length);
  }
  return block.stride === 1 ? to - from : utf8Length(block.text, from, to);
}

/** Bytes in front of a place near the text's end. */
export function bytesUpTo(block: Block, at: number): number {
  return block.bytes.length - bytesBetween(block, at, block.text.length);
}

function utf8Length(text: string, from: number, to: number): number {
  let length = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    // A surrogate is half of a character of four bytes.
    length += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
  }
  return length;
}

/** Offsets in the file of places in a block's text; remembers the last one asked for. */
export class ByteOffsets {
  #at = 0;
  #offset: number;

  constructor(private readonly block: Block) {
    this.#offset = block.base;
  }

  of(at: number): number {
    if (this.block.stride !== 0) return this.block.base + bytesBetween(this.block, 0, at);
    if (at < this.#at) {
      this.#at = 0;
      this.#offset = this.block.base;
    }
    this.#offset += bytesBetween(this.block, this.#at, at);
    this.#at = at;
    return this.#offset;
  }
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
  "utf-16le": UTF_16_LE,
  "utf-16be": UTF_16_BE,
};

/** Bytewise text read again in the encoding its bytes are really in. */
export function recode(bytewise: string, encoding: Encoding): string {
  return LENIENT[encoding].decode(bytesOf(bytewise));
}

/** Chunks on their way to becoming blocks. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #wanted: number;

  /**
   * @param base Offset in the file of the first byte to come.
   * @param blockBytes Bytes that make a block.
   */
  constructor(public base: number, readonly blockBytes = BLOCK_BYTES) {
    this.#wanted = blockBytes;
  }

  get size(): number {
    return this.#size;
  }

  /** Enough has come for another block. */
  get ready(): boolean {
    return this.#size >= this.#wanted;
  }

  /** Takes bytes; they are not copied before `drop`, so no more than a block's worth should wait. */
  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** All bytes that wait, in one piece; they go on waiting until `drop`. */
  peek(): Uint8Array {
    if (this.#chunks.length !== 1) {
      const joined = new Uint8Array(this.#size);
      let at = 0;
      for (const chunk of this.#chunks) {
        joined.set(chunk, at);
        at += chunk.length;
      }
      this.#chunks = [joined];
    }
    return this.#chunks[0] ?? new Uint8Array(0);
  }

  /** Lets go of what has been read. What is left is copied, for the chunk it came in is its owner's. */
  drop(bytes: number): void {
    const rest = this.peek().slice(bytes);
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#size = rest.length;
    this.base += bytes;
    // A record longer than a block is looked at again only when twice as much is there.
    this.#wanted = Math.max(this.blockBytes, 2 * rest.length);
  }
}

/** A chunk in pieces no longer than a block. */
export function* pieces(chunk: Uint8Array, blockBytes = BLOCK_BYTES): Generator<Uint8Array> {
  for (let at = 0; at < chunk.length; at += blockBytes) yield chunk.subarray(at, at + blockBytes);
}
