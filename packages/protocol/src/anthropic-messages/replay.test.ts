import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { ChatEvent } from '@claudette/core';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';

import { parseFrames } from '../sse/frames.js';

import { anthropicMessages as codec } from './index.js';

/** Recordings of the provider, captures of its clients and the schemas of its official library. */
const root = process.env['CLAUDETTE_REPLAY_DIR'] ?? '';
const replies = join(root, 'recordings/vercel-ai/anthropic');
const captures = join(root, 'captures');
const schema = join(root, 'schemas/anthropic.schema.json');
const whenReplaying = [replies, captures, schema].every((path) => root !== '' && existsSync(path))
  ? describe
  : describe.skip;

const filesIn = (folder: string, end: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(end))
    : [];
/** A table of tests must not be empty, even where it is skipped. */
const orUnset = <T>(list: readonly T[]): readonly (T | string)[] =>
  root !== '' && list.length > 0 ? list : ['CLAUDETTE_REPLAY_DIR is not set'];

const context = { streamUsage: true, tools: [], createdAtSeconds: 0 };
const parse = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());

const createValidator = (): ((type: string, value: unknown) => string[]) => {
  const ajv = new Ajv({ strict: false });
  ajv.addSchema(JSON.parse(readFileSync(schema, 'utf8')) as object, 'anthropic');
  return (type, value) => {
    const check = ajv.getSchema(`anthropic#/definitions/${type}`);
    if (check === undefined) return [`no schema for ${type}`];
    return check(value) === true ? [] : [ajv.errorsText(check.errors)];
  };
};
let validate: ReturnType<typeof createValidator> | undefined;
/** What the schema of a type says against a value; nothing when it is valid. */
const validateWith = (type: string, value: unknown): string[] => (validate ??= createValidator())(type, value);

interface WireBlock {
  readonly type: string;
  readonly id?: string;
  readonly text?: string;
  readonly input?: unknown;
}

interface WireMessage {
  readonly content: readonly WireBlock[];
  readonly stop_reason?: string | null;
  readonly usage: Readonly<Record<string, unknown>>;
}

interface WireEvent {
  readonly type: string;
  readonly index: number;
  readonly message: WireMessage;
  readonly content_block: WireBlock;
  readonly delta: Readonly<Record<string, unknown>>;
  readonly usage: Readonly<Record<string, unknown>>;
}

/** What a reader of the answer has in hand. */
interface Digest {
  readonly text: string;
  readonly calls: readonly unknown[];
  readonly finish: string | undefined;
  readonly tokens: readonly unknown[];
}

const finishReasons: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool-calls',
  pause_turn: 'pause',
};

const digestMessage = ({ content, stop_reason, usage }: WireMessage): Digest => ({
  text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
  calls: content.flatMap(({ type, id, input }) => (type === 'tool_use' ? [{ id, input }] : [])),
  finish: finishReasons[stop_reason ?? 'end_turn'],
  tokens: [usage['input_tokens'], usage['cache_read_input_tokens'] ?? 0, usage['output_tokens']],
});

/** The message that a stream is, read as simply as can be. */
const gather = (events: readonly WireEvent[]): WireMessage => {
  const blocks: { type: string; id?: string; text: string; json: string; input: unknown }[] = [];
  let message: WireMessage = { content: [], usage: {} };
  for (const event of events) {
    if (event.type === 'message_start') {
      ({ message } = event);
      blocks.push(...message.content.map((block) => ({ ...block, text: '', json: '', input: block.input })));
    }
    if (event.type === 'content_block_start') {
      blocks[event.index] = { input: {}, ...event.content_block, text: event.content_block.text ?? '', json: '' };
    }
    const block = blocks[event.index];
    if (event.type === 'content_block_delta' && block !== undefined) {
      block.text += String(event.delta['text'] ?? '');
      block.json += String(event.delta['partial_json'] ?? '');
    }
    if (event.type === 'message_delta') {
      message = { ...message, ...event.delta, usage: { ...message.usage, ...event.usage } };
    }
  }
  const content = blocks.map((block) =>
    block.json === '' ? block : { ...block, input: JSON.parse(block.json) as unknown },
  );
  return { ...message, content };
};

const digestEvents = (events: readonly ChatEvent[]): Digest => {
  const calls = events.flatMap((event) => (event.type === 'tool-call-start' ? [event] : []));
  const inputOf = (block: number): string =>
    events.map((event) => (event.type === 'tool-call-delta' && event.block === block ? event.arguments : '')).join('');
  const end = events.find((event) => event.type === 'finish');
  const usage = events.findLast((event) => event.type === 'usage')?.usage;
  return {
    text: events.map((event) => (event.type === 'text-delta' ? event.text : '')).join(''),
    calls: calls.map(({ id, block }) => ({ id, input: JSON.parse(inputOf(block)) as unknown })),
    finish: end?.reason,
    tokens: [usage?.inputTokens, usage?.cachedInputTokens, (usage?.outputTokens ?? 0) + (usage?.reasoningTokens ?? 0)],
  };
};

/** A recording may hold several answers, one after the other. */
const streamsOf = (name: string): WireEvent[][] => {
  const streams: WireEvent[][] = [];
  for (const line of readFileSync(join(replies, name), 'utf8').split('\n')) {
    if (line === '') continue;
    const event = JSON.parse(line) as WireEvent;
    if (event.type === 'message_start') streams.push([]);
    streams.at(-1)?.push(event);
  }
  return streams;
};

