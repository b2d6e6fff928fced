/** No program goes by the words of a reason, a message or an actor: those are for people, and may be put better any day. */
import { assertEquals } from "deno-std/assert/equals.js";
import { codeFiles, projectFiles, ROOT } from "./project_files.ts";
import { readSyntax } from "./syntax.ts";

/** Where words are looked at and nothing is decided by them. */
const LOOKED_AT = [
  "supabase/functions/intake/mask.ts", // cuts out what a viewer may not read: the words are what it is about
];

const LIKE =
  /\b(?!return_message)\w*(?:reason|message|last_error|remedy|actor|created_by|changed_by)\b[\s)]*(?:not\s+)?(?:i?like\s|similar to\s|!?~\*?\s*')/i;

const files = codeFiles(await projectFiles()).filter((path) =>
  !path.startsWith("tests/") && !LOOKED_AT.includes(path)
);

Deno.test("no code that ships looks through words for people", async () => {
  const found: string[] = [];
  for (const path of files) {
    const { oddities } = readSyntax(path, await Deno.readTextFile(`${ROOT}/${path}`));
    found.push(
      ...oddities.filter(({ rule }) => rule === "prose").map((one) => `${path}:${one.line} ${one.found}`),
    );
  }
  assertEquals(found, []);
});

Deno.test("no SQL in code looks through words for people", async () => {
  const found: string[] = [];
  for (const path of files) {
    const lines = (await Deno.readTextFile(`${ROOT}/${path}`)).split("\n");
    found.push(
      ...lines.flatMap((line, index) => LIKE.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : []),
    );
  }
  assertEquals(found, []);
});

Deno.test("what is looked at is still there", () => {
  assertEquals(LOOKED_AT.filter((path) => !Deno.statSync(`${ROOT}/${path}`).isFile), []);
});

const SEEN = [
  `if (batch.rejection_reason.startsWith("Gave up")) retry();`,
  `const gone = batch.rejection_reason?.includes("missing");`,
  `/^lost/.test(job.last_error ?? "");`,
  `LOST.exec(String(reason));`,
  `finding.message.match(/stuck/);`,
  `actor.toLowerCase().includes("@");`,
];
for (const text of SEEN) {
  Deno.test(`readSyntax() sees words looked through: ${text}`, () => {
    assertEquals(readSyntax("a.ts", text).oddities.filter(({ rule }) => rule === "prose").length, 1);
  });
}

Deno.test("readSyntax() lets be what goes by a code, and what others threw", () => {
  const text = `batch.rejection_code === "GAVE_UP"; /not found/.test(error.message); name.startsWith("x");
    reasons.includes(code); REASONS.has(code); error.message.includes("y"); this.cause.message.includes("z");`;
  assertEquals(readSyntax("a.ts", text).oddities.filter(({ rule }) => rule === "prose"), []);
});

for (
  const text of [
    "where b.rejection_reason like 'Gave up%'",
    "and actor not like 'sql:%'",
    "last_error ~* 'x'",
  ]
) {
  Deno.test(`SQL that looks through words is seen: ${text}`, () => assertEquals(LIKE.test(text), true));
}
