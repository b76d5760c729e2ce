import { GatewayError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asText } from '../json/parse-reply.js';
import { quoteBeginning } from '../json/quote-beginning.js';

/** What a provider says about a fault of its own. */
export interface ProviderError {
  readonly message: string;
  /** Its `type`, or its `code` where it has no type. */
  readonly type?: string;
  readonly code?: string;
}

const toWord = (value: unknown): string | undefined => (typeof value === 'number' ? String(value) : asText(value));

const describeFields = (fields: JsonObject): ProviderError => {
  const code = toWord(fields['code']);
  const type = toWord(fields['type']) ?? code;
  const message = asText(fields['message']) ?? asText(fields['detail']) ?? quoteBeginning(JSON.stringify(fields), 200);
  return { message, ...(type !== undefined && { type }), ...(code !== undefined && { code }) };
};

/**
 * The fault that a body or chunk reports; undefined when it is none. OpenAI writes `{"error":{…}}`; vendors also put a
 * bare string there, or the fields at the top beside `"object":"error"`.
 */
export const readProviderError = (body: JsonObject): ProviderError | undefined => {
  const error = body['error'];
  const text = asText(error);
  if (text !== undefined) return { message: text };
  const fields = asObject(error) ?? (body['object'] === 'error' ? body : undefined);
  return fields === undefined ? undefined : describeFields(fields);
};

/** What stands in a frame with the name `error`, whatever its shape. */
export const readErrorFrame = (body: JsonObject): ProviderError => readProviderError(body) ?? describeFields(body);

const rateLimited = new Set([
  '429',
  'insufficient_quota',
  'rate_limit_error',
  'rate_limit_exceeded',
  'rate_limit_reached_error',
  'requests',
  'tokens',
  'too_many_requests',
]);

const overloaded = new Set([
  '503',
  '529',
  'engine_overloaded',
  'engine_overloaded_error',
  'overloaded',
  'overloaded_error',
  'server_overloaded',
  'service_unavailable',
  'service_unavailable_error',
]);

const codeOf = ({ type, code }: ProviderError): GatewayErrorCode => {
  const words = [type, code].filter((word) => word !== undefined);
  if (words.some((word) => rateLimited.has(word))) return 'upstream_rate_limited';
  return words.some((word) => overloaded.has(word)) ? 'upstream_overloaded' : 'upstream_failed';
};

/** A fault inside a reply as an error; its class comes from the provider's type and code, never from the message. */
export const toInBandError = (error: ProviderError): GatewayError => new GatewayError(codeOf(error), error.message);
