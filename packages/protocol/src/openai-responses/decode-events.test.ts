import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { createFramer } from '../sse/framer.js';
import {
  frames,
  decode,
  decodeRest,
  created,
  end,
  added,
  done,
  inPart,
  message,
  text,
  saidText,
  call,
  hello,
  stop,
} from './__fixtures__/wire-events.js';
import { createEventDecoder } from './decode-events.js';

const fixture = (name: string): Buffer => readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url));

describe('a decoded stream', () => {
  it('is the canonical form of all that Responses can say', () => {
    const events = createEventDecoder().push(fixture('stream.sse'));
    expect(events).toEqual(JSON.parse(fixture('stream.events.json').toString()));
  });

  it('is the same wherever its bytes were cut', () => {
    const bytes = fixture('stream.sse');
    const decodeCut = (cut: number): string => {
      const framer = createFramer();
      const decoder = createEventDecoder();
      const parts = [framer.push(bytes.subarray(0, cut)), framer.push(bytes.subarray(cut)), framer.end()];
      return JSON.stringify(parts.flatMap((part) => decoder.push(part)));
    };
    const results = new Set(Array.from({ length: bytes.length + 1 }, (_, cut) => decodeCut(cut)));
    expect([...results]).toEqual([JSON.stringify(createEventDecoder().push(bytes))]);
  });

  it('starts once, with the first event that has the response', () => {
    const queued = { ...created, type: 'response.queued' };
    expect(decode(queued, created, { ...created, type: 'response.in_progress' })).toEqual([
      { type: 'start', id: 'resp_1', model: 'm' },
    ]);
  });

  it('starts without an id and a model where the vendor has none', () => {
    expect(decode(added(message))).toEqual([{ type: 'start', id: '', model: '' }]);
  });

  it('starts with the usage where the vendor knows it', () => {
    expect(decode({ ...created, response: { usage: { input_tokens: 3 } } })[0]).toMatchObject({
      usage: { inputTokens: 3 },
    });
  });

  it('has no finish when the provider gave none', () => {
    expect(decodeRest(created, added(message), inPart('output_text.delta', { delta: 'hello' }), '[DONE]')).toEqual(
      hello.slice(0, 2),
    );
  });

  it('says nothing behind its end', () => {
    const decoder = createEventDecoder();
    expect(decoder.push(frames(created, end(), end(), done(saidText('late'))))).toHaveLength(2);
    expect(decoder.push(frames(end()))).toEqual([]);
  });

  it('takes the type from the name of the frame where the data has none', () => {
    const bytes = Buffer.from('event: response.completed\ndata: {"response":{"id":"a","model":"b"}}\n\n');
    expect(createEventDecoder().push(bytes)).toEqual([{ type: 'start', id: 'a', model: 'b' }, stop]);
  });
});

describe('what only this dialect knows', () => {
  const search = { type: 'web_search_call', id: 'ws_1' };

  it('is foreign once, however it goes on', () => {
    const goesOn = { type: 'response.web_search_call.searching', output_index: 0 };
    const asPart = inPart('content_part.added', { part: text('') });
    const events = decodeRest(created, added(search), goesOn, asPart, done(search), end({ output: [search] }));
    expect(events).toEqual([{ type: 'foreign', path: 'output[0]', value: search }, stop]);
  });

  it('is foreign when an event of an item is not known', () => {
    const event = { type: 'response.hologram.delta', output_index: 0 };
    expect(decodeRest(created, event, event)).toEqual([{ type: 'foreign', path: event.type, value: event }]);
  });

  it('does not count when it belongs to no item', () => {
    expect(decode({ type: 'keepalive' }, { type: 'codex.rate_limits' }, created)).toHaveLength(1);
  });

  it('does not count for names that every object has', () => {
    expect(decode(created, { type: 'constructor' })).toHaveLength(1);
  });
});

