import { dialectIds } from '@claudette/core';
import type { DialectId } from '@claudette/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { askFor, dialectOfCapture, headersOf, readCaptures, streams } from './__fixtures__/captured-request.js';
import type { CapturedRequest } from './__fixtures__/captured-request.js';
import { models, patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';

const folder = process.env['CLAUDETTE_REPLAY_DIR'];
const captures = readCaptures(folder);
const whenReplaying = folder ? describe : describe.skip;

/** Jest wants a row, also for a suite that it skips. */
const rowsOf = (keep: (request: CapturedRequest) => boolean): [string, CapturedRequest][] => {
  const kept = captures.filter(([, request]) => keep(request));
  return kept.length > 0 ? kept : [['CLAUDETTE_REPLAY_DIR is not set', {} as CapturedRequest]];
};

/** The earlier turns are with the provider: no other backend can know them. */
const isHeldByProvider = ({ body }: CapturedRequest): boolean =>
  (body['thread'] as { previous_message_id?: string } | undefined)?.previous_message_id !== undefined;

const ends: Readonly<Record<DialectId, readonly [whole: string, stream: string]>> = {
  'openai-chat': ['finish_reason', 'finish_reason'],
  'openai-responses': ['"status":"completed"', 'response.completed'],
  'anthropic-messages': ['stop_reason', 'message_stop'],
  gemini: ['finishReason', 'finishReason'],
};

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ routing: { fallback: false } }, { timeouts: patient });
});
beforeEach(() => {
  stack.reset();
});
afterAll(() => stack.close());

const send = (request: CapturedRequest, model: string): Promise<Response> => {
  const { url, body } = askFor(request, model);
  return fetch(`${stack.url}${url}`, { method: 'POST', headers: headersOf(request), body });
};

whenReplaying.each(rowsOf((request) => dialectOfCapture(request) !== undefined))('%s', (_name, request) => {
  const own = dialectOfCapture(request) ?? 'openai-chat';

  it('reaches a backend of its own dialect byte for byte, but for the patched spans', async () => {
    const response = await send(request, models[own]);
    await response.text();
    expect(response.status).toBe(200);
    const [call] = stack.providers[own].calls;
    const model = models[own].split('/')[1] ?? '';
    const patched = askFor(request, model).body;
    const asked = request.body as { stream?: boolean; stream_options?: { include_usage?: boolean } };
    if (own === 'openai-chat' && asked.stream === true && asked.stream_options?.include_usage !== true) {
      expect(call?.json).toEqual({ ...(JSON.parse(patched) as object), stream_options: { include_usage: true } });
      expect(
        call?.body.toString('utf8').replace(/,?"stream_options":\{"include_usage":true\},?/, '').length,
      ).toBeLessThanOrEqual(patched.length);
    } else {
      expect(call?.body.toString('utf8')).toBe(patched);
    }
  });

  it.each(dialectIds)('is answered by a backend that speaks %s', async (dialect) => {
    const response = await send(request, models[dialect]);
    const text = await response.text();
    if (dialect !== own && isHeldByProvider(request)) {
      expect(response.status).toBe(400);
      expect(text).toContain('thread refers to earlier turns');
      return;
    }
    expect({ status: response.status, text: response.status === 200 ? '' : text }).toEqual({ status: 200, text: '' });
    expect(text).toContain(ends[own][streams(request) ? 1 : 0]);
  });
});

whenReplaying.each(rowsOf(({ path }) => /count_tokens$|:countTokens$/.test(path)))('%s', (_name, request) => {
  it.each(dialectIds)('is counted or estimated by a backend that speaks %s', async (dialect) => {
    const response = await send(request, models[dialect]);
    expect(response.status).toBe(200);
    const counted = (await response.json()) as { input_tokens?: number; totalTokens?: number };
    expect(counted.input_tokens ?? counted.totalTokens).toBeGreaterThan(0);
    const canCount = dialect === 'anthropic-messages' || dialect === 'gemini';
    expect(response.headers.get('x-claudette-estimate')).toBe(canCount ? null : 'true');
  });
});

whenReplaying.each(rowsOf(({ path }) => path === '/v1/embeddings'))('%s', (_name, request) => {
  it.each(['openai-chat', 'gemini'] as const)('gets vectors from a backend that speaks %s', async (dialect) => {
    const response = await send(request, models[dialect]);
    expect(response.status).toBe(200);
    const { data } = (await response.json()) as { data: { embedding: string | number[] }[] };
    const { input, encoding_format: encoding } = request.body as {
      input: string | unknown[];
      encoding_format?: string;
    };
    expect(data).toHaveLength(Array.isArray(input) ? input.length : 1);
    expect(typeof data[0]?.embedding).toBe(encoding === 'base64' ? 'string' : 'object');
  });
});

whenReplaying.each(rowsOf(({ method, path }) => method === 'GET' && path === '/v1/models'))('%s', (_name, request) => {
  it('lists every target', async () => {
    const response = await fetch(`${stack.url}${request.path}${request.query}`, { headers: headersOf(request) });
    expect(response.status).toBe(200);
    const { data } = (await response.json()) as { data: { id: string }[] };
    expect(data.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.values(models)));
  });
});

describe.each(dialectIds.filter((id) => id !== 'gemini'))('any body of an %s client', (dialect) => {
  const [path, prompt] = {
    'openai-chat': ['/v1/chat/completions', '"messages":[{"role":"user","content":"hi"}]'],
    'openai-responses': ['/v1/responses', '"input":"hi"'],
    'anthropic-messages': ['/v1/messages', '"max_tokens":100,"messages":[{"role":"user","content":"hi"}]'],
    gemini: ['', ''],
  }[dialect];
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
        stack.providers[dialect].reset();
        const model = models[dialect];
        const wrap = (name: string): string =>
          `{${before}"model"${after}:${before}${JSON.stringify(name)}, ${fields
            .map(([key, value]) => `${JSON.stringify(key)}${before}:${after}${value},`)
            .join(after)}${prompt}${after}}${before}`;
        const response = await fetch(`${stack.url}${path}`, { method: 'POST', body: wrap(model) });
        await response.text();
        expect(response.status).toBe(200);
        expect(stack.providers[dialect].calls[0]?.body.toString('utf8')).toBe(wrap(model.split('/')[1] ?? ''));
      }),
      { numRuns: 40 },
    );
  });
});
