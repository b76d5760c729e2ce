import { posix } from 'node:path';

/** What the search needs to know of a file. */
export interface ImportingFile {
  readonly path: string;
  readonly imports: readonly string[];
}

/** The first cycle of relative imports among the files, from a file back to itself; undefined when there is none. */
export const findImportCycle = (files: readonly ImportingFile[]): readonly string[] | undefined => {
  const targets = new Map(
    files.map(({ path, imports }) => [
      path,
      imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts')),
    ]),
  );
  const done = new Set<string>();

  const visit = (path: string, trail: readonly string[]): readonly string[] | undefined => {
    const start = trail.indexOf(path);
    if (start >= 0) return [...trail.slice(start), path];
    if (done.has(path)) return undefined;
    for (const target of targets.get(path) ?? []) {
      const cycle = visit(target, [...trail, path]);
      if (cycle) return cycle;
    }
    done.add(path);
    return undefined;
  };

  for (const path of targets.keys()) {
    const cycle = visit(path, []);
    if (cycle) return cycle;
  }
  return undefined;
};
