/** A test that prints has not said what it expects: stray console output fails it. */
const { afterEach, expect } = require('@jest/globals');

let printed = [];
for (const method of ['debug', 'error', 'info', 'log', 'warn']) {
  console[method] = (...words) => void printed.push(`console.${method}: ${words.map(String).join(' ')}`);
}

afterEach(() => {
  const stray = printed;
  printed = [];
  expect(stray).toEqual([]);
});
