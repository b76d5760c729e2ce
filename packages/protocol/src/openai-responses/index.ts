import type { Codec } from '../codec.js';
import { createEventDecoder } from './decode-events.js';
import { decodeReply } from './decode-reply.js';
import { decodeRequest } from './decode-request.js';
import { createEventEncoder } from './encode-events.js';
import { encodeModel, encodeModels } from './encode-models.js';
import { encodeReply } from './encode-reply.js';
import { encodeRequest } from './encode-request.js';
import { decodeError, encodeError, encodeErrorEvent } from './errors.js';
import { fieldNames } from './field-names.js';
import { patchRequest } from './patch-request.js';
import { createScanner } from './scan.js';

/**
 * OpenAI's Responses. Its streams always tell the usage, so that there is nothing to withhold.
 * @see https://platform.openai.com/docs/api-reference/responses
 */
export const openaiResponses: Codec = {
  id: 'openai-responses',
  fieldNames,
  requestPath: () => '/responses',
  modelsPath: '/models',
  decodeRequest,
  encodeRequest,
  patchRequest,
  createScanner,
  decodeReply,
  encodeReply,
  createEventDecoder,
  createEventEncoder,
  decodeError,
  encodeError,
  encodeErrorEvent,
  withholdUsage: (frames) => frames,
  encodeModels,
  encodeModel,
  // A comment: the official readers skip it.
  heartbeat: Buffer.from(': keep-alive\n\n'),
};
