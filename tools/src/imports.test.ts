import { isBuiltin } from 'node:module';

import { describe, expect, it } from '@jest/globals';

import { findImportCycle } from './import-cycle.js';
import { isTest, readSourceFiles } from './source-files.js';
import { readManifest, readProjects } from './workspace.js';
import type { Manifest } from './workspace.js';

const shared = Object.keys(readManifest('.').devDependencies ?? {});
const projects = readProjects();

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

const declaredFor = (path: string, manifest: Manifest): readonly string[] => [
  ...Object.keys(manifest.dependencies ?? {}),
  // A README example imports its own package by name, and is run inside a test.
  ...(isTest(path) ? [...Object.keys(manifest.devDependencies ?? {}), ...shared, manifest.name] : []),
];

const undeclared = (folder: string, manifest: Manifest): readonly string[] =>
  readSourceFiles(folder).flatMap(({ path, imports }) =>
    imports
      .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
      .map(packageOf)
      .filter((name) => !declaredFor(path, manifest).includes(name))
      .map((name) => `${path} imports ${name}`),
  );

describe.each(projects)('the imports of $folder', ({ folder, manifest }) => {
  it('are declared in its package.json, those of tests there or in the root', () => {
    expect(undeclared(folder, manifest)).toEqual([]);
  });

  it('do not run in a circle', () => {
    expect(findImportCycle(readSourceFiles(folder))).toBeUndefined();
  });
});

describe('the search for cycles', () => {
  it('finds one that passes through several folders', () => {
    const files = [
      { path: 'src/a.ts', imports: ['./b/b.js', 'node:fs'] },
      { path: 'src/b/b.ts', imports: ['./c.js'] },
      { path: 'src/b/c.ts', imports: ['../a.js'] },
    ];
    expect(findImportCycle(files)).toEqual(['src/a.ts', 'src/b/b.ts', 'src/b/c.ts', 'src/a.ts']);
  });

  it('lets two files import the same third one', () => {
    const files = [
      { path: 'src/a.ts', imports: ['./b.js', './c.js'] },
      { path: 'src/b.ts', imports: ['./c.js'] },
      { path: 'src/c.ts', imports: [] },
    ];
    expect(findImportCycle(files)).toBeUndefined();
  });
});
