import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { createScanner } from './scan.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`__fixtures__/${name}`, import.meta.url));

type WireEvent = { readonly type: string; readonly [key: string]: unknown };
const toFrames = (...events: WireEvent[]): Buffer =>
  Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));

const start: WireEvent = {
  type: 'message_start',
  message: { content: [], usage: { input_tokens: 7, output_tokens: 1 } },
};
const stop: WireEvent = { type: 'message_stop' };
const blockStart = (content_block: unknown): WireEvent => ({ type: 'content_block_start', index: 0, content_block });
const blockDelta = (delta: unknown): WireEvent => ({ type: 'content_block_delta', index: 0, delta });
const text = (what: string): WireEvent => blockDelta({ type: 'text_delta', text: what });
const messageDelta: WireEvent = {
  type: 'message_delta',
  delta: { stop_reason: 'max_tokens' },
  usage: { output_tokens: 9 },
};

const scan = (...chunks: Buffer[]) => {
  const scanner = createScanner('sse');
  const sizes = chunks.map((chunk) => scanner.see(chunk));
  return { scanner, sizes };
};
const isCommittedBy = (...events: WireEvent[]): boolean => scan(toFrames(...events)).scanner.committed;

describe('a scanner of streams', () => {
  it('learns everything about a whole stream', () => {
    const stream = fixture('stream.sse');
    const { scanner, sizes } = scan(stream);
    expect(sizes).toEqual([stream.length]);
    expect({ ...scanner }).toMatchObject({
      committed: true,
      finished: true,
      closed: true,
      failure: undefined,
      finishReason: 'tool-calls',
      usage: {
        inputTokens: 20,
        cachedInputTokens: 5,
        cacheWriteTokens: 10,
        cacheWrite1hTokens: 20,
        outputTokens: 32,
        reasoningTokens: 12,
        source: 'measured',
      },
    });
  });

  it('learns the same however the frames are grouped', () => {
    const frames = fixture('stream.sse')
      .toString()
      .split(/(?<=\n\n)/);
    const whole = { ...scan(fixture('stream.sse')).scanner };
    for (let cut = 0; cut <= frames.length; cut += 1) {
      const parts = [frames.slice(0, cut), frames.slice(cut)].map((part) => Buffer.from(part.join('')));
      const { scanner, sizes } = scan(...parts);
      expect(sizes).toEqual(parts.map(({ length }) => length));
      expect({ ...scanner, see: undefined }).toEqual({ ...whole, see: undefined });
    }
  });

  it.each<[string, WireEvent]>([
    ['a start without blocks', start],
    ['a ping', { type: 'ping' }],
    ['an empty text block', blockStart({ type: 'text', text: '' })],
    ['an empty thinking block', blockStart({ type: 'thinking', thinking: '', signature: '' })],
    ['empty text', text('')],
    ['empty arguments', blockDelta({ type: 'input_json_delta', partial_json: '' })],
    ['the end of a block', { type: 'content_block_stop', index: 0 }],
    ['the end of the turn', messageDelta],
  ])('does not take %s for content', (_what, event) => {
    expect(isCommittedBy(event)).toBe(false);
  });

  it.each<[string, WireEvent]>([
    ['text', text('a')],
    ['thinking', blockDelta({ type: 'thinking_delta', thinking: 'a' })],
    ['a signature', blockDelta({ type: 'signature_delta', signature: 'a' })],
    ['arguments', blockDelta({ type: 'input_json_delta', partial_json: '{' })],
    ['a delta that is not known', blockDelta({ type: 'citations_delta', citation: {} })],
    ['the start of a tool call', blockStart({ type: 'tool_use' })],
    ['redacted thinking', blockStart({ type: 'redacted_thinking', data: 'x' })],
    ['a block that is not known', blockStart({ type: 'server_tool_use' })],
    ['a text block that begins with text', blockStart({ type: 'text', text: 'a' })],
    ['a thinking block that begins with thinking', blockStart({ type: 'thinking', thinking: 'a' })],
    ['a thinking block that begins with its signature', blockStart({ type: 'thinking', signature: 'a' })],
    ['a start that brings blocks', { type: 'message_start', message: { content: [{}] } }],
    ['the end without content', stop],
  ])('takes %s for content', (_what, event) => {
    expect(isCommittedBy(event)).toBe(true);
  });

  it('is not finished by a stop reason', () => {
    const { scanner } = scan(toFrames(start, text('a'), messageDelta));
    expect([scanner.finished, scanner.closed, scanner.finishReason]).toEqual([false, false, undefined]);
    expect(scanner.usage).toMatchObject({ inputTokens: 7, outputTokens: 9 });
  });

  it('cuts what comes after the end', () => {
    const reply = toFrames(start, text('a'), messageDelta, stop);
    const { scanner, sizes } = scan(Buffer.concat([reply, toFrames(stop)]), toFrames(text('b')));
    expect(sizes).toEqual([reply.length, 0]);
    expect(scanner.finishReason).toBe('length');
  });

  it.each([
    ['no reason', undefined],
    ['a reason that is not known', 'new_reason'],
  ])('takes %s for a plain stop', (_what, stop_reason) => {
    const { scanner } = scan(toFrames({ type: 'message_delta', delta: { stop_reason } }, stop));
    expect(scanner.finishReason).toBe('stop');
  });

  it('has no usage when the provider tells none', () => {
    expect(scan(toFrames({ type: 'message_delta' }, stop)).scanner.usage).toBeUndefined();
  });

  it('takes the start of a message for what it says of its end', () => {
    const message = { content: [{}], stop_reason: 'tool_use' };
    expect(scan(toFrames({ type: 'message_start', message }, stop)).scanner.finishReason).toBe('tool-calls');
  });

  it.each([
    ['before content', [start]],
    ['after content', [start, text('a')]],
  ])('counts a reported fault %s as part of the reply', (_when, before) => {
    const reply = toFrames(...before, { type: 'error', error: { type: 'overloaded_error', message: 'Busy' } });
    const { scanner, sizes } = scan(Buffer.concat([reply, toFrames(stop)]));
    expect(sizes).toEqual([reply.length]);
    expect(scanner.closed).toBe(true);
    expect(scanner.finished).toBe(false);
    expect(scanner.failure).toMatchObject({ code: 'upstream_overloaded', detail: 'Busy' });
  });

  it.each(['event: error\ndata: {"message":"Oops"}\n\n', 'data: {"error": {"message": "Oops"}, "type" : "error"}\n\n'])(
    'sees the fault in %j after content',
    (frame) => {
      const { scanner } = scan(toFrames(text('a')), Buffer.from(frame));
      expect(scanner.failure).toMatchObject({ code: 'upstream_failed', detail: 'Oops' });
    },
  );

  it('sees the end in a frame without a name and with spaces', () => {
    const { scanner } = scan(toFrames(text('a')), Buffer.from('data: { "type" : "message_stop" }\n\n'));
    expect(scanner.finished).toBe(true);
  });

  it('is not misled by text that looks like events', () => {
    const { scanner } = scan(toFrames(text('a'), text('"type":"message_stop" "type":"error"\n\nevent: error')));
    expect([scanner.finished, scanner.failure]).toEqual([false, undefined]);
  });

  it('is not misled by the same words in frames without a name', () => {
    const frame = `data: ${JSON.stringify(text('{"type":"message_stop"} error'))}\n\n`;
    const { scanner } = scan(toFrames(text('a')), Buffer.from(frame));
    expect([scanner.finished, scanner.failure]).toEqual([false, undefined]);
  });

  it.each([
    ['before content', [start]],
    ['after content', [start, text('a')]],
  ])('returns only what came before a frame that is broken %s', (_when, before) => {
    const good = toFrames(...before);
    const { scanner, sizes } = scan(
      Buffer.concat([good, Buffer.from('data: {"type":"content_bl\n\n'), toFrames(stop)]),
    );
    expect(sizes).toEqual([good.length]);
    expect(scanner.closed).toBe(false);
    expect(scanner.failure).toMatchObject({ code: 'upstream_invalid_reply' });
  });

  it('returns nothing more after a break', () => {
    expect(scan(Buffer.from('data: 7\n\n'), toFrames(text('a'))).sizes).toEqual([0, 0]);
  });

  it('takes a last frame without its blank line', () => {
    const frame = toFrames(stop).subarray(0, -2);
    expect(scan(frame).sizes).toEqual([frame.length]);
  });
});

describe('a scanner of whole replies', () => {
  it('commits and closes with the body', () => {
    const body = fixture('reply.json');
    const scanner = createScanner('json');
    expect(scanner.see(body)).toBe(body.length);
    expect({ ...scanner }).toMatchObject({
      committed: true,
      finished: true,
      closed: true,
      failure: undefined,
      finishReason: 'tool-calls',
      usage: { inputTokens: 20, cachedInputTokens: 5, outputTokens: 44 },
    });
  });

  it('sees an error that came with a good status', () => {
    const scanner = createScanner('json');
    const body = Buffer.from('{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}');
    expect(scanner.see(body)).toBe(body.length);
    expect([scanner.committed, scanner.closed]).toEqual([false, true]);
    expect(scanner.failure).toMatchObject({ code: 'upstream_rate_limited', detail: 'Slow down' });
  });

  it.each(['', '{"type":"message"}', '<html>'])('refuses the body %j', (body) => {
    const scanner = createScanner('json');
    expect(scanner.see(Buffer.from(body))).toBe(0);
    expect([scanner.committed, scanner.closed]).toEqual([false, false]);
    expect(scanner.failure).toMatchObject({ code: 'upstream_invalid_reply' });
  });
});
