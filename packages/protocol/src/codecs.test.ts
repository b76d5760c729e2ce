import { describe, expect, it } from '@jest/globals';
import { dialectIds } from '@claudette/core';

import { anthropicMessages, codecs, createFramer, formatFrame, openaiChat, parseFrames } from './index.js';

describe('the codecs', () => {
  it.each(dialectIds)('include %s under its own name', (id) => {
    expect(codecs[id].id).toBe(id);
  });

  it('stand beside what reads and writes frames', () => {
    const frames = createFramer().push(formatFrame({ data: '1' }));
    expect(parseFrames(frames)).toEqual([{ data: '1' }]);
    expect([codecs['openai-chat'], codecs['anthropic-messages']]).toEqual([openaiChat, anthropicMessages]);
  });
});
