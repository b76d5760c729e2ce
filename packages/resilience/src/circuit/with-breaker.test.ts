import { GatewayError } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';

import { fault, FIRST_WAIT_MS, NAME, startBreakers } from '../__fixtures__/breaker-run.js';
import { aCall, callWithoutTarget, target } from '../__fixtures__/calls.js';

describe('a set of breakers', () => {
  it('opens a target by hand that was never called', async () => {
    const run = startBreakers();
    run.breakers.open(target, 'maintenance');
    await run.refusal();
    expect(run.changes()).toEqual([['open', 'maintenance']]);
    expect(run.breakers.isAvailable(target)).toEqual({ available: false, reason: 'circuit open: maintenance' });
  });

  it('closes by hand', async () => {
    const run = startBreakers();
    await run.failTimes(4);
    expect(run.breakers.close(NAME)).toBe(true);
    await run.succeed();
    expect(run.snapshot()).toMatchObject({ state: 'closed', calls: 1, reason: 'closed by hand' });
  });

  it('stays closed by hand when a probe says nothing', async () => {
    const run = startBreakers();
    await run.toProbe();
    const probe = run.exchange(aCall());
    run.breakers.close(NAME);
    run.upstream.last.fail(new GatewayError('client_aborted', 'gone'));
    await expect(probe).rejects.toMatchObject({ code: 'client_aborted' });
    await run.settle();
    expect(run.state()).toBe('closed');
  });

  it('resets by hand, and forgets the calls under way', async () => {
    const run = startBreakers({ volume: 1 });
    const answer = run.exchange(aCall());
    expect(run.breakers.reset(NAME)).toBe(true);
    run.upstream.last.fail(fault('upstream_failed'));
    await expect(answer).rejects.toMatchObject({ code: 'upstream_failed' });
    await run.settle();
    expect(run.snapshot()).toMatchObject({ state: 'closed', calls: 0, openings: 0 });
  });

  it('has no circuit for a target that was never called', () => {
    const { breakers } = startBreakers();
    expect([breakers.close('claude/unknown'), breakers.reset('claude/unknown')]).toEqual([false, false]);
    expect(breakers.isAvailable(target)).toEqual({ available: true });
    expect(breakers.states()).toEqual([]);
  });

  it('gives the same answer for everything that is available', async () => {
    const run = startBreakers();
    const before = run.breakers.isAvailable(target);
    await run.begin();
    expect(run.breakers.isAvailable({ ...target })).toBe(before);
  });

  it('applies other limits and keeps what it has seen', async () => {
    const run = startBreakers();
    await run.failTimes(3);
    run.breakers.setLimits({ ...run.options, volume: 3, openMs: 64_000 });
    expect(run.snapshot()).toMatchObject({ state: 'closed', calls: 3 });
    await run.fail();
    expect(run.snapshot()).toMatchObject({ state: 'open', calls: 4, nextProbeAtMs: 1_000 + 2 * FIRST_WAIT_MS });
  });

  it('lets calls without a target pass', () => {
    const run = startBreakers();
    void run.exchange(callWithoutTarget());
    expect(run.upstream.attempts).toHaveLength(1);
    expect(run.breakers.states()).toEqual([]);
  });

  it('refuses calls after its shutdown, to new targets too', async () => {
    const run = startBreakers();
    await run.succeed();
    run.breakers.shutdown();
    await run.refusal();
    const other = run.exchange(aCall({ target: { ...target, model: 'haiku' } }));
    await expect(other).rejects.toMatchObject({ code: 'circuit_open' });
  });

  it('keeps a bounded number of circuits, and those that are open longest', async () => {
    const run = startBreakers({ volume: 1 });
    const ask = (model: string): void => void run.exchange(aCall({ target: { ...target, model } }));
    await run.fail();
    for (let i = 0; i < 1_200; i += 1) ask(`m${i}`);
    const names = run.breakers.states().map(({ target: { model } }) => model);
    expect([names.length, names[0], names[1]]).toEqual([1_000, 'opus', 'm201']);
  });

  it('lets an open circuit go when all of them are', () => {
    const run = startBreakers();
    for (let i = 0; i < 1_001; i += 1) run.breakers.open({ ...target, model: `m${i}` }, 'maintenance');
    const names = run.breakers.states().map(({ target: { model } }) => model);
    expect([names.length, names[0]]).toEqual([1_000, 'm1']);
  });
});
