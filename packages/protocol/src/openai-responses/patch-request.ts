import type { ChatRequest } from '@claudette/core';

import type { RequestTarget } from '../codec.js';
import { patchModel } from '../json/patch-model.js';

/** See `Codec.patchRequest`. Streams tell their usage without being asked. */
export const patchRequest = (body: Uint8Array, _request: ChatRequest, target: RequestTarget): Uint8Array =>
  patchModel(body, target.model);
