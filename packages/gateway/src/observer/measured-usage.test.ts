import { noUsage } from '@claudette/core';
import type { Usage } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { measuredUsage } from './measured-usage.js';

const counted: Usage = { ...noUsage, inputTokens: 12, outputTokens: 34 };

describe('measuredUsage', () => {
  it("takes a complete reply's own count as it is", () => {
    expect(measuredUsage('generate', { kind: 'complete', usage: counted, receivedBytes: 1_000_000 }, 'sse', 400)).toBe(
      counted,
    );
  });

  it('estimates a body whose provider counted nothing from its bytes', () => {
    expect(measuredUsage('generate', { kind: 'complete', receivedBytes: 80 }, 'json', 400)).toEqual({
      ...noUsage,
      inputTokens: 100,
      outputTokens: 20,
      source: 'estimated',
    });
  });

  it('estimates a stream from its frames, one token each', () => {
    expect(measuredUsage('generate', { kind: 'abandoned', receivedBytes: 2_000 }, 'sse', 400)).toMatchObject({
      inputTokens: 100,
      outputTokens: 10,
      source: 'estimated',
    });
  });

  it('estimates what was delivered of a stream that broke off before the provider counted it', () => {
    const begun: Usage = { ...noUsage, inputTokens: 12, cachedInputTokens: 5, outputTokens: 1 };
    expect(measuredUsage('generate', { kind: 'failed', usage: begun, receivedBytes: 2_000 }, 'sse', 400)).toEqual({
      ...begun,
      outputTokens: 10,
      source: 'estimated',
    });
  });

  it('never counts less than the provider did', () => {
    expect(
      measuredUsage('generate', { kind: 'abandoned', usage: counted, receivedBytes: 200 }, 'sse', 4),
    ).toMatchObject({
      outputTokens: 34,
      source: 'estimated',
    });
  });

  it('counts nothing for a count of tokens', () => {
    expect(measuredUsage('count', { kind: 'complete', receivedBytes: 20 }, 'json', 400)).toBeUndefined();
  });

  it('counts no output for vectors', () => {
    expect(measuredUsage('embed', { kind: 'complete', usage: counted, receivedBytes: 80 }, 'json', 400)).toBe(counted);
    expect(measuredUsage('embed', { kind: 'complete', receivedBytes: 80_000 }, 'json', 400)).toEqual({
      ...noUsage,
      inputTokens: 100,
      source: 'estimated',
    });
  });
});
