import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { noUsage } from '@claudette/core';
import type { Scanner } from '@claudette/core';

import { createFramer } from '../sse/framer.js';
import { createScanner } from './scan.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url));

const frame = (chunk: unknown): Buffer =>
  Buffer.from(`data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`);

const choice = (delta: object, finish: string | null = null, index = 0): object => ({
  choices: [{ index, delta, finish_reason: finish }],
});

/** A scanner that has seen frames one by one, and how many bytes of them belong to the reply. */
const scan = (...chunks: unknown[]): { scanner: Scanner; taken: number[]; sizes: number[] } => {
  const scanner = createScanner('sse');
  const frames = chunks.map(frame);
  return { scanner, taken: frames.map((one) => scanner.see(one)), sizes: frames.map(({ length }) => length) };
};

const hello = choice({ content: 'hello' });
const stop = choice({}, 'stop');

describe('the commit of a stream', () => {
  it.each([
    ['text', { content: 'a' }],
    ['text in parts', { content: [{ type: 'text', text: 'a' }] }],
    ['reasoning', { reasoning_content: 'a' }],
    ['reasoning under its other name', { reasoning: 'a' }],
    ['a refusal', { refusal: 'a' }],
    ['the start of a tool call', { tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '' } }] }],
    ['a tool call with text', { tool_calls: [{ index: 0, id: 'c', custom: { name: 'f', input: '' } }] }],
    ['a legacy function call', { function_call: { name: 'f' } }],
  ])('comes with %s', (_, delta) => {
    expect(scan(choice(delta)).scanner).toMatchObject({ committed: true, finished: false, closed: false });
  });

  it.each([
    ['a role', choice({ role: 'assistant', content: '', refusal: null })],
    ['an empty delta', choice({})],
    ['no delta', { choices: [{ index: 0 }] }],
    ['what vendors send before the first choice', { choices: [], prompt_filter_results: [] }],
    ['usage alone', { choices: [], usage: { prompt_tokens: 1, completion_tokens: 0 } }],
  ])('does not come with %s', (_, chunk) => {
    expect(scan(chunk).scanner).toMatchObject({ committed: false, finished: false });
  });

  it('comes with an end without content', () => {
    expect(scan(stop).scanner).toMatchObject({ committed: true, finished: true, finishReason: 'stop' });
  });
});

describe('the end of a stream', () => {
  it('is known from a whole stream, wherever its bytes were cut', () => {
    const bytes = fixture('tools.sse');
    const scanCut = (cut: number): string => {
      const framer = createFramer();
      const scanner = createScanner('sse');
      const parts = [framer.push(bytes.subarray(0, cut)), framer.push(bytes.subarray(cut))];
      const taken = parts.reduce((sum, part) => sum + scanner.see(part), 0);
      return JSON.stringify({ ...scanner, taken });
    };
    const results = new Set(Array.from({ length: bytes.length + 1 }, (_, cut) => scanCut(cut)));
    expect([...results].map((result) => JSON.parse(result))).toEqual([
      {
        committed: true,
        finished: true,
        closed: true,
        finishReason: 'tool-calls',
        usage: { ...noUsage, inputTokens: 20, cachedInputTokens: 100, outputTokens: 28, reasoningTokens: 12 },
        taken: bytes.length,
      },
    ]);
  });

  it('comes with the finish reason; nothing more can follow behind [DONE]', () => {
    expect(scan(hello, stop).scanner).toMatchObject({ finished: true, closed: false });
    expect(scan(hello, stop, '[DONE]').scanner).toMatchObject({ finished: true, closed: true, failure: undefined });
  });

  it('is not seen in what the model says', () => {
    const text = '"finish_reason":"stop","usage":{"error":{}} data: [DONE]';
    const { scanner, taken, sizes } = scan(
      hello,
      choice({ content: text }),
      choice({ content: '\n\ndata: [DONE]\n\n' }),
    );
    expect(scanner).toMatchObject({ finished: false, closed: false, failure: undefined });
    expect(taken).toEqual(sizes);
  });

  it('is not looked for by parsing each delta', () => {
    const { scanner, taken, sizes } = scan(hello, hello, '{this would not parse}');
    expect(scanner.failure).toBeUndefined();
    expect(taken).toEqual(sizes);
  });

  it('is seen with any white space in the JSON', () => {
    const scanner = createScanner('sse');
    scanner.see(frame(hello));
    scanner.see(
      frame('{"choices": [{"index" : 0, "delta": {}, "finish_reason" : "length"}], "usage" : {"prompt_tokens": 2}}'),
    );
    expect(scanner).toMatchObject({ finished: true, finishReason: 'length', usage: { inputTokens: 2 } });
  });

  it('waits for each choice that was seen', () => {
    const second = choice({ content: 'b' }, null, 1);
    expect(scan(hello, second, stop).scanner.finished).toBe(false);
    expect(scan(hello, second, stop, choice({}, 'length', 1)).scanner).toMatchObject({
      finished: true,
      finishReason: 'stop',
    });
  });

  it('takes choices without an index for the first', () => {
    expect(scan({ choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }] }).scanner.finishReason).toBe('stop');
  });

  it('reads an empty finish reason as none', () => {
    expect(scan(hello, choice({}, '')).scanner.finished).toBe(false);
  });

  it('has the last usage that was given', () => {
    const counted = (tokens: number): object => ({ ...hello, usage: { prompt_tokens: 1, completion_tokens: tokens } });
    expect(scan(counted(1), counted(2), { ...stop, usage: null }).scanner.usage?.outputTokens).toBe(2);
  });

  it('has the usage that Groq wraps', () => {
    const last = { ...stop, x_groq: { usage: { prompt_tokens: 5, completion_tokens: 1 } } };
    expect(scan(hello, last).scanner.usage?.inputTokens).toBe(5);
  });

  it('is a refusal when it refused, and tool calls when it called', () => {
    const call = choice({ tool_calls: [{ index: 0, id: 'c', function: { name: 'f', arguments: '' } }] });
    expect(scan(choice({ refusal: 'No.' }), stop).scanner.finishReason).toBe('refusal');
    expect(scan(hello, call, stop).scanner.finishReason).toBe('tool-calls');
  });

  it('cuts off what follows it in the same chunk and in later ones', () => {
    const reply = Buffer.concat([frame(hello), frame(stop), frame('[DONE]')]);
    const scanner = createScanner('sse');
    expect(scanner.see(Buffer.concat([reply, frame(hello)]))).toBe(reply.length);
    expect(scanner.see(frame(hello))).toBe(0);
  });

  it('is found among many frames of one chunk', () => {
    const scanner = createScanner('sse');
    scanner.see(Buffer.concat([frame(hello), frame(hello), frame(stop), frame(hello)]));
    expect(scanner).toMatchObject({ finished: true, closed: false });
  });
});

