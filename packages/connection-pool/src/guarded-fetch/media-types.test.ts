import { describe, expect, it } from '@jest/globals';

import { isOfType, mediaTypes, parseContentType } from './media-types.js';
import type { MediaType } from './media-types.js';

const samples: Readonly<Record<MediaType, Buffer>> = {
  'image/png': Buffer.from('\x89PNG\r\n\x1a\n…', 'latin1'),
  'image/jpeg': Buffer.from('\xff\xd8\xff\xe0', 'latin1'),
  'image/gif': Buffer.from('GIF89a…'),
  'image/webp': Buffer.from('RIFF1234WEBPVP8 '),
  'image/heic': Buffer.from('\0\0\0\x18ftypheic'),
  'image/heif': Buffer.from('\0\0\0\x18ftypmif1'),
  'application/pdf': Buffer.from('%PDF-1.7\n'),
  'text/plain': Buffer.from('grüß dich'),
  'text/markdown': Buffer.from('# hello'),
  'text/csv': Buffer.from('a,b'),
  'text/html': Buffer.from('<p>'),
};
const alike: readonly ReadonlySet<string>[] = [
  new Set(['image/heic', 'image/heif']),
  new Set(mediaTypes.filter((type) => type.startsWith('text/'))),
];
const looksLike = (sample: MediaType, type: MediaType): boolean =>
  sample === type || alike.some((group) => group.has(sample) && group.has(type));

describe.each(mediaTypes)('bytes of %s', (sample) => {
  it.each(mediaTypes)('are what they are called only when called so, and not %s', (type) => {
    expect(isOfType(samples[sample], type)).toBe(looksLike(sample, type));
  });

  it('are not seen in nothing, unless nothing is what they may be', () => {
    expect(isOfType(Buffer.alloc(0), sample)).toBe(sample.startsWith('text/'));
  });
});

it.each([
  ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x41])],
  ['zeros', Buffer.from('a\0b')],
])('text has no %s', (_, bytes) => {
  expect(isOfType(bytes, 'text/plain')).toBe(false);
});

it.each<[string, MediaType | undefined]>([
  ['image/png', 'image/png'],
  [' Image/PNG ; x=y', 'image/png'],
  ['image/jpg', 'image/jpeg'],
  ['text/plain', 'text/plain'],
  ['text/plain; charset=UTF-8', 'text/plain'],
  ['text/plain;charset="us-ascii"', 'text/plain'],
  ['text/plain; charset=iso-8859-1', undefined],
  ['image/svg+xml', undefined],
  ['application/octet-stream', undefined],
  ['text/html', undefined],
  ['', undefined],
])('content-type %s names %s', (contentType, type) => {
  expect(parseContentType(contentType, ['image/png', 'image/jpeg', 'text/plain'])).toBe(type);
});

it('takes another name of a type only where that is wanted', () => {
  expect(parseContentType('image/jpg', ['image/png'])).toBeUndefined();
});
