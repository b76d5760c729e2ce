import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runInProcess } from '../__fixtures__/run-in-process.js';

const backends = { demo: { provider: 'demo', models: ['demo-1'] } };

let home: Home;
beforeEach(() => void (home = createHome({ backends })));
afterEach(() => home.remove());

const show = async (...args: string[]): Promise<string> => (await runInProcess(args, { home })).out;
const read = async (...args: string[]): Promise<unknown> => JSON.parse(await show(...args, '--json'));

describe('claudette cache stats', () => {
  it('counts what other processes stored, a line for each tier', async () => {
    await show('one');
    await show('two');
    expect(await show('cache', 'stats')).toBe('TIER    ENTRIES\nmemory  0\nstore   2\n');
  });

  it('counts a store that is not there as empty', async () => {
    home.configure({ backends, cache: { store: 'memory:' } });
    expect(await show('cache', 'stats')).toMatch(/^store +0$/m);
  });

  it('says so as JSON', async () => {
    await show('one');
    expect(await read('cache', 'stats')).toEqual({ memory: 0, secondTier: 1 });
  });
});

describe('claudette cache clear', () => {
  it('forgets what other processes stored, and says how much', async () => {
    await show('one');
    await show('two');
    expect(await show('cache', 'clear')).toBe('TIER    BEFORE  AFTER\nmemory  0       0\nstore   2       0\n');
    expect(await read('one')).toMatchObject({ cacheHit: false });
  });

  it('says so as JSON', async () => {
    await show('one');
    expect(await read('cache', 'clear')).toEqual({
      before: { memory: 0, secondTier: 1 },
      after: { memory: 0, secondTier: 0 },
    });
  });
});

describe('a cache that is switched off', () => {
  it.each([['stats'], ['clear']])('is told: %s', async (command) => {
    home.configure({ backends, cache: { enabled: false } });
    expect(await show('cache', command)).toBe('the cache is switched off\n');
    expect(await read('cache', command)).toBeNull();
  });
});
