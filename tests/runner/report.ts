/** Reads the JUnit report of `deno test`: the only account of a run that is exact to the single step. */

export interface Failure {
  readonly file: string;
  readonly test: string;
  /** First line of what went wrong. */
  readonly message: string;
}

export interface Report {
  readonly passed: number;
  readonly failures: readonly Failure[];
  /** Ignored, or kept out by a filter. */
  readonly skipped: number;
  /** Names of the skipped ones that say what they would need. */
  readonly leftOut: readonly string[];
  /** Files that came as far as running. */
  readonly files: ReadonlySet<string>;
}

const SUITE = /<testsuite name="([^"]*)"[^>]*>([\s\S]*?)<\/testsuite>/g;
const CASE = /<testcase name="([^"]*)"[^>]*>([\s\S]*?)<\/testcase>/g;
/** How a story ends its name when the stack at hand cannot give what it needs. */
const NEEDS = / \[needs [^\]]+\]$/;
const FAILURE = /<failure message="([^"]*)"/;
/** Deno's words for a test in which only steps failed; those have entries of their own. */
const TOLD_BY_STEPS = /^\d+ test steps? failed$/;

/**
 * Counts every test and every step once. A test that failed only through its steps is neither passed nor failed:
 * its steps tell.
 */
export function readReport(xml: string): Report {
  let passed = 0;
  let skipped = 0;
  const failures: Failure[] = [];
  const leftOut: string[] = [];
  const files = new Set<string>();
  for (const [, suite = "", cases = ""] of xml.matchAll(SUITE)) {
    const file = plain(suite).replace(/^\.\//, "");
    files.add(file);
    for (const [, name = "", body = ""] of cases.matchAll(CASE)) {
      const failure = FAILURE.exec(body);
      if (failure !== null) {
        const message = plain(failure[1] ?? "");
        if (!TOLD_BY_STEPS.test(message)) {
          failures.push({ file, test: plain(name), message: firstLine(message) });
        }
      } else if (body.includes("<skipped")) {
        skipped++;
        if (NEEDS.test(plain(name))) leftOut.push(plain(name));
      } else passed++;
    }
  }
  return { passed, failures, skipped, leftOut, files };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

const NAMED = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" } as const;

function plain(text: string): string {
  return text.replace(/&(?:(lt|gt|quot|apos|amp)|#(\d+)|#x([0-9a-f]+));/gi, (_, name, decimal, hex) => {
    if (name !== undefined) return NAMED[String(name).toLowerCase() as keyof typeof NAMED];
    return String.fromCodePoint(decimal !== undefined ? Number(decimal) : parseInt(hex, 16));
  });
}
