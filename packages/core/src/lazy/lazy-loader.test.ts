import { describe, expect, it } from '@jest/globals';

import type { Clock } from '../clock.js';
import { GatewayError } from '../errors.js';
import { createLazyLoader } from './lazy-loader.js';
import type { LazyLoaderOptions } from './lazy-loader.js';
import type { LazyPart } from './lazy-part.js';

/** Time that passes when it is told to. */
const createTestClock = () => {
  let now = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  const clock: Clock = {
    now: () => now,
    epochMs: () => now,
    after(delayMs, callback) {
      const timer = { at: now + delayMs, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  const pass = (ms: number): void => {
    now += ms;
    for (const timer of [...timers].filter(({ at }) => at <= now)) {
      timers.delete(timer);
      timer.callback();
    }
  };
  return { clock, pass, timers };
};

/** Everything that is ready to go on goes on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Parts `a`, `b` and `c` that write down what happens to them; `b` needs `a`. */
const setUp = (options: Omit<LazyLoaderOptions, 'clock'> = {}) => {
  const { clock, pass, timers } = createTestClock();
  const events: string[] = [];
  const part = (name: string, needs: readonly ('a' | 'b' | 'c')[] = []): LazyPart<string, 'a' | 'b' | 'c'> => ({
    needs,
    load: async (needed) => {
      events.push(`load ${name}`);
      return [name, ...needs.map(needed)].join(' with ');
    },
    dispose: (value) => void events.push(`dispose ${value}`),
  });
  const loader = createLazyLoader<Record<'a' | 'b' | 'c', string>>(
    { a: part('a'), b: part('b', ['a']), c: part('c') },
    { clock, ...options },
  );
  const touch = (name: 'a' | 'b' | 'c'): Promise<string> => loader.use(name, (value) => value);
  const statusOf = (name: string) => loader.status().find((status) => status.name === name);
  return { loader, touch, statusOf, events, pass, timers, clock };
};

const waiting = () => {
  let end: () => void = () => undefined;
  const until = new Promise<void>((resolve) => (end = resolve));
  return { until, end: () => end() };
};

describe('a lazy loader', () => {
  it('loads nothing before the first use', () => {
    const { events, statusOf } = setUp();
    expect(events).toEqual([]);
    expect(statusOf('a')).toEqual({
      name: 'a',
      state: 'absent',
      inUse: 0,
      loads: 0,
      failures: 0,
      disposals: 0,
      loadMs: undefined,
    });
  });

  it('gives the part to the work and the result of the work back', async () => {
    const { loader } = setUp();
    expect(await loader.use('a', async (value) => `used ${value}`)).toBe('used a');
  });

  it('loads once for all who ask at the same time and later', async () => {
    const { touch, events, statusOf } = setUp();
    const both = Promise.all([touch('a'), touch('a')]);
    expect(statusOf('a')).toMatchObject({ state: 'loading', inUse: 2 });
    await both;
    await touch('a');
    expect(events).toEqual(['load a']);
    expect(statusOf('a')).toMatchObject({ state: 'loaded', inUse: 0, loads: 1 });
  });

  it('measures how long a load took', async () => {
    const { clock, pass } = createTestClock();
    const loader = createLazyLoader({ slow: { load: async () => pass(70) } }, { clock });
    await loader.use('slow', () => undefined);
    expect(loader.status()).toMatchObject([{ loadMs: 70 }]);
  });

  it('loads what a part needs before it and hands it over', async () => {
    const { touch, events, statusOf } = setUp();
    expect(await touch('b')).toBe('b with a');
    expect(events).toEqual(['load a', 'load b']);
    expect(statusOf('a')).toMatchObject({ inUse: 1 });
  });

  it('refuses to hand over what a part does not say that it needs', async () => {
    const { clock } = createTestClock();
    const sly: LazyPart<unknown, 'one' | 'sly'> = { load: async (needed) => needed('one') };
    const loader = createLazyLoader({ one: { load: async () => 1 }, sly }, { clock });
    await expect(loader.use('sly', () => undefined)).rejects.toThrow('sly does not say that it needs one');
  });

  it('passes on what the work throws, and is done with it', async () => {
    const { loader, statusOf } = setUp();
    const work = (): never => {
      throw new Error('of the work');
    };
    await expect(loader.use('a', work)).rejects.toThrow('of the work');
    expect(statusOf('a')).toMatchObject({ inUse: 0, failures: 0 });
  });
});

describe('a load that fails', () => {
  const failing = (thrown: unknown) => {
    const { clock } = createTestClock();
    let left = 1;
    const load = async (): Promise<string> => {
      left -= 1;
      if (left >= 0) throw thrown;
      return 'there';
    };
    return createLazyLoader({ part: { load } }, { clock });
  };

  it('tells which part and why', async () => {
    const loader = failing(new Error('no such file'));
    await expect(loader.use('part', () => undefined)).rejects.toMatchObject({
      code: 'internal',
      detail: 'part cannot be loaded: no such file',
    });
    expect(loader.status()).toMatchObject([{ state: 'absent', failures: 1, inUse: 0 }]);
  });

  it('is tried again at the next use', async () => {
    const loader = failing('odd');
    await expect(loader.use('part', () => undefined)).rejects.toThrow('part cannot be loaded: odd');
    expect(await loader.use('part', (value) => value)).toBe('there');
  });

  it('keeps an error that has a code of its own', async () => {
    const error = new GatewayError('credential_missing', 'no keychain');
    await expect(failing(error).use('part', () => undefined)).rejects.toBe(error);
  });

  it('lets go of what it needed', async () => {
    const { clock } = createTestClock();
    const load = (): never => {
      throw new Error('broken');
    };
    const loader = createLazyLoader<Record<'base' | 'top', void>>(
      { base: { load: async () => undefined }, top: { needs: ['base'], load } },
      { clock },
    );
    await expect(loader.use('top', () => undefined)).rejects.toThrow('broken');
    expect(loader.status()).toMatchObject([{ state: 'loaded', inUse: 0 }, { state: 'absent' }]);
  });
});

describe('a load that takes too long', () => {
  const setUpSlow = (dispose?: (value: string) => void) => {
    const { clock, pass, timers } = createTestClock();
    const arrivals: ((value: string) => void)[] = [];
    const load = (): Promise<string> => new Promise((resolve) => arrivals.push(resolve));
    const loader = createLazyLoader({ part: { load, ...(dispose && { dispose }) } }, { clock, timeoutMs: 100 });
    return { loader, pass, arrivals, timers };
  };

  it('is given up', async () => {
    const { loader, pass } = setUpSlow();
    const used = loader.use('part', (value) => value);
    await settle();
    pass(100);
    await expect(used).rejects.toMatchObject({ code: 'internal', detail: 'part cannot be loaded: not within 100 ms' });
  });

  it.each([
    ['is disposed when it comes after all', ['late']],
    ['is dropped when it comes after all and has nothing to dispose', []],
  ])('%s', async (_name, expected) => {
    const disposed: string[] = [];
    const { loader, pass, arrivals } = setUpSlow(
      expected.length > 0 ? (value) => void disposed.push(value) : undefined,
    );
    const used = loader.use('part', (value) => value);
    await settle();
    pass(100);
    await expect(used).rejects.toThrow();
    const again = loader.use('part', (value) => value);
    await settle();
    arrivals[0]?.('late');
    arrivals[1]?.('in time');
    expect(await again).toBe('in time');
    expect(disposed).toEqual(expected);
  });

  it("is nobody's concern when its late disposal fails", async () => {
    const { loader, pass, arrivals } = setUpSlow(() => {
      throw new Error('jammed');
    });
    const used = loader.use('part', (value) => value);
    await settle();
    pass(100);
    await expect(used).rejects.toThrow('not within');
    arrivals[0]?.('late');
    await settle();
  });

  it('leaves no timer behind when it was fast enough', async () => {
    const { loader, arrivals, timers } = setUpSlow();
    const used = loader.use('part', (value) => value);
    await settle();
    arrivals[0]?.('fast');
    await used;
    expect(timers.size).toBe(0);
  });
});

describe('an idle part', () => {
  it('is disposed after its time, and loaded again when it is needed', async () => {
    const { touch, events, pass, statusOf } = setUp({ idleMs: 1_000 });
    await touch('a');
    pass(999);
    expect(events).toEqual(['load a']);
    pass(1);
    expect(events).toEqual(['load a', 'dispose a']);
    expect(statusOf('a')).toMatchObject({ state: 'absent', disposals: 1 });
    await touch('a');
    expect(statusOf('a')).toMatchObject({ state: 'loaded', loads: 2 });
  });

  it('has its time anew after each use', async () => {
    const { touch, events, pass } = setUp({ idleMs: 1_000 });
    await touch('a');
    pass(600);
    await touch('a');
    pass(600);
    expect(events).toEqual(['load a']);
    pass(400);
    expect(events).toContain('dispose a');
  });

  it('is followed by what it needed', async () => {
    const { touch, events, pass } = setUp({ idleMs: 1_000 });
    await touch('b');
    pass(1_000);
    await settle();
    pass(1_000);
    expect(events).toEqual(['load a', 'load b', 'dispose b with a', 'dispose a']);
  });

  it('stays while somebody uses it', async () => {
    const { loader, events, pass } = setUp({ idleMs: 1_000 });
    const work = waiting();
    const used = loader.use('a', () => work.until);
    await settle();
    pass(5_000);
    expect(events).toEqual(['load a']);
    work.end();
    await used;
    pass(1_000);
    expect(events).toEqual(['load a', 'dispose a']);
  });

  it('stays when it has nothing to dispose', async () => {
    const { clock, pass, timers } = createTestClock();
    const loader = createLazyLoader({ bare: { load: async () => 1 } }, { clock, idleMs: 10 });
    await loader.use('bare', () => undefined);
    expect(timers.size).toBe(0);
    pass(100);
    expect(loader.status()).toMatchObject([{ state: 'loaded' }]);
  });

  it('is waited for when it is needed again while it is being disposed', async () => {
    const { clock } = createTestClock();
    const closing = waiting();
    const events: string[] = [];
    const load = async (): Promise<void> => void events.push('load');
    const dispose = async (): Promise<void> => {
      await closing.until;
      events.push('disposed');
    };
    const loader = createLazyLoader({ part: { load, dispose } }, { clock });
    await loader.use('part', () => undefined);
    const disposed = loader.disposeIdle();
    const used = loader.use('part', () => undefined);
    await settle();
    closing.end();
    await Promise.all([used, disposed]);
    expect(events).toEqual(['load', 'disposed', 'load']);
  });

  it('counts as failed when it cannot be disposed, and goes', async () => {
    const { clock } = createTestClock();
    const dispose = (): never => {
      throw new Error('jammed');
    };
    const loader = createLazyLoader({ part: { load: async () => 1, dispose } }, { clock });
    await loader.use('part', () => undefined);
    expect(await loader.disposeIdle()).toEqual(['part']);
    expect(loader.status()).toMatchObject([{ state: 'absent', failures: 1, disposals: 1 }]);
  });
});

describe('more loaded parts than allowed', () => {
  it('cost the least recently used its place', async () => {
    const { touch, events, pass } = setUp({ maxLoaded: 1 });
    await touch('a');
    pass(1);
    await touch('c');
    expect(events).toEqual(['load a', 'load c', 'dispose a']);
  });

  it('cost no more parts than necessary', async () => {
    const { clock, pass } = createTestClock();
    const part = { load: async () => 1, dispose: () => undefined };
    const loader = createLazyLoader({ first: part, second: part, third: part }, { clock, maxLoaded: 2 });
    for (const name of ['second', 'first', 'third'] as const) {
      await loader.use(name, () => undefined);
      pass(1);
    }
    expect(loader.status().map(({ state }) => state)).toEqual(['loaded', 'absent', 'loaded']);
  });

  it('are allowed while all are in use', async () => {
    const { loader, touch, events } = setUp({ maxLoaded: 1 });
    const work = waiting();
    const used = loader.use('a', () => work.until);
    await settle();
    await loader.use('c', () => expect(events).toEqual(['load a', 'load c']));
    expect(events.at(-1)).toBe('dispose c');
    work.end();
    await used;
    await touch('a');
    expect(events).toEqual(['load a', 'load c', 'dispose c']);
  });
});

describe('letting go', () => {
  it('of what is idle names it, dependents first', async () => {
    const { loader, touch, events } = setUp();
    await touch('b');
    await touch('c');
    expect(await loader.disposeIdle()).toEqual(['b', 'c', 'a']);
    expect(events.slice(-3)).toEqual(['dispose b with a', 'dispose c', 'dispose a']);
  });

  it('of what is idle leaves the rest', async () => {
    const { loader, touch } = setUp();
    await touch('c');
    const names = await loader.use('a', () => loader.disposeIdle());
    expect(names).toEqual(['c']);
  });

  it('of everything disposes what is in use as soon as it is free', async () => {
    const { loader, events } = setUp({ idleMs: 1_000 });
    const work = waiting();
    const used = loader.use('b', () => work.until);
    await settle();
    await loader.close();
    expect(events).toEqual(['load a', 'load b']);
    work.end();
    await used;
    await settle();
    expect(events.slice(2)).toEqual(['dispose b with a', 'dispose a']);
  });

  it('of everything leaves no timer behind and refuses further use', async () => {
    const { loader, touch, timers } = setUp({ idleMs: 1_000 });
    await touch('a');
    expect(timers.size).toBe(1);
    await loader.close();
    expect(timers.size).toBe(0);
    await expect(touch('a')).rejects.toMatchObject({ code: 'draining' });
  });
});
