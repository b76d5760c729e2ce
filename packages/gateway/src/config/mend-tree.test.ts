import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { checkTree } from './check-config.js';
import { mendTree } from './mend-tree.js';

describe('mending a configuration', () => {
  it.each([
    ['a slip in a section', { sever: { port: 80 } }, { server: { port: 80 } }, ['sever is called server now']],
    [
      'a slip below',
      { cache: { ttlSecond: 5 } },
      { cache: { ttlSeconds: 5 } },
      ['cache.ttlSecond is called ttlSeconds now'],
    ],
    [
      'quotes around a number',
      { server: { port: '80' } },
      { server: { port: 80 } },
      ['server.port is 80 instead of "80" now'],
    ],
    [
      'quotes around a truth value, under a name that was a slip',
      { cahce: { enabled: 'false' } },
      { cache: { enabled: false } },
      ['cahce is called cache now', 'cache.enabled is false instead of "false" now'],
    ],
    [
      'a slip in a backend, and nothing of what is beside it',
      { backends: { lab: { provider: 'demo', model: ['m'], apiKey: '7' } } },
      { backends: { lab: { provider: 'demo', models: ['m'], apiKey: '7' } } },
      ['backends.lab.model is called models now'],
    ],
  ])('puts right %s', (_, tree, mended, mends) => {
    expect(mendTree(tree)).toEqual({ tree: mended, mends });
  });

  it.each([
    ['a key that is near nothing', { zzzzzzzz: 1 }],
    ['a key whose place is taken', { server: { port: 80, prot: 81 } }],
    ['a number that would be wrong too', { server: { port: '70000' } }],
    ['a number that is none to the letter', { server: { port: '080' } }],
    ['a value of another kind', { cache: { enabled: 'maybe' } }],
    ['text that looks like a number', { backends: { lab: { provider: 'demo', models: ['7'] } } }],
    ['what is no object', 7],
  ])('leaves %s alone', (_, tree) => {
    expect(mendTree(tree)).toEqual({ tree, mends: [] });
  });

  it('is done at once, and changes nothing of what is right', () => {
    const word = fc.constantFrom('server', 'sever', 'port', 'prot', 'cache', 'enabled', 'backends', 'lab', 'x');
    const leaf = fc.constantFrom<unknown>('80', 80, 'true', false, null, '0x1', ['m']);
    const level = fc.dictionary(word, leaf);
    fc.assert(
      fc.property(fc.dictionary(word, fc.oneof(leaf, level, fc.dictionary(word, level))), (tree) => {
        const mended = mendTree(tree);
        expect(mendTree(mended.tree)).toEqual({ tree: mended.tree, mends: [] });
        expect(mended.mends.length > 0).toBe(mended.tree !== tree);
        if (checkTree(tree).problems.length === 0) expect(mended.tree).toBe(tree);
      }),
      { numRuns: 25 },
    );
  });
});
