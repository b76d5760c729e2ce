import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { dialectIds } from '@claudette/core';
import type { Behaviour, FakeCall, FakeProvider } from '@claudette/testing';
import { createFakeProvider, eventually } from '@claudette/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { findCanaries, makeCanaries, makeCanary } from './__fixtures__/canaries.js';
import type { Canary } from './__fixtures__/canaries.js';
import { installKeychainModule } from './__fixtures__/keychain-module.js';
import { ask } from './__fixtures__/raw-client.js';
import type { Asked } from './__fixtures__/raw-client.js';

/*
 * Puts secrets wherever secrets can be, has everything fail that can fail, and looks for them wherever something can be
 * read afterwards. The secrets in an answer itself are the client's business: what must not happen is that they turn up
 * anywhere else.
 */

// Inside the repository, so that the bundle finds the native modules.
const scratch = fileURLToPath(new URL('../out-tsc/', import.meta.url));
const bundler = fileURLToPath(new URL('../../../tools/bundle.mjs', import.meta.url));
const run = promisify(execFile);

const inEnvironment = [...makeCanaries('environment'), makeCanary('environment', 'plain')];
const inFile = [...makeCanaries('file'), makeCanary('file', 'plain')];
const inKeychain = [makeCanary('keychain', 'openrouter'), makeCanary('keychain', 'plain')];
const passphrase = makeCanary('passphrase', 'plain');
const own: readonly Canary[] = [...inEnvironment, ...inFile, ...inKeychain, passphrase];
const inHeaders = makeCanaries('header');
const inPrompts = makeCanaries('prompt');
const inFields = makeCanaries('field');
const inUrls = makeCanaries('url');
const fromClients = [...inHeaders, ...inPrompts, ...inFields, ...inUrls];
const inAnswers = makeCanaries('answer');
const inFaults = makeCanaries('fault');
const all = [...own, ...fromClients, ...inAnswers, ...inFaults];

const valuesOf = (canaries: readonly Canary[]): string => canaries.map(({ value }) => value).join(' ');
const variableOf = (index: number): string => `CANARY_${index}`;

/** What the provider was given for a key, which some vendors repeat in their errors. */
const keyIn = ({ headers, query }: FakeCall): string =>
  [headers.authorization, headers['x-api-key'], headers['x-goog-api-key'], query].join(' ');

const chatContent = 'data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n';
const chatError = (message: string): string => `data: {"error":{"message":"${message}"}}\n\n`;

const refuse = (status: number) => (call: FakeCall) =>
  ({ kind: 'status', status, message: `wrong: ${keyIn(call)} and ${valuesOf(inFaults)}` }) as const;

const faults: readonly ((call: FakeCall) => Behaviour)[] = [
  ...[400, 404, 413, 500, 529].map(refuse),
  (call) => ({
    kind: 'raw',
    status: 502,
    contentType: 'text/html',
    chunks: [`<p>${keyIn(call)} ${valuesOf(inFaults)}`],
  }),
  (call) => ({ kind: 'raw', chunks: [chatError(`${keyIn(call)} ${valuesOf(inFaults)}`)] }),
  (call) => ({
    kind: 'raw',
    contentType: 'application/json',
    chunks: [`{"error": "${keyIn(call)} ${valuesOf(inFaults)}`],
  }),
  (call) => ({ kind: 'raw', everyMs: 20, chunks: [chatContent, chatError(`${keyIn(call)} ${valuesOf(inFaults)}`)] }),
  () => ({ kind: 'in-band-error' }),
  () => ({ kind: 'reset-before-headers' }),
  () => ({ kind: 'early-end', deltas: [valuesOf(inAnswers)] }),
  // Last: the keys have to rest afterwards.
  ...[401, 403, 429].map(refuse),
];

let folder: string;
let home: string;
let provider: FakeProvider;
let server: ChildProcess;
let gatewayKey: string;
/** What the provider got. */
let sent = '';
let commandLines = '';
/** Everything that can be read, by where. */
const sinks = new Map<string, string>();

const add = (sink: string, text: string): void => void sinks.set(sink, (sinks.get(sink) ?? '') + text);

