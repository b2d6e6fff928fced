/**
 * Hosted loads `safeupdate` into every session of the API's login: a delete or update without WHERE fails, even inside a
 * function, and before rights are looked at. The extension cannot be loaded here. So statements are read before they are
 * sent, and the sources of functions by a test.
 */
import postgres from "postgres";

/** @throws what Postgres would say with `safeupdate` loaded. `statement`: SQL as it is about to be sent. */
export function refuseWholeTables(statement: string): void {
  const [first] = unfilteredStatements(statement);
  if (first === undefined) return;
  const verb = /^delete/i.test(first) ? "DELETE" : "UPDATE";
  const error = new postgres.PostgresError(`${verb} requires a WHERE clause`);
  throw Object.assign(error, { code: "21000", message: `${verb} requires a WHERE clause` });
}

/** @returns statements of `source` that touch a whole table, shortened. Works on SQL and PL/pgSQL text. */
export function unfilteredStatements(source: string): string[] {
  const bare = source
    .replace(/--[^\n]*/g, " ")
    .replace(/\/\*[\s\S]*?\*\//g, " ")
    .replace(/'(?:[^']|'')*'/g, "''");
  const found: string[] = [];
  const verb = /\b(delete\s+from|update)\s+(?:only\s+)?[\w."]+/gi;
  for (const match of bare.matchAll(verb)) {
    const before = bare.slice(0, match.index);
    if (/(?:\bfor(?:\s+no\s+key)?|\bdo|\bor|\bbefore|\bafter|\bon)\s*$/i.test(before)) continue; // locks, upserts, triggers
    const rest = statementFrom(bare.slice(match.index));
    if (!/\bwhere\b/i.test(rest)) found.push(rest.replace(/\s+/g, " ").trim().slice(0, 80));
  }
  return found;
}

/** Up to the semicolon, or the parenthesis that closes a WITH query around it. */
function statementFrom(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "(") depth++;
    if (text[at] === ")" && --depth < 0) return text.slice(0, at);
    if (text[at] === ";" && depth === 0) return text.slice(0, at);
  }
  return text;
}
