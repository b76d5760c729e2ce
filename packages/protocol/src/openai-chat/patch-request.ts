import type { ChatRequest } from '@claudette/core';

import { asBuffer } from '../as-buffer.js';
import type { RequestTarget } from '../codec.js';
import { modelEdits } from '../json/patch-model.js';
import { patchSpans, topLevelSpans } from '../json/top-level-spans.js';
import type { Edit } from '../json/top-level-spans.js';

const asked = '"include_usage":true';

/** The edits inside one `stream_options` value. */
const optionsEdits = (body: Buffer, start: number, end: number): Edit[] => {
  const value = body.subarray(start, end);
  if (value[0] !== '{'.charCodeAt(0)) return [{ start, end, text: `{${asked}}` }];
  const present = topLevelSpans(value, ['include_usage']);
  if (present.length > 0) {
    return present.map((found) => ({ start: start + found.value.start, end: start + found.value.end, text: 'true' }));
  }
  const isEmpty = /^\{\s*\}$/.test(value.toString('latin1'));
  return [{ start: start + 1, end: start + 1, text: isEmpty ? asked : `${asked},` }];
};

const usageEdits = (bytes: Uint8Array): Edit[] => {
  const body = asBuffer(bytes);
  const present = topLevelSpans(body, ['stream_options']);
  if (present.length > 0) return present.flatMap(({ value }) => optionsEdits(body, value.start, value.end));
  const first = body.indexOf('{') + 1;
  return [{ start: first, end: first, text: `"stream_options":{${asked}},` }];
};

/** See `Codec.patchRequest`. */
export const patchRequest = (body: Uint8Array, request: ChatRequest, target: RequestTarget): Uint8Array => {
  const canAskForUsage = target.options.streamUsageOption ?? true;
  const mustAsk = canAskForUsage && request.stream && !request.streamUsage;
  return patchSpans(body, [...modelEdits(body, target.model), ...(mustAsk ? usageEdits(body) : [])]);
};
