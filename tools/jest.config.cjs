const preset = require('../jest.preset.cjs');

module.exports = {
  ...preset,
  displayName: 'tools',
  rootDir: __dirname,
  // Two lines that write what generated-pages.ts says.
  collectCoverageFrom: [...preset.collectCoverageFrom, '!**/generate-docs.ts'],
};
