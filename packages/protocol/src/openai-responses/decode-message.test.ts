import { describe, expect, it } from '@jest/globals';

import {
  decodeRest,
  created,
  end,
  added,
  done,
  inPart,
  message,
  text,
  saidText,
  hello,
  stop,
} from './__fixtures__/wire-events.js';

describe('text and refusals', () => {
  it.each([
    ['in deltas without a beginning', [inPart('output_text.delta', { delta: 'hello' }), end()]],
    ['in its done event only', [added(message), inPart('output_text.done', { text: 'hello' }), end()]],
    ['in the part only', [added(message), inPart('content_part.done', { part: text('hello') }), end()]],
    ['in the item only', [done(saidText('hello')), end()]],
    ['in the whole response only', [end({ output: [saidText('hello')] })]],
    ['in each of them', [inPart('output_text.delta', { delta: 'hello' }), done(saidText('hello')), end()]],
    ['in a part of the older name', [done({ ...message, content: [{ type: 'text', text: 'hello' }] }), end()]],
  ])('may come %s', (_, events) => {
    expect(decodeRest(created, ...events)).toEqual([...hello, stop]);
  });

  it('are completed by what the whole adds to the pieces', () => {
    const events = decodeRest(created, inPart('output_text.delta', { delta: 'hel' }), done(saidText('hello')));
    expect(events.slice(1, 3)).toEqual([
      { type: 'text-delta', block: 0, text: 'hel' },
      { type: 'text-delta', block: 0, text: 'lo' },
    ]);
  });

  it('are not completed by a whole that reads otherwise', () => {
    const events = decodeRest(created, inPart('output_text.delta', { delta: 'hi' }), done(saidText('hello')));
    expect(events).toEqual([hello[0], { type: 'text-delta', block: 0, text: 'hi' }, hello[2]]);
  });

  it('are not told when they are empty', () => {
    expect(decodeRest(created, inPart('output_text.delta', {}))).toEqual([hello[0]]);
  });

  it('may go on in several parts at once', () => {
    const events = decodeRest(
      created,
      inPart('content_part.added', { part: text('') }),
      inPart('content_part.added', { part: text('') }, 1),
      inPart('content_part.added', { part: text('') }, 1),
      inPart('output_text.delta', { delta: 'a' }),
      inPart('output_text.delta', { delta: 'b' }, 1),
      done(message),
    );
    expect(events.map((event) => ('block' in event ? `${event.type} ${event.block}` : ''))).toEqual([
      'text-start 0',
      'text-start 1',
      'text-delta 0',
      'text-delta 1',
      'text-end 0',
      'text-end 1',
    ]);
  });

  it('have their log probabilities once', () => {
    const logprobs = [{ token: 'hello', logprob: -1, top_logprobs: [{ token: 'hi' }] }, { token: 1 }];
    const inDelta = inPart('output_text.delta', { delta: 'hello', logprobs });
    const inDone = inPart('output_text.done', { text: 'hello', logprobs });
    const expected = [
      hello[0],
      hello[1],
      { type: 'text-logprobs', block: 0, tokens: [{ token: 'hello', logprob: -1, top: [] }] },
    ];
    expect(decodeRest(created, inDelta, inDone)).toEqual(expected);
    expect(decodeRest(created, inDone, inDone)).toEqual(expected);
  });

  it('have their citations once; those without a URL are foreign', () => {
    const cited = { type: 'url_citation', url: 'https://a.example' };
    const filed = { type: 'file_path', file_id: 'f' };
    const events = decodeRest(
      created,
      inPart('output_text.delta', { delta: 'hello' }),
      inPart('output_text.annotation.added', { annotation: cited }),
      inPart('output_text.annotation.added', {}),
      done({
        ...message,
        content: [{ ...text('hello'), annotations: [cited, null, filed, { ...cited, title: 't' }] }],
      }),
    );
    expect(events.slice(2, -1)).toEqual([
      { type: 'text-citation', block: 0, citation: { url: 'https://a.example' } },
      { type: 'foreign', path: 'output[0].content[0].annotations[1]', value: {} },
      { type: 'text-citation', block: 0, citation: { url: 'https://a.example', title: 't' } },
    ]);
  });

  it.each([
    ['in its done event only', [inPart('refusal.done', { refusal: 'No.' }), end()]],
    ['in the item only', [done({ ...message, content: [{ type: 'refusal', refusal: 'No.' }] }), end()]],
  ])('that refuse may come %s', (_, events) => {
    expect(decodeRest(created, ...events)).toEqual([
      { type: 'refusal-start', block: 0 },
      { type: 'refusal-delta', block: 0, text: 'No.' },
      { type: 'refusal-end', block: 0 },
      { type: 'finish', reason: 'refusal' },
    ]);
  });

  it('may stand beside parts that only this dialect knows', () => {
    const audio = { type: 'output_audio', data: 'AA==' };
    const events = decodeRest(
      created,
      inPart('content_part.added', { part: audio }),
      inPart('content_part.done', { part: { ...text('hello'), mood: 'glad' } }, 1),
      done({ ...message, phase: 'final_answer', content: [audio, text('hello'), audio] }),
    );
    expect(events).toEqual([
      { type: 'foreign', path: 'output[0].content[0]', value: audio },
      ...hello.slice(0, 2),
      { type: 'foreign', path: 'output[0].content[1].mood', value: 'glad' },
      hello[2],
      { type: 'foreign', path: 'output[0].content[2]', value: audio },
      { type: 'foreign', path: 'output[0].phase', value: 'final_answer' },
    ]);
  });
});
