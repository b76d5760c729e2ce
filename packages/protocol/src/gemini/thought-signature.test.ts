import { describe, expect, it } from '@jest/globals';
import type { OpaqueState } from '@claudette/core';

import { sealState } from '../opaque-state.js';
import { holdsWrappedState, readSignature, writeSignature } from './thought-signature.js';

const foreign: OpaqueState = { dialect: 'anthropic-messages', kind: 'signature', data: 'ÿ~?>', text: 'hm' };

describe('a thought signature', () => {
  it("is Gemini's own as Gemini wrote it", () => {
    const own: OpaqueState = { dialect: 'gemini', kind: 'signature', data: 'Eo0HCooH+/==' };
    expect(writeSignature(own)).toBe(own.data);
    expect(readSignature(own.data)).toEqual(own);
  });

  it('carries the state of another dialect as base64, which some clients insist on', () => {
    const written = writeSignature(foreign);
    expect(Buffer.from(written, 'base64').toString('base64')).toBe(written);
    expect(readSignature(written)).toEqual(foreign);
  });

  it('is read in the alphabet that Python writes', () => {
    const bytes = Buffer.from(writeSignature(foreign), 'base64');
    expect(readSignature(bytes.toString('base64url'))).toEqual(foreign);
  });

  it('is read without its wrapping too', () => {
    expect(readSignature(sealState(foreign))).toEqual(foreign);
  });

  it.each([
    [writeSignature(foreign), true],
    ['Eo0HCooH+/==', false],
  ])('%s shows in the bytes whether it is wrapped: %s', (signature, isWrapped) => {
    const body = Buffer.from(JSON.stringify({ contents: [{ parts: [{ thoughtSignature: signature }] }] }));
    expect(holdsWrappedState(body)).toBe(isWrapped);
  });
});
