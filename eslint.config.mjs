import { readdirSync, readFileSync } from 'node:fs';
import eslint from '@eslint/js';
import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import jsonc from 'jsonc-eslint-parser';
import tseslint from 'typescript-eslint';

/** Third-party packages that belong to one project each: the key is the project's scope. docs/architecture.md says why. */
const ownedExternals = {
  cache: ['keyv', '@keyv/*'],
  cli: ['commander'],
  'connection-pool': ['undici', 'fzstd'],
  gateway: ['zod', 'gpt-tokenizer'],
  ledger: ['better-sqlite3', 'kysely', '@pydantic/genai-prices'],
  metrics: ['prom-client', 'pino', '@opentelemetry/*'],
  resilience: ['opossum'],
  server: ['fastify', '@fastify/*'],
};

/** What a project with this tag may import of ours; tests may import `layer:test` too. */
const allowedImports = {
  'layer:0': ['layer:0'],
  'layer:1': ['layer:0'],
  'layer:2': ['layer:0', 'scope:protocol'],
  'layer:3': ['layer:0', 'layer:1', 'layer:2'],
  'layer:test': ['layer:0'],
  'layer:tools': ['*'],
  'scope:server': ['scope:core', 'scope:gateway'],
  'scope:cli': ['scope:core', 'scope:gateway', 'scope:server'],
};

const here = (path) => new URL(path, import.meta.url);
const scopes = ['packages', 'apps'].flatMap((folder) =>
  readdirSync(here(folder)).map((name) => {
    const { nx } = JSON.parse(readFileSync(here(`${folder}/${name}/package.json`), 'utf8'));
    return nx.tags.find((tag) => tag.startsWith('scope:')).slice('scope:'.length);
  }),
);

const bansOf = (scope) =>
  Object.entries(ownedExternals).flatMap(([owner, externals]) => (owner === scope ? [] : externals));

/** @param {string[]} alsoForTests tags that every project may import here */
const boundaries = (...alsoForTests) => [
  'error',
  {
    enforceBuildableLibDependency: true,
    allowCircularSelfDependency: false,
    banTransitiveDependencies: true,
    // Packages are loaded lazily where that saves start-up time, and their types are imported beside that.
    checkDynamicDependenciesExceptions: ['@claudette/*'],
    depConstraints: [
      ...Object.entries(allowedImports).map(([sourceTag, allowed]) => ({
        sourceTag,
        onlyDependOnLibsWithTags: [...allowed, ...alsoForTests],
      })),
      ...scopes.map((scope) => ({ sourceTag: `scope:${scope}`, bannedExternalImports: bansOf(scope) })),
    ],
  },
];

const source = ['packages/*/src/**/*.ts', 'apps/*/src/**/*.ts', 'tools/src/**/*.ts'];
const tests = ['**/*.test.ts', '**/src/**/__fixtures__/**/*.ts'];

const noDefaultExport = {
  selector: 'ExportDefaultDeclaration, ExportSpecifier[exported.name="default"]',
  message: 'Export by name.',
};
const noDeepImport = {
  regex: '^@claudette/[^/]+/.+',
  message: 'Import from the package, not from inside it.',
};

export default tseslint.config(
  {
    ignores: ['**/dist', '**/out-tsc', '**/coverage', '**/test-output', '**/*.generated.ts', '.nx', 'node_modules'],
  },
  { linterOptions: { noInlineConfig: true } },
  {
    files: ['**/*.{ts,mjs,cjs}'],
    extends: [eslint.configs.recommended, tseslint.configs.recommended],
  },
  {
    files: source,
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(),
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: 'error',
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'no-console': 'error',
      'no-restricted-imports': [
        'error',
        {
          patterns: [noDeepImport],
          paths: [{ name: 'node:process', importNames: ['env'], message: 'Configuration is read in one place.' }],
        },
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'The environment is read in configuration and credentials only.',
        },
      ],
      'no-restricted-syntax': ['error', noDefaultExport],
    },
  },
  { files: ['**/wire.ts'], rules: { 'max-lines': 'off' } },
  {
    files: ['packages/gateway/src/config/**', 'packages/credentials/src/**', '**/src/main.ts', 'tools/**'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['apps/cli/src/output.ts', '**/main.ts', 'packages/testing/src/**', 'tools/**'],
    rules: { 'no-console': 'off' },
  },
  {
    files: tests,
    plugins: { '@nx': nx },
    rules: {
      '@nx/enforce-module-boundaries': boundaries('layer:test'),
      'no-console': 'off',
      'no-restricted-properties': 'off',
    },
  },
  {
    files: ['**/*.mjs', '**/*.cjs'],
    languageOptions: { globals: { console: 'readonly', process: 'readonly', URL: 'readonly', fetch: 'readonly' } },
  },
  {
    files: ['**/*.cjs'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['packages/*/package.json', 'apps/*/package.json'],
    plugins: { '@nx': nx },
    languageOptions: { parser: jsonc },
    rules: {
      '@nx/dependency-checks': [
        'error',
        {
          ignoredFiles: [
            '{projectRoot}/src/**/*.test.ts',
            '{projectRoot}/src/**/__fixtures__/**',
            '{projectRoot}/jest.config.cjs',
          ],
        },
      ],
    },
  },
  prettier,
);
