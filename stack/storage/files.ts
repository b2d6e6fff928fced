/**
 * Bytes of objects on disk: one file per object and version, written once, never changed. Everything streams; memory
 * does not grow with the file.
 */
import { createHash } from "node:crypto";
import { tooLarge } from "./problem.ts";

export interface Stored {
  size: number;
  /** Quoted MD5 of the bytes, as S3 and Supabase have it. */
  etag: string;
}

export interface Files {
  write(version: string, body: AsyncIterable<Uint8Array> | null, limit: number): Promise<Stored>;
  /** Adds bytes to a file, making it if need be. What arrived before an error stays. */
  append(version: string, body: AsyncIterable<Uint8Array> | null, limit: number): Promise<void>;
  /** @param end inclusive. @returns null when the file is gone. */
  read(version: string, start: number, end: number): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null>;
  copy(from: string, to: string): Promise<void>;
  /** A version that is gone already is fine. */
  remove(version: string): Promise<void>;
}

/** Files lie flat under their version, a UUID: names of objects never become paths. */
export function makeFiles(folder: string): Files {
  const pathOf = (version: string) => `${folder}/${version}`;
  return {
    async write(version, body, limit) {
      const file = await Deno.open(pathOf(version), { write: true, createNew: true, mode: 0o600 });
      const hash = createHash("md5");
      let size = 0;
      try {
        for await (const chunk of body ?? []) {
          size += chunk.length;
          if (size > limit) throw tooLarge();
          hash.update(chunk);
          writeAll(file, chunk);
        }
      } catch (error) {
        await this.remove(version);
        throw error;
      } finally {
        file.close();
      }
      return { size, etag: `"${hash.digest("hex")}"` };
    },
    async append(version, body, limit) {
      const file = await Deno.open(pathOf(version), { append: true, create: true, mode: 0o600 });
      try {
        let size = (await file.stat()).size;
        for await (const chunk of body ?? []) {
          size += chunk.length;
          if (size > limit) throw tooLarge();
          writeAll(file, chunk);
        }
      } finally {
        file.close();
      }
    },
    async read(version, start, end) {
      const file = await openIfThere(pathOf(version));
      if (file === null) return null;
      await file.seek(start, Deno.SeekMode.Start);
      let left = end - start + 1;
      return new ReadableStream({
        async pull(controller) {
          const buffer = new Uint8Array(Math.min(left, 256 * 1024));
          const got = left > 0 ? await file.read(buffer) : null;
          if (got !== null) {
            left -= got;
            controller.enqueue(buffer.subarray(0, got));
          }
          if (got === null || left === 0) {
            file.close();
            controller.close();
          }
        },
        cancel: () => file.close(),
      }, { highWaterMark: 1 });
    },
    copy: (from, to) => Deno.copyFile(pathOf(from), pathOf(to)),
    async remove(version) {
      try {
        await Deno.remove(pathOf(version));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    },
  };
}

/** Synchronous: a thread hop per 8 kB of a fast sender costs thirty times the write. */
function writeAll(file: Deno.FsFile, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length;) at += file.writeSync(chunk.subarray(at));
}

async function openIfThere(path: string): Promise<Deno.FsFile | null> {
  try {
    return await Deno.open(path, { read: true });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
