/**
 * Hosted loads `safeupdate` into every API session: a delete or update without WHERE fails even inside a function. The
 * extension cannot be loaded here, so sources are read instead.
 */

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
