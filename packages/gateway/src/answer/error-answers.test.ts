import { GatewayError, toGatewayError } from '@claudette/core';
import { codecs } from '@claudette/protocol';
import { beforeEach, describe, expect, it } from '@jest/globals';

import { createErrorAnswers } from './error-answers.js';

const codec = codecs['openai-chat'];
let faults: { readonly error: GatewayError; readonly id: string }[];
beforeEach(() => {
  faults = [];
});
const errors = createErrorAnswers({
  redact: (text) => text.replaceAll('sk-secret', '***'),
  onFault: (error, id) => faults.push({ error, id }),
});
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();
const bodyOf = (error: GatewayError): string => {
  const answer = errors.whole(codec, error, 'x-1');
  if (answer.kind !== 'whole') throw new Error('an error is one piece');
  return textOf(answer.body);
};

describe('an error for a client', () => {
  it('has the id of its exchange and no secret, whole and as an event', () => {
    const error = new GatewayError('upstream_unauthorized', 'lab: sk-secret is unknown');
    expect(errors.whole(codec, error, 'x-1').headers['x-claudette-id']).toBe('x-1');
    for (const told of [bodyOf(error), textOf(errors.event(codec, error, 'x-1'))]) {
      expect(told).toContain('lab: *** is unknown');
    }
    expect(faults).toEqual([]);
  });

  it.each(['whole', 'event'] as const)('that is our fault says little, and all of it goes elsewhere: %s', (form) => {
    const cause = new TypeError("cannot open '/srv/ledger.db'\n    at /srv/code.js:1");
    const error = toGatewayError(cause);
    const told = form === 'whole' ? bodyOf(error) : textOf(errors.event(codec, error, 'x-1'));
    expect(told).not.toContain('code.js');
    expect(faults).toEqual([{ error, id: 'x-1' }]);
    expect(faults[0]?.error.cause).toBe(cause);
  });

  it("that only looks like our fault is the caller's", () => {
    expect(bodyOf(toGatewayError(new RangeError('Maximum call stack size exceeded')))).toContain('nested too deeply');
    expect(faults).toEqual([]);
  });
});
