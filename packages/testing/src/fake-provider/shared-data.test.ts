import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';

import { readReply } from '../read-reply.js';
import { createAsker, eventsOf, jsonOf } from './__fixtures__/ask-provider.js';
import type { Behaviour } from './behaviour.js';
import { createFakeProvider } from './create-fake-provider.js';
import type { FakeProvider } from './create-fake-provider.js';
import { fieldOf } from './json-reading.js';

const root = process.env['CLAUDETTE_REPLAY_DIR'] ?? '';
const has = (folder: string): boolean => root !== '' && existsSync(join(root, folder));

let provider: FakeProvider;
beforeAll(async () => void (provider = await createFakeProvider({ strict: true })));
afterAll(() => provider.close());
const asker = createAsker(() => provider);

interface Capture {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const isAnswered = ({ path }: Capture): boolean => /\/(chat|messages|responses|embeddings|models)/.test(path);
const readCapture = (file: string): Capture =>
  JSON.parse(readFileSync(join(root, 'captures', file), 'utf8')) as Capture;
const captures = has('captures')
  ? readdirSync(join(root, 'captures'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.json') && isAnswered(readCapture(file)),
    )
  : [];

/** The headers that decide what a request means; the others belong to the connection that it came over. */
const meaningful = (headers: Capture['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => /^(anthropic-|x-goog-)/.test(name)));

if (captures.length > 0) {
  describe('what real clients sent', () => {
    it.each(captures)('is not refused: %s', async (file) => {
      const { method, path, query, headers, body } = readCapture(file);
      const search = query === '' || query.startsWith('?') ? query : `?${query}`;
      const { status, text } = await readReply(`${provider.url}${path}${search}`, {
        method,
        headers: meaningful(headers),
        ...(method === 'POST' && { body }),
      });
      expect([status, status === 200 ? '' : text]).toEqual([
        path.includes('/models/gpt') ? 404 : 200,
        expect.anything(),
      ]);
    });
  });
} else {
  it.skip('does not refuse what real clients sent (CLAUDETTE_REPLAY_DIR is not set)', () => undefined);
}

const compile = (file: string): ((definition: string) => ValidateFunction) => {
  const ajv = new Ajv({ strict: false, discriminator: false });
  ajv.addSchema(JSON.parse(readFileSync(join(root, 'schemas', file), 'utf8')) as object, file);
  return (definition) => ajv.compile({ $ref: `${file}#/definitions/${definition}` });
};

const errorsOf = (validate: ValidateFunction, value: unknown): unknown =>
  validate(value) ? [] : [validate.errors, value];

/** A Response as the types have it: `output_text` is the client's own, and they do not say what may be null. */
const asTyped = (response: unknown): object => ({
  ...Object.fromEntries(Object.entries(response as object).filter(([, value]) => value !== null)),
  output_text: '',
});

const behaviours: readonly Behaviour[] = [
  { kind: 'answer' },
  {
    kind: 'answer',
    reasoning: ['hm'],
    deltas: ['a', 'b'],
    citations: [{ url: 'http://x', title: 'X' }],
    topLogprobs: 2,
  },
  { kind: 'answer', refusal: ['no'] },
  {
    kind: 'answer',
    toolCalls: [
      { name: 'f', arguments: '{}' },
      { name: 'g', arguments: 'x', takesText: true },
    ],
  },
  { kind: 'answer', finish: 'length' },
  { kind: 'answer', finish: 'content-filter' },
];

if (has('schemas')) {
  describe.each(behaviours.map((behaviour) => [JSON.stringify(behaviour), behaviour] as const))(
    'the answer %s',
    (_, behaviour) => {
      const openai = compile('openai.schema.json');
      const anthropic = compile('anthropic.schema.json');

      it('is valid in Chat, whole and streamed', async () => {
        provider.behave(behaviour);
        expect(errorsOf(openai('ChatCompletion'), await jsonOf(asker.chat()))).toEqual([]);
        const chunk = openai('ChatCompletionChunk');
        for (const event of await eventsOf(asker.chat({ stream: true }))) expect(errorsOf(chunk, event)).toEqual([]);
      });

      it('is valid in Responses, whole and streamed', async () => {
        provider.behave(behaviour);
        expect(errorsOf(openai('Response'), asTyped(await jsonOf(asker.responses())))).toEqual([]);
        const type = openai('ResponseStreamEvent');
        for (const event of await eventsOf(asker.responses({ stream: true }))) {
          const response = fieldOf(event, 'response');
          const typed = response === undefined ? event : { ...(event as object), response: asTyped(response) };
          expect(errorsOf(type, typed)).toEqual([]);
        }
      });

      it('is valid in Messages, whole and streamed', async () => {
        provider.behave(behaviour);
        expect(errorsOf(anthropic('Message'), await jsonOf(asker.messages()))).toEqual([]);
        const type = anthropic('RawMessageStreamEvent');
        for (const event of await eventsOf(asker.messages({ stream: true }))) {
          if (fieldOf(event, 'type') !== 'ping') expect(errorsOf(type, event)).toEqual([]);
        }
      });
    },
  );
} else {
  it.skip('gives answers that are valid in the schemas (CLAUDETTE_REPLAY_DIR is not set)', () => undefined);
}