describe('the end of a decoded stream', () => {
  it.each([
    ['response.completed', {}, 'stop'],
    ['response.incomplete', { incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    ['response.incomplete', { incomplete_details: { reason: 'content_filter' } }, 'content-filter'],
    ['response.incomplete', {}, 'length'],
    [
      'response.completed',
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      'content-filter',
    ],
    ['response.completed', { status: 'in_progress' }, 'stop'],
  ])('is read from %s with %j as %s', (type, response, reason) => {
    expect(decodeRest(created, end(response, type))).toEqual([{ type: 'finish', reason }]);
  });

  it('counts as a limit for a reason that is not known, and is foreign too', () => {
    const response = { incomplete_details: { reason: 'max_tool_calls' } };
    expect(decodeRest(created, end(response, 'response.incomplete'))).toEqual([
      { type: 'foreign', path: 'incomplete_details.reason', value: 'max_tool_calls' },
      { type: 'finish', reason: 'length' },
    ]);
  });

  it('knows the items again though their ids and places changed', () => {
    const output = [
      { ...saidText('hello'), id: 'msg_9' },
      { ...call, id: 'fc_9', arguments: '{}' },
    ];
    const events = decodeRest(
      created,
      done({ type: 'reasoning' }),
      done(saidText('hello'), 2),
      added(call, 4),
      end({ output }),
    );
    expect(events.map(({ type }) => type)).toEqual([
      'reasoning-start',
      'reasoning-end',
      'text-start',
      'text-delta',
      'text-end',
      'tool-call-start',
      'tool-call-delta',
      'tool-call-end',
      'finish',
    ]);
  });

  it('brings items that were not streamed, in their order', () => {
    const output = [saidText('hello'), saidText('bye'), { ...call, arguments: '{}' }];
    const events = decodeRest(created, done(saidText('hello')), end({ output }));
    expect(events.flatMap((event) => ('text' in event ? event.text : []))).toEqual(['hello', 'bye']);
    expect(events.slice(-4).map(({ type }) => type)).toEqual([
      'tool-call-start',
      'tool-call-delta',
      'tool-call-end',
      'finish',
    ]);
  });

  it('may be a fault, in which case nothing finishes', () => {
    const error = { code: 'server_error', message: 'm' };
    expect(decodeRest(created, end({ error }, 'response.failed'), end())).toEqual([
      { type: 'error', message: 'm', providerType: 'server_error' },
    ]);
    expect(decodeRest(created, end({}, 'response.cancelled'))).toEqual([
      { type: 'error', message: 'the response ended as cancelled' },
    ]);
    expect(decodeRest(created, end({ status: 'failed' }))[0]).toMatchObject({ type: 'error' });
  });

  it.each([
    ['flat', 'data: {"type":"error","code":"c","message":"m","param":null}\n\n'],
    ['nested', 'data: {"type":"error","error":{"type":"c","message":"m"}}\n\n'],
    ['named by its frame', 'event: error\ndata: {"code":"c","message":"m"}\n\n'],
    ['of something in between', 'data: {"error":{"type":"c","message":"m"}}\n\n'],
  ])('may be an error event that is %s', (_, bytes) => {
    expect(createEventDecoder().push(Buffer.from(bytes))).toEqual([{ type: 'error', message: 'm', providerType: 'c' }]);
  });
});

describe('a stream that cannot be', () => {
  it.each([
    ['is not JSON', ['{"type":']],
    ['is not an object', ['1']],
    ['has an item without its place', [{ type: 'response.output_item.added', item: message }]],
    ['has a delta without its part', [{ type: 'response.output_text.delta', output_index: 0, delta: 'a' }]],
    ['has text in a call', [added(call), inPart('output_text.delta', { delta: 'a' })]],
    ['has text in a refusal', [inPart('refusal.delta', { delta: 'a' }), inPart('output_text.delta', { delta: 'a' })]],
    ['goes on with an item that is over', [done(saidText('a')), inPart('output_text.delta', { delta: 'a' })]],
    [
      'goes on with a part that is over',
      [inPart('content_part.done', { part: text('a') }), inPart('output_text.delta', { delta: 'a' })],
    ],
  ] as [string, unknown[]][])('because it %s, is refused', (_, events) => {
    expect(() => decode(...events)).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
  });

  it('but only repeats an end, is read', () => {
    const part = inPart('content_part.done', { part: text('hello') });
    expect(decodeRest(created, part, done(saidText('hello')), done(saidText('hello')), end())).toEqual([
      ...hello,
      stop,
    ]);
  });

  it('but leaves an item or a part empty, is read', () => {
    const empty = { type: 'response.output_item.added', output_index: 1 };
    expect(decodeRest(created, empty, { ...empty, type: 'response.output_item.done', output_index: 2 })).toEqual([
      { type: 'foreign', path: 'output[1]', value: {} },
      { type: 'foreign', path: 'output[2]', value: {} },
    ]);
    expect(decodeRest(created, inPart('content_part.done', {}), end(undefined))).toEqual([
      { type: 'foreign', path: 'output[0].content[0]', value: {} },
      stop,
    ]);
    expect(decodeRest(created, { type: 'response.completed' })).toEqual([stop]);
  });
});
