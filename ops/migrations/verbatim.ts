/** Whether a migration is what was applied, as far as the letters alone show it. */

const COMMENT = /--[^\n]*(?:\n|$)|\/\*[^]*?\*\//g;

/**
 * Whether a file is these statements, letter by letter, with nothing but semicolons, comments and white space around them:
 * so it is nearly always, and then nobody has to wait for Postgres's grammar.
 */
export function standVerbatim(text: string, statements: readonly string[]): boolean {
  let at = 0;
  for (const [place, statement] of statements.entries()) {
    const bare = statement.trim().replace(/;$/, "");
    const found = text.indexOf(bare, at);
    const before = text.slice(at, found).replaceAll(COMMENT, " ").trim();
    if (found < 0 || before !== (place === 0 ? "" : ";")) return false;
    at = found + bare.length;
  }
  return /^;?$/.test(text.slice(at).replaceAll(COMMENT, " ").trim());
}
