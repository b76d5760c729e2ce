import { gunzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { readReply } from '../read-reply.js';
import type { RawReply } from '../read-reply.js';
import type { Behaviour, OddFraming } from './behaviour.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { fieldOf, parseJson } from './json-reading.js';

let provider: FakeProvider;
beforeAll(async () => void (provider = await createFakeProvider()));
afterAll(() => provider.close());

const user = { role: 'user', content: 'one two' };
const geminiBody = { contents: [{ role: 'user', parts: [{ text: 'one two' }] }] };

/** How each dialect finishes, ends and reports an error in its streams, and what a whole reply without a reason looks like. */
const dialects = {
  chat: {
    path: '/v1/chat/completions',
    body: { model: 'm', messages: [user] },
    finish: '"finish_reason":"stop"',
    end: 'data: [DONE]',
    error: 'data: {"error":{',
    forgotten: '"finish_reason":"stop"',
    noReason: /"finish_reason":null/,
  },
  responses: {
    path: '/v1/responses',
    body: { model: 'm', input: 'one two' },
    finish: '"type":"response.completed"',
    end: 'event: response.completed',
    error: 'event: error\ndata: {"type":"error"',
    forgotten: 'response.completed',
    noReason: /"status":"in_progress"/,
  },
  messages: {
    path: '/v1/messages',
    body: { model: 'm', max_tokens: 100, messages: [user] },
    finish: 'end_turn',
    end: 'event: message_stop',
    error: 'event: error\ndata: {"type":"error"',
    forgotten: 'message_stop',
    noReason: /"stop_reason":null/,
  },
  gemini: {
    path: '/v1beta/models/m:generateContent',
    streamPath: '/v1beta/models/m:streamGenerateContent?alt=sse',
    body: geminiBody,
    finish: '"finishReason":"STOP"',
    end: '"finishReason":"STOP"',
    error: 'data: {"error":{"code":503',
    forgotten: 'finishReason',
    noReason: /"candidates":\[(?!.*finishReason)/,
  },
} as const;
type DialectName = keyof typeof dialects;
const names = Object.keys(dialects) as DialectName[];

const ask = (dialect: DialectName, behaviour: Behaviour, stream: boolean): Promise<RawReply> => {
  provider.behave(behaviour);
  const { body, path } = dialects[dialect];
  return readReply(`${provider.url}${stream && dialect === 'gemini' ? dialects.gemini.streamPath : path}`, {
    headers: { 'anthropic-version': '2023-06-01' },
    body: dialect === 'gemini' ? body : { ...body, stream },
    silenceMs: 200,
  });
};
const streamed = (dialect: DialectName, behaviour: Behaviour) => ask(dialect, behaviour, true);
const whole = (dialect: DialectName, behaviour: Behaviour) => ask(dialect, behaviour, false);
const countOf = (text: string, part: string): number => text.split(part).length - 1;
const isJson = (text: string): boolean => parseJson(text) !== undefined;

describe.each(names)('a fault in a stream of %s', (dialect) => {
  const { end, error, finish, forgotten } = dialects[dialect];

  it.each([
    ['reset', 'broken'],
    ['early-end', 'complete'],
    ['stall', 'silent'],
  ] as const)('%s leaves the connection %s after the first content', async (kind, how) => {
    const reply = await streamed(dialect, { kind });
    expect(reply.end).toBe(how);
    expect(reply.text).toContain('Echo:');
    expect(reply.text).not.toContain('one');
  });

  it.each(['reset', 'early-end', 'stall', 'gzip-cut', 'bad-json', 'in-band-error'] as const)(
    '%s strikes before the first content when told to',
    async (kind) => {
      const reply = await streamed(dialect, { kind, beforeContent: true });
      expect(reply.status).toBe(200);
      expect(reply.text.slice(0, reply.text.search(/BROKEN|"error":\{|event: error|$/))).not.toContain('Echo:');
    },
  );

  it('reset strikes right after the headers when told to', async () => {
    expect(await streamed(dialect, { kind: 'reset', afterEvents: 0 })).toMatchObject({
      status: 200,
      text: '',
      end: 'broken',
    });
  });

  it('reset-before-headers answers nothing at all', async () => {
    expect(await streamed(dialect, { kind: 'reset-before-headers' })).toMatchObject({ status: 0, end: 'broken' });
  });

  it('bad-json breaks one event and sends the rest', async () => {
    const { text } = await streamed(dialect, { kind: 'bad-json' });
    const payloads = [...text.matchAll(/^data: (\{.*)$/gm)].map((match) => match[1] ?? '');
    expect(payloads.filter((payload) => !isJson(payload))).toEqual([expect.stringContaining('BROKEN')]);
    expect(text).toContain(end);
  });

  it('in-band-error ends the stream with an error event', async () => {
    const { text, end: how } = await streamed(dialect, { kind: 'in-band-error' });
    expect(text).toContain(error);
    expect(text).not.toContain(end);
    expect(how).toBe('complete');
  });

  it('missing-finish leaves out what says that the answer is over', async () => {
    const { text } = await streamed(dialect, { kind: 'missing-finish' });
    expect(text).not.toContain(forgotten);
    expect(text).toContain('two');
  });

  it('duplicate-terminal finishes twice', async () => {
    const { text } = await streamed(dialect, { kind: 'duplicate-terminal' });
    expect(countOf(text, finish)).toBe(2);
    expect(countOf(text, end)).toBe(2);
  });

  it('trailing-garbage follows the end', async () => {
    const { text } = await streamed(dialect, { kind: 'trailing-garbage' });
    expect(text.lastIndexOf(end)).toBeLessThan(text.indexOf('GARBAGE'));
  });

  it('split-utf8 cuts inside characters and loses nothing', async () => {
    const { chunks, text } = await streamed(dialect, { kind: 'split-utf8' });
    expect(text).toContain(' 😀');
    expect(chunks.some((chunk) => chunk.toString() === '�')).toBe(true);
  });

  it('split-frame writes a few bytes at a time and loses nothing', async () => {
    const { chunks, text } = await streamed(dialect, { kind: 'split-frame', bytes: 7 });
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBe(7);
    expect(text).toContain(end);
  });

  it('split-frame writes single bytes unless told otherwise', async () => {
    const { chunks } = await streamed(dialect, { kind: 'split-frame', deltas: ['x'] });
    expect(new Set(chunks.map((chunk) => chunk.length))).toEqual(new Set([1]));
  });

  it('slow-drip waits between events', async () => {
    provider.reset();
    const { text } = await streamed(dialect, { kind: 'slow-drip', everyMs: 20 });
    const [call] = provider.calls;
    expect((call?.finishedAt ?? 0) - (call?.startedAt ?? 0)).toBeGreaterThan(50);
    expect(text).toContain(end);
  });

  it('gzip-cut can be read up to the cut and has no end', async () => {
    const { chunks, headers, end: how } = await streamed(dialect, { kind: 'gzip-cut' });
    expect([headers['content-encoding'], how]).toEqual(['gzip', 'complete']);
    expect(() => gunzipSync(Buffer.concat(chunks))).toThrow('unexpected end of file');
  });

  it.each([
    ['crlf', /\r\n\r\n$/],
    ['cr', /^[^\n]*\r\r$/],
    ['bom', /^\uFEFF/],
    ['comments', /^: keep-alive\n\n:\n/],
    ['multi-line', /data: \{\ndata: "/],
    ['no-final-blank', /[^\n]\n$/],
    ['no-space', /data:\{/],
  ] as const satisfies readonly (readonly [OddFraming, RegExp])[])(
    'odd-framing %s is legal but rare',
    async (framing, look) => {
      const { text } = await streamed(dialect, { kind: 'odd-framing', framing });
      expect(text).toMatch(look);
      expect(text.replace(/^(data|event): /gm, '$1:')).toContain(end.replace(': ', ':'));
    },
  );

  it('error-in-200 is an error body with a good status', async () => {
    const { status, headers, text } = await streamed(dialect, { kind: 'error-in-200' });
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
    expect(fieldOf(parseJson(text), 'error', 'message')).toMatch(/server|internal/i);
  });

  it('html-502 is the page of a proxy', async () => {
    const { status, headers } = await streamed(dialect, { kind: 'html-502' });
    expect([status, headers['content-type']]).toEqual([502, 'text/html']);
  });

  it('invalid-json-body breaks off', async () => {
    const { status, text } = await streamed(dialect, { kind: 'invalid-json-body' });
    expect([status, isJson(text)]).toEqual([200, false]);
  });

  it('raw sends what it is given', async () => {
    const chunks = ['data: one\n\n', Buffer.from('data: two\n\n')];
    const reply = await streamed(dialect, { kind: 'raw', status: 203, contentType: 'text/x', chunks, everyMs: 5 });
    expect(reply).toMatchObject({ status: 203, text: 'data: one\n\ndata: two\n\n' });
  });

  it('text says what it is told to', async () => {
    const { text } = await streamed(dialect, { kind: 'text', deltas: ['first', 'second'], finish: 'length' });
    expect(text).toMatch(/first[^]*second[^]*(length|max_tokens|max_output_tokens|MAX_TOKENS)/);
  });

  it('delay waits before the headers', async () => {
    provider.reset();
    await streamed(dialect, { kind: 'delay', delayMs: 40 });
    const [call] = provider.calls;
    expect((call?.finishedAt ?? 0) - (call?.startedAt ?? 0)).toBeGreaterThanOrEqual(39);
  });
});

describe('no-done', () => {
  it('leaves out only [DONE]', async () => {
    const { text } = await streamed('chat', { kind: 'no-done' });
    expect(text).toContain('"finish_reason":"stop"');
    expect(text).not.toContain('[DONE]');
  });
});

describe.each(names)('a fault in a whole reply of %s', (dialect) => {
  it.each([
    ['reset', 'broken'],
    ['early-end', 'complete'],
    ['stall', 'silent'],
  ] as const)('%s leaves the connection %s in the middle of the body', async (kind, how) => {
    const { text, end } = await whole(dialect, { kind });
    expect([end, isJson(text), text.length > 0]).toEqual([how, false, true]);
  });

  it.each(['bad-json', 'duplicate-terminal', 'trailing-garbage', 'invalid-json-body'] as const)(
    '%s is not JSON',
    async (kind) => {
      const { status, text } = await whole(dialect, { kind });
      expect([status, isJson(text)]).toEqual([200, false]);
    },
  );

  it.each(['in-band-error', 'error-in-200'] as const)('%s is an error body with a good status', async (kind) => {
    const { status, text } = await whole(dialect, { kind });
    expect([status, fieldOf(parseJson(text), 'error') !== undefined]).toEqual([200, true]);
  });

  it('missing-finish gives no reason', async () => {
    const { text } = await whole(dialect, { kind: 'missing-finish' });
    expect(text).toMatch(dialects[dialect].noReason);
  });

  it.each(['split-utf8', 'split-frame', 'slow-drip', 'no-done'] as const)('%s loses nothing', async (kind) => {
    const { text } = await whole(dialect, { kind, deltas: ['naïve 😀'] });
    expect(isJson(text)).toBe(true);
    expect(text).toContain('naïve 😀');
  });

  it('odd-framing changes nothing', async () => {
    expect(isJson((await whole(dialect, { kind: 'odd-framing', framing: 'bom' })).text)).toBe(true);
  });

  it('gzip-cut has no end', async () => {
    const { chunks } = await whole(dialect, { kind: 'gzip-cut' });
    expect(() => gunzipSync(Buffer.concat(chunks))).toThrow('unexpected end of file');
  });

  it('replaces what the model says', async () => {
    const toolCalls = [{ name: 'f', arguments: '{"x":1}' }];
    const { text } = await whole(dialect, { kind: 'answer', reasoning: ['hm'], toolCalls, usage: { inputTokens: 7 } });
    expect(text).toMatch(/hm[^]*"f"[^]*((prompt|input)_tokens|promptTokenCount)":7/);
    const refused = await whole(dialect, { kind: 'answer', refusal: ['no'], usage: null });
    expect(refused.text).toContain('"no"');
    expect(refused.text).not.toMatch(/"usage\w*":\{/);
  });
});
