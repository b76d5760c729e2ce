import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider } from '@claudette/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

import { buildCli } from './__fixtures__/built-cli.js';
import type { BuiltCli, Ended } from './__fixtures__/built-cli.js';
import { configFor, createHome } from './__fixtures__/create-home.js';
import type { Home } from './__fixtures__/create-home.js';

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

let cli: BuiltCli;
let lab: FakeProvider;
let other: FakeProvider;
let home: Home;

beforeAll(async () => {
  [cli, lab, other] = await Promise.all([buildCli(), createFakeProvider(), createFakeProvider()]);
  const backends = {
    lab: { provider: 'openai-compatible', baseUrl: `${lab.url}/v1`, models: ['m', 'm-large'] },
    other: { provider: 'openai-compatible', baseUrl: `${other.url}/v1`, models: ['o'], priority: 2 },
  };
  home = createHome(configFor('', { backends, routing: { maxAttempts: 1, strategy: 'priority' } }));
}, 60_000);
afterEach(() => {
  lab.reset();
  other.reset();
});
afterAll(async () => {
  cli.remove();
  home.remove();
  await Promise.all([lab.close(), other.close()]);
});

const run = (...args: string[]): Promise<Ended> => cli.run(args, { home });
const sent = (): unknown => lab.calls[0]?.json;

describe.each([['-b'], ['--backend']])('%s', (flag) => {
  it('lets only that backend answer', async () => {
    expect((await run('hi', flag, 'other', '--no-cache')).code).toBe(0);
    expect([lab.count(), other.count()]).toEqual([0, 1]);
  });

  it('names the backends there are when there is none of that name', async () => {
    const { code, err } = await run('hi', flag, 'nowhere');
    expect(code).toBe(2);
    expect(err).toContain('lab, other');
  });
});

describe('-m, --model', () => {
  it.each([
    ['-m', 'm-large'],
    ['--model', 'lab/m-large'],
  ])('asks that model: %s %s', async (flag, name) => {
    await run('hi', flag, name, '--no-cache');
    expect(sent()).toMatchObject({ model: 'm-large' });
  });

  it('names the nearest models when there is none of that name', async () => {
    const { code, err } = await run('hi', '-m', 'm-larg');
    expect(code).toBe(5);
    expect(err).toContain('m-large');
  });
});

describe.each([['-s'], ['--system']])('%s', (flag) => {
  it('goes before the prompt as the system prompt', async () => {
    await run('hi', flag, 'Be brief.', '--no-cache');
    expect(sent()).toMatchObject({ messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user' }] });
  });
});

describe('-t, --temperature', () => {
  it.each([
    ['-t', '0', 0],
    ['--temperature', '0.7', 0.7],
    ['-t', '2', 2],
  ])('is sent as it is: %s %s', async (flag, text, temperature) => {
    await run('hi', flag, text, '--no-cache');
    expect(sent()).toMatchObject({ temperature });
  });

  it('is left to the backend when it is not given', async () => {
    await run('hi', '--no-cache');
    expect(sent()).not.toHaveProperty('temperature');
  });
});

describe('--max-tokens', () => {
  it('limits the answer', async () => {
    expect((await run('one two three', '--max-tokens', '2', '--no-cache')).out).toBe('Echo: one\n');
  });
});

describe('the cache', () => {
  it('answers a second process without asking the backend', async () => {
    const [first, second] = [await run('remember', '-v'), await run('remember', '-v')];
    expect(second.out).toBe(first.out);
    expect([first.err, second.err]).toEqual([
      expect.stringContaining('cache miss'),
      expect.stringContaining('cache hit'),
    ]);
    expect(lab.count()).toBe(1);
  });

  it('is neither read nor written with --no-cache', async () => {
    await run('forget', '--no-cache');
    await run('forget', '--no-cache');
    await run('forget');
    expect(lab.count()).toBe(3);
  });
});

describe('--stream and --no-stream', () => {
  it.each([
    [['--stream'], true],
    [['--no-stream'], false],
    [[], false],
  ])('decides how the backend is asked where output is no terminal: %j', async (flags, stream) => {
    expect((await run('flow', '--no-cache', ...flags)).out).toBe('Echo: flow\n');
    expect((sent() as { stream?: boolean }).stream ?? false).toBe(stream);
  });

  it('prints each piece as it comes with --stream', async () => {
    lab.behave({ kind: 'slow-drip', everyMs: 40, deltas: ['one ', 'two ', 'three'] });
    const running = cli.start(['pieces', '--stream'], { home });
    const pieces: string[] = [];
    running.child.stdout?.on('data', (chunk) => pieces.push(String(chunk)));
    expect((await running.ended).out).toBe('one two three\n');
    expect(pieces.length).toBeGreaterThan(2);
  });
});

describe('--json', () => {
  it('prints the answer and all about it', async () => {
    const { out, err } = await run('as data', '--json', '--no-cache');
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      content: 'Echo: as data',
      backend: 'lab',
      model: 'm',
      tokensInput: 12,
      tokensOutput: 3,
      cost: null,
      currency: 'USD',
      cacheHit: false,
      attempts: 1,
      finishReason: 'stop',
    });
  });

  it('prints one JSON text even when a stream is asked for', async () => {
    expect(JSON.parse((await run('whole', '--json', '--stream')).out)).toHaveProperty('content', 'Echo: whole');
  });
});

