import { createFakeProvider, eventually } from '@claudette/testing';
import type { FakeProvider } from '@claudette/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { ask } from './__fixtures__/raw-client.js';
import type { Asked } from './__fixtures__/raw-client.js';
import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

let providers: FakeProvider[];
let stack: Stack | undefined;

const backend = (index: number, more: object = {}): object => ({
  provider: 'openai-compatible',
  baseUrl: `${providers[index]?.url}/v1`,
  models: ['m'],
  ...more,
});

/** A gateway over the three providers `a`, `b` and `c`, each with settings of its own. */
const start = async (routing: object, settings: readonly object[] = [{}, {}, {}], more: object = {}): Promise<Stack> =>
  (stack = await startStack(
    {
      backends: { a: backend(0, settings[0]), b: backend(1, settings[1]), c: backend(2, settings[2]) },
      routing: { healthIntervalMs: 0, ...routing },
      cache: { enabled: false },
      ...more,
    },
    { random: Math.random },
  ));

beforeEach(async () => {
  providers = await Promise.all([createFakeProvider(), createFakeProvider(), createFakeProvider()]);
});
afterEach(async () => {
  await stack?.close();
  stack = undefined;
  await Promise.all(providers.map((provider) => provider.close()));
});

const tell = async (asked: Partial<Asked> = {}): Promise<{ status: number; backend: string | null; text: string }> => {
  if (stack === undefined) throw new Error('nothing was started');
  const response = await ask(stack, { dialect: 'openai-chat', model: 'm', ...asked });
  return { status: response.status, backend: response.headers.get('x-claudette-backend'), text: await response.text() };
};
const many = async (
  count: number,
  asked: (index: number) => Partial<Asked> = () => ({}),
): Promise<(string | null)[]> => {
  const backends = [];
  for (let index = 0; index < count; index += 1) {
    backends.push((await tell({ content: `question ${index}`, ...asked(index) })).backend);
  }
  return backends;
};
const counts = (): number[] => providers.map((provider) => provider.count());

describe('the strategy', () => {
  it('round-robin gives each its turn', async () => {
    await start({ strategy: 'round-robin' });
    await many(9);
    expect(counts()).toEqual([3, 3, 3]);
  });

  it('fastest learns who answers soonest', async () => {
    await start({ strategy: 'fastest', affinity: false });
    providers[0]?.behave({ kind: 'delay', delayMs: 80 });
    providers[1]?.behave({ kind: 'delay', delayMs: 80 });
    await tell({ model: 'a/m' });
    await tell({ model: 'b/m' });
    await tell({ model: 'c/m' });
    const backends = await many(10);
    expect(backends.filter((name) => name === 'c').length).toBeGreaterThanOrEqual(9);
  });

  it('least-busy keeps away from who is busy', async () => {
    await start({ strategy: 'least-busy' });
    providers[0]?.behave({ kind: 'delay', delayMs: 400 });
    await Promise.all(Array.from({ length: 30 }, (_, index) => tell({ content: `${index}` })));
    const [slow = 0, ...others] = counts();
    expect(Math.max(...others)).toBeGreaterThan(slow);
  });
});

describe('affinity', () => {
  it('keeps a session where it is', async () => {
    await start({});
    const backends = await many(12, () => ({ headers: { 'x-claudette-session': 'seven' } }));
    // The first call may explore.
    expect(new Set(backends.slice(1)).size).toBe(1);
  });

  it('spreads sessions over all backends', async () => {
    await start({});
    const backends = await many(30, (index) => ({ headers: { 'x-claudette-session': `session ${index}` } }));
    expect(new Set(backends).size).toBe(3);
  });
});

describe('a limit', () => {
  it('of requests per minute moves traffic on, and is never passed', async () => {
    const limited = { limits: { requestsPerMinute: 2 } };
    await start({ strategy: 'priority' }, [limited, {}, {}]);
    expect(await many(5)).toEqual(['a', 'a', 'b', 'b', 'b']);
    expect(counts()).toEqual([2, 3, 0]);
  });

  it('of all backends is told with every reason', async () => {
    const limited = { limits: { requestsPerMinute: 1 } };
    await start({}, [limited, limited, limited]);
    await many(3);
    const { status, text } = await tell();
    expect(status).toBe(429);
    for (const name of ['a', 'b', 'c'])
      expect(text).toContain(`${name}/m: ${name}: its 1 requests a minute are used up`);
    expect(counts()).toEqual([1, 1, 1]);
  });
});

