import { GatewayError } from '@claudette/core';
import type { Call } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { aCall, aRequest } from '../__fixtures__/calls.js';
import { anEntry, startMs } from '../__fixtures__/entries.js';
import { readAll, usage } from '../__fixtures__/upstream.js';
import { toReply } from './to-reply.js';

const bytes = new TextEncoder().encode('data: one\n\ndata: two\n\n');
const paced = anEntry({ bytes, pace: [11, 20, 11, 30] });
const asking = (overrides: Partial<Call> = {}): Call => aCall(overrides, { pace: 'original' });

describe('a stored answer', () => {
  it('comes at once, in one piece, and is complete from the start', async () => {
    const reply = toReply(paced, 'hit', aCall(), createFakeClock({ epochMs: startMs + 5_000 }));
    expect(reply).toMatchObject({ cache: 'hit', attempts: 0, ageMs: 5_000, status: 200 });
    expect(await reply.outcome).toMatchObject({ kind: 'complete', usage, finishReason: 'stop', receivedBytes: 22 });
    expect(await readAll(reply)).toEqual(['data: one\n\ndata: two\n\n']);
  });

  it('is not of a negative age when the clock was set back', () => {
    expect(toReply(paced, 'hit', aCall(), createFakeClock({ epochMs: startMs - 5_000 })).ageMs).toBe(0);
  });

  it('minds no cancelling: there is nothing to cancel', async () => {
    const reply = toReply(paced, 'stale', aCall(), createFakeClock());
    reply.cancel(new GatewayError('client_aborted', 'gone'));
    expect((await reply.outcome).kind).toBe('complete');
  });
});

describe('a stored stream at its original pace', () => {
  it('comes piece by piece, and is complete when it was read', async () => {
    const clock = createFakeClock();
    const reply = toReply(paced, 'hit', asking(), clock);
    const reading = readAll(reply);
    await clock.advanceAsync(50);
    expect(await reading).toEqual(['data: one\n\n', 'data: two\n\n']);
    expect(await reply.outcome).toMatchObject({ kind: 'complete', usage });
  });

  it.each([
    ['client_aborted', 'abandoned'],
    ['deadline_exceeded', 'failed'],
  ] as const)('after %s has %s', async (code, kind) => {
    const reply = toReply(paced, 'hit', asking(), createFakeClock());
    const cause = new GatewayError(code, 'too early');
    reply.cancel(cause);
    expect(await reply.outcome).toMatchObject({ kind, cause });
  });

  it.each([
    ['who wants it whole', asking({ request: aRequest('hello', { stream: false }) }), paced],
    ['who gets an answer that came whole', asking(), anEntry({ bytes })],
  ])('is not for one %s', async (_, call, entry) => {
    const clock = createFakeClock();
    expect(await readAll(toReply(entry, 'hit', call, clock))).toHaveLength(1);
  });
});
