import type { Call, DecisionRecord, Exchange, Observation, Reply } from '@claudette/core';
import { GatewayError } from '@claudette/core';
import { createPriceBook } from '@claudette/ledger';
import type { PriceBook } from '@claudette/ledger';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { makeCall, target } from '../__fixtures__/make-call.js';
import { helloBody, helloFrames, makeReply } from '../__fixtures__/make-reply.js';
import { readFrames } from '../__fixtures__/start-bench.js';
import { withObserver } from './with-observer.js';
import type { ObserverOptions } from './with-observer.js';

const whole: Exchange = () => makeReply({ framing: 'json', frames: [helloBody] });

const local = (reply: Reply): Reply => ({ ...reply, target: { ...reply.target, provider: 'ollama' } });

/** Observes one call to its end. */
async function observe(next: Exchange, { call = makeCall(), prices = createPriceBook() } = {}) {
  const clock = createFakeClock({ epochMs: 1_000 });
  const observations: Observation[] = [];
  const begun: Parameters<ObserverOptions['begin']>[0][] = [];
  const decisions: DecisionRecord[] = [];
  const heard: Call = { ...call, context: { ...call.context, observe: (one) => observations.push(one) } };
  const exchange = withObserver({
    clock,
    prices,
    begin: (start) => begun.push(start),
    decide: (decision) => decisions.push(decision),
    committed: () => Promise.resolve(),
    redact: (text) => text.replaceAll('secret', '***'),
  })(async (one) => {
    clock.advance(30);
    return next(one);
  });
  const reply = await exchange(heard).catch((thrown: unknown) => thrown as GatewayError);
  if (!(reply instanceof Error)) {
    await readFrames(reply.bytes[Symbol.asyncIterator]()).catch(() => undefined);
    await reply.outcome;
  }
  const [record] = observations.flatMap((one) => (one.kind === 'exchange-end' ? [one.record] : []));
  return { reply, record, observations, begun, decisions };
}

