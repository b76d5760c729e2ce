import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider } from '@claudette/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runInProcess } from '../__fixtures__/run-in-process.js';
import type { Finished } from '../__fixtures__/run-in-process.js';

let provider: FakeProvider;
let home: Home;
beforeAll(async () => {
  provider = await createFakeProvider();
  home = createHome({
    backends: {
      lab: { provider: 'openai-compatible', baseUrl: `${provider.url}/v1`, models: ['m'] },
      dead: { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:1/v1', models: ['m'] },
    },
    aliases: { both: ['dead/m', 'lab/m'] },
    routing: { strategy: 'priority' },
    cache: { enabled: false },
  });
});
afterAll(async () => {
  home.remove();
  await provider.close();
});

const run = (...args: string[]): Promise<Finished> => runInProcess(args, { home });
const read = async (...args: string[]): Promise<unknown> => JSON.parse((await run(...args, '--json')).out);

describe('claudette plan', () => {
  it('says where a prompt would go, and sends nothing', async () => {
    const { code, out } = await run('plan', 'hello', '-m', 'both');
    expect(code).toBe(0);
    const lines = out.split('\n');
    expect(lines[0]).toBe('both by priority: single');
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}TARGET +SCORE +TOKENS +COST +FIRST CONTENT +WHY$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}dead\/m .* unknown +unknown +priority 1, entry 1 of/));
    expect(provider.count()).toBe(0);
  });

  it('is a plan as JSON', async () => {
    expect(await read('plan', 'hello', '-m', 'lab/m')).toMatchObject({
      dialect: 'native',
      model: 'lab/m',
      execution: 'single',
      candidates: [{ backend: 'lab', model: 'm', estimate: { inputTokens: expect.any(Number) } }],
      rejected: [],
    });
  });

  it('says why nothing would answer', async () => {
    const { code, err } = await run('plan', 'hello', '-m', 'lab/m', '--cost-limit', '0.01');
    expect(code).toBe(6);
    expect(err).toContain('lab/m: ');
  });

  it('refuses a limit that is no amount', async () => {
    expect((await run('hello', '--cost-limit', 'much')).code).toBe(2);
  });
});

describe('claudette why', () => {
  it('explains the latest exchange, with every attempt', async () => {
    await run('hello there', '-m', 'both');
    const { code, out } = await run('why');
    expect(code).toBe(0);
    expect(out).toMatch(/^x-\S+ at \d{4}-\d\d-\d\dT/);
    expect(out).toContain('asked for both (native), answered by lab/m: complete, cache bypass');
    expect(out).toMatch(/why: 2 of 2 by priority: .*asked after dead\/m: upstream_unreachable/);
    expect(out).toMatch(/dead\/m +first +.*upstream_unreachable/);
    expect(out).toMatch(/lab\/m +failover +.*complete/);
    expect(out).toMatch(/in all +\d/);
    expect(out).toMatch(/input tokens +\d+ +\d+ +\d+ %/);
  });

  it('explains one exchange by its id or by how that begins', async () => {
    const { id } = (await read('why')) as { id: string };
    expect(await read('why', id)).toMatchObject({ id, chosen: { backend: 'lab' } });
    expect(await read('why', id.slice(0, 12))).toMatchObject({ id });
  });

  it('says that there is no such exchange', async () => {
    const { code, err } = await run('why', 'x-00000000');
    expect(code).toBe(2);
    expect(err).toContain('there is no record of one exchange x-00000000');
  });
});

describe('claudette simulate', () => {
  it('says what another configuration would have changed', async () => {
    const other = home.write(
      'other.json',
      JSON.stringify({
        backends: {
          lab: { provider: 'openai-compatible', baseUrl: `${provider.url}/v1`, models: ['m', 'n'] },
        },
        aliases: { both: ['lab/n'] },
      }),
    );
    const { code, out } = await run('simulate', '--config', other);
    expect(code).toBe(0);
    expect(out).toMatch(/^1 exchanges replayed, 1 answered by another target, 0 by nobody/);
    expect(out).toMatch(/lab\/n +0 % +100 %/);
    expect(out).toMatch(/lab\/m +100 % +0 %/);
    expect(await read('simulate', '--config', other)).toMatchObject({ replayed: 1, changed: 1 });
  });

  it('refuses a limit out of its range', async () => {
    expect((await run('simulate', '--limit', '0')).code).toBe(2);
  });
});

describe('claudette backends --url', () => {
  it('shows the circuits of a gateway that runs there', async () => {
    const { runServer } = await import('@claudette/server');
    const server = await runServer(
      {
        flags: {
          server: { port: 0 },
          backends: { lab: { provider: 'openai-compatible', baseUrl: `${provider.url}/v1`, models: ['m'] } },
          cache: { enabled: false },
          ledger: { url: 'memory:' },
          logging: { level: 'silent' },
        },
        workingDirectory: '/',
        environment: {},
      },
      { environment: {} },
    );
    const [target] = server.host.current().targets();
    if (target === undefined) throw new Error('there is a target');
    server.host.current().circuits.open(target, 'maintenance');
    const { out } = await run('backends', '--url', server.url);
    expect(out).toMatch(/^lab +openai-compatible +m +ok +m open \(maintenance\)$/m);
    expect(await read('backends', '--url', server.url)).toMatchObject([
      { name: 'lab', reachable: true, circuits: [{ state: 'open', forced: true }] },
    ]);
    await server.close();
  });

  it('says that nobody answers there', async () => {
    const { code, err } = await run('backends', '--url', 'http://127.0.0.1:1');
    expect(code).toBe(5);
    expect(err).toContain('no gateway answers at http://127.0.0.1:1');
  });

  it.each([
    ['--url', 'here'],
    ['--url', 'ftp://x'],
  ])('refuses %s %s', async (...args) => {
    expect((await run('backends', ...args)).code).toBe(2);
  });
});
