const { join } = require('node:path');

/** ESM TypeScript through @swc/jest; run with NODE_OPTIONS=--experimental-vm-modules. */
module.exports = {
  testEnvironment: 'node',
  // A busy machine is no fault; what hangs still fails. Promised times are measured by the tests that are about them.
  testTimeout: 30_000,
  // One project after the other has the machine to itself: see tools/run-tests.mjs.
  maxWorkers: '100%',
  testMatch: ['<rootDir>/src/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['@claudette/source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  setupFilesAfterEnv: [join(__dirname, 'tools/jest/no-stray-output.cjs')],
  reporters: ['default', join(__dirname, 'tools/jest/results-reporter.cjs')],
  collectCoverage: process.env.CLAUDETTE_TEST_COVERAGE === '1',
  collectCoverageFrom: [
    '<rootDir>/src/**/*.ts',
    '!**/*.test.ts',
    '!**/__fixtures__/**',
    '!**/main.ts',
    '!**/*.generated.ts',
  ],
  coverageDirectory: '<rootDir>/test-output/coverage',
  coverageReporters: ['text-summary', 'json'],
  // core, protocol, resilience and routing ask for 100 in their own configuration.
  coverageThreshold: { global: { lines: 90, branches: 90 } },
};
