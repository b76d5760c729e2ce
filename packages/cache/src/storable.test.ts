import type { Reply } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { setUpCache } from './__fixtures__/caches.js';
import { aCall } from './__fixtures__/calls.js';
import { listener } from './__fixtures__/flights.js';
import { createUpstream, readAll, settled } from './__fixtures__/upstream.js';
import { whyNotStored } from './storable.js';

const reply = (fields: Partial<Reply> = {}): Reply => ({ status: 200, headers: {}, ...fields }) as Reply;
const complete = { kind: 'complete', finishReason: 'stop', receivedBytes: 1 } as const;

describe('an answer that came whole', () => {
  it('is stored', () => {
    expect(whyNotStored(aCall(), { reply: reply(), outcome: complete })).toBeUndefined();
  });

  it('is not stored with another status', () => {
    expect(whyNotStored(aCall(), { reply: reply({ status: 206 }), outcome: complete })).toBe('status');
  });

  it('is not stored when the provider is still working on it', () => {
    const outcome = { ...complete, finishReason: undefined };
    expect(whyNotStored(aCall(), { reply: reply(), outcome })).toBe('incomplete');
  });

  it('needs no finish reason where nothing is generated', () => {
    const outcome = { ...complete, finishReason: undefined };
    expect(whyNotStored(aCall({ operation: 'embed' }), { reply: reply(), outcome })).toBeUndefined();
  });

  it.each([
    ['no-store', 'no-store'],
    ['private, No-Store', 'no-store'],
    ['private, max-age=0, no-store, no-cache', 'no-store'],
    ['no-cache', undefined],
    ['x-no-store', undefined],
  ])('marked %j is kept from the store: %s', (value, why) => {
    expect(whyNotStored(aCall(), { reply: reply({ headers: { 'cache-control': value } }), outcome: complete })).toBe(
      why,
    );
  });

  it('is not stored when the client does not want it to be', () => {
    expect(whyNotStored(aCall({}, { noStore: true }), { reply: reply(), outcome: complete })).toBe('no-store');
  });
});

describe('an answer that is served and not stored', () => {
  const serve = async (upstreamReply: Parameters<typeof createUpstream>[0], chunks: readonly string[]) => {
    const { exchange, upstream } = setUpCache(createUpstream(upstreamReply));
    const client = listener(new AbortController().signal, 'x1');
    const asked = exchange(aCall({}, client));
    await settled();
    upstream.last.say(...chunks);
    upstream.last.hangUp();
    const text = await readAll(await asked).catch(() => ['broken']);
    await settled();
    return { text: text.join(''), heard: client.heard };
  };

  it.each([
    ['too-large', {}, ['x'.repeat(5_000), 'END']],
    ['incomplete', {}, ['x', 'y']],
    ['no-store', { headers: { 'cache-control': 'no-store' } }, ['x', 'END']],
    ['status', { status: 206 }, ['x', 'END']],
  ] as const)('is counted as %s', async (reason, upstreamReply, chunks) => {
    const { heard } = await serve(upstreamReply, chunks);
    expect(heard).toEqual([{ kind: 'cache-not-stored', reason }]);
  });

  it.each(['sse', 'json'] as const)('is served whole, as %s', async (framing) => {
    expect((await serve({ framing }, [`${'x'.repeat(5_000)}END`])).text).toHaveLength(5_003);
  });

  it('is not counted when it is stored', async () => {
    expect((await serve({}, ['x', 'END'])).heard).toEqual([]);
  });
});
