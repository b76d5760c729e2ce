import type { DialectId, Observation, Operation } from '@claudette/core';
import { createFakeProvider } from '@claudette/testing';
import type { FakeProvider } from '@claudette/testing';

import type { ClientAnswer } from '../answer/client-answer.js';
import type { ClientRequest } from '../answer/client-request.js';
import { loadConfig } from '../config/load-config.js';
import { mergeLayers } from '../config/merge-layers.js';
import { createGateway } from '../create-gateway.js';
import type { Gateway, GatewayOverrides } from '../gateway.js';

export interface Asked {
  /** @default 'openai-chat' */
  readonly dialect?: DialectId;
  /** @default 'generate' */
  readonly operation?: Operation;
  readonly framing?: ClientRequest['framing'];
  /** @default 'auto' */
  readonly model?: string;
  /** @default false */
  readonly stream?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** More fields of the body. */
  readonly fields?: object;
  /** All of the body. @default a prompt in the words of the dialect */
  readonly body?: object;
  readonly controller?: AbortController;
}

/** An answer, read to its end. */
export interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly kind: ClientAnswer['kind'];
  readonly text: string;
}

/** A gateway in memory, with two fake providers on real sockets: `first` speaks openai-chat, `second` anthropic-messages. */
export interface Bench {
  readonly gateway: Gateway;
  readonly first: FakeProvider;
  readonly second: FakeProvider;
  readonly observations: Observation[];
  answer(asked?: Asked): Promise<ClientAnswer>;
  /** As `answer`, read to its end. */
  tell(asked?: Asked): Promise<Told>;
  close(): Promise<void>;
}

export const fakeKey = 'sk-fake-0123456789abcdef';

/** Stores that leave no files, and no lines on standard error. */
export const inMemory = {
  cache: { store: 'memory:' },
  ledger: { url: 'memory:' },
  logging: { level: 'silent' },
} as const;

/** What the fake provider echoes, in the words of each dialect. */
const prompts: Readonly<Record<DialectId, object>> = {
  'openai-chat': { max_tokens: 100, messages: [{ role: 'user', content: 'one two' }] },
  'openai-responses': { input: 'one two' },
  'anthropic-messages': { max_tokens: 100, messages: [{ role: 'user', content: 'one two' }] },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'one two' }] }] },
};

export const bodyOf = ({
  dialect = 'openai-chat',
  model = 'auto',
  stream = false,
  fields,
  body,
}: Asked = {}): Uint8Array => {
  const address = dialect === 'gemini' ? {} : { model, stream };
  return Buffer.from(JSON.stringify(body ?? { ...address, ...prompts[dialect], ...fields }));
};

export async function readFrames(frames: AsyncIterator<Uint8Array, undefined>): Promise<string> {
  let text = '';
  for (let step = await frames.next(); step.done !== true; step = await frames.next()) {
    text += Buffer.from(step.value).toString('utf8');
  }
  return text;
}

export const readAnswer = async (answer: ClientAnswer): Promise<Told> => ({
  status: answer.status,
  headers: answer.headers,
  kind: answer.kind,
  text: answer.kind === 'whole' ? Buffer.from(answer.body).toString('utf8') : await readFrames(answer.frames),
});

type Flags = Readonly<Record<string, unknown>>;

/** Starts all of it; `flags` is laid over a configuration with both backends and everything in memory. */
export async function startBench(
  flags: Flags | ((first: FakeProvider, second: FakeProvider) => Flags) = {},
  overrides: GatewayOverrides = {},
): Promise<Bench> {
  const [first, second] = await Promise.all([createFakeProvider(), createFakeProvider()]);
  const observations: Observation[] = [];
  const timeouts = { connectMs: 500, firstContentMs: 400, idleMs: 400, totalMs: 2_000 };
  const shared = { apiKey: 'env:FAKE_KEY', timeouts };
  const backends = {
    first: { ...shared, provider: 'openai', baseUrl: `${first.url}/v1`, models: ['gpt-fake'] },
    second: { ...shared, provider: 'anthropic', baseUrl: second.url, models: ['claude-fake'], priority: 2 },
  };
  const environment = { FAKE_KEY: fakeKey };
  const { config } = loadConfig({
    environment,
    workingDirectory: '/',
    flags: mergeLayers([{ backends, ...inMemory }, typeof flags === 'function' ? flags(first, second) : flags]),
  });
  const gateway = await createGateway(config, {
    environment,
    observe: (observation) => observations.push(observation),
    random: () => 0,
    ...overrides,
  });
  const answer = (asked: Asked = {}): Promise<ClientAnswer> =>
    gateway.answer({
      dialect: asked.dialect ?? 'openai-chat',
      operation: asked.operation ?? 'generate',
      ...(asked.dialect === 'gemini' && {
        address: { model: asked.model ?? 'auto', stream: asked.stream ?? false },
      }),
      ...(asked.framing && { framing: asked.framing }),
      body: bodyOf(asked),
      headers: asked.headers ?? {},
      principal: gateway.localPrincipal,
      controller: asked.controller ?? new AbortController(),
    });
  return {
    gateway,
    first,
    second,
    observations,
    answer,
    tell: async (asked) => readAnswer(await answer(asked)),
    async close() {
      // In this order a request that a failed test left behind ends too.
      await Promise.all([first.close(), second.close()]);
      await gateway.close();
    },
  };
}
