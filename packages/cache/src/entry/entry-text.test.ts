import { hash } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { anEntry, startMs } from '../__fixtures__/entries.js';
import { compressBody, encodeBody } from './entry-body.js';
import { HEAD_LENGTH, formatEntry, formatTime, isHeadCut, isKept, parseEntry, parseHead } from './entry-text.js';
import { toSummary } from './entry.js';
import type { Entry } from './entry.js';

const key = 'd1:claude/opus';
const stored = formatEntry(key, anEntry());
const toBytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const long = anEntry({ bytes: toBytes('data: {"delta":"héllo"}\n\n'.repeat(60)) });
const longer = anEntry({ bytes: toBytes('data: {"delta":"hello"}\n\n'.repeat(4_000)) });
const formatCompressed = async (entry: Entry): Promise<string> => formatEntry(key, entry, await compressBody(entry));

/** A text with a body that only somebody else can have written, and a check sum that is right. */
const forge = (body: string): string => {
  const [head = ''] = stored.split('\n');
  return `${head}\n${hash('sha256', `${key}\n${head}\n${body}`, 'base64url').slice(0, 22)}${body}`;
};

describe('the text of an entry', () => {
  it('gives the entry back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.array(fc.string({ unit: 'binary' })), (bytes, tags) => {
        const entry = anEntry({
          bytes,
          losses: [{ path: 'seed', reason: 'unknown to the dialect' }],
          label: { scope: { kind: 'team', id: 'core' }, operation: 'generate', tags },
        });
        expect(parseEntry(key, formatEntry(key, entry))).toEqual(entry);
      }),
    );
  });

  it('gives the entry back when it is compressed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), fc.nat(1_000), async (bytes, times) => {
        const entry = anEntry({ bytes: new Uint8Array(Buffer.concat(Array.from({ length: times }, () => bytes))) });
        expect(await parseEntry(key, await formatCompressed(entry))).toEqual(entry);
      }),
      { numRuns: 50 },
    );
  });

  it('gives back when the pieces of a stream came', () => {
    const entry = anEntry({ pace: [5, 100, 8, 20] });
    expect(parseEntry(key, formatEntry(key, entry))).toEqual(entry);
  });

  it('keeps absent what was absent', () => {
    const { usage, finishReason, ...entry } = anEntry({ savings: { durationMs: 5 } });
    expect([usage, finishReason]).not.toContain(undefined);
    expect(parseEntry(key, formatEntry(key, entry))).toEqual(entry);
  });

  it('gives bytes in a buffer of their own', () => {
    const parsed = parseEntry(key, stored) as Entry;
    expect(parsed.bytes.buffer.byteLength).toBe(anEntry().bytes.byteLength);
  });

  it('begins with the time until which it is kept', () => {
    const text = formatEntry(key, anEntry({ keptUntilMs: startMs + 70_000 }));
    expect(text.startsWith(formatTime(startMs + 70_000))).toBe(true);
    expect([isKept(text, startMs + 69_999), isKept(text, startMs + 70_000)]).toEqual([true, false]);
  });

  it('has no character in it that stores refuse', () => {
    expect(formatEntry(key, anEntry({ bytes: new Uint8Array([97, 0, 98]) }))).not.toContain('\0');
    expect(formatEntry(key, anEntry({ bytes: new Uint8Array([0xff, 0xd8]) }))).not.toContain('\ufffd');
  });

  it('holds text as it is', () => {
    expect(stored).toContain('data: hello\n\n');
  });
});

