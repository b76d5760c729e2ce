module.exports = {
  ...require('../../jest.preset.cjs'),
  displayName: 'server',
  rootDir: __dirname,
  // Much of this suite waits for time-outs and processes; one file at a time would leave the machine idle.
  maxWorkers: 2,
};
