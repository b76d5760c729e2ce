import type { GatewayError } from '@claudette/core';

import { createOpenaiErrors, toOpenaiError } from '../openai-errors.js';
import { formatFrame } from '../sse/frames.js';
import type { WireErrorBody } from './wire.js';

/** See `Codec.decodeError` and `Codec.encodeError`. */
export const { decodeError, encodeError } = createOpenaiErrors('openai-chat');

const toFrame = (body: WireErrorBody): Uint8Array => formatFrame({ data: JSON.stringify(body) });

/** See `Codec.encodeErrorEvent`. The official readers raise at a chunk with `error`. */
export const encodeErrorEvent = (error: GatewayError): Uint8Array => toFrame({ error: toOpenaiError(error) });

/** A fault that the provider reported inside its reply, as it said it. */
export const providerErrorFrame = (message: string, type = 'server_error'): Uint8Array =>
  toFrame({ error: { message, type, param: null, code: null } });
