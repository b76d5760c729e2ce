import { describe, expect, it } from '@jest/globals';

import { compareTopology, parseTopology, topologyOf } from './topology.js';
import { readProjects, readText } from './workspace.js';

const declared = topologyOf(readProjects().map(({ manifest }) => manifest));
const page = readText('docs/architecture.md');

describe('the topology', () => {
  it('is the one that docs/architecture.md shows', () => {
    expect(compareTopology(declared, parseTopology(page))).toEqual([]);
  });

  it('names every edge, layer and package that the page does not have', () => {
    const declares = [
      {
        name: '@claudette/routing',
        dependencies: { '@claudette/core': '^0.1.0', '@claudette/cache': '^0.1.0', opossum: '9.0.0' },
        devDependencies: { '@claudette/testing': '*' },
        nx: { tags: ['scope:routing', 'layer:1'] },
      },
      { name: '@claudette/limits' },
    ];
    const table = '| package | layer | imports | tests import |\n|---|---|---|---|\n| `routing` | 1 | `core` | - |\n';
    expect(compareTopology(topologyOf(declares), parseTopology(table))).toEqual([
      'routing -> cache is not in the table',
      'routing -> testing (tests) is not in the table',
      'limits is not in the table',
    ]);
  });

  it('names every edge, layer and package that only the page has', () => {
    const table = [
      '| package | layer | imports | tests import |',
      '|---|---|---|---|',
      '| `routing` | 2 | `core` | `testing` |',
      '| `limits` | 1 |',
      'The end.',
    ].join('\n');
    const declared = topologyOf([{ name: '@claudette/routing', nx: { tags: ['scope:routing'] } }]);
    expect(compareTopology(declared, parseTopology(table))).toEqual([
      'routing is in layer none, the table says 2',
      'routing -> core is not declared',
      'routing -> testing (tests) is not declared',
      'limits does not exist',
    ]);
  });

  it('refuses a page without the table', () => {
    expect(() => parseTopology('# Nothing here')).toThrow('No table of edges');
  });
});
