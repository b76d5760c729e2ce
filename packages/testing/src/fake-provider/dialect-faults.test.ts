import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { createAsker, eventsOf, jsonOf } from './__fixtures__/ask-provider.js';
import type { Behaviour } from './behaviour.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { parseJson } from './json-reading.js';
import type { BodyEncoding } from './step.js';

let provider: FakeProvider;
beforeAll(async () => void (provider = await createFakeProvider()));
afterAll(() => provider.close());

const asker = createAsker(() => provider);
const behaving = (behaviour: Behaviour): typeof asker => {
  provider.behave(behaviour);
  return asker;
};

describe('in-band-error in a stream of Responses', () => {
  it('is an error and a failed Response, numbered on', async () => {
    const list = await eventsOf(behaving({ kind: 'in-band-error' }).responses({ stream: true }));
    expect(list.slice(-2)).toMatchObject([
      { type: 'error', error: { code: 'server_error' }, sequence_number: 5 },
      { type: 'response.failed', sequence_number: 6, response: { status: 'failed', error: { code: 'server_error' } } },
    ]);
  });

  it.each([
    ['error', { type: 'error', error: { code: 'server_error' }, sequence_number: 5 }],
    ['flat-error', { type: 'error', code: 'server_error', sequence_number: 5 }],
    ['response.failed', { type: 'response.failed', sequence_number: 5 }],
  ] as const)('is %s alone when told to', async (report, event) => {
    const list = await eventsOf(behaving({ kind: 'in-band-error', report }).responses({ stream: true }));
    expect(list.slice(-2)).toMatchObject([{ type: 'response.output_text.delta' }, event]);
  });

  it('is a failed Response in a whole reply', async () => {
    expect(await jsonOf(behaving({ kind: 'in-band-error' }).responses())).toMatchObject({
      object: 'response',
      status: 'failed',
      output: [],
      usage: null,
    });
  });
});

describe('a fault in Gemini’s JSON array', () => {
  const array = (behaviour: Behaviour) => behaving(behaviour).gemini({}, 'json-array');
  const elements = async (behaviour: Behaviour): Promise<readonly unknown[]> =>
    JSON.parse((await array(behaviour)).text) as unknown[];

  it.each(['early-end', 'bad-json', 'duplicate-terminal', 'trailing-garbage', 'invalid-json-body'] as const)(
    '%s leaves no JSON',
    async (kind) => {
      const { status, text } = await array({ kind });
      expect([status, parseJson(text)]).toEqual([200, undefined]);
    },
  );

  it('in-band-error is the last element, or the only one', async () => {
    const error = { error: { code: 503, status: 'UNAVAILABLE' } };
    expect((await elements({ kind: 'in-band-error' })).slice(1)).toMatchObject([error]);
    expect(await elements({ kind: 'in-band-error', beforeContent: true })).toMatchObject([error]);
  });

  it('missing-finish leaves out the reason', async () => {
    const list = await elements({ kind: 'missing-finish' });
    expect(list.at(-1)).toMatchObject({ candidates: [{ index: 0 }], usageMetadata: {} });
    expect(JSON.stringify(list)).not.toContain('finishReason');
  });

  it.each(['slow-drip', 'no-done', 'split-utf8', 'split-frame'] as const)('%s loses nothing', async (kind) => {
    expect(JSON.stringify(await elements({ kind, deltas: ['naïve 😀'] }))).toContain('naïve 😀');
  });

  it('odd-framing changes nothing', async () => {
    expect(await elements({ kind: 'odd-framing', framing: 'crlf' })).toHaveLength(4);
  });

  it('error-in-200 and status are arrays too', async () => {
    expect(await elements({ kind: 'error-in-200' })).toMatchObject([{ error: { code: 500 } }]);
    expect(await elements({ kind: 'status', status: 429 })).toMatchObject([{ error: { code: 429 } }]);
  });
});

describe('no-done', () => {
  it.each(['responses', 'messages'] as const)('changes nothing in %s', async (dialect) => {
    const plain = await behaving({ kind: 'answer' })[dialect]({ stream: true });
    const { text } = await behaving({ kind: 'no-done' })[dialect]({ stream: true });
    expect(text.length).toBe(plain.text.length);
  });
});

