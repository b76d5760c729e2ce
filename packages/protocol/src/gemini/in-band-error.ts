import { GatewayError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';

import type { JsonObject } from '../json/fields.js';
import { asObject, asText } from '../json/parse-reply.js';
import { formatFrame } from '../sse/frames.js';
import { quoteBeginning } from '../json/quote-beginning.js';

/** What Google says about a fault inside a reply. */
export interface ProviderError {
  readonly message: string;
  /** Google's canonical status, e.g. `UNAVAILABLE`. */
  readonly status?: string;
  readonly code?: number;
}

/** The fault that a body or chunk reports; undefined when it is none. */
export const readProviderError = (body: JsonObject): ProviderError | undefined => {
  const { error } = body;
  const text = asText(error);
  if (text !== undefined) return { message: text };
  const fields = asObject(error);
  if (fields === undefined) return undefined;
  const { code } = fields;
  const status = asText(fields['status']);
  return {
    message: asText(fields['message']) ?? quoteBeginning(JSON.stringify(fields), 200),
    ...(status !== undefined && { status }),
    ...(typeof code === 'number' && { code }),
  };
};

const codeOf = ({ status, code }: ProviderError): GatewayErrorCode => {
  if (status === 'RESOURCE_EXHAUSTED' || code === 429) return 'upstream_rate_limited';
  return status === 'UNAVAILABLE' || code === 503 ? 'upstream_overloaded' : 'upstream_failed';
};

/** A fault inside a reply as an error; its class comes from the provider's status and code, never from the message. */
export const toInBandError = (error: ProviderError): GatewayError => new GatewayError(codeOf(error), error.message);

/** The HTTP status beside each canonical one; @google/genai raises only at errors that have a number. */
const statuses: ReadonlyMap<string, number> = new Map([
  ['INVALID_ARGUMENT', 400],
  ['FAILED_PRECONDITION', 400],
  ['UNAUTHENTICATED', 401],
  ['PERMISSION_DENIED', 403],
  ['NOT_FOUND', 404],
  ['RESOURCE_EXHAUSTED', 429],
  ['INTERNAL', 500],
  ['UNAVAILABLE', 503],
  ['DEADLINE_EXCEEDED', 504],
]);

/** The same in the words of the other dialects. */
const translated: ReadonlyMap<string, string> = new Map([
  ['rate_limit_error', 'RESOURCE_EXHAUSTED'],
  ['rate_limit_exceeded', 'RESOURCE_EXHAUSTED'],
  ['overloaded_error', 'UNAVAILABLE'],
]);

/** A fault that the provider reported inside its reply, as a frame for Google's clients. */
export const providerErrorFrame = (message: string, type = 'INTERNAL'): Uint8Array => {
  const said = translated.get(type) ?? type;
  const status = statuses.has(said) ? said : 'INTERNAL';
  return formatFrame({ data: JSON.stringify({ error: { code: statuses.get(status), message, status } }) });
};
