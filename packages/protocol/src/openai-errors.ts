import { UpstreamError } from '@claudette/core';
import type { DialectId, GatewayError, GatewayErrorCode, UpstreamFault } from '@claudette/core';

import type { Codec } from './codec.js';
import { tryParseReply } from './json/parse-reply.js';
import { readErrorFrame } from './openai-chat/in-band-error.js';
import { quoteBeginning } from './json/quote-beginning.js';

/** What OpenAI says about an error, in whichever of its APIs. */
export interface OpenaiErrorFields {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;
}

type ErrorKind = Pick<OpenaiErrorFields, 'type' | 'code'>;

/** OpenAI's own words where it has them; elsewhere our code under the nearest of its types. */
const kinds: Readonly<Partial<Record<GatewayErrorCode, ErrorKind>>> = {
  unauthenticated: { type: 'authentication_error', code: 'invalid_api_key' },
  too_many_failures: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  forbidden: { type: 'permission_error', code: 'forbidden' },
  model_not_allowed: { type: 'permission_error', code: 'model_not_allowed' },
  model_not_found: { type: 'invalid_request_error', code: 'model_not_found' },
  route_not_found: { type: 'invalid_request_error', code: 'unknown_url' },
  invalid_request: { type: 'invalid_request_error', code: null },
  upstream_rejected: { type: 'invalid_request_error', code: null },
  upstream_rate_limited: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
};

const kindOf = ({ code, domain }: GatewayError): ErrorKind =>
  kinds[code] ?? { type: domain === 'caller' ? 'invalid_request_error' : 'server_error', code };

/** An error of ours in OpenAI's words. */
export const toOpenaiError = (error: GatewayError): OpenaiErrorFields => {
  const { type, code } = kindOf(error);
  return { message: error.message, type, param: error.code.startsWith('model_') ? 'model' : null, code };
};

const codesByStatus: ReadonlyMap<number, GatewayErrorCode> = new Map([
  [401, 'upstream_unauthorized'],
  [403, 'upstream_unauthorized'],
  [408, 'upstream_timeout'],
  [409, 'upstream_failed'],
  [429, 'upstream_rate_limited'],
  [503, 'upstream_overloaded'],
  [529, 'upstream_overloaded'],
]);

const codeOfStatus = (status: number): GatewayErrorCode =>
  codesByStatus.get(status) ?? (status >= 400 && status < 500 ? 'upstream_rejected' : 'upstream_failed');

/** `retry-after-ms` before `retry-after` in seconds; dates are left out, since there is no clock here. */
const readRetryAfterMs = (headers: Readonly<Record<string, string>>): number | undefined => {
  const exact = headers['retry-after-ms'];
  const inSeconds = headers['retry-after'];
  const waitMs = exact !== undefined ? Number(exact) : Number(inSeconds ?? NaN) * 1000;
  return Number.isFinite(waitMs) && waitMs >= 0 ? waitMs : undefined;
};

const faultOf = (error: GatewayError): UpstreamFault | undefined =>
  error instanceof UpstreamError ? error.fault : undefined;

const MAX_QUOTED_CHARACTERS = 200;

/**
 * Error responses over HTTP, which look the same in both of OpenAI's APIs. Only a JSON body counts as written in the
 * dialect: proxies answer in HTML.
 */
export const createOpenaiErrors = (dialect: DialectId): Pick<Codec, 'decodeError' | 'encodeError'> => ({
  encodeError(error, exchangeId) {
    const fault = faultOf(error);
    const headers = {
      'x-claudette-id': exchangeId,
      ...(fault?.retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(fault.retryAfterMs / 1000)) }),
    };
    if (error.domain === 'caller' && fault?.dialect === dialect && fault.body !== undefined) {
      const contentType = fault.contentType ?? 'application/json';
      return { status: error.status, headers: { ...headers, 'content-type': contentType }, body: fault.body };
    }
    return {
      status: error.status,
      headers: { ...headers, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ error: toOpenaiError(error) })),
    };
  },

  decodeError(status, headers, body, backend) {
    const text = Buffer.from(body).toString();
    const fields = tryParseReply(text);
    const said =
      fields === undefined ? quoteBeginning(text, MAX_QUOTED_CHARACTERS).trim() : readErrorFrame(fields).message;
    const retryAfterMs = readRetryAfterMs(headers);
    const contentType = headers['content-type'];
    return new UpstreamError(codeOfStatus(status), `${backend} answered ${status}${said === '' ? '' : `: ${said}`}`, {
      backend,
      status,
      body,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(contentType !== undefined && { contentType }),
      ...(fields !== undefined && { dialect }),
    });
  },
});
