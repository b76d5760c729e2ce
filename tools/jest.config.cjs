const preset = require('../jest.preset.cjs');

module.exports = {
  ...preset,
  displayName: 'tools',
  rootDir: __dirname,
  collectCoverageFrom: [
    ...preset.collectCoverageFrom,
    // Two lines that write what generated-pages.ts says.
    '!**/generate-docs.ts',
    // `npm run supply-chain`, which CI runs by itself.
    '!**/supply-chain/{build-twice,run-secret-scan,run-supply-chain}.ts',
  ],
};
