import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

import { repositoryRoot } from './workspace.js';

/** A TypeScript file of a project. */
export interface SourceFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Module specifiers as they stand in the file, types and lazy imports included. */
  readonly imports: readonly string[];
}

/** Every TypeScript file below `src` of a project folder, tests included. */
export const readSourceFiles = (folder: string): readonly SourceFile[] => {
  const source = join(repositoryRoot, folder, 'src');
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => {
      const text = readFileSync(join(source, name), 'utf8');
      const imports = ts.preProcessFile(text, true, false).importedFiles.map((file) => file.fileName);
      return { path: `${folder}/src/${name.replaceAll('\\', '/')}`, text, imports };
    });
};

/** True for tests and for what exists for them only. */
export const isTest = (path: string): boolean => path.endsWith('.test.ts') || path.includes('/__fixtures__/');
