import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { anEntry, startMs } from './__fixtures__/entries.js';
import { formatEntry, formatTime, parseEntry } from './entry-text.js';

const stored = formatEntry('k', anEntry());

describe('the text of an entry', () => {
  it('gives the entry back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const entry = anEntry({ bytes, losses: [{ path: 'seed', reason: 'unknown to the dialect' }] });
        expect(parseEntry('k', formatEntry('k', entry))).toEqual(entry);
      }),
    );
  });

  it('keeps absent what was absent', () => {
    const { usage, finishReason, ...entry } = anEntry();
    expect([usage, finishReason]).not.toContain(undefined);
    expect(parseEntry('k', formatEntry('k', entry))).toEqual(entry);
  });

  it('gives bytes in a buffer of their own', () => {
    expect(parseEntry('k', stored)?.bytes.buffer.byteLength).toBe(anEntry().bytes.byteLength);
  });

  it('begins with the time until which it is kept', () => {
    const entry = anEntry({ keptUntilMs: startMs + 70_000 });
    expect(formatEntry('k', entry).startsWith(formatTime(startMs + 70_000))).toBe(true);
  });

  it('is refused when any character is not as it was written', () => {
    fc.assert(
      fc.property(fc.nat(stored.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, character) => {
        fc.pre(stored[at] !== character);
        return parseEntry('k', stored.slice(0, at) + character + stored.slice(at + 1)) === undefined;
      }),
    );
  });

  it('is refused wherever it is cut', () => {
    for (let length = 0; length < stored.length; length += 1) {
      expect(parseEntry('k', stored.slice(0, length))).toBeUndefined();
    }
  });

  it('is refused under another key', () => {
    expect(parseEntry('other', stored)).toBeUndefined();
  });

  it('is refused in another version', () => {
    expect(parseEntry('k', `${stored.slice(0, 15)}0${stored.slice(16)}`)).toBeUndefined();
  });
});
