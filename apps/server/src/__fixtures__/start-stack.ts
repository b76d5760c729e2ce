import type { DialectId, Observation } from '@claudette/core';
import { targetName } from '@claudette/core';
import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider } from '@claudette/testing';

import { runServer } from '../run-server.js';
import type { RunningServer } from '../run-server.js';

/** A running server with a fake backend for each dialect behind it, over real sockets. */
export interface Stack {
  readonly url: string;
  readonly server: RunningServer;
  /** The provider behind the backend that speaks the dialect, and no other one. */
  readonly providers: Readonly<Record<DialectId, FakeProvider>>;
  /** The one behind the backend `chat`, which speaks openai-chat. */
  readonly chat: FakeProvider;
  /** The one behind the backend `claude`, which speaks anthropic-messages. */
  readonly claude: FakeProvider;
  readonly observations: Observation[];
  /** Plain answers from now on, closed circuits, and nothing observed yet. */
  reset(): void;
  close(): Promise<void>;
}

/** The target behind each dialect, as clients name it. */
export const models: Readonly<Record<DialectId, string>> = {
  'openai-chat': 'chat/gpt-fake',
  'openai-responses': 'responses/gpt-fake',
  'anthropic-messages': 'claude/claude-fake',
  gemini: 'gemini/gemini-fake',
};

const tree = (value: unknown): Record<string, unknown> => (value ?? {}) as Record<string, unknown>;

/** Short, for tests of what never comes. */
const impatient = { connectMs: 500, firstContentMs: 1000, idleMs: 1000, totalMs: 4000 };
/** For tests where everything comes: a busy machine is no fault. */
export const patient = { connectMs: 5_000, firstContentMs: 20_000, idleMs: 20_000, totalMs: 60_000 };

/** One call in twenty explores. Here none does, unless a test wants it to. */
const unexciting = (): number => 0.5;

export interface StackOptions {
  /** From 0 (included) to 1 (excluded). */
  readonly random?: () => number;
  /** Of the four backends. */
  readonly timeouts?: typeof impatient;
}

/** Starts all of it; `config` is laid over a configuration with the four backends and everything in memory. */
export async function startStack(
  config: Record<string, unknown> = {},
  { random = unexciting, timeouts = impatient }: StackOptions = {},
): Promise<Stack> {
  const backend = (provider: string, baseUrl: string, model: string, dialect: DialectId): Record<string, unknown> => ({
    provider,
    baseUrl,
    dialect,
    apiKey: 'env:FAKE_KEY',
    models: [model],
    timeouts,
  });
  const [chat, responses, claude, gemini] = await Promise.all([
    createFakeProvider(),
    createFakeProvider(),
    createFakeProvider(),
    createFakeProvider(),
  ]);
  const observations: Observation[] = [];
  const flags = {
    ...config,
    server: { port: 0, drainTimeoutMs: 500, ...tree(config['server']) },
    backends: config['backends'] ?? {
      chat: backend('openai', `${chat.url}/v1`, 'gpt-fake', 'openai-chat'),
      responses: backend('openai', `${responses.url}/v1`, 'gpt-fake', 'openai-responses'),
      claude: backend('anthropic', claude.url, 'claude-fake', 'anthropic-messages'),
      gemini: backend('gemini', gemini.url, 'gemini-fake', 'gemini'),
    },
    cache: { store: 'memory:', ...tree(config['cache']) },
    ledger: { url: 'memory:' },
    logging: { level: 'silent' },
  };
  const environment = { FAKE_KEY: 'sk-fake-0123456789', SECOND_KEY: 'sk-fake-9876543210' };
  const server = await runServer(
    { flags, environment, workingDirectory: new URL('.', import.meta.url).pathname },
    { environment, random, observe: (observation) => observations.push(observation) },
  );
  return {
    url: server.url,
    server,
    providers: { 'openai-chat': chat, 'openai-responses': responses, 'anthropic-messages': claude, gemini },
    chat,
    claude,
    observations,
    reset() {
      for (const provider of [chat, responses, claude, gemini]) provider.reset();
      for (const target of server.host.current().targets()) server.host.current().circuits.reset(targetName(target));
      observations.length = 0;
    },
    async close() {
      await server.close();
      await Promise.all([chat, responses, claude, gemini].map((provider) => provider.close()));
    },
  };
}
