/**
 * Fetches what functions import, once, with this process's own network settings. Isolates then start from the
 * cache alone: they have no network but the stack, and a missing package is an error at once.
 */

/**
 * Folders of functions, each with its own `deno.json`. What cannot be had is logged in Deno's words: that function
 * will not start, the others will.
 */
export async function prepareCode(folders: readonly string[], log: (line: string) => void): Promise<void> {
  await Promise.all(folders.map(async (folder) => {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "cache",
        "--quiet",
        "--no-lock",
        "--node-modules-dir=none",
        "--config",
        `${folder}/deno.json`,
        `${folder}/index.ts`,
      ],
      env: { NO_COLOR: "1" },
      stdin: "null",
    }).output();
    if (!success) log(`Cannot fetch what ${folder} imports: ${new TextDecoder().decode(stderr)}`);
  }));
}
