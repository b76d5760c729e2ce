import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { DialectId } from '@claudette/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

interface Capture {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>>;
}

const folder = process.env['CLAUDETTE_REPLAY_DIR'];
const clients = ['openai-node', 'anthropic-sdk', 'claude-code'];
const paths: Readonly<Record<string, DialectId>> = {
  '/v1/chat/completions': 'openai-chat',
  '/v1/messages': 'anthropic-messages',
};

const captures: [name: string, capture: Capture][] = !folder
  ? []
  : clients.flatMap((client) => {
      const root = join(folder, 'captures', client);
      if (!existsSync(root)) throw new Error(`CLAUDETTE_REPLAY_DIR has no captures of ${client}`);
      return readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.json'))
        .sort()
        .map((file): [string, Capture] => [
          join(client, file),
          JSON.parse(readFileSync(join(root, file), 'utf8')) as Capture,
        ])
        .filter(([, { method, path }]) => method === 'POST' && path in paths);
    });

/** What a client sends for itself: connection headers are the transport's business. */
const headersOf = ({ headers }: Capture): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !/^(host|connection|content-length|accept-encoding|sec-fetch-mode)$/.test(name),
    ),
  );

const targetOf = (dialect: DialectId): string => (dialect === 'openai-chat' ? 'chat/gpt-fake' : 'claude/claude-fake');

/** The earlier turns are with the provider: no other backend can know them. */
const isHeldByProvider = ({ body }: Capture): boolean =>
  (body['thread'] as { previous_message_id?: string } | undefined)?.previous_message_id !== undefined;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ routing: { fallback: false } });
});
beforeEach(() => {
  stack.chat.reset();
  stack.claude.reset();
});
afterAll(() => stack.close());

const send = (capture: Capture, body: string): Promise<Response> =>
  fetch(`${stack.url}${capture.path}${capture.query}`, { method: 'POST', headers: headersOf(capture), body });

const backendOf = (dialect: DialectId) => (dialect === 'openai-chat' ? stack.chat : stack.claude);

const whenReplaying = folder ? describe : describe.skip;

whenReplaying.each(captures.length > 0 ? captures : [['CLAUDETTE_REPLAY_DIR is not set', {} as Capture]])(
  '%s',
  (_name, capture) => {
    const dialect = paths[capture.path] ?? 'openai-chat';
    const other: DialectId = dialect === 'openai-chat' ? 'anthropic-messages' : 'openai-chat';
    /** Our model name where the client's stood, and everything else as the client wrote it. */
    const bodyFor = (model: string): string => JSON.stringify({ ...capture.body, model });

    it('reaches a backend of its own dialect byte for byte, but for the patched spans', async () => {
      const sent = bodyFor(targetOf(dialect));
      const response = await send(capture, sent);
      await response.text();
      expect(response.status).toBe(200);
      const [call] = backendOf(dialect).calls;
      const model = targetOf(dialect).split('/')[1] ?? '';
      const patched = sent.replace(JSON.stringify(targetOf(dialect)), JSON.stringify(model));
      const asked = JSON.parse(sent) as { stream?: boolean; stream_options?: { include_usage?: boolean } };
      if (dialect === 'openai-chat' && asked.stream === true && asked.stream_options?.include_usage !== true) {
        expect(call?.json).toEqual({ ...(JSON.parse(patched) as object), stream_options: { include_usage: true } });
        expect(
          call?.body.toString('utf8').replace(/,?"stream_options":\{"include_usage":true\},?/, '').length,
        ).toBeLessThanOrEqual(patched.length);
      } else {
        expect(call?.body.toString('utf8')).toBe(patched);
      }
    });

    it('is answered by a backend of the other dialect', async () => {
      const response = await send(capture, bodyFor(targetOf(other)));
      if (isHeldByProvider(capture)) {
        expect(response.status).toBe(400);
        expect(await response.text()).toContain('thread refers to earlier turns');
        return;
      }
      const text = await response.text();
      expect({ status: response.status, text: response.status === 200 ? '' : text }).toEqual({ status: 200, text: '' });
      const isStream = capture.body['stream'] === true;
      expect(text).toContain(dialect === 'openai-chat' ? 'finish_reason' : isStream ? 'message_stop' : 'stop_reason');
    });
  },
);

describe.each(['openai-chat', 'anthropic-messages'] as const)('any body of an %s client', (dialect) => {
  const path = dialect === 'openai-chat' ? '/v1/chat/completions' : '/v1/messages';
  const space = fc.stringMatching(/^[ \n\t]{0,3}$/);
  const odd = fc.constantFrom(
    '1e400',
    String(2n ** 60n),
    '-0',
    '0.10',
    '1E5',
    '"\\u0041\\/"',
    '{"a" : [ ]}',
    'null',
    '"é😀"',
  );
  const field = fc.tuple(fc.stringMatching(/^x_[a-z]{1,8}$/), odd);

  it('arrives as it was sent, whatever fields, spaces and numbers it has', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(field, { maxLength: 5 }), space, space, async (fields, before, after) => {
        stack.chat.reset();
        stack.claude.reset();
        const model = targetOf(dialect);
        const wrap = (name: string): string =>
          `{${before}"model"${after}:${before}${JSON.stringify(name)}, "max_tokens":100,${fields
            .map(([key, value]) => `${JSON.stringify(key)}${before}:${after}${value},`)
            .join(after)}"messages":[{"role":"user","content":"hi"}]${after}}${before}`;
        const response = await fetch(`${stack.url}${path}`, { method: 'POST', body: wrap(model) });
        await response.text();
        expect(response.status).toBe(200);
        expect(backendOf(dialect).calls[0]?.body.toString('utf8')).toBe(wrap(model.split('/')[1] ?? ''));
      }),
      { numRuns: 40 },
    );
  });
});
