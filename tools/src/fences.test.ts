import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from '@jest/globals';

import { compareTopology, parseTopology, topologyOf } from './topology.js';
import { readManifest, readProjects, readText, repositoryRoot } from './workspace.js';

interface Complaint {
  readonly ruleId: string | null;
  readonly message: string;
}

interface FenceCase {
  readonly name: string;
  /** An existing file: its text is replaced for ESLint only, nothing is written. */
  readonly path: string;
  readonly text: string;
  /** The rule that complains; none may when it is absent. */
  readonly rule?: string;
  readonly message?: string;
}

const withoutDependency = (folder: string, name: string): string => {
  const manifest = readManifest(folder);
  const kept = Object.entries(manifest.dependencies ?? {}).filter(([dependency]) => dependency !== name);
  return JSON.stringify({ ...manifest, dependencies: Object.fromEntries(kept) });
};

const boundaries = '@nx/enforce-module-boundaries';
const leaf = 'packages/routing/src/index.ts';
const leafTest = 'packages/routing/src/plan/score.test.ts';

const imports: readonly FenceCase[] = [
  { name: 'let a leaf import core', path: leaf, text: "export { GatewayError } from '@claudette/core';" },
  {
    name: 'stop a leaf that imports a leaf',
    path: leaf,
    text: "export { x } from '@claudette/cache';",
    rule: boundaries,
    message: 'can only depend on',
  },
  {
    name: 'stop core from importing a leaf',
    path: 'packages/core/src/index.ts',
    text: "export { x } from '@claudette/ledger';",
    rule: boundaries,
  },
  {
    name: 'let providers import protocol',
    path: 'packages/providers/src/index.ts',
    text: "export { x } from '@claudette/protocol';",
  },
  {
    name: 'stop providers from importing another leaf',
    path: 'packages/providers/src/index.ts',
    text: "export { x } from '@claudette/routing';",
    rule: boundaries,
  },
  {
    name: 'stop the server from reaching past the gateway',
    path: 'apps/server/src/index.ts',
    text: "export { x } from '@claudette/routing';",
    rule: boundaries,
  },
  {
    name: 'stop a relative import into another package',
    path: leaf,
    text: "export { compose } from '../../core/src/exchange.js';",
    rule: boundaries,
  },
  {
    name: 'stop sources that import the testing package',
    path: leaf,
    text: "export { x } from '@claudette/testing';",
    rule: boundaries,
  },
  {
    name: 'stop undici outside connection-pool',
    path: leaf,
    text: "export { request } from 'undici';",
    rule: boundaries,
    message: 'is not allowed to import "undici"',
  },
  {
    name: 'let connection-pool import undici',
    path: 'packages/connection-pool/src/index.ts',
    text: "export { request } from 'undici';",
  },
  {
    name: 'stop what only a dependency depends on',
    path: leaf,
    text: "export { x } from 'thread-stream';",
    rule: boundaries,
    message: 'Transitive',
  },
  {
    name: 'stop a package.json that does not declare what its sources import',
    path: 'packages/connection-pool/package.json',
    text: withoutDependency('packages/connection-pool', 'undici'),
    rule: '@nx/dependency-checks',
    message: 'undici',
  },
  {
    name: 'stop an import from inside a package',
    path: leaf,
    text: "export { x } from '@claudette/core/src/errors.js';",
    rule: 'no-restricted-imports',
  },
];

const habits: readonly FenceCase[] = [
  {
    name: 'stop a package that reads the environment',
    path: leaf,
    text: 'export const path = process.env.PATH;',
    rule: 'no-restricted-properties',
  },
  {
    name: 'stop a package that imports the environment',
    path: leaf,
    text: "export { env } from 'node:process';",
    rule: 'no-restricted-imports',
  },
  {
    name: 'let credentials read the environment',
    path: 'packages/credentials/src/index.ts',
    text: "export const path = process.env['PATH'];",
  },
  { name: 'stop a default export', path: leaf, text: 'export default 1;', rule: 'no-restricted-syntax' },
  { name: 'stop any', path: leaf, text: 'export const x: any = 1;', rule: '@typescript-eslint/no-explicit-any' },
  {
    name: 'stop a non-null assertion',
    path: leaf,
    text: 'export const f = (x?: string): string => x!;',
    rule: '@typescript-eslint/no-non-null-assertion',
  },
  { name: 'stop printing', path: leaf, text: "console.log('x');", rule: 'no-console' },
  {
    name: 'stop a type imported as a value',
    path: leaf,
    text: "import { Call } from '@claudette/core';\nexport type X = Call;",
    rule: '@typescript-eslint/consistent-type-imports',
  },
  {
    name: 'stop a promise that nobody waits for',
    path: leaf,
    text: 'export const f = (): void => {\n  Promise.resolve(1);\n};',
    rule: '@typescript-eslint/no-floating-promises',
  },
  {
    name: 'stop a comment that switches a rule off',
    path: leaf,
    text: '// eslint-disable-next-line\nexport const x: any = 1;',
    rule: '@typescript-eslint/no-explicit-any',
  },
  { name: 'stop a file of 401 lines', path: leaf, text: 'export {};\n'.repeat(401), rule: 'max-lines' },
  { name: 'let a test import the testing package', path: leafTest, text: "export { x } from '@claudette/testing';" },
];

const cases = [...imports, ...habits];
let complaints: readonly (readonly Complaint[])[] = [];

const node = (script: string, words: readonly string[], input: string): string =>
  execFileSync(process.execPath, [join(repositoryRoot, script), ...words], {
    cwd: repositoryRoot,
    env: { ...process.env, NODE_OPTIONS: '', NX_DAEMON: 'false', NX_NO_CLOUD: 'true' },
    input,
    encoding: 'utf8',
  });

beforeAll(() => {
  // The boundary rule is silent without the project graph, which a fresh checkout does not have yet.
  node('node_modules/nx/dist/bin/nx.js', ['show', 'projects'], '');
  complaints = JSON.parse(node('tools/lint-texts.mjs', [], JSON.stringify(cases))) as Complaint[][];
}, 180_000);

describe('the fences', () => {
  it.each(cases.map((fence, index) => ({ ...fence, index })))('$name', ({ index, rule, message }) => {
    const found = complaints[index];
    if (rule === undefined) expect(found).toEqual([]);
    else
      expect(found).toContainEqual(
        expect.objectContaining({ ruleId: rule, message: expect.stringContaining(message ?? '') }),
      );
  });

  it('stop an edge that docs/architecture.md does not show', () => {
    const declared = topologyOf(readProjects().map(({ manifest }) => manifest));
    const page = readText('docs/architecture.md').replace(/^(\| `gateway`.*)`ledger`, /m, '$1');
    expect(compareTopology(declared, parseTopology(page))).toEqual(['gateway -> ledger is not in the table']);
  });
});
