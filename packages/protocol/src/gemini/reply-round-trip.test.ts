import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noUsage } from '@claudette/core';
import type { ChatEvent, OpaqueState } from '@claudette/core';

import { createFramer } from '../sse/framer.js';
import { createEventDecoder } from './decode-events.js';
import { decodeReply } from './decode-reply.js';
import { createEventEncoder } from './encode-events.js';
import { encodeReply } from './encode-reply.js';
import { createScanner } from './scan.js';

const said = fc.string({ minLength: 1, unit: 'binary' }).map((text) => Buffer.from(text).toString());
const name = fc.stringMatching(/^[a-z_]{1,8}$/);
const state = fc.option(
  said.map((data): OpaqueState => ({ dialect: 'gemini', kind: 'signature', data })),
  { nil: undefined },
);

/** Events of a reply as a provider may give them: blocks one after the other. */
const block = (number: number): fc.Arbitrary<ChatEvent[]> =>
  fc.oneof(
    ...(['text', 'reasoning'] as const).map((kind) =>
      fc
        .tuple(fc.array(said, { minLength: 1, maxLength: 4 }), state)
        .map(([pieces, signature]): ChatEvent[] => [
          { type: `${kind}-start`, block: number },
          ...pieces.map((piece): ChatEvent => ({ type: `${kind}-delta`, block: number, text: piece })),
          { type: `${kind}-end`, block: number, ...(signature && { state: signature }) },
        ]),
    ),
    fc.tuple(name, fc.dictionary(name, fc.string()), state).map(([called, args, signature]): ChatEvent[] => [
      {
        type: 'tool-call-start',
        block: number,
        id: `call_${number}`,
        name: called,
        ...(signature && { state: signature }),
      },
      { type: 'tool-call-delta', block: number, arguments: JSON.stringify(args) },
      { type: 'tool-call-end', block: number },
    ]),
  );

const counts = fc.nat({ max: 1_000_000 });
const usageEvent = fc
  .record({ inputTokens: counts, cachedInputTokens: counts, outputTokens: counts, reasoningTokens: counts })
  .map((usage): ChatEvent => ({ type: 'usage', usage: { ...noUsage, ...usage } }));

const kindOf = (events: readonly ChatEvent[]): string => events[0]?.type ?? '';

/** Two stretches of one kind in a row are one on the wire, unless the first is signed. */
const isApart = (events: readonly ChatEvent[], before: readonly ChatEvent[]): boolean => {
  const last = before.at(-1);
  return (
    kindOf(events) === 'tool-call-start' || kindOf(events) !== kindOf(before) || (last && 'state' in last) === true
  );
};

const reply: fc.Arbitrary<ChatEvent[]> = fc
  .integer({ min: 0, max: 5 })
  .chain((count) => fc.tuple(fc.tuple(...Array.from({ length: count }, (_, number) => block(number))), usageEvent))
  .filter(([blocks]) => blocks.every((events, index) => isApart(events, blocks[index - 1] ?? [])))
  .map(([blocks, usage]) => {
    const reason = blocks.map(kindOf).includes('tool-call-start') ? 'tool-calls' : 'stop';
    return [{ type: 'start', id: 'r', model: 'm' }, ...blocks.flat(), { type: 'finish', reason }, usage];
  });

const encodeStream = (events: readonly ChatEvent[]): Buffer => {
  const encoder = createEventEncoder();
  return Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
};

describe('what is encoded and decoded again', () => {
  it('is the same stream, however it was cut', () => {
    fc.assert(
      fc.property(reply, fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 40 }), (events, sizes) => {
        const bytes = encodeStream(events);
        const framer = createFramer();
        const decoder = createEventDecoder();
        const decoded: ChatEvent[] = [];
        let at = 0;
        for (const size of sizes) decoded.push(...decoder.push(framer.push(bytes.subarray(at, (at += size)))));
        decoded.push(...decoder.push(framer.push(bytes.subarray(at))));
        expect(decoded).toEqual(events);
      }),
    );
  });

  it('is a stream that the scanner sees the end of, with the same usage', () => {
    fc.assert(
      fc.property(reply, (events) => {
        const bytes = encodeStream(events);
        const scanner = createScanner('sse');
        expect(scanner.see(bytes)).toBe(bytes.length);
        expect(scanner).toMatchObject({ finished: true, failure: undefined });
        expect({ type: 'finish', reason: scanner.finishReason }).toEqual(events.at(-2));
        expect({ type: 'usage', usage: scanner.usage }).toEqual(events.at(-1));
      }),
    );
  });

  it('is a whole reply that says the same', () => {
    /** One delta for each block, as a body has it. */
    const joined = (events: readonly ChatEvent[]): readonly unknown[] =>
      events.reduce<ChatEvent[]>((all, event) => {
        const last = all.at(-1);
        const isSame = last?.type === event.type && 'text' in last && 'text' in event && last.block === event.block;
        return isSame ? [...all.slice(0, -1), { ...last, text: last.text + event.text }] : [...all, event];
      }, []);
    fc.assert(
      fc.property(reply, (events) => {
        const { body, losses } = encodeReply(events);
        expect(losses).toEqual([]);
        expect(decodeReply(body)).toEqual(joined(events));
      }),
    );
  });

  it('has its sources where they were', () => {
    const cited = fc.tuple(said, fc.webUrl(), fc.nat(), fc.nat()).map(([text, url, one, other]) => {
      const characters = [...text];
      const [from, to] = [one % (characters.length + 1), other % (characters.length + 1)].toSorted((a, b) => a - b);
      const startIndex = characters.slice(0, from).join('').length;
      return { text, citation: { url, startIndex, endIndex: characters.slice(0, to).join('').length } };
    });
    fc.assert(
      fc.property(cited, ({ text, citation }) => {
        const events: ChatEvent[] = [
          { type: 'start', id: 'r', model: 'm' },
          { type: 'text-start', block: 0 },
          { type: 'text-delta', block: 0, text },
          { type: 'text-citation', block: 0, citation },
          { type: 'text-end', block: 0 },
          { type: 'finish', reason: 'stop' },
        ];
        expect(createEventDecoder().push(encodeStream(events))).toEqual(events);
        expect(decodeReply(encodeReply(events).body)).toEqual(events);
      }),
    );
  });
});
