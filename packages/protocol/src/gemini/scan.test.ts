import { describe, expect, it } from '@jest/globals';
import { noUsage } from '@claudette/core';
import type { Scanner } from '@claudette/core';

import { createFramer } from '../sse/framer.js';
import { createScanner } from './scan.js';

const frame = (chunk: unknown): Buffer =>
  Buffer.from(`data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`);

const chunk = (parts: readonly object[], candidate: object = {}, rest: object = {}): object => ({
  candidates: [{ content: { parts, role: 'model' }, index: 0, ...candidate }],
  ...rest,
});

/** A scanner that has seen frames one by one, and how many bytes of them belong to the reply. */
const scan = (...chunks: unknown[]): { scanner: Scanner; taken: number[]; sizes: number[] } => {
  const scanner = createScanner('sse');
  const frames = chunks.map(frame);
  return { scanner, taken: frames.map((one) => scanner.see(one)), sizes: frames.map(({ length }) => length) };
};

const counted = (tokens: number): object => ({
  usageMetadata: { promptTokenCount: 1, candidatesTokenCount: tokens },
});
const hello = chunk([{ text: 'hello' }], {}, counted(1));
const stop = chunk([{ text: '' }], { finishReason: 'STOP' }, counted(2));

describe('the commit of a stream', () => {
  it.each([
    ['text', { text: 'a' }],
    ['a thought', { text: 'a', thought: true }],
    ['a function call', { functionCall: { name: 'f' } }],
    ['other content', { inlineData: { mimeType: 'image/png', data: '' } }],
  ])('comes with %s', (_, part) => {
    expect(scan(chunk([part])).scanner).toMatchObject({ committed: true, finished: false, closed: false });
  });

  it.each([
    ['no candidate', { usageMetadata: { promptTokenCount: 1 } }],
    ['an empty text', chunk([{ text: '' }])],
    ['a signature alone', chunk([{ text: '', thoughtSignature: 's' }])],
    ['no content', { candidates: [{}] }],
    ['feedback that blocks nothing', { promptFeedback: { safetyRatings: [] } }],
  ])('does not come with %s', (_, first) => {
    expect(scan(first).scanner).toMatchObject({ committed: false, finished: false, usage: undefined });
  });

  it('comes with an end without content', () => {
    expect(scan(stop).scanner).toMatchObject({ committed: true, finished: true, finishReason: 'stop' });
  });
});

describe('the end of a stream', () => {
  it('is known from a whole stream, wherever its bytes were cut', () => {
    const bytes = Buffer.concat([hello, chunk([{ functionCall: { name: 'f' } }]), stop].map(frame));
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
        closed: false,
        finishReason: 'tool-calls',
        usage: { ...noUsage, inputTokens: 1, outputTokens: 2 },
        taken: bytes.length,
      },
    ]);
  });

  it('has the usage that came with it or behind it, not what was counted on the way', () => {
    expect(scan(hello, hello).scanner.usage).toBeUndefined();
    expect(scan(hello, stop).scanner.usage?.outputTokens).toBe(2);
    expect(scan(hello, stop, counted(3), { candidates: [] }).scanner.usage?.outputTokens).toBe(3);
  });

  it('is a blocked prompt', () => {
    const blocked = { promptFeedback: { blockReason: 'SAFETY' } };
    const read = { committed: true, finished: true, finishReason: 'content-filter' };
    expect(scan(blocked).scanner).toMatchObject(read);
    expect(scan(hello, blocked).scanner).toMatchObject(read);
    expect(scan(stop, blocked).scanner.finishReason).toBe('stop');
  });

  it('is not seen in what the model says', () => {
    const text = '"finishReason":"STOP","promptFeedback":{"blockReason":"X"},"error":{} data: [DONE]';
    const { scanner, taken, sizes } = scan(hello, chunk([{ text }]), chunk([{ text: '\n\ndata: {}\n\n' }]));
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
    scanner.see(frame('{"candidates": [{"finishReason" : "MAX_TOKENS"}]}'));
    expect(scanner).toMatchObject({ finished: true, finishReason: 'length' });
  });

  it('waits for each candidate that was seen', () => {
    const second = chunk([{ text: 'b' }], { index: 1 });
    expect(scan(hello, second, stop).scanner.finished).toBe(false);
    const end = chunk([], { index: 1, finishReason: 'MAX_TOKENS' });
    expect(scan(hello, second, stop, end).scanner).toMatchObject({ finished: true, finishReason: 'stop' });
  });

  it('takes candidates without an index for the first', () => {
    expect(scan({ candidates: [{ finishReason: 'STOP' }] }).scanner.finishReason).toBe('stop');
  });

  it('is found among many frames of one chunk', () => {
    const scanner = createScanner('sse');
    scanner.see(Buffer.concat([frame(hello), frame(hello), frame(stop), frame(hello)]));
    expect(scanner).toMatchObject({ finished: true, closed: false });
  });
});

