import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';
import { noUsage } from '@claudette/core';
import type { Scanner } from '@claudette/core';

import { createFramer } from '../sse/framer.js';
import { createScanner } from './scan.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url));

const frame = (event: unknown): Buffer =>
  Buffer.from(`data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`);

/** A scanner that has seen frames one by one, and how many bytes of them belong to the reply. */
const scan = (...events: unknown[]): { scanner: Scanner; taken: number[]; sizes: number[] } => {
  const scanner = createScanner('sse');
  const frames = events.map(frame);
  return { scanner, taken: frames.map((one) => scanner.see(one)), sizes: frames.map(({ length }) => length) };
};

const added = (item: object): object => ({ type: 'response.output_item.added', output_index: 0, item });
const hello = { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'hello' };
const end = (response: object = {}, type = 'response.completed'): object => ({ type, response });
const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '' };

describe('the commit of a stream', () => {
  it.each([
    ['text', hello],
    ['text that comes whole', { type: 'response.output_text.done', text: 'a' }],
    ['text that comes in a part', { type: 'response.content_part.done', part: { type: 'output_text', text: 'a' } }],
    ['text that comes in an item', added({ type: 'message', content: [{ type: 'output_text', text: 'a' }] })],
    ['reasoning', { type: 'response.reasoning_summary_text.delta', delta: 'a' }],
    ['reasoning that comes in an item', added({ type: 'reasoning', summary: [{ type: 'summary_text', text: 'a' }] })],
    ['reasoning as text', added({ type: 'reasoning', content: [{ type: 'reasoning_text', text: 'a' }] })],
    ['reasoning for nobody', added({ type: 'reasoning', summary: [], encrypted_content: 'gAAA' })],
    ['a refusal', { type: 'response.refusal.delta', delta: 'a' }],
    ['the start of a tool call', added(call)],
    ['the start of a call that takes text', added({ type: 'custom_tool_call', input: '' })],
    ['an item of a server-side tool', added({ type: 'web_search_call', status: 'in_progress' })],
  ])('comes with %s', (_, event) => {
    expect(scan(event).scanner).toMatchObject({ committed: true, finished: false, closed: false });
  });

  it.each([
    ['the response itself', end({ status: 'in_progress', instructions: 'a' }, 'response.created')],
    ['an empty message', added({ type: 'message', content: [] })],
    ['an empty part', { type: 'response.content_part.added', part: { type: 'output_text', text: '' } }],
    ['empty reasoning', added({ type: 'reasoning', summary: [], encrypted_content: null })],
    ['an empty delta', { ...hello, delta: '' }],
    ['what is not about the answer', { type: 'codex.rate_limits' }],
  ])('does not come with %s', (_, event) => {
    expect(scan(event).scanner).toMatchObject({ committed: false, finished: false });
  });

  it('comes with an end without content', () => {
    expect(scan(end()).scanner).toMatchObject({ committed: true, finished: true, finishReason: 'stop' });
  });
});

