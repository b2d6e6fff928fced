/** Reloads functions when files change, a moment after the last change. */

const QUIET_MS = 150; // an editor writes several files at once

/** @returns the watch; `close()` ends it. */
export function watchFiles(
  folders: string[],
  reload: () => Promise<void>,
  log: (line: string) => void,
): Deno.FsWatcher {
  const watcher = Deno.watchFs(folders);
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
