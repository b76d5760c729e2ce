import { GatewayError } from '@claudette/core';
import type { CallSignal, Exchange, Outcome } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { makeCall } from './__fixtures__/make-call.js';
import { helloBody, makeReply } from './__fixtures__/make-reply.js';
import { createOpenExchanges } from './open-exchanges.js';

/** An exchange whose reply stays open until it is ended, or until its signal aborts. */
function openEnded() {
  let settle: (outcome: Outcome) => void = () => undefined;
  let signal: CallSignal = new AbortController().signal;
  const exchange: Exchange = async (call) => {
    signal = call.context.signal;
    const outcome = new Promise<Outcome>((resolve) => (settle = resolve));
    signal.addEventListener('abort', () => settle({ kind: 'failed', receivedBytes: 0 }));
    return { ...(await makeReply({ framing: 'json', frames: [helloBody] })), outcome };
  };
  return {
    exchange,
    end: () => settle({ kind: 'complete', receivedBytes: 0 }),
    reason: () => signal.reason as unknown,
  };
}

describe('open exchanges', () => {
  it('are counted from their arrival to their outcome', async () => {
    const { exchange, end } = openEnded();
    const open = createOpenExchanges(createFakeClock());
    const reply = await open.withOpenExchanges(exchange)(makeCall());
    expect(open.count).toBe(1);
    end();
    await reply.outcome;
    expect(open.count).toBe(0);
  });

  it('are over when they fail', async () => {
    const open = createOpenExchanges(createFakeClock());
    const failing = open.withOpenExchanges(() => Promise.reject(new GatewayError('upstream_failed', 'x')));
    await expect(failing(makeCall())).rejects.toMatchObject({ code: 'upstream_failed' });
    expect(open.count).toBe(0);
  });

  it('are refused once draining has begun', async () => {
    const open = createOpenExchanges(createFakeClock());
    await open.drain(1_000);
    expect(open.isDraining).toBe(true);
    await expect(open.withOpenExchanges(openEnded().exchange)(makeCall())).rejects.toMatchObject({ code: 'draining' });
  });
});

describe('draining', () => {
  it('waits for the last exchange and leaves no timer behind', async () => {
    const clock = createFakeClock();
    const { exchange, end, reason } = openEnded();
    const open = createOpenExchanges(clock);
    await open.withOpenExchanges(exchange)(makeCall());
    let drained = false;
    const draining = open.drain(1_000).then(() => (drained = true));
    await clock.advanceAsync(999);
    expect(drained).toBe(false);
    end();
    await draining;
    expect([reason(), clock.pending]).toEqual([undefined, 0]);
  });

  it('aborts what is left after the limit', async () => {
    const clock = createFakeClock();
    const { exchange, reason } = openEnded();
    const open = createOpenExchanges(clock);
    await open.withOpenExchanges(exchange)(makeCall());
    const draining = open.drain(1_000);
    await clock.advanceAsync(1_000);
    await draining;
    expect(reason()).toMatchObject({ code: 'draining', detail: 'the answer was not finished within 1000 ms' });
  });

  it('waits for the same end when it is asked twice', async () => {
    const { exchange, end } = openEnded();
    const open = createOpenExchanges(createFakeClock());
    await open.withOpenExchanges(exchange)(makeCall());
    const both = Promise.all([open.drain(1_000), open.drain(1_000)]);
    end();
    await expect(both).resolves.toHaveLength(2);
  });
});

it("aborts with the client's reason when the client leaves", async () => {
  const client = new AbortController();
  const { exchange, reason } = openEnded();
  const open = createOpenExchanges(createFakeClock());
  await open.withOpenExchanges(exchange)(makeCall({ signal: client.signal }));
  const left = new GatewayError('client_aborted', 'it left');
  client.abort(left);
  expect(reason()).toBe(left);
});
