import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import type { ValidateFunction } from 'ajv';

import { decodeRequest as decodeMessagesRequest } from '../anthropic-messages/decode-request.js';
import { decodeRequest as decodeChatRequest } from '../openai-chat/decode-request.js';
import { decodeRequest } from './decode-request.js';
import { encodeRequest } from './encode-request.js';

const folder = process.env['CLAUDETTE_REPLAY_DIR'];

const decoders = [
  { ending: 'v1_responses.json', decode: decodeRequest },
  { ending: 'v1_chat_completions.json', decode: decodeChatRequest },
  { ending: 'v1_messages.json', decode: decodeMessagesRequest },
] as const;

interface Replay {
  readonly body: Buffer;
  readonly decode: typeof decodeRequest;
}

const replaysIn = (root: string): [name: string, replay: Replay][] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .flatMap((file) => {
      const decode = decoders.find(({ ending }) => file.endsWith(`POST-${ending}`))?.decode;
      if (decode === undefined) return [];
      const capture = JSON.parse(readFileSync(join(root, file), 'utf8')) as { body: unknown };
      return [[file, { body: Buffer.from(JSON.stringify(capture.body)), decode }]];
    });

const compileSchema = (path: string): ValidateFunction => {
  const schema = JSON.parse(readFileSync(path, 'utf8')) as object;
  const ajv = new Ajv({ strict: false, allErrors: false, discriminator: false });
  ajv.addSchema(schema, 'openai');
  return ajv.compile({ $ref: 'openai#/definitions/ResponseCreateParams' });
};

if (folder !== undefined && existsSync(join(folder, 'captures'))) {
  const isValid = compileSchema(join(folder, 'schemas', 'openai.schema.json'));

  describe.each(replaysIn(join(folder, 'captures')))('the captured request %s', (_, { body, decode }) => {
    it('is a valid request once it is encoded', () => {
      const target = { model: 'gpt-5', options: {}, defaultMaxOutputTokens: 4096 };
      const encoded = JSON.parse(Buffer.from(encodeRequest(decode(body), target).body).toString()) as unknown;
      expect(isValid(encoded) ? [] : isValid.errors).toEqual([]);
    });
  });
} else {
  describe('the captured requests', () => {
    it.skip('are valid requests once they are encoded (CLAUDETTE_REPLAY_DIR is not set)', () => undefined);
  });
}
