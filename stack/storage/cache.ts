/**
 * The cache between a download and the bytes. Hosted Storage has a CDN there, which may go on giving an object's old
 * bytes after it was replaced: for its `max-age`, or, with a Smart CDN, for up to a minute, and perhaps whatever the
 * query of the URL says. As usual it holds nothing; a fault makes it stale.
 */
import type { Files } from "./files.ts";
import type { ObjectRow } from "./records.ts";

/** How a stale cache tells objects apart, and how long it gives old bytes after an object was replaced. */
export interface Staleness {
  /** `address`: by path and query; `path`: whatever the query says. */
  by: "address" | "path";
  hold_ms: number;
}

export interface Cache {
  /** What a download of `url` gets, `current` being what the database has: that, or what stood there before. */
  look(url: URL, current: ObjectRow | null): Promise<ObjectRow | null>;
}

interface Held {
  version: string;
  /** The row as it was, with a copy of its bytes under a version of the cache's own. */
  object: ObjectRow;
  replacedAt: number | null;
}

/** @param staleness the fault that is on now; null for a cache that holds nothing. */
export function makeCache(files: Files, staleness: () => Staleness | null): Cache {
  const held = new Map<string, Held>();
  let before: Staleness | null = null; // a cache that is switched begins empty

  const hold = async (key: string, current: ObjectRow): Promise<void> => {
    const version = crypto.randomUUID();
    await files.copy(current.version, version);
    held.set(key, { version: current.version, object: { ...current, version }, replacedAt: null });
  };

  const letGo = async (key: string, entry: Held): Promise<void> => {
    held.delete(key);
    await files.remove(entry.object.version);
  };

  return {
    async look(url, current) {
      const stale = staleness();
      if (stale !== before) {
        before = stale;
        for (const [key, entry] of held) await letGo(key, entry);
      }
      if (stale === null) return current;
      const key = stale.by === "path" ? url.pathname : url.pathname + url.search;
      const entry = held.get(key);
      if (entry !== undefined && entry.version !== current?.version) {
        entry.replacedAt ??= performance.now();
        if (performance.now() - entry.replacedAt < stale.hold_ms) return entry.object;
        await letGo(key, entry);
      }
      if (current !== null && !held.has(key)) await hold(key, current);
      return current;
    },
  };
}
