import type { ChatRequest } from '@claudette/core';

import { asBuffer } from '../as-buffer.js';
import type { CountCodec, RequestAddress } from '../codec.js';
import { compact } from '../json/fields.js';
import { parseBody } from '../json/parse-body.js';
import { invalidReply, parseReply } from '../json/parse-reply.js';
import { modelEdits } from '../json/patch-model.js';
import { patchSpans, topLevelSpans } from '../json/top-level-spans.js';
import { createLossList } from '../loss-list.js';
import { decodeFields, markSealed } from './decode-request.js';
import { encodeFields } from './encode-request.js';
import { readFields } from './read-fields.js';

const decodeRequest = (bytes: Uint8Array, address: RequestAddress = {}): ChatRequest => {
  const body = readFields(parseBody(bytes), 'the body');
  const whole = body['generateContentRequest'];
  const fields = whole === undefined || whole === null ? body : readFields(whole, 'generateContentRequest');
  return markSealed(decodeFields(fields, address), bytes);
};

/** A whole request inside the body names the model once more. */
const patchRequest = (body: Uint8Array, model: string): Uint8Array => {
  const spans = topLevelSpans(body, ['generateContentRequest', 'generate_content_request']);
  const edits = spans.flatMap(({ value }) =>
    modelEdits(asBuffer(body).subarray(value.start, value.end), `models/${model}`).map(({ start, end, text }) => ({
      start: value.start + start,
      end: value.start + end,
      text,
    })),
  );
  return patchSpans(body, edits);
};

/** How many tokens a prompt has: https://ai.google.dev/api/tokens. */
export const counting: CountCodec = {
  requestPath: (model) => `/v1beta/models/${encodeURIComponent(model)}:countTokens`,
  decodeRequest,
  encodeRequest(request, { model }) {
    const losses = createLossList();
    const { contents, systemInstruction, tools, toolConfig } = encodeFields(request, model, losses);
    // How the answer is made has no tokens, so that only what belongs to the prompt is sent and can be lost.
    const prompt = compact({ model: `models/${model}`, contents, systemInstruction, tools, toolConfig });
    return {
      body: Buffer.from(JSON.stringify({ generateContentRequest: prompt })),
      losses: losses.all.filter(({ path }) => /^(?:messages|contents|systemInstruction|tools)\b/.test(path)),
    };
  },
  patchRequest: (body, _request, { model }) => patchRequest(body, model),
  decodeReply(bytes) {
    const text = Buffer.from(bytes).toString();
    const tokens = parseReply(text)['totalTokens'];
    if (typeof tokens !== 'number') throw invalidReply('there are no totalTokens', text);
    return tokens;
  },
  encodeReply: (totalTokens) => Buffer.from(JSON.stringify({ totalTokens })),
};
