import { GatewayError } from '@claudette/core';
import { createFakeClock } from '@claudette/testing';
import { describe, expect, it } from '@jest/globals';

import { createLifeCycle } from './create-life-cycle.js';
import type { LifeCycle, LifePart } from './create-life-cycle.js';

const setUp = () => {
  const clock = createFakeClock();
  const log: string[] = [];
  const life = createLifeCycle(clock);
  const part = (name: string, other: Partial<LifePart<string>> = {}): LifePart<string> => ({
    name,
    start: () => (log.push(`start ${name}`), name),
    stop: () => void log.push(`stop ${name}`),
    ...other,
  });
  const startAll = async (cycle: LifeCycle, ...parts: LifePart<string>[]): Promise<void> => {
    for (const one of parts) await cycle.start(one);
  };
  return { clock, log, life, part, startAll };
};

describe('a life cycle', () => {
  it('stops what it started in the reverse order', async () => {
    const { life, part, startAll, log } = setUp();
    await startAll(life, part('a'), part('b'), part('c'));
    await life.stop();
    expect(log).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
  });

  it('gives what a part started as to whoever asked, and to its stop', async () => {
    const { life, log } = setUp();
    const value = await life.start({ name: 'one', start: async () => 7, stop: (seven) => void log.push(`${seven}`) });
    await life.stop();
    expect([value, ...log]).toEqual([7, '7']);
  });

  it('stops what was started when a part cannot start, and says why it could not', async () => {
    const { life, part, startAll, log } = setUp();
    const start = (): never => {
      throw new GatewayError('configuration_invalid', 'the port is in use');
    };
    await expect(startAll(life, part('a'), part('b'), part('c', { start }))).rejects.toMatchObject({
      code: 'configuration_invalid',
      detail: 'the port is in use',
    });
    expect(log).toEqual(['start a', 'start b', 'stop b', 'stop a']);
  });

  it('says why a part could not start even when another one does not stop', async () => {
    const { life, part, startAll } = setUp();
    const fails = (): never => {
      throw new Error('no');
    };
    await expect(startAll(life, part('a', { stop: fails }), part('b', { start: fails }))).rejects.toMatchObject({
      detail: 'no',
    });
  });

  it('stops the others when one fails, and tells every failure', async () => {
    const { life, part, startAll, log } = setUp();
    const stop = (): never => {
      throw new Error('it is stuck');
    };
    await startAll(life, part('a'), part('b', { stop }), part('c', { stop: () => Promise.reject('no reason') }));
    await expect(life.stop()).rejects.toThrow('not everything stopped; c: no reason; b: it is stuck');
    expect(log).toContain('stop a');
  });

  it('does not wait for a part beyond its limit', async () => {
    const { life, part, startAll, log, clock } = setUp();
    const never = (): Promise<void> => new Promise(() => undefined);
    await startAll(life, part('a'), part('b', { stop: never, stopWithinMs: () => 300 }));
    const stopped = life.stop();
    const told = expect(stopped).rejects.toThrow('b: it took longer than 300 ms');
    clock.advance(300);
    await told;
    expect(log).toContain('stop a');
  });

  it('stops once, however often it is asked', async () => {
    const { life, part, startAll, log } = setUp();
    await startAll(life, part('a'));
    await Promise.all([life.stop(), life.stop()]);
    await life.stop();
    expect(log).toEqual(['start a', 'stop a']);
  });

  it('leaves no timer behind', async () => {
    const { life, part, startAll, clock } = setUp();
    await startAll(life, part('a'), part('b', { stop: () => Promise.reject(new Error('no')) }));
    await expect(life.stop()).rejects.toThrow('b: no');
    expect(clock.pending).toBe(0);
  });
});
