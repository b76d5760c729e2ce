import { describe, expect, it } from '@jest/globals';

import { compareTopology, parseTopology, topologyOf } from './topology.js';
import { readProjects, readText } from './workspace.js';

const declared = topologyOf(readProjects().map(({ manifest }) => manifest));
const page = readText('docs/architecture.md');

describe('the topology', () => {
  it('is the one that docs/architecture.md shows', () => {
    expect(compareTopology(declared, parseTopology(page))).toEqual([]);
  });

  it('names an edge that the page does not have', () => {
    const edges = { layer: '1', imports: ['cache', 'core'], testImports: [] };
    const documented = { ...edges, imports: ['core'] };
    expect(compareTopology(new Map([['routing', edges]]), new Map([['routing', documented]]))).toEqual([
      'routing -> cache is not in the table',
    ]);
  });

  it('names an edge, a layer and a package that only the page has', () => {
    const table = [
      '| package | layer | imports | tests import |',
      '|---|---|---|---|',
      '| `routing` | 2 | `core` | `testing` |',
      '| `limits` | 1 | - | - |',
      'The end.',
    ].join('\n');
    const edges = { layer: '1', imports: [], testImports: [] };
    expect(compareTopology(new Map([['routing', edges]]), parseTopology(table))).toEqual([
      'routing is in layer 1, the table says 2',
      'routing -> core is not declared',
      'routing -> testing (tests) is not declared',
      'limits does not exist',
    ]);
  });

  it('refuses a page without the table', () => {
    expect(() => parseTopology('# Nothing here')).toThrow('No table of edges');
  });
});
