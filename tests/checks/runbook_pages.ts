/** The pages of docs/runbooks that are written from code: one for each check of the sentinel and each code, and the one of the commands. */
import { ADVICE } from "../../ops/batches/advice.ts";
import { PROBLEMS } from "../../shared/errors.ts";
import { REJECTION_CODES } from "../../shared/intake/rejection_codes.ts";
import { ROW_CODES } from "../../shared/judgments/codes.ts";
import type { Check } from "../../shared/sentinel/check.ts";
import { CHECKS } from "../../shared/sentinel/checks.ts";
import { ROOT } from "./project_files.ts";
import { commandsPage } from "./older_commands.ts";
import { inCell, table } from "./tables.ts";

/** Where they are kept, from the root. */
export const FOLDER = "docs/runbooks";

const HEAD = "Written from the code by `deno task types`; not edited by hand.\n";

/** @returns the pages as they should be, by their path below FOLDER. */
export async function runbookPages(): Promise<Map<string, string>> {
  const pages = new Map<string, string>();
  pages.set("commands.md", commandsPage());
  pages.set("checks.md", checksIndex());
  for (const check of CHECKS) pages.set(`checks/${check.name}.md`, await checkPage(check));
  const codes = allCodes();
  pages.set("codes.md", codesIndex(codes));
  for (const code of codes) pages.set(`codes/${code.toLowerCase()}.md`, codePage(code));
  return pages;
}

function checksIndex(): string {
  return [
    "# Checks of the sentinel\n",
    HEAD,
    "`ops sentinel` runs them all. What each means is in the [runbook](../runbook.md), what each prints in [sentinel](../sentinel.md).\n",
    table(
      ["check", "first thing to do"],
      CHECKS.map(({ name, remedy }) => [`[${name}](checks/${name}.md)`, remedy]),
    ),
  ].join("\n");
}

async function checkPage(check: Check): Promise<string> {
  const code = await Deno.readTextFile(`${ROOT}/shared/sentinel/checks/${check.name}.ts`);
  const about = /^\/\*\*([^]*?)\*\//.exec(code)?.[1]?.replaceAll(/\n \* ?/g, " ").trim();
  if (about === undefined) {
    throw new TypeError(`shared/sentinel/checks/${check.name}.ts does not begin by saying what it is`);
  }
  const sql = "sql" in check && typeof check.sql === "string" ? check.sql : null;
  return [
    `# ${check.name}\n`,
    HEAD,
    `${inCell(about)}\n`,
    `**What to do.** ${inCell(check.remedy)}\n`,
    `[What it means](../../runbook.md#${check.name}) · [what it prints](../../sentinel.md#${check.name}) · tell nobody for a while: ` +
    `\`ops alerts silence ${check.name} --for 2h --why "…"\`\n`,
    ...(sql === null ? [] : ["What it asks Postgres:\n", "```sql", dedented(sql), "```", ""]),
  ].join("\n");
}

/** Without the margin that the code around it gives it. */
function dedented(sql: string): string {
  const lines = sql.replace(/^\n|\s+$/g, "").split("\n");
  const margin = Math.min(
    ...lines.filter((line) => line.trim() !== "").map((line) => line.length - line.trimStart().length),
  );
  return lines.map((line) => line.slice(margin)).join("\n");
}

function allCodes(): string[] {
  return [
    ...new Set<string>([
      ...ROW_CODES.map(({ code }) => code),
      ...REJECTION_CODES,
      ...PROBLEMS.map(({ code }) => code),
    ]),
  ].sort();
}

function codesIndex(codes: readonly string[]): string {
  return [
    "# Codes, a page each\n",
    HEAD,
    "All of them in one table: [errors](../errors.md).\n",
    ...codes.map((code) => `- [${code}](codes/${code.toLowerCase()}.md)`),
    "",
  ].join("\n");
}

function codePage(code: string): string {
  const row = ROW_CODES.find((one) => one.code === code);
  const batch = REJECTION_CODES.find((one) => one === code);
  const problem = PROBLEMS.find((one) => one.code === code);
  return [
    `# ${code}\n`,
    HEAD,
    ...(row === undefined ? [] : [
      `## A row has it (${row.stage})\n`,
      `${inCell(row.cause)}\n`,
      `**What to do.** ${inCell(row.fix)}\n`,
      `\`ops errors <batch> --code ${code}\` lists the rows, \`ops errors <batch> --csv > errors.csv\` gives them as a table; correct it and ` +
      "`ops replay <batch> errors.csv` ([repair](../../repair.md)).\n",
    ]),
    ...(batch === undefined ? [] : [
      "## A batch ended with it\n",
      `Its reason begins: ${inCell(ADVICE[batch].reason)}\n`,
      `**What to do.** ${inCell(ADVICE[batch].next)}\n`,
    ]),
    ...(problem === undefined ? [] : [
      `## A request is answered with it (${problem.status})\n`,
      `${inCell(problem.title)}\n`,
      ...("fix" in problem ? [`**What to do.** ${inCell(problem.fix)}\n`] : []),
    ]),
  ].join("\n");
}

/** Writes them, and takes away what is no page any more. */
export async function writeRunbookPages(): Promise<void> {
  const pages = await runbookPages();
  for (const folder of ["checks", "codes"]) {
    await Deno.mkdir(`${ROOT}/${FOLDER}/${folder}`, { recursive: true });
    for (const name of await keptIn(folder)) {
      if (!pages.has(name)) await Deno.remove(`${ROOT}/${FOLDER}/${name}`);
    }
  }
  for (const [path, text] of pages) await Deno.writeTextFile(`${ROOT}/${FOLDER}/${path}`, text);
}

/** The generated pages there are, by their path below FOLDER. */
export async function keptIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(`${ROOT}/${FOLDER}/${folder}`));
  return entries.map(({ name }) => `${folder}/${name}`).sort();
}
