import { describe, expect, it } from '@jest/globals';

import type { Call, Exchange, Reply } from '@claudette/core';

import { budgetOf, commits, planOf, startAttemptsBench } from '../__fixtures__/attempts.js';
import { withAttempts } from './with-attempts.js';

/** A committed stream that goes on. */
const openReply = async (): Promise<{ readonly reply: Reply; readonly call: Call }> => {
  const bench = startAttemptsBench([commits(0)], { stream: true });
  const asked = bench.ask();
  await bench.clock.advanceAsync(1);
  return { reply: await asked, call: bench.call };
};

const BACKENDS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'];

describe('an exchange in which nothing fails', () => {
  const clock = { now: () => 0, epochMs: () => 0, after: (): never => fail('a timer') };
  const fail = (what: string): never => {
    throw new Error(`${what} is not needed`);
  };
  const measured = async () => {
    const { reply, call } = await openReply();
    const calls: Call[] = [];
    const send: Exchange = (sent) => {
      calls.push(sent);
      return Promise.resolve(reply);
    };
    const policy = { maxAttempts: 3, backoffMs: () => fail('a wait') };
    const exchange = withAttempts({ policy, budget: budgetOf(0), clock })(send);
    const context: Call['context'] = { ...call.context, deadlineAtMs: 60_000, observe: () => undefined };
    return { exchange, calls, call: { ...call, plan: planOf(BACKENDS), context }, reply };
  };

  it('starts no timer, listens to nothing and hands on the same signal', async () => {
    const { exchange, call, calls, reply } = await measured();
    const addEventListener = (): never => fail('a listener');
    const signal = { ...call.context.signal, aborted: false, throwIfAborted: () => undefined, addEventListener };
    const context = { ...call.context, signal };
    expect(await exchange({ ...call, context })).toBe(reply);
    expect(calls[0]?.context).toBe(context);
  });

  it('takes four turns of the event loop, all of them microtasks', async () => {
    const { exchange, call } = await measured();
    let done = false;
    void exchange(call).then(() => (done = true));
    let turns = 0;
    for (; !done; turns += 1) await Promise.resolve();
    expect(turns).toBeLessThanOrEqual(4);
  });

  it('adds far less than a millisecond', async () => {
    const { exchange, call } = await measured();
    const ROUNDS = 2_000;
    for (let warmed = 0; warmed < ROUNDS; warmed += 1) await exchange(call);
    const startedAt = performance.now();
    for (let round = 0; round < ROUNDS; round += 1) await exchange(call);
    expect((performance.now() - startedAt) / ROUNDS).toBeLessThan(1);
  });
});