describe('-v, -q and --debug', () => {
  it.each([['-v'], ['--verbose']])(
    '%s says backend, tokens, cost, latency and cache on standard error',
    async (flag) => {
      const { out, err } = await run('tell', flag, '--no-cache');
      expect(out).toBe('Echo: tell\n');
      expect(err).toMatch(/^lab\/m · 11 \+ 2 tokens · cost unknown · \d+ ms · cache miss\n$/);
    },
  );

  it.each([['-q'], ['--quiet']])('%s silences all but errors', async (flag) => {
    expect((await run('hush', '-v', flag)).err).toBe('');
    expect((await run('hush', '-m', 'nonesuch', flag)).err).toContain('nonesuch');
  });

  it('says what a translation lost, unless it is to be quiet', async () => {
    const claude = { provider: 'anthropic', baseUrl: lab.url, models: ['c'], apiKey: 'env:KEY' };
    const config = home.write('claude.json', JSON.stringify(configFor('', { backends: { claude } })));
    const options = { home, environment: { KEY: 'k' } };
    const args = ['hot', '-t', '1.5', '--no-cache', '--config', config];
    const { code, err } = await cli.run(args, options);
    expect({ code, err }).toEqual({ code: 0, err: expect.stringContaining('lost in translation: temperature') });
    expect((await cli.run([...args, '-q'], options)).err).toBe('');
  });

  it('--debug logs the exchange, but never the prompt', async () => {
    const { out, err } = await run('confidential', '--debug', '--no-cache');
    expect(out).toBe('Echo: confidential\n');
    expect(err).toContain('exchange complete');
    expect(err).not.toContain('confidential');
  });
});

describe('--config', () => {
  it.each([
    ['before the command', (file: string) => ['--config', file, 'models']],
    ['behind the command', (file: string) => ['models', '--config', file]],
  ])('takes another file than the usual one, %s', async (_place, args) => {
    const file = home.write('another.json', JSON.stringify(configFor(lab.url)));
    expect((await run(...args(file))).out).toContain('lab/m');
    expect((await run(...args(file))).out).not.toContain('other/o');
  });
});

describe('files', () => {
  it('go before the prompt, text under its name and images as images', async () => {
    const text = home.write('notes.txt', 'Remember the milk.');
    const image = home.write('pixel.png', Buffer.from(pixel, 'base64'));
    const { out } = await run('What is this?', text, image, '--no-cache');
    expect(out).toContain('I see an image of 70 bytes');
    const content = [
      { type: 'text', text: 'notes.txt:\nRemember the milk.' },
      { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
      { type: 'text', text: 'What is this?' },
    ];
    expect(sent()).toMatchObject({ messages: [{ role: 'user', content }] });
  });

  it('are refused by name when they cannot be read or understood', async () => {
    const odd = home.write('odd.bin', Uint8Array.of(0xff, 0xfe, 0x00));
    const missing = await run('hi', 'missing.txt');
    expect(missing).toMatchObject({ code: 2, err: expect.stringContaining('missing.txt') });
    expect(await run('hi', odd)).toMatchObject({ code: 2, err: expect.stringContaining('odd.bin') });
    expect(lab.count()).toBe(0);
  });
});
