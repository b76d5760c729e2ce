import { dialectIds } from '@claudette/core';
import type { DialectId, ExchangeRecord } from '@claudette/core';
import { eventually } from '@claudette/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { foreignPartsOf } from './__fixtures__/foreign-parts.js';
import { ask, readStream } from './__fixtures__/raw-client.js';
import { readers, readBrokenStream, readLimitError, readRecordings } from './__fixtures__/recording.js';
import type { Recording } from './__fixtures__/recording.js';
import type { Said } from './__fixtures__/said.js';
import { models, patient, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';
import { readFrames } from './__fixtures__/strict-frames.js';

const folder = process.env['CLAUDETTE_REPLAY_DIR'];
const recordings = readRecordings(folder);
const whenReplaying = folder ? describe : describe.skip;

/** Jest wants a row, also for a suite that it skips. */
const rowsOf = (kept: readonly Recording[]): [string, Recording][] =>
  folder
    ? kept.map((recording) => [recording.name, recording])
    : [['CLAUDETTE_REPLAY_DIR is not set', {} as Recording]];

/**
 * What a client's dialect cannot say of a recording, by design. Parts that only the provider knows are not here: they are
 * never said and always listed as lost, see `foreignPartsOf`. No recording has a second choice.
 */
const differences: readonly {
  readonly name: string;
  readonly clients: readonly DialectId[];
  readonly said: Partial<Said>;
  readonly why: string;
}[] = [
  {
    name: 'anthropic-programmatic-tool-calling.1.json',
    clients: ['openai-responses', 'gemini'],
    said: { finish: 'tool-calls' },
    why: 'the model ended its turn behind calls that were answered; neither dialect has a word to tell that from waiting',
  },
];

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ routing: { fallback: false, maxAttempts: 1 } }, { timeouts: patient });
});
afterAll(() => stack.close());

type Chunks = readonly Uint8Array[];

const serve = ({ dialect, streamed, bytes }: Recording, ...cuts: readonly Chunks[]): void => {
  const contentType = streamed ? 'text/event-stream; charset=utf-8' : 'application/json';
  const served = cuts.length === 0 ? [[bytes]] : cuts;
  stack.providers[dialect].behave(served.map((chunks) => ({ kind: 'raw', contentType, chunks })));
};

const fetchAs = (client: DialectId, { dialect, streamed }: Recording): Promise<Response> =>
  ask(stack, {
    dialect: client,
    model: models[dialect],
    stream: streamed,
    ...(client === 'openai-chat' && streamed && { fields: { stream_options: { include_usage: true } } }),
  });

const lossesOf = async (response: Response): Promise<string[]> => {
  const id = response.headers.get('x-claudette-id');
  let record: ExchangeRecord | undefined;
  await eventually(() => {
    const ends = stack.observations.flatMap((seen) => (seen.kind === 'exchange-end' ? [seen.record] : []));
    record = ends.find((end) => end.id === id);
    return record !== undefined;
  });
  return record?.losses.map(({ path }) => path) ?? [];
};

const recordedBy = ({ dialect, payloads, streamed }: Recording): Said => readers[dialect](payloads, streamed).said;

whenReplaying.each(rowsOf(recordings))('%s', (name, recording) => {
  it('says how it ended and what it used', () => {
    expect(recordedBy(recording)).toMatchObject({
      finish: expect.stringMatching(/^(stop|length|tool-calls)$/),
      tokens: { input: expect.any(Number), output: expect.any(Number) },
    });
  });

  it.each(dialectIds)('says to a client of %s what was recorded', async (client) => {
    serve(recording);
    const response = await fetchAs(client, recording);
    const text = await response.text();
    expect([response.status, response.status === 200 ? '' : text]).toEqual([200, '']);
    if (client === recording.dialect) {
      // Google ends its lines with CRLF, which some readers do not take.
      expect(text).toBe(recording.bytes.toString().replaceAll('\r\n\r\n', '\n\n'));
      return;
    }
    const payloads = recording.streamed ? readFrames(text, client) : [JSON.parse(text) as unknown];
    const difference = differences.find((one) => one.name === name && one.clients.includes(client));
    expect(readers[client](payloads, recording.streamed)).toEqual({
      said: { ...recordedBy(recording), ...difference?.said },
      faults: [],
    });
    expect(await lossesOf(response)).toEqual(expect.arrayContaining(foreignPartsOf(recording)));
  });
});

/** Times and nothing else may differ between two answers from the same bytes. */
const withoutTimes = (text: string): string => text.replaceAll(/"(created|created_at|completed_at)":\d+/g, '"$1":0');

const readAs = async (client: DialectId, recording: Recording): Promise<string> =>
  withoutTimes(await (await fetchAs(client, recording)).text());

const streams = recordings.filter(({ streamed }) => streamed);
const smallStreams = streams.filter(({ bytes }) => bytes.length < 3500);
const smallestStreams = dialectIds.flatMap((dialect) => {
  const own = streams.filter((one) => one.dialect === dialect);
  return own.sort((one, other) => one.bytes.length - other.bytes.length).slice(0, 1);
});

whenReplaying.each(rowsOf(smallStreams))('%s, byte by byte', (_name, recording) => {
  it.each(dialectIds)('gives a client of %s the same events', async (client) => {
    const eachByte = [...recording.bytes].map((byte) => Uint8Array.of(byte));
    serve(recording, [recording.bytes], eachByte);
    expect(await readAs(client, recording)).toBe(await readAs(client, recording));
  });
});

whenReplaying.each(rowsOf(smallestStreams))('%s, cut in two', (_name, recording) => {
  it('gives a client of another dialect the same events wherever that was', async () => {
    const client = recording.dialect === 'openai-responses' ? 'anthropic-messages' : 'openai-responses';
    const { bytes } = recording;
    serve(recording);
    const whole = await readAs(client, recording);
    // At every byte of all but the streams of Responses, whose smallest one takes too long for that.
    const step = Math.ceil(bytes.length / 1500);
    const cuts = [...bytes.keys()]
      .filter((at) => at % step === 0)
      .map((at) => [bytes.subarray(0, at), bytes.subarray(at)]);
    serve(recording, ...cuts);
    while (cuts.length > 0) {
      const texts = await Promise.all(cuts.splice(0, 16).map(() => readAs(client, recording)));
      expect(new Set(texts)).toEqual(new Set([whole]));
    }
  }, 30_000);
});

whenReplaying('recordings that are no answers (CLAUDETTE_REPLAY_DIR)', () => {
  it.each(dialectIds)('a stream whose payloads are no JSON is an error to a client of %s', async (client) => {
    const recording: Recording = readBrokenStream(folder);
    serve(recording);
    const seen = await readStream(await fetchAs(client, recording), client);
    expect(seen).toMatchObject({ failed: true, stopped: false });
  });

  it.each(dialectIds)("Google's limit is one to a client of %s", async (client) => {
    // Of its own, because a key that met a limit rests.
    const own = await startStack({ routing: { fallback: false, maxAttempts: 1 } }, { timeouts: patient });
    const chunks = [readLimitError(folder)];
    own.providers.gemini.behave({ kind: 'raw', status: 429, contentType: 'application/json', chunks });
    const response = await ask(own, { dialect: client, model: models.gemini });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '35']);
    expect(await response.text()).toContain('You exceeded your current quota');

    const again = await ask(own, { dialect: client, model: models.gemini });
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '35']);
    expect(await again.text()).toContain('its key rests after a rate limit');
    expect(own.providers.gemini.count()).toBe(1);
    await own.close();
  });
});
