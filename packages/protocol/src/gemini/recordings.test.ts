import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import type { ChatEvent } from '@claudette/core';

import { createFramer } from '../sse/framer.js';
import { createEventDecoder } from './decode-events.js';
import { decodeReply } from './decode-reply.js';
import { createEventEncoder } from './encode-events.js';
import { encodeReply } from './encode-reply.js';
import { createScanner } from './scan.js';

const root = process.env['CLAUDETTE_REPLAY_DIR'];
const folder = join(root ?? '', 'recordings/vercel-ai/google');
const isReply = (name: string): boolean => name.startsWith('google-') && !name.includes('429');
const recordings = root === undefined || !existsSync(folder) ? [] : readdirSync(folder).filter(isReply).sort();
const bodies = recordings.filter((name) => name.endsWith('.json'));
const streams = recordings.filter((name) => name.endsWith('.chunks.txt'));

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
const toStream = (chunks: string): Buffer =>
  Buffer.from(
    chunks
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `data: ${line}\r\n\r\n`)
      .join(''),
  );

const decodeStream = (bytes: Uint8Array): ChatEvent[] => {
  const framer = createFramer();
  const decoder = createEventDecoder();
  return [framer.push(bytes), framer.end()].flatMap((frames) => decoder.push(frames));
};

/** What a reader of the answer learns. */
const meaningOf = (events: readonly ChatEvent[]): unknown => ({
  text: events.flatMap((event) => (event.type === 'text-delta' ? event.text : [])).join(''),
  reasoning: events.flatMap((event) => (event.type === 'reasoning-delta' ? event.text : [])).join(''),
  states: events.flatMap((event) => ('state' in event ? event.state : [])),
  calls: events.flatMap((event) => {
    if (event.type !== 'tool-call-start') return [];
    const pieces = events.flatMap((one) =>
      one.type === 'tool-call-delta' && one.block === event.block ? one.arguments : [],
    );
    return { id: event.id, name: event.name, arguments: JSON.parse(pieces.join('')) as unknown };
  }),
  finish: events.find(({ type }) => type === 'finish'),
  usage: events.findLast(({ type }) => type === 'usage'),
});

interface RecordedPart {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly functionCall?: { readonly name?: string; readonly args?: unknown };
}

interface RecordedReply {
  readonly candidates: readonly { readonly content: { readonly parts: readonly RecordedPart[] } }[];
  readonly usageMetadata: Readonly<Record<string, number>>;
}

/** The same, told by the recording itself; without arguments that came in pieces. */
const recorded = (replies: readonly RecordedReply[]): object => {
  const parts = replies.flatMap(({ candidates }) => candidates.flatMap(({ content }) => content.parts));
  const calls = parts.flatMap(({ functionCall }) => (functionCall?.name === undefined ? [] : functionCall));
  const usage = replies.at(-1)?.usageMetadata ?? {};
  const wholeArguments = calls.map(({ args }) => args).filter((args) => args !== undefined);
  return {
    text: parts.flatMap(({ text, thought }) => (thought ? [] : (text ?? []))).join(''),
    reasoning: parts.flatMap(({ text, thought }) => (thought ? (text ?? []) : [])).join(''),
    states: parts.flatMap(({ thoughtSignature }) =>
      thoughtSignature === undefined ? [] : { dialect: 'gemini', kind: 'signature', data: thoughtSignature },
    ),
    calls: calls.map(({ name }) =>
      expect.objectContaining({ name, ...(wholeArguments.length > 0 && { arguments: wholeArguments.shift() }) }),
    ),
    finish: { type: 'finish', reason: calls.length > 0 ? 'tool-calls' : 'stop' },
    usage: {
      type: 'usage',
      usage: expect.objectContaining({
        inputTokens: usage['promptTokenCount'],
        outputTokens: usage['candidatesTokenCount'],
        reasoningTokens: usage['thoughtsTokenCount'],
      }),
    },
  };
};

const toReplies = (name: string): RecordedReply[] =>
  read(name)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as RecordedReply);

const run = recordings.length > 0 ? describe : describe.skip;

run('a recorded answer (needs CLAUDETTE_REPLAY_DIR)', () => {
  it.each(bodies)('is decoded as it is: %s', (name) => {
    expect(meaningOf(decodeReply(Buffer.from(read(name))))).toEqual(
      recorded([JSON.parse(read(name)) as RecordedReply]),
    );
  });

  it.each(streams)('is decoded as it is: %s', (name) => {
    expect(meaningOf(decodeStream(toStream(read(name))))).toEqual(recorded(toReplies(name)));
  });

  it.each(bodies)('says the same when it is encoded again: %s', (name) => {
    const events = decodeReply(Buffer.from(read(name)));
    const { body, losses } = encodeReply(events);
    expect(losses).toEqual([]);
    expect(decodeReply(body)).toEqual(events);
  });

  it.each(streams)('says the same when it is encoded again: %s', (name) => {
    const events = decodeStream(toStream(read(name)));
    const encoder = createEventEncoder();
    const bytes = Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
    expect(encoder.losses).toEqual([]);
    expect(meaningOf(decodeStream(bytes))).toEqual(meaningOf(events));
    expect(meaningOf(decodeReply(encodeReply(events).body))).toEqual(meaningOf(events));
  });

  it.each(streams)('gives the same events when each byte comes alone: %s', (name) => {
    const bytes = toStream(read(name));
    const framer = createFramer();
    const decoder = createEventDecoder();
    const events = [...bytes].flatMap((byte) => decoder.push(framer.push(Buffer.of(byte))));
    expect(events).toEqual(decodeStream(bytes));
  });

  it.each(streams.filter((name) => read(name).length < 4096))(
    'gives the same events wherever its bytes are cut: %s',
    (name) => {
      const bytes = toStream(read(name));
      const whole = JSON.stringify(decodeStream(bytes));
      const decodeCut = (cut: number): string => {
        const framer = createFramer();
        const decoder = createEventDecoder();
        const parts = [framer.push(bytes.subarray(0, cut)), framer.push(bytes.subarray(cut)), framer.end()];
        return JSON.stringify(parts.flatMap((part) => decoder.push(part)));
      };
      const results = new Set(Array.from({ length: bytes.length + 1 }, (_, cut) => decodeCut(cut)));
      expect([...results]).toEqual([whole]);
    },
  );

  it.each(streams)('is seen to its end by the scanner, with its usage: %s', (name) => {
    const framer = createFramer();
    const frames = framer.push(toStream(read(name)));
    const scanner = createScanner('sse');
    expect(scanner.see(frames)).toBe(frames.length);
    const events = decodeStream(toStream(read(name)));
    expect(scanner).toMatchObject({ committed: true, finished: true, failure: undefined });
    expect({ type: 'finish', reason: scanner.finishReason }).toEqual(events.find(({ type }) => type === 'finish'));
    expect({ type: 'usage', usage: scanner.usage }).toEqual(events.findLast(({ type }) => type === 'usage'));
  });
});