describe('the text of a large entry', () => {
  it('is much smaller where compressing it helps', async () => {
    expect((await formatCompressed(longer)).length).toBeLessThan(longer.bytes.length / 20);
  });

  it('is not compressed where that saves little', async () => {
    const noise = anEntry({ bytes: toBytes(Array.from({ length: 99 }, (_, n) => hash('sha256', `${n}`)).join('')) });
    const random = anEntry({
      bytes: new Uint8Array(Buffer.from(hash('sha512', 'x').repeat(80), 'hex').map((byte) => byte)),
    });
    const short = anEntry({ bytes: toBytes('a'.repeat(3_000)) });
    for (const entry of [anEntry(), short]) expect(await compressBody(entry)).toBe(encodeBody(entry));
    for (const entry of [noise, random])
      expect((await compressBody(entry)).length).toBeLessThan(1.5 * entry.bytes.length);
  });

  it('is read at once where that is quick, and later where it is not', async () => {
    expect(parseEntry(key, await formatCompressed(long))).toEqual(long);
    expect(await parseEntry(key, await formatCompressed(longer))).toEqual(longer);
  });
});

describe('a text that is no entry', () => {
  it('is one in which any bit is not as it was written', () => {
    const bytes = Buffer.from(stored);
    for (let at = 0; at < bytes.length; at += 1) {
      for (let bit = 1; bit < 256; bit *= 2) {
        const damaged = Buffer.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ bit;
        expect(parseEntry(key, damaged.toString())).toBeUndefined();
      }
    }
  });

  it('is one in which a compressed entry is not as it was written', async () => {
    const text = await formatCompressed(long);
    for (let at = 0; at < text.length; at += 1) {
      expect(parseEntry(key, `${text.slice(0, at)}~${text.slice(at + 1)}`)).toBeUndefined();
    }
  });

  it('is one that is cut anywhere', () => {
    for (let length = 0; length < stored.length; length += 1) {
      expect(parseEntry(key, stored.slice(0, length))).toBeUndefined();
    }
  });

  it('is one of another key', () => {
    expect(parseEntry('other', stored)).toBeUndefined();
  });

  it.each(['0', '2', '4'])('is one of version %s', (version) => {
    const other = `${stored.slice(0, 15)}${version}${stored.slice(16)}`;
    expect([parseEntry(key, other), parseHead(key, other)]).toEqual([undefined, undefined]);
  });

  it.each([
    ['an unknown encoding', 'x12:{}'],
    ['no fields', 't4:null'],
    ['fields that are no JSON', 't9:not JSON\n'],
    ['nothing compressed', 'z5:'],
    ['damaged compression', `z500:${Buffer.from('not compressed at all').toString('base64')}`],
    ['no length', `z:${deflateRawSync('{}\n').toString('base64')}`],
  ])('is one whose body has %s', async (_, body) => {
    expect(await parseEntry(key, forge(body))).toBeUndefined();
  });

  it('is one that is larger than it says', async () => {
    const packed = deflateRawSync(`{}\n${' '.repeat(50_000)}`).toString('base64');
    expect(await parseEntry(key, forge(`z100:${packed}`))).toBeUndefined();
    expect(await parseEntry(key, forge(`z40000:${packed}`))).toBeUndefined();
  });

  it('is one that promises more than compression can do, for which no memory is taken', () => {
    const before = process.memoryUsage().arrayBuffers;
    expect(
      parseEntry(key, forge(`z2000000000:${deflateRawSync(' '.repeat(1_000)).toString('base64')}`)),
    ).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
  });
});

describe('the head of a text', () => {
  it('says what the entry is', () => {
    expect(parseHead(key, stored.slice(0, HEAD_LENGTH))).toEqual(toSummary(key, anEntry()));
  });

  it('is nothing when it is cut, damaged or says too little', () => {
    const end = stored.indexOf('\n');
    const time = stored.slice(0, 16);
    for (const text of [stored.slice(0, end), `${stored.slice(0, 20)}\n`, `${time}null\n`, `${time}{"tags":[]}\n`]) {
      expect(parseHead(key, text)).toBeUndefined();
    }
  });

  it('may go on behind what there is of the text', () => {
    const tags = Array.from({ length: 200 }, (_, index) => `tag ${index}`);
    const label = { ...anEntry().label, tags };
    const text = formatEntry(key, anEntry({ label }));
    expect([isHeadCut(text.slice(0, HEAD_LENGTH)), isHeadCut(text), isHeadCut('garbage')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(parseHead(key, text)?.tags).toEqual(tags);
  });
});
