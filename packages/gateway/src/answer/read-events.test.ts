import type { ChatEvent } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { helloBody, helloFrames, makeReply } from '../__fixtures__/make-reply.js';
import type { MadeReply } from '../__fixtures__/make-reply.js';
import { readEvents } from './read-events.js';

const read = async (made: MadeReply) => {
  const reply = await makeReply(made);
  const events: ChatEvent[] = [];
  const failure: unknown = await readEvents(reply, (event) => events.push(event)).catch((thrown: unknown) => thrown);
  const text = events.map((event) => (event.type === 'text-delta' ? event.text : '')).join('');
  return { text, failure, outcome: await reply.outcome };
};

describe('readEvents', () => {
  it('reads a stream', async () => {
    expect(await read({ frames: helloFrames })).toMatchObject({ text: 'hello', outcome: { kind: 'complete' } });
  });

  it('reads a whole body', async () => {
    expect(await read({ framing: 'json', frames: [helloBody] })).toMatchObject({
      text: 'hello',
      outcome: { kind: 'complete' },
    });
  });

  it('rejects with the fault that the provider reported inside the stream', async () => {
    const error = 'data: {"error":{"message":"the machine is on fire","type":"server_error"}}\n\n';
    expect(await read({ frames: [...helloFrames.slice(0, 2), error] })).toMatchObject({
      text: 'hel',
      failure: { code: 'upstream_failed' },
      outcome: { kind: 'failed' },
    });
  });

  it('rejects with what broke the stream', async () => {
    expect(await read({ frames: helloFrames.slice(0, 2) })).toMatchObject({
      text: 'hel',
      failure: { code: 'stream_broken' },
    });
  });

  it('cancels a reply that is not valid in its dialect', async () => {
    const frames = [...helloFrames.slice(0, 2), 'data: {no JSON}\n\n'];
    expect(await read({ frames, then: () => new Promise(() => undefined) })).toMatchObject({
      failure: { code: 'upstream_invalid_reply' },
      outcome: { kind: 'failed', cause: { code: 'upstream_invalid_reply' } },
    });
  });
});
