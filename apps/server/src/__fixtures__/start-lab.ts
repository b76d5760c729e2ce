import type { Gateway } from '@claudette/gateway';
import type { FakeProvider } from '@claudette/testing';
import { createFakeProvider } from '@claudette/testing';

import { ask } from './raw-client.js';
import type { Asked } from './raw-client.js';
import { startStack } from './start-stack.js';
import type { Stack } from './start-stack.js';

/** What a client was told. */
export interface Told {
  readonly status: number;
  readonly backend: string | null;
  readonly cache: string | null;
  readonly attempts: string | null;
  readonly text: string;
}

/** A gateway over two servers that offer the same model `m`: the backend `a`, which is preferred, and the backend `b`. */
export interface Lab {
  readonly stack: Stack;
  readonly gateway: Gateway;
  readonly a: FakeProvider;
  readonly b: FakeProvider;
  /** Asks for `m`, reads the answer to its end. */
  tell(asked?: Partial<Asked>): Promise<Told>;
  /** One question after the other, each of its own; whom they were answered by. */
  many(count: number, asked?: Partial<Asked>): Promise<readonly (string | null)[]>;
  close(): Promise<void>;
}

export interface LabOptions {
  /** Settings of the backend `a`. */
  readonly a?: object;
  /** Settings of the backend `b`. */
  readonly b?: object;
  /** The rest of the configuration. */
  readonly config?: Readonly<Record<string, object>>;
}

/** Starts it: nothing explores, nothing is stored, nobody is probed, unless the configuration says so. */
export async function startLab({ a = {}, b = {}, config = {} }: LabOptions = {}): Promise<Lab> {
  const [first, second] = await Promise.all([createFakeProvider(), createFakeProvider()]);
  const backend = ({ url }: FakeProvider, priority: number): object => ({
    provider: 'openai-compatible',
    baseUrl: `${url}/v1`,
    models: ['m'],
    priority,
  });
  const stack = await startStack({
    cache: { enabled: false },
    ...config,
    backends: { a: { ...backend(first, 1), ...a }, b: { ...backend(second, 2), ...b } },
    routing: { strategy: 'priority', healthIntervalMs: 0, ...config['routing'] },
  });
  const tell: Lab['tell'] = async (asked = {}) => {
    const response = await ask(stack, { dialect: 'openai-chat', model: 'm', ...asked });
    const header = (name: string): string | null => response.headers.get(`x-claudette-${name}`);
    return {
      status: response.status,
      backend: header('backend'),
      cache: header('cache'),
      attempts: header('attempts'),
      text: await response.text(),
    };
  };
  return {
    stack,
    gateway: stack.server.host.current(),
    a: first,
    b: second,
    tell,
    async many(count, asked = {}) {
      const backends: (string | null)[] = [];
      for (let index = 0; index < count; index += 1) {
        backends.push((await tell({ content: `question ${index}`, ...asked })).backend);
      }
      return backends;
    },
    async close() {
      await Promise.all([first.close(), second.close()]);
      await stack.close();
    },
  };
}