describe('a fault in a stream', () => {
  it.each([
    [{ status: 'INTERNAL', code: 500 }, 'upstream_failed'],
    [{ code: 429 }, 'upstream_rate_limited'],
    [{ status: 'RESOURCE_EXHAUSTED' }, 'upstream_rate_limited'],
    [{ code: 503 }, 'upstream_overloaded'],
    [{ status: 'UNAVAILABLE' }, 'upstream_overloaded'],
    [{}, 'upstream_failed'],
  ])('that the provider reports with %j is %s, and is delivered', (fields, code) => {
    const { scanner, taken, sizes } = scan(hello, { error: { message: 'm', ...fields } });
    expect(scanner).toMatchObject({ finished: false, closed: true, failure: { code, detail: 'm' } });
    expect(taken).toEqual(sizes);
    expect(scanner.see(frame(hello))).toBe(0);
  });

  it.each([[[]], [[hello]]])('may stand in place of a finish reason, behind %j', (before) => {
    const fault = chunk([], { finishReason: 'MALFORMED_FUNCTION_CALL' });
    expect(scan(...before, fault).scanner).toMatchObject({
      committed: before.length > 0,
      finished: false,
      closed: true,
      failure: { code: 'upstream_failed', detail: 'the answer finished with MALFORMED_FUNCTION_CALL' },
    });
  });

  it.each([
    ['before the commit', []],
    ['after the commit', [hello]],
  ])('is a frame that is not JSON %s, which is not delivered', (_, before) => {
    const { scanner, taken } = scan(...before, '{"candidates":[{"ind');
    expect(scanner).toMatchObject({ closed: false, failure: { code: 'upstream_invalid_reply' } });
    expect(taken.at(-1)).toBe(0);
  });

  it('lets the frames before it through', () => {
    const scanner = createScanner('sse');
    const good = Buffer.concat([frame(hello), frame(hello)]);
    expect(scanner.see(Buffer.concat([good, frame('{"cut'), frame(hello)]))).toBe(good.length);
    expect(scanner.see(frame(hello))).toBe(0);
  });

  it('cuts off what follows it in the same chunk', () => {
    const scanner = createScanner('sse');
    const reply = Buffer.concat([frame(hello), frame({ error: { message: 'm' } })]);
    expect(scanner.see(Buffer.concat([reply, frame(hello)]))).toBe(reply.length);
  });
});

describe('a scanned body', () => {
  const scanBody = (body: unknown): Scanner => {
    const scanner = createScanner('json');
    scanner.see(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
    return scanner;
  };

  it('is committed, finished and closed when it is a reply, with nothing behind it', () => {
    const scanner = createScanner('json');
    const parts = [{ functionCall: { name: 'f' } }];
    const body = Buffer.from(JSON.stringify(chunk(parts, { finishReason: 'STOP' }, counted(2))));
    expect(scanner.see(body)).toBe(body.length);
    expect(scanner).toMatchObject({ committed: true, finished: true, closed: true, finishReason: 'tool-calls' });
    expect(scanner.usage).toMatchObject({ inputTokens: 1, outputTokens: 2 });
    expect(scanner.see(Buffer.from('more'))).toBe(0);
  });

  it('stops where it gives no reason', () => {
    expect(scanBody(hello)).toMatchObject({ finished: true, finishReason: 'stop' });
  });

  it('was filtered where the prompt was blocked', () => {
    const blocked = { promptFeedback: { blockReason: 'OTHER' } };
    expect(scanBody(blocked)).toMatchObject({ committed: true, finished: true, finishReason: 'content-filter' });
  });

  it.each([
    ['an error', { error: { message: 'm', code: 429 } }, 'upstream_rate_limited'],
    ['a fault in place of a finish reason', chunk([{ text: 'a' }], { finishReason: 'OTHER' }), 'upstream_failed'],
    ['cut off', '{"candidates":[{"content"', 'upstream_invalid_reply'],
    ['something else', { models: [] }, 'upstream_invalid_reply'],
    ['empty', '', 'upstream_invalid_reply'],
  ])('has failed when it is %s', (_, body, code) => {
    expect(scanBody(body)).toMatchObject({ committed: false, finished: false, closed: true, failure: { code } });
  });
});
