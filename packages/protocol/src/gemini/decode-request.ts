import type { ChatRequest } from '@claudette/core';

import type { RequestAddress } from '../codec.js';
import { compact, readString } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { parseBody } from '../json/parse-body.js';
import { holdsSealedState } from '../opaque-state.js';
import { decodeConfig } from './decode-config.js';
import { decodeContents, decodeSystemInstruction } from './decode-contents.js';
import { decodeToolChoice, decodeTools } from './decode-tools.js';
import { createForeignFields } from './foreign-fields.js';
import { readFields } from './read-fields.js';
import { holdsWrappedState } from './thought-signature.js';

const known = ['model', 'contents', 'systemInstruction', 'tools', 'toolConfig', 'generationConfig'];

/** The address names the model; a body may do so as well, under Google's `models/`. */
export const readModel = (body: JsonObject, address: RequestAddress): string =>
  address.model ?? readString(body['model'], 'model').replace(/^models\//, '');

/**
 * The fields of a GenerateContentRequest as a canonical request.
 * @throws GatewayError `invalid_request` naming the field
 */
export const decodeFields = (body: JsonObject, address: RequestAddress): ChatRequest => {
  const foreign = createForeignFields();
  foreign.addOthers(body, known, '');
  return compact({
    model: readModel(body, address),
    messages: [
      ...decodeSystemInstruction(body['systemInstruction'], foreign),
      ...decodeContents(body['contents'], foreign),
    ],
    stream: address.stream ?? false,
    streamUsage: true,
    tools: decodeTools(body['tools'], foreign),
    toolChoice: decodeToolChoice(body['toolConfig'], foreign),
    ...decodeConfig(body['generationConfig'], foreign),
    foreign: foreign.found,
    // What was said before it is with Google.
    heldByProvider: foreign.found.find(({ path }) => path === 'cachedContent'),
  });
};

/** The request, marked when `body` holds state that was sealed for another dialect. */
export const markSealed = (request: ChatRequest, body: Uint8Array): ChatRequest =>
  holdsSealedState(body) || holdsWrappedState(body) ? { ...request, carriesSealedState: true } : request;

/** See `Codec.decodeRequest`. Model and stream come from the address. */
export const decodeRequest = (body: Uint8Array, address: RequestAddress = {}): ChatRequest =>
  markSealed(decodeFields(readFields(parseBody(body), 'the body'), address), body);
