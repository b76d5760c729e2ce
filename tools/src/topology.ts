import { scope } from './workspace.js';
import type { Manifest } from './workspace.js';

/** One row of the house: who imports whom. Names are without our scope. */
export interface Edges {
  readonly layer: string;
  /** What the sources import of ours. */
  readonly imports: readonly string[];
  /** What only the tests import. */
  readonly testImports: readonly string[];
}

/** Package name (without our scope) to its row. */
export type Topology = ReadonlyMap<string, Edges>;

const ownNames = (dependencies: Readonly<Record<string, string>> = {}): string[] =>
  Object.keys(dependencies)
    .filter((name) => name.startsWith(scope))
    .map((name) => name.slice(scope.length))
    .sort();

/** The topology that the package.json files declare. */
export const topologyOf = (manifests: readonly Manifest[]): Topology =>
  new Map(
    manifests.map((manifest) => [
      manifest.name.slice(scope.length),
      {
        layer: manifest.nx?.tags?.find((tag) => tag.startsWith('layer:'))?.slice('layer:'.length) ?? 'none',
        imports: ownNames(manifest.dependencies),
        testImports: ownNames(manifest.devDependencies),
      },
    ]),
  );

const namesIn = (cell: string): string[] =>
  cell
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== '-')
    .sort();

/**
 * Reads the table of edges from docs/architecture.md: the table whose columns are package, layer, imports and tests
 * import.
 *
 * @throws Error when the page has no such table
 */
export const parseTopology = (page: string): Topology => {
  const lines = page.split('\n').map((line) => line.trim());
  const head = lines.findIndex((line) => /^\|\s*package\s*\|\s*layer\s*\|\s*imports\s*\|/.test(line));
  if (head < 0) throw new Error('No table of edges: | package | layer | imports | tests import |');

  const rows = new Map<string, Edges>();
  for (const line of lines.slice(head + 2)) {
    if (!line.startsWith('|')) break;
    const cells = line.slice(1).split('|');
    const cell = (index: number): string => (cells[index] ?? '').replaceAll('`', '').trim();
    rows.set(cell(0), { layer: cell(1), imports: namesIn(cell(2)), testImports: namesIn(cell(3)) });
  }
  return rows;
};

const difference = (left: readonly string[], right: readonly string[]): string[] =>
  left.filter((name) => !right.includes(name));

/** What the code declares and the page does not say, and the other way round: one sentence each, none when they agree. */
export const compareTopology = (declared: Topology, documented: Topology): readonly string[] => {
  const problems: string[] = [];
  for (const [name, edges] of declared) {
    const row = documented.get(name);
    if (!row) {
      problems.push(`${name} is not in the table`);
      continue;
    }
    if (row.layer !== edges.layer) problems.push(`${name} is in layer ${edges.layer}, the table says ${row.layer}`);
    for (const to of difference(edges.imports, row.imports)) problems.push(`${name} -> ${to} is not in the table`);
    for (const to of difference(row.imports, edges.imports)) problems.push(`${name} -> ${to} is not declared`);
    for (const to of difference(edges.testImports, row.testImports))
      problems.push(`${name} -> ${to} (tests) is not in the table`);
    for (const to of difference(row.testImports, edges.testImports))
      problems.push(`${name} -> ${to} (tests) is not declared`);
  }
  for (const name of documented.keys()) if (!declared.has(name)) problems.push(`${name} does not exist`);
  return problems;
};
