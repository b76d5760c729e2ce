import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runWithGateway } from '../__fixtures__/run-with-gateway.js';
import { runInProcess } from '../__fixtures__/run-in-process.js';
import type { Finished } from '../__fixtures__/run-in-process.js';

const backends = { demo: { provider: 'demo', models: ['demo-1'] } };

let home: Home;
beforeEach(() => void (home = createHome({ backends })));
afterEach(() => home.remove());

const run = (...args: string[]): Promise<Finished> => runInProcess(args, { home });
const show = async (...args: string[]): Promise<string> => (await run(...args)).out;
const read = async <Value>(...args: string[]): Promise<Value> => JSON.parse(await show(...args, '--json')) as Value;

describe('claudette cache stats', () => {
  it('counts what other processes stored, a line for each tier', async () => {
    await show('one');
    await show('two');
    expect(await show('cache', 'stats')).toMatch(/^TIER +ENTRIES\nmemory +0\nstore +2\n\nHITS +MISSES/);
  });

  it('counts a store that is not there as empty', async () => {
    home.configure({ backends, cache: { store: 'memory:' } });
    expect(await show('cache', 'stats')).toMatch(/^store +0$/m);
  });

  it('says so as JSON', async () => {
    await show('one');
    expect(await read('cache', 'stats')).toMatchObject({ entries: { memory: 0, secondTier: 1 }, stats: { hits: 0 } });
  });
});

describe('claudette cache list', () => {
  it("has a line for each entry, and nobody's words", async () => {
    await show('what nobody may read');
    const out = await show('cache', 'list');
    expect(out).toMatch(/^KEY +SCOPE +OPERATION +TAGS +BYTES +COST +AGE +EXPIRES +IN$/m);
    expect(out).toMatch(/^[\w-]{43}:demo\/demo-1 +key:local +generate +- +\d+ +\S+ +\ds +\d+m +store$/m);
    expect(out).not.toContain('nobody may read');
  });

  it('has no more than were asked for', async () => {
    for (const prompt of ['one', 'two', 'three']) await show(prompt);
    expect(await read('cache', 'list', '--limit', '2')).toHaveLength(2);
  });

  it.each([
    [['--model', 'demo-1'], 1],
    [['--model', 'demo-2'], 0],
    [['--backend', 'demo'], 1],
    [['--backend', 'other'], 0],
    [['--scope', 'key'], 1],
    [['--scope', 'key:local'], 1],
    [['--scope', 'team:core'], 0],
    [['--operation', 'generate'], 1],
    [['--operation', 'embed'], 0],
    [['--entry', '*:demo/*'], 1],
    [['--entry', 'abc*'], 0],
    [['--tag', 'docs'], 0],
    [['--older-than', '0s'], 1],
    [['--older-than', '2h'], 0],
  ])('has only what is meant: %j', async (filter, count) => {
    await show('one');
    expect(await read('cache', 'list', ...filter)).toHaveLength(count);
  });

  it.each([
    [['--scope', 'house'], 'scope must be one of key, user, team, shared'],
    [['--operation', 'chat'], 'operation must be one of generate, count, embed'],
    [['--entry', '*'.repeat(257)], 'key must have at most 256 characters'],
    [['--older-than', 'yesterday'], 'Must be an age'],
    [['--limit', '0'], 'Must be a whole number'],
  ])('refuses %j', async (filter, why) => {
    const { code, err } = await run('cache', 'list', ...filter);
    expect(code).toBe(2);
    if (!why.startsWith('Must')) expect(err).toContain(why);
  });
});

describe('claudette cache clear', () => {
  it('forgets what other processes stored, and says how much', async () => {
    await show('one');
    await show('two');
    expect(await show('cache', 'clear')).toBe(
      'TIER    BEFORE  REMOVED  AFTER\nmemory  0       0        0\nstore   2       2        0\n',
    );
    expect(await read('one')).toMatchObject({ cacheHit: false });
  });

  it('forgets what is meant, and says so as JSON', async () => {
    await show('one');
    await show('two');
    const [entry] = await read<readonly { readonly key: string }[]>('cache', 'list');
    expect(await read('cache', 'clear', '--entry', entry?.key ?? '')).toEqual({
      before: { memory: 0, secondTier: 2 },
      removed: { memory: 0, secondTier: 1 },
      after: { memory: 0, secondTier: 1 },
    });
    expect(await read('cache', 'clear', '--model', 'unknown')).toMatchObject({ removed: { secondTier: 0 } });
  });
});

