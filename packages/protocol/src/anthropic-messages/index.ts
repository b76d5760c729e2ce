import type { Codec } from '../codec.js';
import { patchModel } from '../json/patch-model.js';
import { formatFrame } from '../sse/frames.js';

import { counting } from './counting.js';
import { createEventDecoder } from './decode-events.js';
import { decodeReply } from './decode-reply.js';
import { decodeRequest } from './decode-request.js';
import { createEventEncoder } from './encode-events.js';
import { encodeModel, encodeModels } from './encode-models.js';
import { encodeReply } from './encode-reply.js';
import { encodeRequest } from './encode-request.js';
import { decodeError, encodeError, encodeErrorEvent } from './errors.js';
import { fieldNames } from './field-names.js';
import { createScanner } from './scan.js';

/**
 * Anthropic's Messages API. Its streams always tell the usage, so that there is nothing to ask for and nothing to
 * withhold.
 * @see https://docs.anthropic.com/en/api/messages
 */
export const anthropicMessages: Codec = {
  id: 'anthropic-messages',
  requestHeaders: { 'anthropic-version': '2023-06-01' },
  fieldNames,
  requestPath: () => '/v1/messages',
  modelsPath: '/v1/models',
  decodeRequest,
  encodeRequest,
  patchRequest: (body, _request, target) => patchModel(body, target.model),
  createScanner,
  decodeReply,
  encodeReply,
  createEventDecoder,
  createEventEncoder,
  decodeError,
  encodeError,
  encodeErrorEvent,
  withholdUsage: (frames) => frames,
  encodeModel,
  encodeModels,
  heartbeat: formatFrame({ event: 'ping', data: '{"type":"ping"}' }),
  counting,
};
