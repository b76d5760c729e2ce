import { GatewayError } from '@claudette/core';

import { readObject } from './fields.js';
import type { JsonObject } from './fields.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A client's body as a JSON object.
 * @throws GatewayError `invalid_request` when it is not UTF-8, not JSON or not an object
 */
export const parseBody = (body: Uint8Array): JsonObject => {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(body));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError('invalid_request', `the body is not valid JSON (${why})`, { cause });
  }
  return readObject(value, 'the body');
};
