import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Ajv } from 'ajv';
import { describe, expect, it } from '@jest/globals';
import type { ChatEvent } from '@claudette/core';

import type { ReplyContext } from '../codec.js';
import { compact } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, parseReply } from '../json/parse-reply.js';
import { createFramer } from '../sse/framer.js';
import { parseFrames } from '../sse/frames.js';
import { createEventDecoder } from './decode-events.js';
import { decodeReply } from './decode-reply.js';
import { createEventEncoder } from './encode-events.js';
import { encodeReply } from './encode-reply.js';
import { createScanner } from './scan.js';
import { decodeUsage } from './usage.js';

const root = process.env['CLAUDETTE_REPLAY_DIR'];
const folder = join(root ?? '', 'recordings/vercel-ai/openai/responses');
const names = root === undefined ? ['(none)'] : readdirSync(folder).sort();
/** Its payloads are not JSON: each response lacks a brace. */
const broken = 'parallel-tool-call-wrapper.1.chunks.txt';
/** Its deltas say something else than its end. */
const contradictory = 'openai-shell-container.1.chunks.txt';
const streams = names.filter((name) => !name.endsWith('.json') && name !== broken);
const bodies = names.filter((name) => !name.endsWith('.chunks.txt'));
const describeReplay = root === undefined ? describe.skip : describe;

const context: ReplyContext = { streamUsage: true, tools: [], createdAtSeconds: 1_700_000_000 };

const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

const readStream = (name: string): Buffer =>
  Buffer.from(
    read(name)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `data: ${line}\n\n`)
      .join(''),
  );

const decodeStream = (chunks: readonly Uint8Array[]): ChatEvent[] => {
  const framer = createFramer();
  const decoder = createEventDecoder();
  return [...chunks.map((chunk) => framer.push(chunk)), framer.end()].flatMap((frames) => decoder.push(frames));
};

const ofType = <T extends ChatEvent['type']>(
  events: readonly ChatEvent[],
  type: T,
): readonly Extract<ChatEvent, { type: T }>[] =>
  events.filter((event): event is Extract<ChatEvent, { type: T }> => event.type === type);

/** What a reader learns of a reply. */
const meaningOf = (events: readonly ChatEvent[]): unknown => ({
  text: ofType(events, 'text-delta').map(({ text }) => text),
  reasoning: ofType(events, 'reasoning-delta').map(({ text }) => text),
  citations: ofType(events, 'text-citation').map(({ citation }) => citation),
  calls: ofType(events, 'tool-call-start').map(({ id, name, block }) => ({
    id,
    name,
    text: ofType(events, 'tool-call-delta')
      .filter((delta) => delta.block === block)
      .map((delta) => delta.arguments)
      .join(''),
  })),
  finish: ofType(events, 'finish'),
  usage: ofType(events, 'usage'),
});

/** The same, read from a Response object by the letter of the recording. */
const expectedOf = (response: JsonObject): unknown => {
  const output = asObjects(response['output']);
  const items = (type: string): readonly JsonObject[] => output.filter((item) => item['type'] === type);
  const parts = items('message').flatMap((message) => asObjects(message['content']));
  const calls = output.filter(({ type }) => type === 'function_call' || type === 'custom_tool_call');
  return {
    text: parts.map((part) => part['text']).join(''),
    calls: calls.map((call) => ({
      id: call['call_id'],
      name: call['namespace'] === undefined ? call['name'] : `${String(call['namespace'])}__${String(call['name'])}`,
      text: call['arguments'] ?? call['input'],
    })),
    finish: [{ type: 'finish', reason: calls.length > 0 ? 'tool-calls' : 'stop' }],
    usage: [{ type: 'usage', usage: decodeUsage(response['usage']) }],
    citations: parts
      .flatMap((part) => asObjects(part['annotations']))
      .filter(({ type }) => type === 'url_citation')
      .map(({ url }) => expect.objectContaining({ url })),
  };
};

const joined = (events: readonly ChatEvent[]): unknown => {
  const meaning = meaningOf(events) as { text: string[]; reasoning: string[] };
  return { ...meaning, text: meaning.text.join(''), reasoning: meaning.reasoning.join('') };
};

/** Some of the files hold several replies, one after the other: the first one's end. */
const lastResponse = (bytes: Uint8Array): JsonObject => {
  const events = parseFrames(bytes).map(({ data }) => parseReply(data));
  return asObject(events.find(({ type }) => type === 'response.completed')?.['response']) ?? {};
};