describe('the observer of exchanges', () => {
  it('sees one begin and end', async () => {
    const { record, observations, decisions } = await observe(async (call) => {
      call.context.observe({ kind: 'attempt-start', id: 'x-1', target, number: 1, reason: 'first', waitedMs: 0 });
      return whole(call);
    });
    expect(observations.map(({ kind }) => kind)).toEqual(['exchange-start', 'attempt-start', 'exchange-end']);
    expect(decisions).toEqual([{ exchange: record, attempts: [] }]);
    expect(record).toEqual({
      id: 'x-1',
      startedAtMs: 1_000,
      dialect: 'native',
      operation: 'generate',
      stream: false,
      requestBytes: 58,
      principalId: 'local',
      requestedModel: 'auto',
      tags: [],
      target,
      outcome: 'complete',
      cache: 'bypass',
      losses: [],
      attempts: 1,
      durationMs: 30,
      firstContentMs: 30,
      usage: expect.objectContaining({ inputTokens: 2, outputTokens: 1, source: 'measured' }),
      priceVersion: expect.stringContaining('genai-prices'),
      finishReason: 'stop',
    });
  });

  it('prices what was used', async () => {
    const { record } = await observe(async (call) => local(await whole(call)));
    expect(record?.cost).toEqual({ nano: 0n, currency: 'USD' });
  });

  it('counts neither cost nor saving of an expired answer that stands in', async () => {
    const { record } = await observe(async (call) => local({ ...(await whole(call)), cache: 'stale' }));
    expect(record).toMatchObject({ cache: 'stale', cost: { nano: 0n } });
    expect(record?.saved).toBeUndefined();
  });

  it.each(['hit', 'coalesced'] as const)('counts what a %s saved, and no cost', async (cache) => {
    const { record } = await observe(async (call) => local({ ...(await whole(call)), cache }));
    expect(record).toMatchObject({ cache, cost: { nano: 0n }, saved: { nano: 0n, currency: 'USD' } });
  });

  it.each([
    ['pays for a shared call that it took over', 'coalesced', { cache: 'miss', attempts: 2 }, undefined],
    ['does not pay for one that it left to others', 'miss', { cache: 'coalesced', attempts: 0 }, { nano: 0n }],
  ] as const)('%s', async (_, cache, share, saved) => {
    const { record } = await observe(async (call) => {
      const reply = local(await whole(call));
      return { ...reply, cache, outcome: reply.outcome.then((outcome) => ({ ...outcome, share })) };
    });
    expect(record).toMatchObject({ ...share, cost: { nano: 0n } });
    expect(record?.saved).toEqual(saved && { ...saved, currency: 'USD' });
  });

  it('counts the upstream calls that failed before a stale answer stood in', async () => {
    const { record } = await observe(async (call) => {
      const end = { kind: 'attempt-end', id: 'x-1', target, number: 1, stream: false, durationMs: 1 } as const;
      call.context.observe({ ...end, outcome: 'failed', errorCode: 'upstream_failed', orphaned: false });
      return { ...(await whole(call)), cache: 'stale', attempts: 0 };
    });
    expect(record).toMatchObject({ cache: 'stale', attempts: 1, cost: { nano: 0n } });
  });

  it('does not know what a hit saved where the price is unknown', async () => {
    const { record } = await observe(async (call) => ({ ...(await whole(call)), cache: 'hit' }));
    expect(record?.cost).toEqual({ nano: 0n, currency: 'USD' });
    expect(record?.saved).toBeUndefined();
  });

  it.each([
    ['upstream_failed', 'failed'],
    ['client_aborted', 'abandoned'],
  ] as const)('takes %s before any content for %s', async (code, outcome) => {
    const { record, reply } = await observe(() => Promise.reject(new GatewayError(code, 'x')));
    expect(record).toMatchObject({ outcome, errorCode: code, attempts: 0, cache: 'bypass' });
    expect(record?.target).toBeUndefined();
    expect(reply).toMatchObject({ code });
  });

  it('sees a stream that breaks, with what was delivered', async () => {
    const { record } = await observe(() => makeReply({ frames: helloFrames.slice(0, 3) }));
    expect(record).toMatchObject({ outcome: 'failed', errorCode: 'stream_broken', usage: { source: 'estimated' } });
  });

  it('notes the start of a stream once, at its first attempt', async () => {
    const call = makeCall({}, { stream: true });
    const { begun } = await observe(
      (one) => {
        one.context.observe({ kind: 'attempt-start', id: 'x-1', target, number: 1, reason: 'first', waitedMs: 0 });
        one.context.observe({ kind: 'attempt-start', id: 'x-1', target, number: 2, reason: 'retry', waitedMs: 0 });
        return makeReply({ frames: helloFrames });
      },
      { call },
    );
    expect(begun).toMatchObject([{ id: 'x-1', stream: true, startedAtMs: 1_000 }]);
  });

  it("tells the client's dialect, and at most 200 characters of its model", async () => {
    const original = { dialect: 'anthropic-messages', headers: {}, body: Buffer.alloc(80) } as const;
    const call = { ...makeCall({}, { model: 'm'.repeat(300) }), original };
    const { record } = await observe(() => makeReply({ frames: helloFrames.slice(0, 2) }), { call });
    expect(record).toMatchObject({ dialect: 'anthropic-messages', usage: { inputTokens: 20 } });
    expect(record?.requestedModel).toHaveLength(200);
  });

  it('keeps no secret that a client has put into a name', async () => {
    const made = makeCall({}, { model: 'a-secret' });
    const call = { ...made, context: { ...made.context, tags: ['secret', 'plain'] } };
    const losses = [{ path: 'secret', reason: 'nobody knows secret' }];
    const { record, reply } = await observe(async () => ({ ...(await makeReply({ frames: helloFrames })), losses }), {
      call,
    });
    expect(record).toMatchObject({ requestedModel: 'a-***', tags: ['***', 'plain'] });
    expect(record?.losses).toEqual([{ path: '***', reason: 'nobody knows ***' }]);
    expect(reply).toMatchObject({ losses });
  });
});

describe('prices', () => {
  it('that cannot be loaded are unknown, and no reason to refuse an answer', async () => {
    const prices: PriceBook = createPriceBook({ load: () => Promise.reject(new Error('no table')) });
    const { record, reply } = await observe(whole, { prices });
    expect(reply).not.toBeInstanceOf(Error);
    expect(record).toMatchObject({ outcome: 'complete' });
    expect(record?.cost).toBeUndefined();
  });

  it('that are loaded are not loaded again', async () => {
    let loads = 0;
    const prices: PriceBook = { ...createPriceBook(), isLoaded: true, load: async () => void (loads += 1) };
    await observe(whole, { prices });
    expect(loads).toBe(0);
  });
});