describe('what is done to the cache', () => {
  it('is in the audit log, whatever came of it', async () => {
    await run('cache', 'clear');
    await run('cache', 'clear', '--scope', 'house');
    await run('cache', 'list');
    const { entries } = await runWithGateway(home, (gateway) => gateway.audit.page({ limit: 10 }));
    expect(entries.map(({ action, subject, result }) => [action, subject, result])).toEqual([
      ['cache.clear', 'scope=house', 'refused'],
      ['cache.clear', undefined, 'done'],
    ]);
  });
});

describe('claudette cache warm', () => {
  it('asks the questions of a file, so that they are answered from the cache', async () => {
    const file = home.write('requests.jsonl', '{"prompt":"one"}\n\n{"prompt":"two","options":{"cache":"off"}}\n');
    await show('one');
    const { out, err } = await run('cache', 'warm', '--file', file);
    expect(out).toMatch(/^QUESTIONS +STORED +PRESENT +FAILED +SKIPPED +COST\n2 +1 +1 +0 +0 +\S+ USD\n/);
    expect(out).toContain('1 entries were in the store, 2 are now');
    expect(err).toContain('2 of 2');
    expect(await read('two')).toMatchObject({ cacheHit: true });
  });

  it('names the line of a file that is no question, and asks nothing', async () => {
    const file = home.write('requests.jsonl', '{"prompt":"one"}\n{"prompt":""}\n');
    const { code, err } = await run('cache', 'warm', '--file', file);
    expect([code, err]).toEqual([2, expect.stringContaining('requests.jsonl, line 2: prompt')]);
    expect(await read('cache', 'stats')).toMatchObject({ entries: { secondTier: 0 } });
  });

  it.each([
    [[], 'whose memory?'],
    [['--file', 'missing.jsonl'], 'the file missing.jsonl cannot be read'],
    [['--url', 'http://127.0.0.1:1', '--cost-limit', '1'], '--cost-limit has no effect without --file'],
    [['--file', 'a.jsonl', '--days', '1'], '--days has no effect with --file'],
    [['--url', 'http://127.0.0.1:1', '--config', 'a.json'], '--config has no effect with --url'],
  ])('refuses %j', async (args, why) => {
    expect(await run('cache', 'warm', ...args)).toMatchObject({ code: 2, err: expect.stringContaining(why) });
  });
});

describe('a limit of what warming may cost', () => {
  let provider: FakeProvider;
  beforeEach(async () => void (provider = await createFakeProvider()));
  afterEach(() => provider.close());

  it('is kept: what is likely to cost more is not asked', async () => {
    const lab = { provider: 'openai', baseUrl: `${provider.url}/v1`, models: ['gpt-4o'], apiKey: 'env:KEY' };
    home.configure({ backends: { lab } });
    const file = home.write('requests.jsonl', '{"prompt":"one"}\n{"prompt":"two"}\n');
    const args = ['cache', 'warm', '--file', file, '--cost-limit', '0.000000001', '--json'];
    const { out } = await runInProcess(args, {
      home: { ...home, environment: { ...home.environment, KEY: 'sk-fake-0123456789' } },
    });
    expect(JSON.parse(out)).toMatchObject({ questions: 2, stored: 0, skipped: 2, cost: '0' });
    expect(provider.count()).toBe(0);
  });
});

describe('a cache that is switched off', () => {
  it.each([[['stats']], [['list']], [['clear']]])('is told: %j', async (command) => {
    home.configure({ backends, cache: { enabled: false } });
    expect(await show('cache', ...command)).toBe('the cache is switched off\n');
    expect(await read('cache', ...command)).toBeNull();
  });
});
