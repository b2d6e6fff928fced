/** The files of an archive that shared/proof/tar.ts wrote. Pure. */
import type { ArchivedFile } from "../../shared/proof/tar.ts";

const BLOCK = 512;

/** @throws TypeError when it is no such archive. */
export function untar(archive: Uint8Array): ArchivedFile[] {
  const files: ArchivedFile[] = [];
  const text = (from: number, to: number) =>
    new TextDecoder("latin1").decode(archive.subarray(from, to)).replace(/\0[^]*$/, "");
  let at = 0;
  while (at + BLOCK <= archive.length && archive[at] !== 0) {
    const name = text(at, at + 100);
    const size = parseInt(text(at + 124, at + 136), 8);
    const end = at + BLOCK + size;
    if (!(size >= 0) || end > archive.length) {
      throw new TypeError(`Cannot read the archive: it is broken at byte ${at}`);
    }
    files.push({ name, bytes: archive.subarray(at + BLOCK, end) });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  if (files.length === 0) throw new TypeError("Cannot read the archive: there is no file in it");
  return files;
}
