import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { eventually } from '@claudette/testing';
import { afterEach, describe, expect, it } from '@jest/globals';

import { startLab } from './__fixtures__/start-lab.js';
import type { Lab } from './__fixtures__/start-lab.js';

let lab: Lab;
const start = async (cache: object, more: Readonly<Record<string, object>> = {}): Promise<Lab> =>
  (lab = await startLab({ config: { ...more, cache } }));
afterEach(() => lab.close());

const stored = { fields: { temperature: 0 } };
const hits = async (content = 'same', asked: object = stored): Promise<string | null> =>
  (await lab.tell({ content, ...asked })).cache;

describe('cache', () => {
  it.each([
    [true, 'hit'],
    [false, 'bypass'],
  ])('enabled: %s decides whether answers are given again', async (enabled, expected) => {
    await start({ enabled });
    await hits();
    expect([await hits(), lab.a.count()]).toEqual([expected, enabled ? 1 : 2]);
  });

  it('ttlSeconds is how long an answer may be given again', async () => {
    await start({ ttlSeconds: 1 });
    await hits();
    expect(await hits()).toBe('hit');
    await sleep(1_100);
    expect(await hits()).toBe('miss');
  });

  it('maxEntries is the most that is stored', async () => {
    await start({ maxEntries: 2 });
    for (const content of ['a', 'b', 'c', 'd', 'e']) await hits(content);
    const cache = lab.gateway.cache;
    await eventually(async () => ((await cache?.count())?.memory ?? 0) <= 2);
    expect((await cache?.count())?.memory).toBeGreaterThan(0);
  });

  it('maxMemoryBytes is the most memory that answers take', async () => {
    await start({ maxMemoryBytes: 65_536 });
    expect(lab.gateway.status().memory.cacheBudgetBytes).toBe(65_536);
    for (let index = 0; index < 20; index += 1) await hits(`${index} ${'word '.repeat(2_000)}`);
    expect(lab.gateway.status().memory.cacheBytes).toBeLessThanOrEqual(65_536);
  });

  it('maxEntryBytes keeps longer answers out', async () => {
    await start({ maxEntryBytes: 2_048 });
    const long = 'word '.repeat(2_000);
    await hits(long);
    expect(await hits(long)).toBe('miss');
  });

  it('store is where answers outlive the process', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'claudette-effects-'));
    const file = join(folder, 'cache.db');
    await start({ store: `sqlite:${file}` });
    await hits();
    await lab.gateway.cache?.count();
    expect(existsSync(file)).toBe(true);
    rmSync(folder, { recursive: true });
  });

  it.each([
    [0, 502],
    [60, 200],
  ])('staleIfErrorSeconds: %d is how long an expired answer may stand in', async (staleIfErrorSeconds, status) => {
    await start({ ttlSeconds: 1, staleIfErrorSeconds });
    await hits();
    await sleep(1_100);
    for (const provider of [lab.a, lab.b]) provider.behave({ kind: 'status', status: 500 });
    expect((await lab.tell({ content: 'same', ...stored })).status).toBe(status);
  });
});

describe('cache.sampling', () => {
  const warm = { fields: { temperature: 1 } };
  const native = async (): Promise<boolean> => {
    const body = JSON.stringify({ prompt: 'same', options: { temperature: 1 } });
    const response = await fetch(`${lab.stack.url}/api/optimize`, { method: 'POST', body });
    return ((await response.json()) as { cacheHit: boolean }).cacheHit;
  };

  it.each([
    ['all', 'hit'],
    ['deterministic', 'miss'],
  ])('dialects: %s decides what of their routes is stored', async (dialects, expected) => {
    await start({ sampling: { dialects } });
    await hits('same', warm);
    expect((await hits('same', warm)) === 'hit').toBe(expected === 'hit');
  });

  it.each([
    ['all', true],
    ['deterministic', false],
  ])('native: %s decides what of the native call is stored', async (kind, expected) => {
    await start({ sampling: { native: kind } });
    await native();
    expect(await native()).toBe(expected);
  });
});

describe('cache.dependencies', () => {
  const tagged = (tag: string): object => ({ ...stored, headers: { 'x-claudette-tags': tag } });
  /** Stores an answer of `a` with the tag `kept`, lets an exchange of `b` with the tag `change` happen, and asks again. */
  const isKept = async (dependency: object): Promise<boolean> => {
    await start({ dependencies: [dependency] }, { aliases: { other: ['b/m'] } });
    await hits('kept', tagged('kept'));
    await lab.tell({ model: 'other', content: 'change', headers: { 'x-claudette-tags': 'change' } });
    await sleep(60);
    return (await hits('kept', tagged('kept'))) === 'hit';
  };
  const all = { operation: 'generate' };

  it.each([
    ['operation', 'generate', 'embed'],
    ['tag', 'change', 'other'],
    ['model', 'm', 'n'],
    ['backend', 'b', 'a'],
  ])('when.%s says which exchange it is', async (key, meant, other) => {
    expect(await isKept({ when: { tag: 'change', [key]: meant }, invalidates: all })).toBe(false);
    await lab.close();
    expect(await isKept({ when: { tag: 'change', [key]: other }, invalidates: all })).toBe(true);
  });

  it.each([
    ['key', '*:a/m', '*:b/m'],
    ['operation', 'generate', 'embed'],
    ['tag', 'kept', 'other'],
    ['model', 'm', 'n'],
    ['backend', 'a', 'b'],
  ])('invalidates.%s says which entries are removed', async (key, meant, other) => {
    const when = { tag: 'change' };
    expect(await isKept({ when, invalidates: { [key]: meant } })).toBe(false);
    await lab.close();
    expect(await isKept({ when, invalidates: { [key]: other } })).toBe(true);
  });

  it.each([
    [true, false],
    [false, true],
  ])('everywhere: %s decides about the entries of others', async (everywhere, kept) => {
    const dependencies = [{ when: { tag: 'change' }, invalidates: all, everywhere }];
    await start({ dependencies }, { auth: { mode: 'keys' } });
    const [ada, bob] = ['ada', 'bob'].map((name) => lab.gateway.keys.create({ name }).key);
    const own = { ...stored, headers: { 'x-api-key': String(ada) } };
    await hits('kept', own);
    await lab.tell({ content: 'change', headers: { 'x-api-key': String(bob), 'x-claudette-tags': 'change' } });
    await sleep(60);
    expect((await hits('kept', own)) === 'hit').toBe(kept);
  });
});
