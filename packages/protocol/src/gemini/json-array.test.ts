import { describe, expect, it } from '@jest/globals';

import { createJsonArrayWriter } from './json-array.js';

const write = (...chunks: string[]): string => {
  const writer = createJsonArrayWriter();
  const written = chunks.map((chunk) => writer.push(Buffer.from(chunk, 'latin1')));
  return Buffer.concat([...written, writer.end()]).toString('latin1');
};

describe('a stream as a JSON array', () => {
  it('has the data of each frame, untouched', () => {
    expect(write('data: {"a": 1}\n\ndata: {"b":"data: \\u0000"}\n\n', 'data: {"c":"\xe4\xff"}\n\n')).toBe(
      '[{"a": 1},\r\n{"b":"data: \\u0000"},\r\n{"c":"\xe4\xff"}]',
    );
  });

  it('has an error as an item', () => {
    expect(write('data: {}\n\n', 'event: error\ndata: {"error":{}}\n\n')).toBe('[{},\r\n{"error":{}}]');
  });

  it('is empty where nothing came', () => {
    expect(write('')).toBe('[]');
  });
});
