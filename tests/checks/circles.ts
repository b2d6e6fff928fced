/** Files that import each other: none of them can be read, moved or tested without the others. */

/** @param imports of each file, by path. @returns each circle once, its files sorted: `a.ts ↔ b.ts`. */
export function circles(imports: ReadonlyMap<string, readonly string[]>): string[] {
  const reached = new Map([...imports.keys()].map((path) => [path, reachedFrom(path, imports)]));
  const found = [...imports.keys()].filter((path) => reached.get(path)?.has(path)).map((path) =>
    [...imports.keys()].filter((other) => reached.get(path)?.has(other) && reached.get(other)?.has(path))
      .sort().join(" ↔ ")
  );
  return [...new Set(found)].sort();
}

/** Everything a file leads to; itself only by a way round. */
function reachedFrom(start: string, imports: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const open = [...imports.get(start) ?? []];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    open.push(...imports.get(path) ?? []);
  }
  return reached;
}