describe('a fault in a stream', () => {
  it.each([
    [{ type: 'server_error' }, 'upstream_failed'],
    [{ code: 429 }, 'upstream_rate_limited'],
    [{ type: 'requests', code: 'rate_limit_exceeded' }, 'upstream_rate_limited'],
    [{ type: 'insufficient_quota' }, 'upstream_rate_limited'],
    [{ type: 'overloaded_error' }, 'upstream_overloaded'],
    [{ code: 503 }, 'upstream_overloaded'],
    [{}, 'upstream_failed'],
  ])('that the provider reports with %j is %s, and is delivered', (fields, code) => {
    const { scanner, taken, sizes } = scan(hello, { error: { message: 'm', ...fields } });
    expect(scanner).toMatchObject({ finished: false, closed: true, failure: { code, detail: 'm' } });
    expect(taken).toEqual(sizes);
  });

  it.each([false, true])('may be in a frame with that name, after the commit: %s', (committed) => {
    const scanner = createScanner('sse');
    if (committed) scanner.see(frame(hello));
    scanner.see(Buffer.from('event: error\ndata: {"message":"m"}\n\n'));
    expect(scanner.failure).toMatchObject({ code: 'upstream_failed', detail: 'm' });
  });

  it('may stand in place of a finish reason', () => {
    expect(scan(hello, choice({}, 'error')).scanner).toMatchObject({
      finished: false,
      closed: true,
      failure: { code: 'upstream_failed' },
    });
  });

  it.each([
    ['before the commit', []],
    ['after the commit', [hello]],
  ])('is a frame that is not JSON %s, which is not delivered', (_, before) => {
    const { scanner, taken } = scan(...before, '{"choices":[{"ind');
    expect(scanner).toMatchObject({ closed: false, failure: { code: 'upstream_invalid_reply' } });
    expect(taken.at(-1)).toBe(0);
  });

  it('lets the frames before it through', () => {
    const scanner = createScanner('sse');
    const good = Buffer.concat([frame(hello), frame(hello)]);
    expect(scanner.see(Buffer.concat([good, frame('{"cut'), frame(hello)]))).toBe(good.length);
    expect(scanner.see(frame(hello))).toBe(0);
  });

  it('is [DONE] before a finish reason, which is kept from the client', () => {
    const { scanner, taken } = scan(hello, '[DONE]');
    expect(scanner).toMatchObject({ finished: false, closed: false, failure: { code: 'stream_broken' } });
    expect(taken.at(-1)).toBe(0);
  });
});

describe('a scanned body', () => {
  const scanBody = (body: unknown): Scanner => {
    const scanner = createScanner('json');
    scanner.see(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
    return scanner;
  };

  it('is committed, finished and closed when it is a completion', () => {
    const scanner = createScanner('json');
    const body = fixture('reply.json');
    expect(scanner.see(body)).toBe(body.length);
    expect(scanner).toMatchObject({ committed: true, finished: true, closed: true, finishReason: 'tool-calls' });
    expect(scanner.usage).toMatchObject({ inputTokens: 30, outputTokens: 16, reasoningTokens: 9 });
  });

  it('has nothing behind it', () => {
    const scanner = createScanner('json');
    scanner.see(fixture('reply.json'));
    expect(scanner.see(Buffer.from('more'))).toBe(0);
  });

  it('stops where the vendor gives no reason', () => {
    expect(scanBody({ choices: [{ message: { content: 'a' } }] })).toMatchObject({
      finished: true,
      finishReason: 'stop',
    });
  });

  it('refuses when it holds a refusal', () => {
    const body = { choices: [{ message: { content: null, refusal: 'No.' }, finish_reason: 'stop' }] };
    expect(scanBody(body).finishReason).toBe('refusal');
  });

  it.each([
    ['an error', { error: { message: 'm', code: 429 } }, 'upstream_rate_limited'],
    ['a fault in place of a finish reason', { choices: [{ message: {}, finish_reason: 'error' }] }, 'upstream_failed'],
    ['cut off', '{"choices":[{"message"', 'upstream_invalid_reply'],
    ['something else', { models: [] }, 'upstream_invalid_reply'],
    ['empty', '', 'upstream_invalid_reply'],
  ])('has failed when it is %s', (_, body, code) => {
    expect(scanBody(body)).toMatchObject({ committed: false, finished: false, closed: true, failure: { code } });
  });
});
