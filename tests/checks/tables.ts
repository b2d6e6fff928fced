/** Tables of generated pages. */

/** @returns a table of Markdown; a bar in a cell stays a bar, and what looks like a tag stays text. */
export function table(head: readonly string[], rows: readonly (readonly (string | null)[])[]): string {
  const line = (cells: readonly (string | null)[]) => `| ${cells.map(inCell).join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line), ""].join("\n");
}

/** @returns a text as it can stand in Markdown. */
export function inCell(text: string | null): string {
  return (text ?? "").replaceAll("|", "\\|").replaceAll(/<(?=[a-z])/g, "&lt;");
}
