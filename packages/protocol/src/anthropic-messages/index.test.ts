import { describe, expect, it } from '@jest/globals';

import { anthropicMessages } from './index.js';

describe('the Messages API', () => {
  it('has one address for answers, streamed or not', () => {
    const paths = [true, false].map((stream) => anthropicMessages.requestPath('claude', stream));
    expect(paths).toEqual(['/v1/messages', '/v1/messages']);
  });

  it('has a heartbeat that its decoder and its scanner take for nothing', () => {
    const heartbeat = anthropicMessages.heartbeat ?? new Uint8Array();
    const scanner = anthropicMessages.createScanner('sse');
    expect(Buffer.from(heartbeat).toString()).toBe('event: ping\ndata: {"type":"ping"}\n\n');
    expect(anthropicMessages.createEventDecoder().push(heartbeat)).toEqual([]);
    expect([scanner.see(heartbeat), scanner.committed, scanner.failure]).toEqual([heartbeat.length, false, undefined]);
  });
});