/**
 * The SDK's types, from which the schema comes, add `output_text`, and do not know that OpenAI itself sends null for a
 * user or a usage that is not there.
 */
const toSdkResponse = (response: JsonObject): JsonObject => ({
  ...compact({ ...response, user: response['user'] ?? undefined, usage: response['usage'] ?? undefined }),
  output_text: '',
});

const createValidator = (): ((definition: 'Response' | 'ResponseStreamEvent', value: JsonObject) => void) => {
  if (root === undefined) return () => undefined;
  const ajv = new Ajv({ strict: false });
  ajv.addSchema(JSON.parse(readFileSync(join(root, 'schemas/openai.schema.json'), 'utf8')) as object, 'openai');
  return (definition, value) => {
    const validate = ajv.getSchema(`openai#/definitions/${definition}`);
    expect([value['type'], validate?.(value)]).toEqual([value['type'], true]);
  };
};

const validate = createValidator();

describeReplay('a recorded stream', () => {
  it.each(streams.filter((name) => name !== contradictory))(
    'has the text, calls, finish and usage of its last event: %s',
    (name) => {
      const bytes = readStream(name);
      expect(joined(decodeStream([bytes]))).toMatchObject(expectedOf(lastResponse(bytes)) as object);
    },
  );

  it.each(streams)('gives the same events wherever it is cut: %s', (name) => {
    const bytes = readStream(name);
    const whole = decodeStream([bytes]);
    // At every byte, as far as that is a matter of seconds.
    const step = Math.ceil(bytes.length ** 2 / 1_500_000);
    for (let cut = 0; cut < bytes.length; cut += step) {
      expect(decodeStream([bytes.subarray(0, cut), bytes.subarray(cut)])).toEqual(whole);
    }
  });

  it.each(streams)('is seen to its end, frame by frame: %s', (name) => {
    const bytes = readStream(name);
    const scanner = createScanner('sse');
    for (const frame of bytes.toString().split(/(?<=\n\n)/)) scanner.see(Buffer.from(frame));
    const events = decodeStream([bytes]);
    expect(scanner).toMatchObject({
      committed: true,
      finished: true,
      closed: true,
      failure: undefined,
      usage: ofType(events, 'usage')[0]?.usage,
      finishReason: ofType(events, 'finish')[0]?.reason,
    });
  });

  it.each(streams)('is written again as valid events with the same meaning: %s', (name) => {
    const events = decodeStream([readStream(name)]);
    const encoder = createEventEncoder(context);
    const written = Buffer.concat([...events.map((event) => encoder.push(event)), encoder.end()]);
    for (const { event, data } of parseFrames(written)) {
      const body = parseReply(data);
      expect(body['type']).toBe(event);
      const response = asObject(body['response']);
      validate('ResponseStreamEvent', response === undefined ? body : { ...body, response: toSdkResponse(response) });
    }
    expect(meaningOf(decodeStream([written]))).toEqual(meaningOf(events));
  });
});

describeReplay('a recorded stream that is not JSON', () => {
  it('is refused', () => {
    const bytes = readStream(broken);
    expect(() => decodeStream([bytes])).toThrow(expect.objectContaining({ code: 'upstream_invalid_reply' }));
    const scanner = createScanner('sse');
    expect(scanner.see(bytes)).toBe(0);
    expect(scanner).toMatchObject({ finished: false, failure: { code: 'upstream_invalid_reply' } });
  });
});

describeReplay('a recorded body', () => {
  it.each(bodies)('has the text, calls, finish and usage that it says: %s', (name) => {
    const body = read(name);
    const events = decodeReply(Buffer.from(body));
    expect(joined(events)).toMatchObject(expectedOf(parseReply(body)) as object);
    const scanner = createScanner('json');
    expect(scanner.see(Buffer.from(body))).toBe(Buffer.byteLength(body));
    expect(scanner).toMatchObject({
      finished: true,
      usage: ofType(events, 'usage')[0]?.usage,
      finishReason: ofType(events, 'finish')[0]?.reason,
    });
  });

  it.each(bodies)('is written again as a valid object with the same meaning: %s', (name) => {
    const events = decodeReply(Buffer.from(read(name)));
    const { body } = encodeReply(events, context);
    validate('Response', toSdkResponse(parseReply(Buffer.from(body).toString())));
    expect(meaningOf(decodeReply(body))).toEqual(meaningOf(events));
  });
});
