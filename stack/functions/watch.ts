/** Reloads functions when their files change: `supabase/functions` and `shared`, a moment after the last change. */
import { CHECKOUT } from "../home.ts";

const QUIET_MS = 150; // an editor writes several files at once

/** @returns the watch; `close()` ends it. */
export function watchFiles(reload: () => Promise<void>, log: (line: string) => void): Deno.FsWatcher {
  const watcher = Deno.watchFs([`${CHECKOUT}/supabase/functions`, `${CHECKOUT}/shared`]);
  let timer: ReturnType<typeof setTimeout> | undefined;
  (async () => {
    for await (const event of watcher) {
      if (event.kind === "access") continue;
      clearTimeout(timer);
      timer = setTimeout(async () => {
        await reload();
        log("functions reloaded");
      }, QUIET_MS);
    }
  })();
  return watcher;
}