describe('the keys of a backend', () => {
  it('take turns, and one that meets a rate limit rests', async () => {
    const keys = { apiKey: ['env:FAKE_KEY', 'env:SECOND_KEY'] };
    await start({ fallback: false }, [keys, {}, {}]);
    const sent = (): (string | undefined)[] => (providers[0]?.calls ?? []).map(({ headers }) => headers.authorization);
    await many(2, () => ({ model: 'a/m' }));
    expect(new Set(sent()).size).toBe(2);

    providers[0]?.reset();
    providers[0]?.behave([{ kind: 'status', status: 429, retryAfter: '60' }]);
    const startedAt = performance.now();
    expect(await many(3, () => ({ model: 'a/m' }))).toEqual(['a', 'a', 'a']);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    const [limited, ...others] = sent();
    expect(others).toHaveLength(3);
    expect(others).not.toContain(limited);
  });
});

describe('a single key that rests', () => {
  it('is waited for where that takes moments', async () => {
    await start({ fallback: false }, [{ apiKey: 'env:FAKE_KEY' }, {}, {}]);
    providers[0]?.behave([{ kind: 'status', status: 429, retryAfter: '1' }]);
    const [first, second] = await Promise.all([tell({ model: 'a/m' }), tell({ model: 'a/m', content: 'other' })]);
    expect([first?.status, second?.status]).toEqual([200, 200]);
  });
});

describe('a target that lacks something', () => {
  it('is not asked, and the refusal of all says what each lacks', async () => {
    const blind = { capabilities: { '*': { images: false } } };
    await start({}, [blind, blind, {}]);
    const image = { type: 'image_url', image_url: { url: 'https://example.org/a.png' } };
    const fields = { messages: [{ role: 'user', content: [image] }] };
    expect((await tell({ fields })).backend).toBe('c');
    const { status, text } = await tell({ fields, headers: { 'x-claudette-backend': 'a' } });
    expect(status).toBe(400);
    expect(text).toContain('a/m: it takes no images');
  });
});

describe('a deadline', () => {
  it('that nobody ever met is refused before anything is sent', async () => {
    await start({}, [{}, { enabled: false }, { enabled: false }]);
    providers[0]?.behave({ kind: 'delay', delayMs: 120 });
    await many(3);
    const { status, text } = await tell({ headers: { 'x-claudette-timeout-ms': '20' } });
    expect(status).toBe(504);
    expect(text).toContain('a/m');
    expect(counts()[0]).toBe(3);
  });
});

describe('a total outage', () => {
  it('is bridged by an expired answer where the request allows it, and marked as such', async () => {
    const running = await start({ fallback: true }, [{}, {}, {}], { cache: { store: 'memory:', ttlSeconds: 1 } });
    const asked = { content: 'same', headers: { 'x-claudette-cache': 'on' } };
    await tell(asked);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    for (const provider of providers) provider.behave({ kind: 'status', status: 500 });
    expect((await tell(asked)).status).toBe(502);

    const response = await ask(running, {
      dialect: 'openai-chat',
      model: 'm',
      ...asked,
      headers: { ...asked.headers, 'cache-control': 'stale-if-error=60' },
    });
    expect(await response.text()).toContain('Echo: same');
    expect([response.status, response.headers.get('x-claudette-cache')]).toEqual([200, 'stale']);
    expect(Number(response.headers.get('age'))).toBeGreaterThanOrEqual(1);
  });
});

describe('health', () => {
  it('is asked of the free model lists only, in the background', async () => {
    await start({ healthIntervalMs: 60 }, [{}, {}, {}]);
    await eventually(() => providers.every((provider) => provider.count('list') >= 2));
    expect(counts()).toEqual([0, 0, 0]);
  });

  it('takes traffic from a backend that cannot be reached before anybody asks it', async () => {
    await start({ strategy: 'priority', healthIntervalMs: 40 });
    await providers[0]?.close();
    const isNoticed = (): boolean =>
      stack?.observations.some((one) => one.kind === 'backend-health' && one.backend === 'a' && !one.healthy) === true;
    await eventually(isNoticed);
    expect((await tell()).backend).toBe('b');
    expect(stack?.observations.filter(({ kind }) => kind === 'attempt-start')).toHaveLength(1);
  });
});
