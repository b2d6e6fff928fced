/**
 * The runbooks cannot rot: every command and every statement in them is run, on one stack. Commands stand in blocks of `sh`,
 * one a line, statements in blocks of `sql`; `<batch>` is a batch that was refused.
 */
import { assertEquals } from "deno-std/assert/equals.js";
import { assertGreater } from "deno-std/assert/greater.js";
import type postgres from "postgres";
import { ROOT } from "../../checkout/root.ts";
import { COMMANDS } from "../../ops/commands.ts";
import { runOps } from "../../ops/run_ops.ts";
import { TYPED_LINES } from "../checks/older_commands.ts";
import { sharedStack } from "../stack/shared_stack.ts";
import { AGAINST, story } from "../support/against.ts";
import { drop, ended } from "../support/drops.ts";
import { assertHarmless, secretsOf } from "../support/ops.ts";

const shared = sharedStack();
const FOLDER = `${ROOT}/docs/runbooks`;
const HEADER = "case_number,plaintiff_name,defendant_name,amount,judgment_date";
/** One of nine is wrong: over the budget, and under what the sentinel speaks up at. */
const ROWS = Array.from({ length: 9 }, (_, n) => `R-${n},A,B,${n === 0 ? "x" : n},2024-01-31\n`);

/** The blocks of a page in one language. */
function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, block = ""]) =>
    block
  );
}

const pages = await Promise.all(
  (await Array.fromAsync(Deno.readDir(FOLDER))).filter(({ name }) => name.endsWith(".md"))
    .map(async ({ name }) => ({ name, text: await Deno.readTextFile(`${FOLDER}/${name}`) })),
);

/** What commands are typed about, and what statements are: a command may bring its batch to another end. */
let [batch, another] = ["", ""];
Deno.test.beforeAll(async () => {
  if (AGAINST !== null) return; // an operator's procedures are for a system of the test's own
  const { service, sql } = shared();
  const stopped = async (name: string, rows: string) => {
    await drop(service, `simplicity/${name}`, `${HEADER}\n${rows}`);
    await ended(service, `simplicity/${name}`);
    const [row] = await sql`select b.id from intake.simplicity_batches b where b.filename = ${name}`;
    return String(row?.id);
  };
  batch = await stopped("runbooks.csv", ROWS.join(""));
  another = await stopped("statements.csv", ROWS.toReversed().join(""));
});

/** Words of a line as a shell takes them apart: quotes hold words together. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word = ""]) => quoted ?? word);
}

/** What goes on until it is stopped. */
const endless = /--(?:follow|loop)|queue.inspect --watch/;

/** Runs one line. What follows for ever is told to stop once it has said something. @returns its words, and whether there was a result. */
async function type(line: string): Promise<{ code: number; told: boolean; said: string }> {
  const args = wordsOf(line.replace(/^deno task ops /, "").replaceAll("<batch>", batch.slice(0, 8)));
  const stop = new AbortController();
  let [said, files, told] = ["", "", false];
  const hear = (text: string) => {
    said += `${text}\n`;
  };
  const code = await runOps([...args, "--stack", shared().stack.name], {
    commands: COMMANDS,
    env: () => undefined,
    print(text) {
      hear(text);
      told = true; // what cannot run, or is typed wrongly, has no result
      if (endless.test(line)) stop.abort();
    },
    write: (bytes) => Promise.resolve(void (files += new TextDecoder().decode(bytes))),
    complain: hear,
    colours: false,
    ask: () => null,
    stopping: stop.signal,
  });
  const secrets = await secretsOf(shared().stack.name);
  assertHarmless(args, said, secrets);
  assertHarmless(args, files.replaceAll("\r", ""), secrets); // a table's lines may end as in the file it came from
  return { code, told, said };
}

class TakenBack extends Error {}

/** Runs the statements of a block, one after the other, and takes them back. */
async function tryOut(sql: postgres.Sql, block: string): Promise<void> {
  try {
    await sql.begin(async (transaction) => {
      for (
        const statement of block.replaceAll("<batch>", another).split(/;\s*\n/).filter((one) =>
          one.trim() !== ""
        )
      ) {
        await transaction.unsafe(statement);
      }
      throw new TakenBack();
    });
  } catch (error) {
    if (!(error instanceof TakenBack)) throw error;
  }
}

Deno.test(
  story(
    "what older pages tell people to type exits as docs/runbooks/commands.md says",
    ["solitude"],
    async (t) => {
      const folder = await Deno.makeTempDir({ prefix: "dragonfly-typed-" });
      try {
        const file = await Deno.writeTextFile(`${folder}/new.csv`, `${HEADER}\nTYPED-1,A,B,1,2024-01-31\n`)
          .then(() => `${folder}/new.csv`);
        const places: Readonly<Record<string, string>> = {
          "<new>": file,
          "<errors>": file,
          "<output>": `${folder}/output`,
          "<dataset>": `${ROOT}/ops/evaluation/golden_dataset.json`,
        };
        for (const { here, exits, elsewhere } of TYPED_LINES) {
          if (elsewhere !== undefined) continue;
          await t.step(here, async () => {
            const { code, said } = await type(
              here.replace(/<(?!batch)\w+>/g, (word) => places[word] ?? word),
            );
            assertEquals([here, exits.includes(code)], [here, true], `${code}: ${said}`);
            assertEquals(code === 130, endless.test(here));
          });
        }
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  ),
);

const typed = new Set<string>();

for (const { name, text } of pages) {
  // A line of several pages is typed once. The gates are passed in a test of their own: here their flags are read.
  const lines = blocks(text, "sh").flatMap((block) => block.split("\n"))
    .filter((line) => line.trim() !== "" && !typed.has(line) && typed.add(line))
    .map((line) => line.includes("go-live-gate") ? `${line} --help` : line);
  const statements = blocks(text, "sql");
  Deno.test(
    story(`${name}: its ${lines.length} commands can be typed as they stand`, ["solitude"], async () => {
      for (const line of lines) {
        assertEquals(line.startsWith("deno task ops "), true, line);
        const { told, said } = await type(line);
        assertEquals([line, told], [line, true], said);
      }
    }),
  );
  Deno.test(
    story(`${name}: its ${statements.length} blocks of SQL run as postgres`, ["solitude"], async () => {
      for (const block of statements) {
        await tryOut(shared().sql, block).catch((error) => {
          throw new Error(`${error instanceof Error ? error.message : error}:\n${block}`);
        });
      }
    }),
  );
}

Deno.test(story("a command or statement that has rotted is seen", ["solitude"], async () => {
  assertGreater(pages.length, 3);
  for (const line of ["deno task ops queue-inspect --lane ingest", "deno task ops docter"]) {
    const { code, told } = await type(line);
    assertEquals([line, code, told], [line, 2, false]);
  }
  const failed = await tryOut(shared().sql, "select inserted_at from public.v_migration_status;\n").then(
    () => "passed",
    (error) => String(error.code),
  );
  assertEquals(failed, "42703");
  assertEquals(wordsOf(`a --why "two words" b`), ["a", "--why", "two words", "b"]);
}));