const environment = (): Record<string, string> => ({
  PATH: dirname(process.execPath),
  HOME: home,
  XDG_DATA_HOME: join(home, 'data'),
  XDG_CONFIG_HOME: join(home, 'config'),
  CLAUDETTE_CONFIG: join(home, 'config.json'),
  CLAUDETTE_PASSPHRASE: passphrase.value,
  DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, 'bus')}`,
  ...Object.fromEntries(inEnvironment.map(({ value }, index) => [variableOf(index), value])),
});

const main = (): string => join(folder, 'dist/main.js');

/** Runs the command as a person does, secrets piped in. */
async function claudette(args: readonly string[], input = ''): Promise<string> {
  const running = run(process.execPath, [main(), ...args], { env: environment(), cwd: home });
  running.child.stdin?.end(input);
  const { stdout, stderr } = await running;
  return stdout + stderr;
}

const backends = () => {
  const lab = { provider: 'openai-compatible', baseUrl: `${provider.url}/v1`, models: ['m'] };
  const named = (canaries: readonly Canary[], place: string): readonly string[] =>
    canaries.map((_, index) => `credential:${place}_${index}`);
  return {
    lab: { ...lab, apiKey: inEnvironment.map((_, index) => `env:${variableOf(index)}`) },
    claude: { provider: 'anthropic', baseUrl: provider.url, models: ['c'], apiKey: named(inFile, 'file') },
    google: { provider: 'gemini', baseUrl: provider.url, models: ['g'], apiKey: named(inKeychain, 'keychain') },
  };
};

async function storeCredentials(canaries: readonly Canary[], store: 'file' | 'keychain'): Promise<void> {
  const lines = canaries.map(({ value }, index) => `${store}_${index}=${value}`);
  add('what the command says', await claudette(['credentials', 'import', '--store', store], lines.join('\n')));
}

async function startServer(): Promise<{ readonly url: string }> {
  server = spawn(process.execPath, [main(), 'serve'], {
    env: environment(),
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  server.stdout?.on('data', (chunk) => add('standard output', String(chunk)));
  server.stderr?.on('data', (chunk) => add('the log', String(chunk)));
  await eventually(() => sinks.get('standard output')?.includes('Try: ') === true, { withinMs: 20_000 });
  return { url: /http:\/\/127\.0\.0\.1:\d+/.exec(sinks.get('standard output') ?? '')?.[0] ?? '' };
}

/** What a client is told besides an answer. */
async function keepErrors(response: Response): Promise<void> {
  const body = await response.text().catch((thrown) => String(thrown));
  add('headers of responses', JSON.stringify([...response.headers]));
  if (response.status !== 200) return add('error bodies', body);
  // What stands beside it in some dialects repeats the client's own request.
  for (const [error] of body.matchAll(/"error":\s*(?:\{[^}]*\}|"[^"]*")/g)) add('errors in streams', error);
}

beforeAll(async () => {
  mkdirSync(scratch, { recursive: true });
  folder = mkdtempSync(join(scratch, 'canary-'));
  home = join(folder, 'home');
  mkdirSync(home);
  installKeychainModule(folder);
  await run(process.execPath, [bundler, 'cli', '--out', join(folder, 'dist')]);
  provider = await createFakeProvider();
  const config = {
    server: { port: 0 },
    auth: { mode: 'keys' },
    backends: backends(),
    logging: { level: 'debug', format: 'json' },
    // Every fault is to get through.
    resilience: { breaker: { volume: 10_000, windowCalls: 10_000 } },
    routing: { maxAttempts: 1 },
  };
  writeFileSync(join(home, 'config.json'), JSON.stringify(config));
  await storeCredentials(inFile, 'file');
  await storeCredentials(inKeychain, 'keychain');
  const made = await claudette(['keys', 'create', '--name', 'canary', '--role', 'admin', '--json']);
  gatewayKey = /claudette-[\w-]{43}/.exec(made)?.[0] ?? '';

  const stack = await startServer();
  const headers = { authorization: `Bearer ${gatewayKey}` };
  const models = ['lab/m', 'claude/c', 'google/g'];

  /** Whatever has failed before. */
  const askAnyway = async (asked: Asked): Promise<void> => {
    await fetch(`${stack.url}/api/admin/breakers/${asked.model}/reset`, { method: 'POST', headers });
    await keepErrors(await ask(stack, asked));
  };

  for (const [turn, behaviour] of [undefined, ...faults].entries()) {
    provider.behave(behaviour ?? { kind: 'answer', deltas: [valuesOf(inAnswers)] });
    for (const [index, model] of models.entries()) {
      const dialect = dialectIds[(turn + index) % dialectIds.length] ?? 'gemini';
      const asked = { dialect, model, headers, content: `${turn} ${valuesOf(inPrompts)}` };
      await askAnyway(asked);
      await askAnyway({ ...asked, stream: true, fields: { user: valuesOf(inFields) } });
    }
    // Each dialect to its own backend, where errors are passed on as they come.
    for (const stream of [false, true]) {
      const content = `number ${turn}`;
      await askAnyway({ dialect: 'openai-chat', model: 'lab/m', headers, content, stream });
      await askAnyway({ dialect: 'anthropic-messages', model: 'claude/c', headers, content, stream });
      await askAnyway({ dialect: 'gemini', model: 'google/g', headers, content, stream });
    }
  }

  // Every key is used, and every one is refused.
  provider.behave((call) => ({ kind: 'status', status: 401, message: `no such key: ${keyIn(call)}` }));
  for (let times = 0; times < inEnvironment.length; times += 1) {
    for (const model of models) await askAnyway({ dialect: 'openai-chat', model, headers });
  }

  sent = provider.calls.map((call) => `${keyIn(call)} ${call.body.toString()}`).join('\n');
  provider.reset();
  for (const { value } of inHeaders) {
    for (const name of ['x-api-key', 'x-goog-api-key', 'authorization']) {
      const wrong = { [name]: name === 'authorization' ? `Bearer ${value}` : value };
      await keepErrors(await ask(stack, { dialect: 'openai-chat', model: 'lab/m', headers: wrong }));
    }
    const odd = {
      ...headers,
      'x-claudette-tags': value,
      'x-request-id': value,
      'x-claudette-backend': value,
      'x-odd': value,
    };
    await keepErrors(await ask(stack, { dialect: 'openai-chat', model: 'lab/m', headers: odd }));
  }
  for (const { value } of inFields) {
    for (const dialect of dialectIds) {
      // Gemini's names are read in two spellings, and what came of a key by that is none.
      const name = dialect === 'gemini' ? 'odd' : value;
      const fields = { [name]: value, metadata: { value }, temperature: value };
      await keepErrors(await ask(stack, { dialect, model: 'claude/c', headers, fields }));
      await keepErrors(await ask(stack, { dialect, model: value, headers }));
    }
    await keepErrors(
      await fetch(`${stack.url}/v1/chat/completions`, { method: 'POST', headers, body: `{"a": ${value}` }),
    );
  }
  for (const { value } of inUrls) {
    for (const path of [`/v1/models?key=${value}`, `/v1/models/${value}`, `/${value}`, `/api/exchanges/${value}`]) {
      await keepErrors(await fetch(stack.url + path, { headers }));
    }
    const breaker = `${stack.url}/api/admin/breakers/${value}/open`;
    await keepErrors(await fetch(breaker, { method: 'POST', headers }));
    await keepErrors(await fetch(`${stack.url}/api/admin/keys/${value}`, { method: 'DELETE', headers }));
  }

  commandLines = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(folder))
    .join('\n');

  const read = async (path: string): Promise<string> => (await fetch(stack.url + path, { headers })).text();
  const exchanges = await read('/api/exchanges?limit=1000');
  add('exchanges', exchanges);
  const ids = [...new Set(exchanges.match(/"id":"[^"]+"/g) ?? [])].map((text) => text.slice(6, -1));
  for (const id of ids) add('decision records', await read(`/api/exchanges/${id}`));
  for (const path of ['/metrics', '/ready', '/v1/models', '/api/status', '/api/performance/lazy-loader/status']) {
    add(path, await read(path));
  }
  for (const path of ['audit', 'breakers', 'cache', 'cache/entries', 'config', 'keys']) {
    add(`/api/admin/${path}`, await read(`/api/admin/${path}`));
  }
  await keepErrors(await fetch(`${stack.url}/api/admin/config/reload`, { method: 'POST', headers }));

  const ended = once(server, 'exit');
  server.kill('SIGTERM');
  await ended;
  for (const args of [
    ['usage'],
    ['usage', '--json'],
    ['backends'],
    ['credentials', 'list'],
    ['credentials', 'test'],
    ['keys', 'list'],
  ]) {
    add('what the command says', await claudette(args).catch((failed) => failed.stdout + failed.stderr));
  }
  for (const name of readdirSync(join(home, 'data/claudette'))) {
    add(`file ${name}`, readFileSync(join(home, 'data/claudette', name), 'latin1'));
  }
}, 180_000);

afterAll(async () => {
  server?.kill('SIGKILL');
  await provider?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the secrets of the run', () => {
  it('were in use', () => {
    expect(findCanaries(sent, [...inEnvironment, ...inFile, ...inKeychain])).toHaveLength(
      inEnvironment.length + inFile.length + inKeychain.length,
    );
    expect(findCanaries(sent, inPrompts)).toHaveLength(inPrompts.length);
  });

  it('came back in every fault', () => {
    expect(sinks.get('error bodies')).toMatch(/wrong: .*\*\*\*/);
    expect(sinks.get('errors in streams')).toContain('***');
  });

  it('are found where they are let through', () => {
    expect(findCanaries(`key=${valuesOf(all)}`, all)).toHaveLength(all.length);
  });
});

describe('no secret is', () => {
  it.each([
    'the log',
    'standard output',
    'error bodies',
    'errors in streams',
    'headers of responses',
    'exchanges',
    'decision records',
    '/metrics',
    '/ready',
    '/v1/models',
    '/api/status',
    '/api/performance/lazy-loader/status',
    '/api/admin/audit',
    '/api/admin/breakers',
    '/api/admin/cache',
    '/api/admin/cache/entries',
    '/api/admin/config',
    '/api/admin/keys',
    'file ledger.db',
    'what the command says',
  ])('in %s', (sink) => {
    const text = sinks.get(sink) ?? '';
    expect(text.length).toBeGreaterThan(0);
    expect(findCanaries(text, all)).toEqual([]);
    expect(text.includes(gatewayKey)).toBe(false);
  });

  it('of our own in any file', () => {
    for (const [sink, text] of sinks)
      if (sink.startsWith('file ')) expect([sink, findCanaries(text, own)]).toEqual([sink, []]);
  });

  it('in the arguments of a process', () => {
    expect(commandLines).toContain('serve');
    expect(findCanaries(commandLines, all)).toEqual([]);
  });
});
