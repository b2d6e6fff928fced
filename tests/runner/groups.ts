/**
 * The groups of tests and how each is run. A folder of tests/ with test files that is not named here still runs,
 * last and with all rights: a test nobody runs is worse than one run late.
 */

export interface Group {
  /** Its folder below tests/. */
  readonly name: string;
  /** Flags of `deno test`. */
  readonly flags: readonly string[];
  /** After so long it is ended and counts as failed: a hung test must not hold up everybody. */
  readonly limitMinutes: number;
  /** Cannot run without a Chromium on this machine. */
  readonly needsChromium?: true;
}

const ALL_RIGHTS = ["--no-prompt", "-A"];

/** In the order they run: what is near the cause comes first, then the longest, so that none is left alone at the end. */
const KNOWN: readonly Group[] = [
  { name: "unit", flags: ["--no-prompt", "--parallel"], limitMinutes: 10 }, // no rights at all: proof of purity
  { name: "checks", flags: ALL_RIGHTS, limitMinutes: 15 },
  { name: "sql", flags: ALL_RIGHTS, limitMinutes: 25 },
  { name: "e2e", flags: ALL_RIGHTS, limitMinutes: 20 },
  { name: "deploy", flags: ALL_RIGHTS, limitMinutes: 25 },
  { name: "functions", flags: ALL_RIGHTS, limitMinutes: 20 },
  { name: "golden", flags: ALL_RIGHTS, limitMinutes: 15 },
  { name: "chaos", flags: ALL_RIGHTS, limitMinutes: 20 },
  { name: "stack", flags: ALL_RIGHTS, limitMinutes: 20 },
  { name: "dashboard", flags: ALL_RIGHTS, limitMinutes: 15, needsChromium: true },
];

export interface FoundGroup extends Group {
  /** Test files, relative to the root, sorted. Never empty. */
  readonly files: readonly string[];
}

/** @returns the groups with at least one `*_test.ts`, in running order. @param root the project's folder. */
export async function findGroups(root: string): Promise<FoundGroup[]> {
  const found: FoundGroup[] = [];
  for (const group of [...KNOWN, ...await unknownGroups(root)]) {
    const files = await testFiles(root, `tests/${group.name}`);
    if (files.length > 0) found.push({ ...group, files });
  }
  return found;
}

/** @throws naming the groups there are, when a wanted one is not among them. */
export function selectGroups(found: readonly FoundGroup[], wanted: readonly string[]): FoundGroup[] {
  const names = found.map((group) => group.name);
  const missing = wanted.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw new Error(`Cannot run ${missing.join(", ")}: the groups with tests are ${names.join(", ")}`);
  }
  return found.filter((group) => wanted.length === 0 || wanted.includes(group.name));
}

async function unknownGroups(root: string): Promise<Group[]> {
  const known = new Set(KNOWN.map((group) => group.name));
  const names: string[] = [];
  for await (const entry of Deno.readDir(`${root}/tests`)) {
    if (entry.isDirectory && !known.has(entry.name)) names.push(entry.name);
  }
  return names.sort().map((name) => ({ name, flags: ALL_RIGHTS, limitMinutes: 10 }));
}

async function testFiles(root: string, folder: string): Promise<string[]> {
  const files: string[] = [];
  try {
    for await (const entry of Deno.readDir(`${root}/${folder}`)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory) files.push(...await testFiles(root, path));
      else if (/_test\.tsx?$/.test(entry.name)) files.push(path);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return files.sort();
}