describe('the end of a stream', () => {
  it('is known from a whole stream, wherever its bytes were cut', () => {
    const bytes = fixture('stream.sse');
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

  it.each([
    ['response.completed', { usage: { input_tokens: 3 } }, 'stop'],
    ['response.incomplete', { incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    ['response.incomplete', { incomplete_details: { reason: 'content_filter' } }, 'content-filter'],
    ['response.completed', { output: [call] }, 'tool-calls'],
    ['response.completed', { output: [{ content: [{ type: 'refusal', refusal: 'No.' }] }] }, 'refusal'],
  ])('comes with %s and %j as %s', (type, response, finishReason) => {
    expect(scan(hello, end(response, type)).scanner).toMatchObject({ finished: true, closed: true, finishReason });
  });

  it.each([
    ['tool calls', 'tool-calls', added(call)],
    ['calls that take text', 'tool-calls', added({ type: 'custom_tool_call' })],
    ['refusals', 'refusal', { type: 'response.content_part.added', part: { type: 'refusal', refusal: '' } }],
  ])('remembers %s that the whole response leaves out', (_, finishReason, event) => {
    expect(scan(hello, event, end({ output: [] })).scanner.finishReason).toBe(finishReason);
  });

  it('is not seen in what the model says', () => {
    const delta = '"type":"response.completed","error":{}} data: [DONE]\n\nevent: error\n\ndata: [DONE]\n\n';
    const { scanner, taken, sizes } = scan(hello, { ...hello, delta });
    expect(scanner).toMatchObject({ finished: false, closed: false, failure: undefined });
    expect(taken).toEqual(sizes);
  });

  it('is not looked for by parsing each delta', () => {
    const { scanner, taken, sizes } = scan(hello, hello, '{this would not parse}');
    expect(scanner.failure).toBeUndefined();
    expect(taken).toEqual(sizes);
  });

  it('is seen with any white space in the JSON', () => {
    const { scanner } = scan(hello, '{"type" : "response.completed", "response": {"usage": {"input_tokens": 2}}}');
    expect(scanner).toMatchObject({ finished: true, usage: { inputTokens: 2 } });
  });

  it('is seen by the name of the frame where the data has no type', () => {
    const scanner = createScanner('sse');
    scanner.see(frame(hello));
    scanner.see(Buffer.from('event: response.completed\ndata: {"response":{}}\n\n'));
    expect(scanner).toMatchObject({ finished: true, closed: true });
  });

  it('cuts off what follows it in the same chunk and in later ones', () => {
    const reply = Buffer.concat([frame(hello), frame(end())]);
    const scanner = createScanner('sse');
    expect(scanner.see(Buffer.concat([reply, frame('[DONE]')]))).toBe(reply.length);
    expect(scanner.see(frame('[DONE]'))).toBe(0);
  });

  it('is found among many frames of one chunk', () => {
    const scanner = createScanner('sse');
    scanner.see(Buffer.concat([frame(hello), frame(hello), frame(added(call)), frame(hello), frame(end())]));
    expect(scanner).toMatchObject({ finished: true, finishReason: 'tool-calls' });
  });
});

describe('a fault in a stream', () => {
  it.each([
    [{ type: 'error', code: 'server_error', message: 'm' }, 'upstream_failed'],
    [{ type: 'error', code: 'rate_limit_exceeded', message: 'm' }, 'upstream_rate_limited'],
    [{ type: 'error', error: { type: 'insufficient_quota', message: 'm' } }, 'upstream_rate_limited'],
    [{ error: { type: 'overloaded_error', message: 'm' } }, 'upstream_overloaded'],
    [end({ error: { code: 'server_error', message: 'm' } }, 'response.failed'), 'upstream_failed'],
    [end({ error: { code: 'rate_limit_exceeded', message: 'm' } }, 'response.failed'), 'upstream_rate_limited'],
    [end({ error: { message: 'm' } }, 'response.cancelled'), 'upstream_failed'],
  ])('that the provider reports with %j is %s, and is delivered', (event, code) => {
    for (const before of [[], [hello]]) {
      const { scanner, taken, sizes } = scan(...before, event);
      expect(scanner).toMatchObject({ finished: false, closed: true, failure: { code, detail: 'm' } });
      expect(taken).toEqual(sizes);
    }
  });

  it.each([false, true])('may be in a frame with that name, after the commit: %s', (committed) => {
    const scanner = createScanner('sse');
    if (committed) scanner.see(frame(hello));
    scanner.see(Buffer.from('event: error\ndata: {"message":"m"}\n\n'));
    expect(scanner.failure).toMatchObject({ code: 'upstream_failed', detail: 'm' });
  });

  it.each([
    ['before the commit', []],
    ['after the commit', [hello]],
  ])('is a frame that is not JSON %s, which is not delivered', (_, before) => {
    const { scanner, taken } = scan(...before, '{"type":"respon');
    expect(scanner).toMatchObject({ closed: false, failure: { code: 'upstream_invalid_reply' } });
    expect(taken.at(-1)).toBe(0);
  });

  it('is an end that the response does not tell, which is not delivered', () => {
    const { scanner, taken } = scan(hello, '[DONE]', end());
    expect(scanner).toMatchObject({ finished: false, failure: { code: 'stream_broken' } });
    expect(taken.slice(1)).toEqual([0, 0]);
  });

  it('lets the frames before it through', () => {
    const scanner = createScanner('sse');
    const good = Buffer.concat([frame(hello), frame(hello)]);
    expect(scanner.see(Buffer.concat([good, frame('{')]))).toBe(good.length);
  });
});

describe('a whole body', () => {
  const see = (body: unknown): Scanner => {
    const scanner = createScanner('json');
    scanner.see(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
    return scanner;
  };

  it('is complete when it is valid', () => {
    expect(see(fixture('reply.json').toString())).toMatchObject({
      committed: true,
      finished: true,
      closed: true,
      failure: undefined,
      finishReason: 'tool-calls',
      usage: { inputTokens: 20, cachedInputTokens: 100 },
    });
  });

  it('is seen once', () => {
    const scanner = see({ output: [] });
    expect(scanner.see(Buffer.from('{"output":[]}'))).toBe(0);
    expect(scanner.finishReason).toBe('stop');
  });

  it.each(['queued', 'in_progress'])('that is %s is complete without a reason', (status) => {
    expect(see({ status, output: [] })).toMatchObject({
      committed: true,
      finished: true,
      failure: undefined,
      finishReason: undefined,
    });
  });

  it.each([
    ['an error', { error: { code: 'server_error', message: 'm' } }, 'upstream_failed'],
    ['a response that failed', { status: 'failed', output: [] }, 'upstream_failed'],
    ['not JSON', '{"output":', 'upstream_invalid_reply'],
    ['of another API', { choices: [] }, 'upstream_invalid_reply'],
  ])('that is %s is a failure', (_, body, code) => {
    expect(see(body)).toMatchObject({ committed: false, finished: false, closed: true, failure: { code } });
  });
});
