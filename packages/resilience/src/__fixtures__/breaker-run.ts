import { UpstreamError } from '@claudette/core';
import type { Call, GatewayError, GatewayErrorCode, Observation, Reply, UpstreamFault } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { expect } from '@jest/globals';

import type { BreakerOptions } from '../circuit/breaker-options.js';
import { createBreakers } from '../circuit/with-breaker.js';
import { breakerOptions } from './breaker-options.js';
import { aCall, readAll, scriptedUpstream, target } from './calls.js';

export const WINDOW_MS = 10_000;
export const SLOW_MS = 5_000;
/** Until the first probe. */
export const FIRST_WAIT_MS = 750;
export const NAME = 'claude/opus';

/** Breakers in front of a scripted provider. */
export const startBreakers = (overrides: Partial<BreakerOptions> = {}) => {
  const clock = createFakeClock({ epochMs: 1_000 });
  const upstream = scriptedUpstream();
  const observations: Observation[] = [];
  const options = breakerOptions(clock, (observation) => observations.push(observation), overrides);
  const breakers = createBreakers(options);
  const exchange = breakers.withBreaker(upstream.exchange);
  const begin = async (call?: Partial<Call>): Promise<Reply> => {
    const answer = exchange(aCall(call));
    upstream.last.say();
    const reply = await answer;
    await run.settle();
    return reply;
  };
  const run = {
    ...{ clock, upstream, options, breakers, exchange, begin },
    settle: () => clock.advanceAsync(0),
    async succeed() {
      const reply = await begin();
      upstream.last.finish();
      await readAll(reply);
      await run.settle();
    },
    async fail(error: GatewayError = fault('upstream_failed'), call?: Partial<Call>) {
      const answer = exchange(aCall(call));
      upstream.last.fail(error);
      await expect(answer).rejects.toBe(error);
      await run.settle();
    },
    async failTimes(times: number) {
      for (let i = 0; i < times; i += 1) await run.fail();
    },
    /** Trips the circuit and waits until a probe may go. */
    async toProbe() {
      await run.failTimes(4);
      await clock.advanceAsync(FIRST_WAIT_MS);
    },
    refusal: () => expect(exchange(aCall())).rejects.toMatchObject({ code: 'circuit_open', detail: NAME }),
    snapshot: () => breakers.states()[0],
    state: () => breakers.states()[0]?.state,
    changes: () => observations.flatMap((o) => (o.kind === 'circuit' ? [[o.state, o.reason]] : [])),
  };
  return run;
};

/** What the provider may fail with. */
export const fault = (code: GatewayErrorCode, more: Partial<UpstreamFault> = {}): UpstreamError =>
  new UpstreamError(code, 'x', { backend: target.backend, ...more });
