import type { Reply } from '@claudette/core';
import { beforeAll, describe, expect, it } from '@jest/globals';

import { helloBody, makeReply } from '../__fixtures__/make-reply.js';
import { responseHeaders } from './response-headers.js';

let reply: Reply;
beforeAll(async () => {
  reply = await makeReply({ framing: 'json', frames: [helloBody] });
});

const lossHeader = (path: string, reason: string, count = 1): string => {
  const losses = Array.from({ length: count }, () => ({ path, reason }));
  return responseHeaders('x-1', reply, losses, 'application/json')['x-claudette-loss'] ?? '';
};

describe('the headers of an answer', () => {
  it('say who answered, and nothing that is not known', () => {
    expect(responseHeaders('x-1', { ...reply, headers: { 'request-id': 'r' } }, [], 'application/json')).toEqual({
      'content-type': 'application/json',
      'request-id': 'r',
      'x-claudette-id': 'x-1',
      'x-claudette-backend': 'first',
      'x-claudette-model': 'gpt-fake',
      'x-claudette-cache': 'bypass',
      'x-claudette-attempts': '1',
    });
  });

  it("tell a hit's age in whole seconds", () => {
    expect(responseHeaders('x-1', { ...reply, cache: 'hit', ageMs: 61_999 }, [], 'application/json')).toMatchObject({
      age: '61',
      'x-claudette-cache': 'hit',
    });
  });

  it('tell the cost exactly', () => {
    expect(
      responseHeaders('x-1', reply, [], 'application/json', { nano: 1_230n, currency: 'USD' })['x-claudette-cost'],
    ).toBe('0.00000123');
  });

  it('list what was lost', () => {
    expect(lossHeader('logit_bias', 'no place', 2)).toBe('logit_bias: no place; logit_bias: no place');
  });

  it('list up to 2 kB of losses', () => {
    const text = lossHeader('p', 'r'.repeat(100), 30);
    expect([text.length, text.endsWith(' ...')]).toEqual([2048, true]);
  });

  it('hold ASCII only, and no line breaks', () => {
    expect(lossHeader('métadonnées', 'line\r\nset-cookie: x')).toBe('m?tadonn?es: line??set-cookie: x');
    const model = responseHeaders(
      'x-1',
      { ...reply, target: { ...reply.target, model: 'modèle\n' } },
      [],
      'application/json',
    );
    expect(model['x-claudette-model']).toBe('mod?le?');
  });
});
