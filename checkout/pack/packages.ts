/** Which npm packages a program needs, as Deno itself finds them. */

/** What `deno info --json` tells of a program; only what is read here. */
export interface ModuleGraph {
  readonly modules: readonly { readonly npmPackage?: string }[];
  readonly npmPackages?: Readonly<
    Record<
      string,
      { readonly name: string; readonly version: string; readonly dependencies: readonly string[] }
    >
  >;
}

/** A package, and the folder below node_modules/.deno that holds it. */
export interface NeededPackage {
  readonly name: string;
  readonly folder: string;
}

/** Pure: what is imported, and what that imports in turn. Sorted by folder. */
export function neededPackages({ modules, npmPackages = {} }: ModuleGraph): NeededPackage[] {
  const open = modules.flatMap(({ npmPackage }) => npmPackage ?? []);
  const found = new Map<string, NeededPackage>();
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const one = npmPackages[id];
    if (found.has(id) || one === undefined) continue;
    found.set(id, { name: one.name, folder: `${one.name.replaceAll("/", "+")}@${one.version}` });
    open.push(...one.dependencies);
  }
  return [...found.values()].sort((a, b) => a.folder < b.folder ? -1 : 1);
}
