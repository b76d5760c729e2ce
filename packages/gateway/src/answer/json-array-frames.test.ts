import type { Outcome } from '@claudette/core';
import { createJsonArrayWriter } from '@claudette/protocol';
import { describe, expect, it } from '@jest/globals';

import { readFrames } from '../__fixtures__/start-bench.js';
import { toJsonArray } from './json-array-frames.js';

const arrayOf = (frames: readonly string[], kind: Outcome['kind'] = 'complete') => {
  const source = (async function* () {
    for (const frame of frames) yield Buffer.from(frame);
    return undefined;
  })();
  return toJsonArray(source, createJsonArrayWriter(), Promise.resolve({ kind, receivedBytes: 1 }));
};

describe('a stream as a JSON array', () => {
  it('has the data of every event', async () => {
    const text = await readFrames(arrayOf(['data: {"a":1}\n\n', 'data: {"b":2}\n\ndata: {"c":3}\n\n']));
    expect(JSON.parse(text)).toEqual([{ a: 1 }, { b: 2 }, { c: 3 }]);
  });

  it('is not closed when the provider did not finish', async () => {
    expect(await readFrames(arrayOf(['data: {"a":1}\n\n'], 'failed'))).toBe('[{"a":1}');
  });

  it('ends once', async () => {
    const frames = arrayOf([]);
    await readFrames(frames);
    expect((await frames.next()).done).toBe(true);
  });

  it('can be left', async () => {
    const frames = arrayOf(['data: {"a":1}\n\n']);
    await frames.next();
    expect((await frames.return?.())?.done).toBe(true);
  });
});
