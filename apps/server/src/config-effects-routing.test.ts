import { afterEach, describe, expect, it } from '@jest/globals';

import { startLab } from './__fixtures__/start-lab.js';
import type { Lab, LabOptions } from './__fixtures__/start-lab.js';

let lab: Lab;
const start = async (routing: object, { config, ...rest }: LabOptions = {}): Promise<Lab> =>
  (lab = await startLab({ ...rest, config: { ...config, routing } }));
afterEach(() => lab.close());

interface Plan {
  readonly execution: string;
  readonly affinity?: string;
  readonly candidates: readonly { readonly backend: string; readonly score: number }[];
}

const plan = async ({ model = 'm', headers = {} } = {}): Promise<Plan> => {
  const response = await fetch(`${lab.stack.url}/api/plan`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'one two three' }] }),
  });
  return (await response.json()) as Plan;
};
const order = async (): Promise<readonly string[]> => (await plan()).candidates.map(({ backend }) => backend);

const failing = { kind: 'status', status: 500 } as const;

describe('routing.weights', () => {
  const only = (weight: string): object => ({
    strategy: 'weighted',
    affinity: false,
    weights: { cost: 0, latency: 0, availability: 0, [weight]: 1 },
  });

  it('cost prefers who is cheap', async () => {
    const priced = (model: string): object => ({ provider: 'openai', models: [model], priority: 1 });
    const aliases = { both: ['a/gpt-4o', 'b/gpt-4o-mini'] };
    await start(only('cost'), { a: priced('gpt-4o'), b: priced('gpt-4o-mini'), config: { aliases } });
    expect((await plan({ model: 'both' })).candidates.map(({ backend }) => backend)).toEqual(['b', 'a']);
  });

  it('latency prefers who is fast', async () => {
    await start(only('latency'), { a: { priority: 1 }, b: { priority: 1 } });
    lab.a.behave({ kind: 'delay', delayMs: 120 });
    for (const backend of ['a', 'b']) await lab.many(3, { model: `${backend}/m` });
    expect(await order()).toEqual(['b', 'a']);
  });

  it('availability prefers who answers', async () => {
    await start({ ...only('availability'), maxAttempts: 1 }, { a: { priority: 1 }, b: { priority: 1 } });
    lab.a.behave(failing);
    for (const backend of ['a', 'b']) await lab.many(3, { model: `${backend}/m` });
    expect(await order()).toEqual(['b', 'a']);
  });
});

describe('routing', () => {
  it('fallback: false asks nobody else', async () => {
    await start({ fallback: false });
    lab.a.behave(failing);
    expect((await lab.tell()).status).toBeGreaterThanOrEqual(500);
    expect(lab.b.count()).toBe(0);
  });

  it('maxAttempts limits the calls of one exchange', async () => {
    await start({ maxAttempts: 1 });
    lab.a.behave(failing);
    expect((await lab.tell()).status).toBeGreaterThanOrEqual(500);
    expect([lab.a.count(), lab.b.count()]).toEqual([1, 0]);
  });

  it.each([
    [0, 10],
    [10, 15],
  ])('retryBudgetRatio: %d limits what is sent again', async (retryBudgetRatio, again) => {
    // Circuits stay closed.
    await start({ retryBudgetRatio }, { config: { resilience: { breaker: { volume: 1_000 } } } });
    lab.a.behave(Array.from({ length: 30 }, (_, index) => (index % 2 === 0 ? failing : { kind: 'answer' })));
    await lab.many(30);
    expect(lab.b.count()).toBe(again);
  });

  it.each([
    [true, 'kept with its session'],
    [false, undefined],
  ])('affinity: %s decides whether a session stays where it is', async (affinity, why) => {
    const headers = { 'x-claudette-session': 'seven' };
    await start({ strategy: 'weighted', affinity }, { a: { priority: 1 }, b: { priority: 1 } });
    await lab.tell({ headers });
    expect((await plan({ headers })).affinity).toBe(why);
  });

  it('healthIntervalMs is how often idle backends are asked for their models', async () => {
    await start({ healthIntervalMs: 40 });
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(lab.a.count('list')).toBeGreaterThanOrEqual(3);
  });

  it('strict refuses what a translation cannot carry', async () => {
    const fields = { logit_bias: { '50256': -100 } };
    await start({ strict: true }, { a: { dialect: 'anthropic-messages' }, b: { enabled: false } });
    const { status, text } = await lab.tell({ fields });
    expect([status, text]).toEqual([400, expect.stringContaining('logit_bias')]);
  });
});

describe('routing.hedge', () => {
  it('enabled asks a second candidate when the first one is late', async () => {
    await start({ hedge: { enabled: true } });
    await lab.many(22);
    lab.a.behave([{ kind: 'delay', delayMs: 3_000 }]);
    expect((await lab.tell()).backend).toBe('b');
  });

  it.each([
    [50, false],
    [99, true],
  ])('afterPercentile: %d decides what is late', async (afterPercentile, isPatient) => {
    const SLOW_MS = 150;
    await start({ hedge: { enabled: true, afterPercentile } });
    await lab.many(14);
    lab.a.behave(Array.from({ length: 8 }, () => ({ kind: 'delay', delayMs: SLOW_MS }) as const));
    await lab.many(8, { headers: { 'x-claudette-backend': 'a' } });
    const lateMs = Number(/hedge after (\d+) ms/.exec((await plan()).execution)?.[1]);
    expect(lateMs >= SLOW_MS).toBe(isPatient);
  });
});
