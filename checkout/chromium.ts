/** Finds a Chromium, for the browser tests and `bench:dashboard`: `CHROMIUM`, else the usual names on the path. */

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
const MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** @returns the program's path, or null when this machine has none. */
export async function findChromium(environment: Record<string, string>): Promise<string | null> {
  const folders = (environment["PATH"] ?? "").split(":").filter((folder) => folder !== "");
  const onPath = NAMES.flatMap((name) => folders.map((folder) => `${folder}/${name}`));
  const told = environment["CHROMIUM"];
  for (const path of told === undefined ? [...onPath, MAC] : [told]) {
    if (await isFile(path)) return path;
  }
  return null;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    if (error instanceof Deno.errors.PermissionDenied) return false;
    throw error;
  }
}
