import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { createFramer } from './framer.js';

const frame = (chunks: readonly Uint8Array[]): string => {
  const framer = createFramer();
  const out = chunks.map((chunk) => Buffer.from(framer.push(chunk)));
  return Buffer.concat([...out, framer.end()]).toString();
};

const frameWhole = (text: string): string => frame([Buffer.from(text)]);

describe('a framer', () => {
  it.each([
    ['clean frames', 'data: {"a":1}\n\ndata: [DONE]\n\n', 'data: {"a":1}\n\ndata: [DONE]\n\n'],
    ['clean frames with names', 'event: ping\ndata: {}\n\n', 'event: ping\ndata: {}\n\n'],
    ['fields it does not know', 'id: 7\nretry: 1\ndepth: 2\ndata: {}\n\n', 'id: 7\nretry: 1\ndepth: 2\ndata: {}\n\n'],
    ['CRLF', 'event: a\r\ndata: {"a":1}\r\n\r\ndata: 2\r\n\r\n', 'event: a\ndata: {"a":1}\n\ndata: 2\n\n'],
    ['lone CR', 'data: 1\r\rdata: 2\r\r', 'data: 1\n\ndata: 2\n\n'],
    ['mixed endings', 'data: 1\r\n\ndata: 2\n\r\ndata: 3\n\r', 'data: 1\n\ndata: 2\n\ndata: 3\n\n'],
    ['a byte order mark', '\ufeffdata: 1\n\ndata: 2\n\n', 'data: 1\n\ndata: 2\n\n'],
    ['a byte order mark before a comment', '\ufeff: hi\n\ndata: 2\n\n', 'data: 2\n\n'],
    ['comments', ': keep-alive\n\ndata: 1\n\n:\ndata: 2\n: x\n\n', 'data: 1\n\ndata: 2\n\n'],
    [
      'several data lines',
      'event: a\ndata: {"a":\ndata:   1,\ndata:"b":2}\n\n',
      'event: a\ndata: {"a":   1, "b":2}\n\n',
    ],
    ['data without its space', 'data:{"a":1}\n\ndata:[DONE]\n\n', 'data: {"a":1}\n\ndata: [DONE]\n\n'],
    ['a bare data field', 'data\n\ndata: 1\n\n', 'data: 1\n\n'],
    ['empty data', 'data:\n\ndata: \n\ndata: 1\n\n', 'data: 1\n\n'],
    ['events without data', 'event: ping\n\ndata: 1\n\n', 'data: 1\n\n'],
    ['blank lines too many', '\n\n\ndata: 1\n\n\n\n\ndata: 2\n\n', 'data: 1\n\ndata: 2\n\n'],
    ['a missing blank line at the end', 'data: 1\n\ndata: 2', 'data: 1\n\ndata: 2\n\n'],
    ['a missing line feed at the end', 'data: 1\n\ndata: 2\n', 'data: 1\n\ndata: 2\n\n'],
    ['text beyond ASCII in an odd frame', 'data:"grüße 🦜"\n\n', 'data: "grüße 🦜"\n\n'],
    ['nothing', '', ''],
    ['a stream that turns odd', 'data: 1\n\n: x\ndata:2\r\n\r\ndata: 3\n\n', 'data: 1\n\ndata: 2\n\ndata: 3\n\n'],
  ])('reads %s', (_, input, output) => {
    expect(frameWhole(input)).toBe(output);
  });

  it('gives the same output wherever the input is cut in two, within UTF-8 too', () => {
    const bytes = Buffer.from(
      '\ufeffevent: a\r\ndata: {"t":"grüße 🦜"}\r\n\r\n\n: hi\n\ndata:{"a":\ndata:1}\r\rdata: 2\n\ndata: [DONE]\r\n',
    );
    const whole = frame([bytes]);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      expect(frame([bytes.subarray(0, cut), bytes.subarray(cut)])).toBe(whole);
    }
  });

  it('gives the same output however a stream of any lines is cut', () => {
    const piece = fc.constantFrom(
      'data: 1',
      'data:',
      ':',
      'event: é',
      '\n',
      '\n\n',
      '\r',
      '\r\n',
      'x',
      '\ufeff',
      'd',
      '🦜',
    );
    const text = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 8 }), { maxLength: 60 }), (stream, sizes) => {
        const bytes = Buffer.from(stream);
        const chunks: Uint8Array[] = [];
        let at = 0;
        for (const size of sizes) chunks.push(bytes.subarray(at, (at += size)));
        expect(frame([...chunks, bytes.subarray(at)])).toBe(frame([bytes]));
      }),
    );
  });

  it('hands clean frames on without copying them', () => {
    const chunk = Buffer.from('data: 1\n\ndata: 2\n\n');
    expect(createFramer().push(chunk)).toHaveProperty('buffer', chunk.buffer);
  });

  it('keeps bytes that are not UTF-8', () => {
    const bytes = Buffer.from([0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0xfe, 0x0a, 0x0a]);
    expect([...createFramer().push(bytes)].slice(6, 8)).toEqual([0xff, 0xfe]);
  });

  it('returns nothing while no frame is whole', () => {
    const framer = createFramer();
    expect(framer.push(Buffer.from('data: 1\n'))).toHaveLength(0);
    expect(Buffer.from(framer.push(Buffer.from('\n'))).toString()).toBe('data: 1\n\n');
  });

  it('takes a frame of megabytes in small chunks in linear time', () => {
    const framer = createFramer();
    const chunk = Buffer.alloc(1024, 'x');
    framer.push(Buffer.from('data: '));
    for (let count = 0; count < 8 * 1024; count += 1) framer.push(chunk);
    expect(framer.push(Buffer.from('\n\n'))).toHaveLength(8 * 1024 * 1024 + 8);
  });

  it.each([
    ['in pieces', 1024 * 1024],
    ['in one chunk', 17 * 1024 * 1024],
  ])('refuses a frame beyond 16 MiB that comes %s', (_, size) => {
    const framer = createFramer();
    const send = (): void => {
      framer.push(Buffer.from('data: '));
      for (let sent = 0; sent < 17 * 1024 * 1024; sent += size) framer.push(Buffer.alloc(size, 'x'));
    };
    expect(send).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
  });

  it('refuses a whole frame beyond 16 MiB', () => {
    const huge = Buffer.from(`data: ${'x'.repeat(17 * 1024 * 1024)}\n\n`);
    expect(() => createFramer().push(huge)).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
  });
});
