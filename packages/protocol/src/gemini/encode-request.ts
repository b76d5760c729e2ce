import type { ChatRequest } from '@claudette/core';

import type { EncodedRequest, RequestTarget } from '../codec.js';
import { compact } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { createLossList } from '../loss-list.js';
import type { LossList } from '../loss-list.js';
import { encodeConfig } from './encode-config.js';
import { encodeContents } from './encode-contents.js';
import { encodeToolConfig, encodeTools } from './encode-tools.js';
import { placeForeign } from './place-foreign.js';

/**
 * A canonical request as the fields of a GenerateContentRequest, without the model.
 * @throws GatewayError `invalid_request` for tool arguments that are not a JSON object
 */
export const encodeFields = (request: ChatRequest, model: string, losses: LossList): JsonObject => {
  const { system, contents } = encodeContents(request.messages, model, losses);
  const tools = encodeTools(request.tools, losses);
  const body = compact({
    contents,
    systemInstruction: system.length === 0 ? undefined : { parts: system },
    tools: tools.length === 0 ? undefined : tools,
    toolConfig: encodeToolConfig(request, losses),
    generationConfig: encodeConfig(request, model, losses),
  });
  return placeForeign(body, request.foreign, losses);
};

/** See `Codec.encodeRequest`. Model and stream are said by the address. */
export const encodeRequest = (request: ChatRequest, target: RequestTarget): EncodedRequest => {
  const losses = createLossList();
  const body = encodeFields(request, target.model, losses);
  return { body: Buffer.from(JSON.stringify(body)), losses: losses.all };
};
