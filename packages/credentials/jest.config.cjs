module.exports = { ...require('../../jest.preset.cjs'), displayName: 'credentials', rootDir: __dirname };
