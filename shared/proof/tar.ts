/**
 * Files in one archive (POSIX ustar), as `tar` unpacks it. Always the same bytes for the same files: no owner, no time.
 * A byte that belongs to no file is a fixed one, so that a changed one shows.
 */

/** A file of an archive. */
export interface ArchivedFile {
  /** ASCII, at most 100 characters, folders separated by `/`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;

/** @throws TypeError for a name that does not fit. */
export function tar(files: readonly ArchivedFile[]): Uint8Array<ArrayBuffer> {
  const padded = (size: number) => Math.ceil(size / BLOCK) * BLOCK;
  const whole = new Uint8Array(
    files.reduce((sum, { bytes }) => sum + BLOCK + padded(bytes.length), 0) + 2 * BLOCK,
  );
  let at = 0;
  for (const { name, bytes } of files) {
    whole.set(header(name, bytes.length), at);
    whole.set(bytes, at + BLOCK);
    at += BLOCK + padded(bytes.length);
  }
  return whole;
}

function header(name: string, size: number): Uint8Array {
  if (!/^[\x21-\x7e]{1,100}$/.test(name)) {
    throw new TypeError(`Cannot archive ${name}: the name does not fit`);
  }
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  const fields = [
    name.padEnd(100, "\0"),
    octal(0o644, 7),
    octal(0, 7),
    octal(0, 7),
    octal(size, 11),
    octal(0, 11),
    " ".repeat(8), // the sum counts its own place as spaces
    "0".padEnd(101, "\0"),
    "ustar\0" + "00",
  ].join("").padEnd(BLOCK, "\0");
  const bytes = Uint8Array.from(fields, (letter) => letter.charCodeAt(0));
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.set(Uint8Array.from(`${sum.toString(8).padStart(6, "0")}\0 `, (letter) => letter.charCodeAt(0)), 148);
  return bytes;
}
