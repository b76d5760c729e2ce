import type { Codec } from '../codec.js';
import { counting } from './counting.js';
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
import { createScanner } from './scan.js';

/**
 * Google's generateContent: https://ai.google.dev/api/generate-content. The address says which model is meant and whether
 * to stream, so that a client's body is right for every model as it is. There is no heartbeat: @google/genai fails on
 * comments.
 */
export const gemini: Codec = {
  id: 'gemini',
  fieldNames,
  requestPath: (model, stream) =>
    `/v1beta/models/${encodeURIComponent(model)}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  modelsPath: '/v1beta/models',
  decodeRequest,
  encodeRequest,
  patchRequest: (body) => body,
  createScanner,
  decodeReply,
  encodeReply,
  createEventDecoder,
  createEventEncoder,
  decodeError,
  encodeError,
  encodeErrorEvent,
  // Its clients always get the usage.
  withholdUsage: (frames) => frames,
  encodeModel,
  encodeModels,
  counting,
  embedding,
};
