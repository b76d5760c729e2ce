import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider, eventually } from '@claudette/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { configFor, createHome } from '../__fixtures__/create-home.js';
import type { Home } from '../__fixtures__/create-home.js';
import { runInProcess } from '../__fixtures__/run-in-process.js';

let provider: FakeProvider;
let home: Home;
beforeAll(async () => {
  provider = await createFakeProvider();
  home = createHome(configFor(provider.url, { cache: { enabled: false } }));
});
afterEach(() => provider.reset());
afterAll(async () => {
  home.remove();
  await provider.close();
});

describe('a prompt', () => {
  it('is answered whole where standard output is no terminal', async () => {
    expect(await runInProcess(['Hello'], { home })).toEqual({ code: 0, out: 'Echo: Hello\n', err: '' });
    expect(provider.calls[0]?.json).not.toMatchObject({ stream: true });
  });

  it('is answered as a stream on a terminal', async () => {
    const { out } = await runInProcess(['Hello'], { home, onTerminal: true });
    expect(out).toBe('Echo: Hello\n');
    expect(provider.calls[0]?.json).toMatchObject({ stream: true });
  });

  it('goes out with every setting', async () => {
    const args = ['Hi', '-b', 'lab', '-m', 'm', '-s', 'Brief.', '-t', '0', '--max-tokens', '9', '--timeout', '30'];
    expect((await runInProcess(args, { home })).code).toBe(0);
    expect(provider.calls[0]?.json).toMatchObject({ model: 'm', temperature: 0, messages: [{ role: 'system' }, {}] });
  });

  it('takes files along, and is not sent when one of them cannot be read', async () => {
    const notes = home.write('notes.txt', 'milk');
    expect((await runInProcess(['Buy', notes], { home })).out).toContain('notes.txt:\nmilk');
    expect(await runInProcess(['Buy', notes, 'absent.txt'], { home })).toMatchObject({
      code: 2,
      err: expect.stringContaining('the file absent.txt cannot be read'),
    });
    expect(provider.count()).toBe(1);
  });

  it('may come on standard input alone', async () => {
    expect((await runInProcess([], { home, input: 'piped' })).out).toBe('Echo: piped\n');
  });

  it('is described with -v, with question marks where the backend did not count', async () => {
    provider.behave({ kind: 'answer', usage: null });
    const { err } = await runInProcess(['Hi', '-v'], { home });
    expect(err).toMatch(/^lab\/m · .* tokens · cost unknown · \d+ ms · cache miss\n$/);
  });

  it('is described with its cost where the price is known', async () => {
    const demo = createHome({ backends: { demo: { provider: 'demo', models: ['demo-1'] } } });
    expect((await runInProcess(['Hi', '-v'], { home: demo })).err).toContain(' · 0 USD · ');
    expect((await runInProcess(['Hi', '-v'], { home: demo })).err).toContain('cache hit');
    demo.remove();
  });

  it('keeps what was printed when the stream breaks, and fails', async () => {
    provider.behave({ kind: 'reset', deltas: ['half ', 'an answer'] });
    const { code, out, err } = await runInProcess(['Break', '--stream'], { home });
    expect({ code, out }).toEqual({ code: 1, out: 'half ' });
    expect(err).toContain('lab');
  });

  it('leaves no listener for Ctrl-C behind', async () => {
    await runInProcess(['Hello'], { home });
    expect(process.listenerCount('SIGINT')).toBe(0);
  });
});

describe('Ctrl-C', () => {
  it('ends the wait for the backend', async () => {
    provider.behave({ kind: 'stall', beforeContent: true });
    const ended = runInProcess(['Wait'], { home });
    await eventually(() => provider.count() === 1, { withinMs: 10_000 });
    process.emit('SIGINT');
    expect(await ended).toEqual({ code: 130, out: '', err: 'claudette: interrupted\n' });
    await eventually(() => provider.calls[0]?.aborted === true);
  });

  it('ends the wait for standard input', async () => {
    const ended = runInProcess([], { home, input: null });
    await eventually(() => process.listenerCount('SIGINT') > 0);
    process.emit('SIGINT');
    expect(await ended).toEqual({ code: 130, out: '', err: 'claudette: interrupted\n' });
  });
});
