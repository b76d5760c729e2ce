import { dialectIds } from '@claudette/core';
import type { DialectId } from '@claudette/core';
import { afterAll, beforeAll, expect, describe, it } from '@jest/globals';

import { ask } from './__fixtures__/raw-client.js';
import { readers, readRecordings } from './__fixtures__/recording.js';
import type { Recording } from './__fixtures__/recording.js';
import { models, startStack } from './__fixtures__/start-stack.js';
import type { Stack } from './__fixtures__/start-stack.js';
import { readFrames } from './__fixtures__/strict-frames.js';

const folder = process.env['CLAUDETTE_REPLAY_DIR'];
const recordings = readRecordings(folder);
const whenReplaying = folder ? describe : describe.skip;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack({ routing: { fallback: false, maxAttempts: 1 } });
});
afterAll(() => stack.close());

const serve = ({ dialect, streamed, bytes }: Recording, chunks: readonly Uint8Array[] = [bytes]): void =>
  stack.providers[dialect].behave({
    kind: 'raw',
    chunks,
    ...(!streamed && { contentType: 'application/json' }),
  });

const fetchAs = (client: DialectId, { dialect, streamed }: Recording): Promise<Response> =>
  ask(stack, {
    dialect: client,
    model: models[dialect],
    stream: streamed,
    ...(client === 'openai-chat' && streamed && { fields: { stream_options: { include_usage: true } } }),
  });

const rows = recordings.map((recording) => [recording.name, recording] as const);

whenReplaying.each(rows)('%s', (_name, recording) => {
  it.each(dialectIds)('says to a client of %s what was recorded', async (client) => {
    serve(recording);
    const response = await fetchAs(client, recording);
    const text = await response.text();
    if (client === recording.dialect) {
      expect(text).toBe(recording.bytes.toString());
      return;
    }
    const payloads = recording.streamed ? readFrames(text, client) : [JSON.parse(text) as unknown];
    const heard = readers[client](payloads, recording.streamed);
    const recorded = readers[recording.dialect](recording.payloads, recording.streamed);
    expect(heard).toEqual({ said: recorded.said, faults: [] });
  });
});
