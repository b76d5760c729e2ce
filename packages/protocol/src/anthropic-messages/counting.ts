import type { CountCodec } from '../codec.js';
import { readInteger, readObject } from '../json/fields.js';
import { patchModel } from '../json/patch-model.js';

import { checkReply } from './decode-events.js';
import { decodeCountRequest } from './decode-request.js';
import { encodeCountRequest } from './encode-request.js';

const decoder = new TextDecoder('utf-8', { fatal: true });
const encoder = new TextEncoder();

/**
 * How the Messages API counts the tokens of a prompt: a request without a limit and without what only shapes the answer.
 * @see https://docs.anthropic.com/en/api/messages-count-tokens
 */
export const counting: CountCodec = {
  requestPath: () => '/v1/messages/count_tokens',
  decodeRequest: decodeCountRequest,
  encodeRequest: encodeCountRequest,
  patchRequest: (body, _request, target) => patchModel(body, target.model),
  decodeReply: (body) =>
    checkReply(() => {
      const reply = readObject(JSON.parse(decoder.decode(body)), 'the reply');
      return readInteger(reply['input_tokens'], 'input_tokens');
    }),
  encodeReply: (tokens) => encoder.encode(JSON.stringify({ input_tokens: tokens })),
};