describe('what a test says of the answer', () => {
  const toolCalls = [
    { name: 'patch', arguments: 'a\nb', takesText: true },
    { name: 'f', arguments: '{}', namespace: 'n' },
  ];

  it('may be text for a custom tool and a namespace', async () => {
    expect(await jsonOf(behaving({ kind: 'answer', toolCalls }).responses())).toMatchObject({
      output: [
        { type: 'custom_tool_call', input: 'a\nb' },
        { type: 'function_call', namespace: 'n' },
      ],
    });
    expect(await jsonOf(behaving({ kind: 'answer', toolCalls }).chat())).toMatchObject({
      choices: [
        {
          message: { tool_calls: [{ type: 'custom', custom: { name: 'patch', input: 'a\nb' } }, { type: 'function' }] },
        },
      ],
    });
    const streamed = await behaving({ kind: 'answer', toolCalls }).chat({ stream: true });
    expect(streamed.text).toContain('"custom":{"input":"a\\nb"}');
    expect((await behaving({ kind: 'answer', toolCalls }).gemini()).text).toContain('"args":{}');
  });

  it('may be sources, each for a part of the text', async () => {
    const citations = [{ url: 'http://x', title: 'X', citedText: 'x', startIndex: 1, endIndex: 2 }];
    const cited: Behaviour = { kind: 'answer', deltas: ['é', 'ab'], citations };
    const url = { url: 'http://x', title: 'X', start_index: 1, end_index: 2 };
    expect(await jsonOf(behaving(cited).chat())).toMatchObject({
      choices: [{ message: { annotations: [{ type: 'url_citation', url_citation: url }] } }],
    });
    expect((await behaving(cited).chat({ stream: true })).text).toContain('"delta":{"annotations":');
    expect(await jsonOf(behaving(cited).responses())).toMatchObject({
      output: [{ content: [{ annotations: [url] }] }],
    });
    expect(await jsonOf(behaving(cited).messages())).toMatchObject({
      content: [{ citations: [{ type: 'web_search_result_location', url: 'http://x', cited_text: 'x' }] }],
    });
    expect((await behaving(cited).messages({ stream: true })).text).toContain('citations_delta');
    expect(await jsonOf(behaving({ ...cited, citations: [{ url: 'http://x', title: 'X' }] }).messages())).toMatchObject(
      {
        content: [{ citations: [{ cited_text: '' }] }],
      },
    );
    const segment = { startIndex: 2, endIndex: 3, text: 'a' };
    expect(await jsonOf(behaving(cited).gemini())).toMatchObject({
      candidates: [{ groundingMetadata: { groundingSupports: [{ segment }] } }],
    });
  });

  it('may be log probabilities that nobody asked for', async () => {
    const { text } = await behaving({ kind: 'answer', topLogprobs: 1 }).chat({ stream: true });
    expect(text).toContain('"logprobs":{"content":[{"token":" hi","logprob":-0.25');
    expect(await jsonOf(asker.chat())).toMatchObject({ choices: [{ logprobs: { content: [{}, {}, {}] } }] });
  });

  it('may be redacted thinking', async () => {
    expect(await jsonOf(behaving({ kind: 'answer', redacted: true }).messages())).toMatchObject({
      content: [{ type: 'redacted_thinking', data: expect.any(String) }, { type: 'text' }],
    });
  });

  it('may be the vendor’s own word for why it stopped', async () => {
    const word = (finishWord: string): typeof asker => behaving({ kind: 'answer', finishWord });
    expect(await jsonOf(word('odd').chat())).toMatchObject({ choices: [{ finish_reason: 'odd' }] });
    expect(await jsonOf(word('compaction').messages())).toMatchObject({ stop_reason: 'compaction' });
    expect(await jsonOf(word('RECITATION').gemini())).toMatchObject({ candidates: [{ finishReason: 'RECITATION' }] });
    expect(await jsonOf(word('max_tool_calls').responses())).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_tool_calls' },
    });
    expect((await eventsOf(word('failed').responses({ stream: true }))).at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error' } },
    });
  });

  it.each([
    ['content-filter', 'content_filter', 'refusal', 'SAFETY', 'incomplete'],
    ['context-length', 'length', 'model_context_window_exceeded', 'MAX_TOKENS', 'incomplete'],
    ['pause', 'stop', 'pause_turn', 'STOP', 'completed'],
  ] as const)('may be the finish %s', async (finish, chat, messages, gemini, responses) => {
    const all = behaving({ kind: 'answer', finish });
    expect(await jsonOf(all.chat())).toMatchObject({ choices: [{ finish_reason: chat }] });
    expect(await jsonOf(all.messages())).toMatchObject({ stop_reason: messages });
    expect(await jsonOf(all.gemini())).toMatchObject({ candidates: [{ finishReason: gemini }] });
    expect(await jsonOf(all.responses())).toMatchObject({ status: responses });
  });

  it('may be that Gemini blocks the prompt', async () => {
    const blocked = behaving({ kind: 'answer', blockReason: 'PROHIBITED_CONTENT' });
    const reply = await jsonOf(blocked.gemini());
    expect(reply).toMatchObject({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, usageMetadata: {} });
    expect(reply).not.toHaveProperty('candidates');
    expect(await eventsOf(blocked.gemini({}, 'sse'))).toEqual([
      expect.objectContaining({ promptFeedback: expect.anything() }),
    ]);
  });
});

