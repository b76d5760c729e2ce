import { format, inspect } from 'node:util';

import { describe, expect, it } from '@jest/globals';

import { createSecret, isSecret, reveal } from './secret.js';

const secret = createSecret('hunter2-hunter2');

describe('a secret', () => {
  it.each([
    ['String()', String(secret)],
    ['a template', `${String(secret)}`],
    ['concatenation', '' + String(secret)],
    ['JSON.stringify', JSON.parse(JSON.stringify({ secret })).secret],
    ['util.inspect', inspect(secret)],
    ['util.inspect inside an object', inspect({ secret }).slice(10, 13)],
    ['console.log as text', format('%s', secret)],
    ['console.log as JSON', JSON.parse(format('%j', secret))],
    ['console.log as an object', format('%o', secret)],
  ])('shows as *** under %s', (_, shown) => {
    expect(shown).toBe('***');
  });

  it('shows nothing to inspect even without custom inspection', () => {
    expect(inspect(secret, { customInspect: false, showHidden: true, depth: 9 })).not.toContain('hunter2');
  });

  it('shows nothing as the cause of an error', () => {
    const error = new Error('refused', { cause: secret });
    expect(inspect(error)).toContain('[cause]: ***');
    expect(inspect(error)).not.toContain('hunter2');
  });

  it('gives nothing to a structured clone', () => {
    expect(structuredClone({ secret })).toEqual({ secret: {} });
  });

  it('becomes no number', () => {
    expect([Number(secret), format('%d', secret), format('%i', secret)]).toEqual([NaN, 'NaN', 'NaN']);
  });

  it('has no enumerable or own property', () => {
    expect(Reflect.ownKeys(secret)).toEqual([]);
  });

  it('gives its value to reveal alone', () => {
    expect(reveal(secret)).toBe('hunter2-hunter2');
  });

  it('is told from a look-alike', () => {
    const lookAlike = { toString: () => '***', toJSON: () => '***' };
    expect([isSecret(secret), isSecret(lookAlike), isSecret('***'), isSecret(null)]).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
