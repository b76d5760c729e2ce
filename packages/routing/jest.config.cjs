module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'routing',
  rootDir: __dirname,
  coverageThreshold: { global: { lines: 100, branches: 100 } },
};
