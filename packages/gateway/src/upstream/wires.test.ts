import { dialectIds } from '@claudette/core';
import type { Operation } from '@claudette/core';
import { codecs } from '@claudette/protocol';
import { describe, expect, it } from '@jest/globals';

import { findWire } from './wires.js';

describe('how a dialect asks', () => {
  it.each(dialectIds)('for an answer is the codec of %s itself', (dialect) => {
    expect(findWire(dialect, 'generate')).toBe(codecs[dialect]);
  });

  it.each<[Operation, 'counting' | 'embedding']>([
    ['count', 'counting'],
    ['embed', 'embedding'],
  ])('for %s is known where the codec has it', (operation, part) => {
    const known = dialectIds.filter((dialect) => findWire(dialect, operation) !== undefined);
    expect(known).toEqual(dialectIds.filter((dialect) => codecs[dialect][part] !== undefined));
    expect(known.length).toBeGreaterThan(0);
  });

  it('for a number of tokens costs nothing', () => {
    const scanner = findWire('anthropic-messages', 'count')?.createScanner('json');
    scanner?.see(Buffer.from('{"input_tokens":7}'));
    expect(scanner).toMatchObject({ finished: true, usage: undefined });
  });

  it('for vectors tells what they cost', () => {
    const scanner = findWire('openai-chat', 'embed')?.createScanner('json');
    const body = {
      object: 'list',
      model: 'm',
      data: [{ object: 'embedding', index: 0, embedding: [1] }],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    };
    scanner?.see(Buffer.from(JSON.stringify(body)));
    expect(scanner).toMatchObject({ finished: true, usage: { inputTokens: 3 } });
  });

  it.each<[Operation, 'anthropic-messages' | 'openai-chat']>([
    ['count', 'anthropic-messages'],
    ['embed', 'openai-chat'],
  ])('for %s finds out what is no answer', (operation, dialect) => {
    const scanner = findWire(dialect, operation)?.createScanner('json');
    scanner?.see(Buffer.from('{"x":1}'));
    expect(scanner).toMatchObject({ committed: false, failure: { code: 'upstream_invalid_reply' } });
  });
});
