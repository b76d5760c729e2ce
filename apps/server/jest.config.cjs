const preset = require('../../jest.preset.cjs');

module.exports = {
  ...preset,
  displayName: 'server',
  rootDir: __dirname,
  collectCoverageFrom: [
    ...preset.collectCoverageFrom,
    // They run in processes of their own only, like main.ts: process-workers.test.ts starts those as they are shipped.
    '!**/workers/{launch-worker,run-primary,run-worker,worker-metrics,worker-set}.ts',
  ],
};
