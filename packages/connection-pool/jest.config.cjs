module.exports = { ...require('../../jest.preset.cjs'), displayName: 'connection-pool', rootDir: __dirname };
