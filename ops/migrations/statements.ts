/** A migration taken apart: its statements without comments, with what stands in quotes emptied. */

/** One statement as far as a rule has to look at it. */
export interface Statement {
  /** Line of the file it begins on, from 1. */
  readonly line: number;
  /** One space between words, lower case, comments gone, quoted text emptied. */
  readonly words: string;
  /** What stands between dollar quotes, as written: the body of a function or of a `do` block. */
  readonly bodies: readonly { readonly line: number; readonly text: string }[];
}

const TOKEN =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[a-z_]\w*)?\$)([\s\S]*?)\1|;|\s+|[^\s;'"$/-]+|[\s\S]/gi;

/** @returns the statements of a text of SQL, in order; an unfinished last one too. */
export function statementsOf(sql: string): Statement[] {
  const statements: Statement[] = [];
  let words = "";
  let began = 0;
  let line = 1;
  let bodies: { line: number; text: string }[] = [];
  const end = () => {
    const text = words.replace(/\s+/g, " ").trim().toLowerCase();
    if (text !== "") statements.push({ line: began, words: text, bodies });
    words = "";
    bodies = [];
  };
  for (const match of sql.matchAll(TOKEN)) {
    const [token, dollar, body] = match;
    if (token === ";") end();
    else if (/^(--|\/\*)/.test(token)) words += " ";
    else {
      if (words.trim() === "" && token.trim() !== "") began = line;
      if (dollar !== undefined && body !== undefined) bodies.push({ line, text: body });
      words += dollar !== undefined ? "$$" : token.startsWith("'") ? "''" : token;
    }
    line += token.split("\n").length - 1;
  }
  end();
  return statements;
}
