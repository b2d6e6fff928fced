/** Names for the columns of a file under which its cells can be kept. */

/**
 * Column names, each one once: the second `Amount` of a header is `Amount (2)`. In the order of the header, so that
 * a row kept under these names can be written out again cell by cell.
 */
export function columnNames(header: readonly string[]): string[] {
  const taken = new Set<string>();
  return header.map((cell) => {
    let name = cell;
    for (let copy = 2; taken.has(name); copy++) name = `${cell} (${copy})`;
    taken.add(name);
    return name;
  });
}

/** The name of a cell that stands beyond the header; column counts from 0. */
export function cellBeyondHeader(column: number): string {
  return `column ${column + 1}`;
}
