import { describe, expect, it } from '@jest/globals';
import { GatewayError, toGatewayError } from '@claudette/core';

import { tellableError } from './tellable-error.js';

const told = (thrown: unknown): GatewayError => tellableError(toGatewayError(thrown));

describe('what clients are told of an error', () => {
  it('is all of it where it is one of ours', () => {
    const ours = new GatewayError('deadline_exceeded', '5 ms');
    expect(told(ours)).toBe(ours);
    const withoutCause = new GatewayError('internal', 'a bug');
    expect(told(withoutCause)).toBe(withoutCause);
  });

  it('is the first line of what was thrown by accident', () => {
    expect(told(new TypeError('a bug\n    at /srv/secret.js:1')).message).toBe('Internal error: a bug');
    expect(told('a word').message).toBe('Internal error: a word');
  });

  it('has no file and no address of this machine', () => {
    const fault = Object.assign(new Error("ENOENT: no such file, open '/srv/ledger.db'"), {
      code: 'ENOENT',
      syscall: 'open',
    });
    expect(told(fault).message).toBe('Internal error: ENOENT');
  });

  it('names depth as the fault where something overflowed', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    let thrown: unknown;
    try {
      JSON.stringify(JSON.parse(deep));
    } catch (overflow) {
      thrown = overflow;
    }
    expect(told(thrown)).toMatchObject({ code: 'invalid_request', detail: 'the body is nested too deeply' });
  });
});
