/** From places in a block's text back to places in the file. */
import type { Block } from "./block.ts";

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

/** Whether more bytes than `limit` lie between two places; counted exactly only where that could matter. */
export function isLongerThan(block: Block, from: number, to: number, limit: number): boolean {
  // No character has more than three bytes a code unit.
  return (to - from) * 3 > limit && bytesBetween(block, from, to) > limit;
}
