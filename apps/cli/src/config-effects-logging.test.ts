import { eventually } from '@claudette/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { buildCli } from './__fixtures__/built-cli.js';
import type { BuiltCli } from './__fixtures__/built-cli.js';
import { createHome } from './__fixtures__/create-home.js';

let cli: BuiltCli;
beforeAll(async () => void (cli = await buildCli()), 60_000);
afterAll(() => cli.remove());

/** What a server with these settings of its log says on standard error about one request that fails. */
async function logOf(logging: object): Promise<string> {
  const lab = { provider: 'openai-compatible', baseUrl: 'http://127.0.0.1:9/v1', models: ['m'] };
  const home = createHome({ backends: { lab }, logging });
  const running = cli.start(['serve', '--port', '0'], { home });
  await eventually(() => running.out().includes('Try: curl'), { withinMs: 15_000 });
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(running.out())?.[0] ?? '';
  const body = JSON.stringify({ model: 'lab/m', messages: [{ role: 'user', content: 'x' }] });
  await (await fetch(`${url}/v1/chat/completions`, { method: 'POST', body })).text();
  running.child.kill('SIGTERM');
  const { err } = await running.ended;
  home.remove();
  return err;
}

describe('logging', () => {
  it.each([
    ['debug', true],
    ['silent', false],
  ])('level: %s decides what is logged', async (level, isLogged) => {
    expect((await logOf({ level, format: 'json' })).includes('exchange failed')).toBe(isLogged);
  });

  it.each([
    ['json', /^\{"level":/m],
    ['pretty', /^(?!\{).*exchange failed/m],
  ])('format: %s is how it is written', async (format, line) => {
    expect(await logOf({ level: 'debug', format })).toMatch(line);
  });
});
