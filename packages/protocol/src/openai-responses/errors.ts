import type { GatewayError } from '@claudette/core';

import { createOpenaiErrors, toOpenaiError } from '../openai-errors.js';
import type { OpenaiErrorFields } from '../openai-errors.js';
import { formatFrame } from '../sse/frames.js';

/** See `Codec.decodeError` and `Codec.encodeError`. */
export const { decodeError, encodeError } = createOpenaiErrors('openai-responses');

/**
 * The API's reference has the fields at the top, its servers write them under `error` (and openai-node raises only then),
 * so both stand here. https://platform.openai.com/docs/api-reference/responses-streaming/error
 */
const errorFrame = (error: OpenaiErrorFields, sequenceNumber: number): Uint8Array => {
  const { message, param, code } = error;
  const data = { type: 'error', code, message, param, sequence_number: sequenceNumber, error };
  return formatFrame({ event: 'error', data: JSON.stringify(data) });
};

/** See `Codec.encodeErrorEvent`. How many events went before it is not known here, so it counts from 0. */
export const encodeErrorEvent = (error: GatewayError): Uint8Array => errorFrame(toOpenaiError(error), 0);

/** A fault that the provider reported inside its reply, as it said it. */
export const providerErrorFrame = (message: string, sequenceNumber: number, type = 'server_error'): Uint8Array =>
  errorFrame({ message, type, param: null, code: type }, sequenceNumber);
