import { describe, expect, it } from '@jest/globals';

import { createFramer } from '../sse/framer.js';
import { openaiChat } from './index.js';

describe('the Chat codec', () => {
  it('sends every model and every stream to one path', () => {
    expect([openaiChat.requestPath('a', true), openaiChat.requestPath('b', false)]).toEqual([
      '/chat/completions',
      '/chat/completions',
    ]);
  });

  it('has a heartbeat that readers pass over', () => {
    expect(openaiChat.heartbeat && createFramer().push(openaiChat.heartbeat)).toHaveLength(0);
  });
});
