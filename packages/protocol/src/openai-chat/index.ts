import type { Codec } from '../codec.js';
import { createEventDecoder } from './decode-events.js';
import { decodeReply } from './decode-reply.js';
import { decodeRequest } from './decode-request.js';
import { embedding } from './embedding.js';
import { createEventEncoder } from './encode-events.js';
import { encodeModel, encodeModels } from './encode-models.js';
import { encodeReply } from './encode-reply.js';
import { encodeRequest } from './encode-request.js';
import { decodeError, encodeError, encodeErrorEvent } from './errors.js';
import { fieldNames } from './field-names.js';
import { patchRequest } from './patch-request.js';
import { createScanner } from './scan.js';
import { withholdUsage } from './withhold-usage.js';

/** A comment: the official readers pass over it. */
const heartbeat = Buffer.from(': waiting\n\n');

/** OpenAI's Chat Completions, as its many vendors write it too: https://platform.openai.com/docs/api-reference/chat. */
export const openaiChat: Codec = {
  id: 'openai-chat',
  fieldNames,
  requestPath: () => '/chat/completions',
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
  withholdUsage,
  encodeModel,
  encodeModels,
  heartbeat,
  embedding,
};
