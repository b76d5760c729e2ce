import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { formatFrame, parseFrames } from './frames.js';
import { splitFrames } from './split-frames.js';

describe('frames', () => {
  it('are read with their names and data', () => {
    expect(parseFrames(Buffer.from('event: a\ndata: {}\n\ndata: 2\n\n'))).toEqual([
      { event: 'a', data: '{}' },
      { data: '2' },
    ]);
  });

  it('are read with other fields, comments and lines without a colon left out', () => {
    expect(parseFrames(Buffer.from('id: 1\n: x\nodd\ndata:a\ndata: b\n\nevent: none\n\n'))).toEqual([{ data: 'a\nb' }]);
  });

  it('come back as they were written', () => {
    const line = fc.string().filter((text) => !/[\n\r\ufeff]/.test(text));
    fc.assert(
      fc.property(
        fc.option(fc.string({ minLength: 1, unit: fc.constantFrom('a', '_') }), { nil: undefined }),
        line,
        (event, data) => {
          const written = event === undefined ? { data } : { event, data };
          expect(parseFrames(formatFrame(written))).toEqual([written]);
        },
      ),
    );
  });

  it('are split at their blank lines', () => {
    expect(splitFrames(Buffer.from('a\n\nbc\n\n'))).toEqual([
      { start: 0, end: 3 },
      { start: 3, end: 7 },
    ]);
  });

  it('are split though the last has no end', () => {
    expect(splitFrames(Buffer.from('a\n\nb'))).toEqual([
      { start: 0, end: 3 },
      { start: 3, end: 4 },
    ]);
  });
});