/** What a Zstandard frame of uncompressed blocks holds. */
function readZstdBlocks(frame: Buffer): Buffer {
  const blocks: Buffer[] = [];
  let at = 6;
  for (let isLast = false; !isLast;) {
    const header = frame.readUIntLE(at, 3);
    const size = header >> 3;
    blocks.push(frame.subarray(at + 3, at + 3 + size));
    isLast = (header & 1) === 1;
    at += 3 + size;
  }
  return Buffer.concat(blocks);
}

describe.each([
  ['gzip', gunzipSync],
  ['br', brotliDecompressSync],
  ['deflate', inflateSync],
  ['zstd', readZstdBlocks],
] as const satisfies readonly (readonly [BodyEncoding, (bytes: Buffer) => Buffer])[])(
  'a body in %s',
  (encoding, read) => {
    it('is named in the headers and says the same', async () => {
      const { chunks, headers } = await behaving({ kind: 'answer', encoding }).responses({ stream: true });
      expect(headers['content-encoding']).toBe(encoding);
      const text = read(Buffer.concat(chunks)).toString();
      expect(text).toContain('Echo: hi there');
      expect(text).toMatch(/response\.completed[^]*\n\n$/);
    });

    it('comes event by event', async () => {
      const { chunks } = await behaving({ kind: 'slow-drip', everyMs: 5, encoding }).messages({ stream: true });
      expect(chunks.length).toBeGreaterThanOrEqual(9);
    });

    it('may be large', async () => {
      const large = 'x'.repeat(300_000);
      const { chunks } = await behaving({ kind: 'answer', deltas: [large], encoding }).gemini();
      expect(read(Buffer.concat(chunks)).toString()).toContain(large);
    });

    it('breaks off with the connection', async () => {
      const { end } = await behaving({ kind: 'reset', encoding }).chat({ stream: true });
      expect(end).toBe('broken');
    });
  },
);

describe('an encoding', () => {
  it('is left to gzip-cut where that cuts it', async () => {
    const { headers } = await behaving({ kind: 'gzip-cut', encoding: 'br' }).chat();
    expect(headers['content-encoding']).toBe('gzip');
  });

  it('goes for errors and raw bytes too', async () => {
    const error = await behaving({ kind: 'status', status: 500, encoding: 'gzip' }).chat();
    expect(gunzipSync(Buffer.concat(error.chunks)).toString()).toContain('server_error');
    const raw = await behaving({ kind: 'raw', chunks: ['a', 'b'], encoding: 'gzip' }).chat();
    expect(gunzipSync(Buffer.concat(raw.chunks)).toString()).toBe('ab');
  });
});
