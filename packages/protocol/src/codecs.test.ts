import { readdirSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { dialectIds } from '@claudette/core';

import {
  anthropicMessages,
  codecs,
  createFramer,
  createJsonArrayWriter,
  formatFrame,
  gemini,
  openaiChat,
  openaiResponses,
  parseFrames,
  restoreTextCalls,
} from './index.js';

describe('the codecs', () => {
  it.each(dialectIds)('include %s under its own name', (id) => {
    expect(codecs[id].id).toBe(id);
  });

  it.each(dialectIds)('keep %s in the same files as the others', (id) => {
    const files = readdirSync(new URL(`./${id}/`, import.meta.url));
    const names = [
      'decode-request',
      'encode-request',
      'decode-reply',
      'encode-reply',
      'decode-events',
      'encode-events',
    ];
    const all = [...names, 'index', 'scan', 'errors', 'encode-models', 'field-names', 'usage'].map(
      (name) => `${name}.ts`,
    );
    expect(files).toEqual(expect.arrayContaining([...all, expect.stringMatching(/^wire/)]));
  });

  it('stand beside what reads and writes frames', () => {
    const frames = createFramer().push(formatFrame({ data: '1' }));
    expect(parseFrames(frames)).toEqual([{ data: '1' }]);
    expect(Object.values(codecs)).toEqual([openaiChat, openaiResponses, anthropicMessages, gemini]);
  });

  it('stand beside what a gateway needs around them', () => {
    const frame = formatFrame({ data: '{"a":1}' });
    expect(Buffer.from(createJsonArrayWriter().push(frame)).toString()).toBe('[{"a":1}');
    const event = { type: 'text-start', block: 0 } as const;
    expect(restoreTextCalls([])(event)).toEqual([event]);
  });
});