const toFrames = (events: readonly WireEvent[]): Buffer =>
  Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));

whenReplaying('a recorded stream (needs CLAUDETTE_REPLAY_DIR)', () => {
  it.each(orUnset(filesIn(replies, '.chunks.txt')))('is read and written again: %s', (name) => {
    for (const recorded of streamsOf(name)) {
      const events = codec.createEventDecoder().push(toFrames(recorded));
      expect(digestEvents(events)).toEqual(digestMessage(gather(recorded)));

      const encoder = codec.createEventEncoder(context);
      const bytes = Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
      const written = parseFrames(bytes).map(({ data }) => JSON.parse(data) as WireEvent);
      expect(written.flatMap((event) => validateWith('RawMessageStreamEvent', event))).toEqual([]);
      expect(digestMessage(gather(written))).toEqual(digestEvents(events));
    }
  });

  it.each(orUnset(filesIn(replies, '.chunks.txt')))('is whole to the scanner: %s', (name) => {
    for (const recorded of streamsOf(name)) {
      const frames = toFrames(recorded);
      const scanner = codec.createScanner('sse');
      expect([scanner.see(frames), scanner.finished, scanner.failure]).toEqual([frames.length, true, undefined]);
      expect(scanner.finishReason).toBe(digestMessage(gather(recorded)).finish);
    }
  });
});

whenReplaying('a recorded reply (needs CLAUDETTE_REPLAY_DIR)', () => {
  const names = filesIn(replies, '.json').filter((name) => !name.startsWith('skills'));

  it.each(orUnset(names))('is read and written again: %s', (name) => {
    const body = readFileSync(join(replies, name));
    const recorded = JSON.parse(body.toString()) as WireMessage;
    const events = codec.decodeReply(body);
    expect(digestEvents(events)).toEqual(digestMessage(recorded));

    const written = parse(codec.encodeReply(events, context).body) as WireMessage;
    expect(validateWith('Message', written)).toEqual([]);
    expect(digestMessage(written)).toEqual(digestEvents(events));
  });

  it.each(orUnset(names))('has told of each block that only the provider knows: %s', (name) => {
    const body = readFileSync(join(replies, name));
    const known = ['text', 'thinking', 'redacted_thinking', 'tool_use'];
    const { content } = JSON.parse(body.toString()) as WireMessage;
    const foreign = content.flatMap(({ type }, index) => (known.includes(type) ? [] : [`content[${index}]`]));
    const told = codec.decodeReply(body).flatMap((event) => (event.type === 'foreign' ? [event.path] : []));
    expect(told).toEqual(expect.arrayContaining(foreign));
  });
});

interface Capture {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

const requests = filesIn(captures, '.json').flatMap((name) => {
  const capture = JSON.parse(readFileSync(join(captures, name), 'utf8')) as Capture;
  return capture.path.startsWith('/v1/messages') ? [name] : [];
});

/** As this folder writes it: the type goes without saying. */
const withoutType = (tools: unknown): unknown =>
  Array.isArray(tools)
    ? (tools as Record<string, unknown>[]).map(({ type, ...tool }) => (type === 'custom' ? tool : { type, ...tool }))
    : undefined;

whenReplaying('a captured request (needs CLAUDETTE_REPLAY_DIR)', () => {
  it.each(orUnset(requests))('is read and written again: %s', (name) => {
    const { path, body } = JSON.parse(readFileSync(join(captures, name), 'utf8')) as Capture;
    const isCount = path.endsWith('/count_tokens');
    const side = isCount && codec.counting !== undefined ? codec.counting : codec;
    const request = side.decodeRequest(Buffer.from(JSON.stringify(body)));
    const target = { model: 'claude', options: {}, defaultMaxOutputTokens: 4096 };
    const { body: bytes, losses } = side.encodeRequest(request, target);
    const written = parse(bytes) as Record<string, unknown>;

    expect(validateWith('MessageCreateParams', isCount ? { ...written, max_tokens: 1 } : written)).toEqual([]);
    expect(request.carriesSealedState).toBeUndefined();
    // Claude Code's system messages within the conversation.
    const mayBeLost = ['messages[n]', 'messages[n].output_config'];
    expect(losses.map((loss) => loss.path.replaceAll(/\d+/g, 'n')).filter((lost) => !mayBeLost.includes(lost))).toEqual(
      [],
    );

    const { model, messages, system, stream, tools, ...settings } = body ?? {};
    expect(request.model).toBe(model);
    expect(request.stream).toBe(stream ?? false);
    expect(written).toMatchObject(settings);
    expect(withoutType(written['tools']) ?? []).toEqual(withoutType(tools) ?? []);
    expect((written['system'] as unknown[] | undefined)?.length ?? 0).toBe(
      Array.isArray(system) ? system.length : system ? 1 : 0,
    );
    expect((messages as unknown[]).length).toBeGreaterThanOrEqual((written['messages'] as unknown[]).length);
  });
});

whenReplaying('the schemas (needs CLAUDETTE_REPLAY_DIR)', () => {
  it.each(['Message', 'RawMessageStreamEvent', 'MessageCreateParams'])('refuse nonsense as a %s', (type) => {
    expect(validateWith(type, { type: 'nonsense' })).toHaveLength(1);
  });
});
