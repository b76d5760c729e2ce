import type { Observation } from '@claudette/core';
import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider } from '@claudette/testing';

import { runServer } from '../run-server.js';
import type { RunningServer } from '../run-server.js';

/** A running server with two fake backends behind it, one for each dialect, over real sockets. */
export interface Stack {
  readonly url: string;
  readonly server: RunningServer;
  /** Behind the backend `chat`, which speaks openai-chat. */
  readonly chat: FakeProvider;
  /** Behind the backend `claude`, which speaks anthropic-messages. */
  readonly claude: FakeProvider;
  readonly observations: Observation[];
  close(): Promise<void>;
}

const tree = (value: unknown): Record<string, unknown> => (value ?? {}) as Record<string, unknown>;

/** Starts all of it; `config` is laid over a configuration with both backends and everything in memory. */
export async function startStack(config: Record<string, unknown> = {}): Promise<Stack> {
  const [chat, claude] = await Promise.all([createFakeProvider(), createFakeProvider()]);
  const observations: Observation[] = [];
  const timeouts = { connectMs: 500, firstContentMs: 1000, idleMs: 1000, totalMs: 4000 };
  const flags = {
    ...config,
    server: { port: 0, drainTimeoutMs: 500, ...tree(config['server']) },
    backends: config['backends'] ?? {
      chat: { provider: 'openai', baseUrl: `${chat.url}/v1`, apiKey: 'env:FAKE_KEY', models: ['gpt-fake'], timeouts },
      claude: { provider: 'anthropic', baseUrl: claude.url, apiKey: 'env:FAKE_KEY', models: ['claude-fake'], timeouts },
    },
    cache: { store: 'memory:', ...tree(config['cache']) },
    ledger: { url: 'memory:' },
    logging: { level: 'silent' },
  };
  const environment = { FAKE_KEY: 'sk-fake-0123456789' };
  const server = await runServer(
    { flags, environment, workingDirectory: new URL('.', import.meta.url).pathname },
    { environment, observe: (observation) => observations.push(observation) },
  );
  return {
    url: server.url,
    server,
    chat,
    claude,
    observations,
    async close() {
      await server.close();
      await Promise.all([chat.close(), claude.close()]);
    },
  };
}
