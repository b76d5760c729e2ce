import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider, eventually } from '@claudette/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { buildCli } from '../__fixtures__/built-cli.js';
import type { BuiltCli } from '../__fixtures__/built-cli.js';
import { configFor, createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runInProcess } from '../__fixtures__/run-in-process.js';

let cli: BuiltCli;
let provider: FakeProvider;
let home: Home;

beforeAll(async () => {
  [cli, provider] = await Promise.all([buildCli(), createFakeProvider()]);
  home = createHome(configFor(provider.url));
}, 60_000);
afterEach(() => provider.reset());
afterAll(async () => {
  cli.remove();
  home.remove();
  await provider.close();
});

describe('claudette serve', () => {
  it('prints its address, answers, and ends with 0 at SIGTERM', async () => {
    const running = cli.start(['serve', '--port', '0'], { home });
    await eventually(() => running.out().includes('Try: curl'), { withinMs: 15_000 });
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(running.out())?.[0] ?? '';
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: 'lab/m', messages: [{ role: 'user', content: 'over HTTP' }] }),
    });
    expect(await response.text()).toContain('Echo: over HTTP');
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0, out: expect.stringContaining('Backends: lab (m)') });
  });

  it('does not open the door beyond loopback without keys', async () => {
    const { code, err } = await cli.run(['serve', '--port', '0', '--host', '0.0.0.0'], { home });
    expect(code).toBe(3);
    expect(err).toContain('auth.mode');
  });

  it('logs each exchange with --debug', async () => {
    const quiet = createHome(configFor(provider.url, { logging: { level: 'silent' } }));
    const running = cli.start(['serve', '--port', '0', '--debug'], { home: quiet });
    await eventually(() => running.out().includes('Try: curl'), { withinMs: 15_000 });
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(running.out())?.[0] ?? '';
    await (await fetch(`${url}/v1/chat/completions`, { method: 'POST', body: '{' })).text();
    running.child.kill('SIGTERM');
    expect((await running.ended).err).toContain('exchange failed');
    quiet.remove();
  });

  it.each([['-1'], ['65536'], ['http'], ['']])('refuses a port that is none: "%s"', async (port) => {
    const { code, err } = await runInProcess(['serve', '--port', port], { home });
    expect(code).toBe(2);
    expect(err).toContain('Must be a port from 0 to 65535.');
  });

  it('serves until it is told to stop, inside a process too', async () => {
    const ended = runInProcess(
      [
        'serve',
        '--port',
        '0',
        '--host',
        '127.0.0.1',
        '--config',
        home.write('serve.json', JSON.stringify(configFor(provider.url))),
      ],
      { home },
    );
    await eventually(() => process.listenerCount('SIGTERM') > 0, { withinMs: 15_000 });
    process.emit('SIGTERM');
    expect(await ended).toMatchObject({
      code: 0,
      out: expect.stringContaining('Claudette listens on http://127.0.0.1:'),
    });
  });
});
