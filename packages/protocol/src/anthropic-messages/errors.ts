import { GatewayError, UpstreamError } from '@claudette/core';
import type { GatewayErrorCode } from '@claudette/core';

import type { WireError } from '../codec.js';
import { compact } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { asObject, asText, tryParseReply } from '../json/parse-reply.js';
import { formatFrame } from '../sse/frames.js';

import type { WireErrorBody, WireErrorType } from './wire.js';
import { quoteBeginning } from '../json/quote-beginning.js';

const errorTypes: Readonly<Record<GatewayErrorCode, WireErrorType>> = {
  invalid_request: 'invalid_request_error',
  unauthenticated: 'authentication_error',
  too_many_failures: 'rate_limit_error',
  forbidden: 'permission_error',
  model_not_allowed: 'permission_error',
  model_not_found: 'not_found_error',
  route_not_found: 'not_found_error',
  body_too_large: 'request_too_large',
  translation_refused: 'invalid_request_error',
  client_aborted: 'api_error',
  cache_only_miss: 'not_found_error',
  no_backend_available: 'overloaded_error',
  circuit_open: 'overloaded_error',
  target_busy: 'overloaded_error',
  backend_limit_reached: 'rate_limit_error',
  cost_limit_exceeded: 'billing_error',
  superseded: 'api_error',
  overloaded: 'overloaded_error',
  draining: 'overloaded_error',
  deadline_exceeded: 'timeout_error',
  credential_missing: 'api_error',
  configuration_invalid: 'api_error',
  upstream_unreachable: 'api_error',
  upstream_broken: 'api_error',
  upstream_timeout: 'timeout_error',
  upstream_rate_limited: 'rate_limit_error',
  upstream_overloaded: 'overloaded_error',
  upstream_failed: 'api_error',
  upstream_unauthorized: 'api_error',
  upstream_rejected: 'invalid_request_error',
  upstream_invalid_reply: 'api_error',
  stream_broken: 'api_error',
  internal: 'api_error',
};

/** What each of the dialect's error types means when a backend says it; the rest are failures. */
const errorCodes: Readonly<Record<string, GatewayErrorCode>> = {
  invalid_request_error: 'upstream_rejected',
  not_found_error: 'upstream_rejected',
  request_too_large: 'upstream_rejected',
  authentication_error: 'upstream_unauthorized',
  permission_error: 'upstream_unauthorized',
  billing_error: 'upstream_unauthorized',
  rate_limit_error: 'upstream_rate_limited',
  timeout_error: 'upstream_timeout',
  overloaded_error: 'upstream_overloaded',
  api_error: 'upstream_failed',
} satisfies Record<WireErrorType, GatewayErrorCode>;

const codeOfType = (type: string | undefined): GatewayErrorCode | undefined =>
  type !== undefined && Object.hasOwn(errorCodes, type) ? errorCodes[type] : undefined;

/** The type of an error that another dialect's provider reported: its own word where this dialect has it too. */
export const toErrorType = (providerType = ''): string =>
  codeOfType(providerType) === undefined ? 'api_error' : providerType;

/** What a provider says about a fault of its own. */
export interface ReportedError {
  readonly message: string;
  readonly providerType?: string;
}

/** The fault that an `error` event or body tells. Read leniently: vendors shape it as they like. */
export const readReportedError = (event: JsonObject): ReportedError => {
  const fields = asObject(event['error']);
  const message = asText(fields?.['message']) ?? asText(event['error']) ?? asText(event['message']);
  const providerType = asText(fields?.['type']);
  return { message: message ?? JSON.stringify(event), ...(providerType !== undefined && { providerType }) };
};

/** The same as an error whose code tells whose fault it is. */
export const toReportedError = ({ message, providerType }: ReportedError): GatewayError =>
  new GatewayError(codeOfType(providerType) ?? 'upstream_failed', message);

const codeOfStatus = (status: number): GatewayErrorCode => {
  if (status === 401 || status === 403) return 'upstream_unauthorized';
  if (status === 408) return 'upstream_timeout';
  if (status === 409) return 'upstream_failed';
  if (status === 429) return 'upstream_rate_limited';
  if (status === 503 || status === 529) return 'upstream_overloaded';
  return status >= 400 && status < 500 ? 'upstream_rejected' : 'upstream_failed';
};

/** The status decides, except where the type knows better whose fault it is. */
const toCode = (status: number, type: string | undefined): GatewayErrorCode => {
  const code = codeOfType(type);
  if (type === 'billing_error') return 'upstream_unauthorized';
  const knowsBetter = code === 'upstream_overloaded' || code === 'upstream_rate_limited' || code === 'upstream_timeout';
  return knowsBetter ? code : codeOfStatus(status);
};

/** Enough of a body that is not the dialect's to recognise where it came from. */
const MAX_QUOTED_CHARACTERS = 200;

/** A proxy in between may answer with HTML, or with nothing. */
const describeBody = (status: number, body: Uint8Array): ReportedError => {
  const text = new TextDecoder().decode(body);
  const parsed = tryParseReply(text);
  const reported = parsed === undefined ? { message: text } : readReportedError(parsed);
  const message = reported.message === '' ? `status ${status}` : reported.message;
  return { ...reported, message: parsed === undefined ? quoteBeginning(message, MAX_QUOTED_CHARACTERS) : message };
};

/** Only seconds: a date would need a clock, and Anthropic sends none. */
const readRetryAfterMs = (value: string | undefined): number | undefined =>
  value !== undefined && /^\d+(\.\d+)?$/.test(value) ? Math.ceil(Number(value) * 1000) : undefined;

/** A backend's error response as an error whose code tells whose fault it is. */
export const decodeError = (
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  backend: string,
): UpstreamError => {
  const { providerType, message } = describeBody(status, body);
  const fault = compact({
    backend,
    status,
    body,
    dialect: 'anthropic-messages' as const,
    contentType: headers['content-type'],
    retryAfterMs: readRetryAfterMs(headers['retry-after']),
  });
  return new UpstreamError(toCode(status, providerType), message, fault);
};

/** What another dialect's backend refused, by the status that it gave. */
const rejectionTypes: Readonly<Record<number, WireErrorType>> = { 404: 'not_found_error', 413: 'request_too_large' };

const typeOf = ({ code, status }: GatewayError): WireErrorType =>
  (code === 'upstream_rejected' ? rejectionTypes[status] : undefined) ?? errorTypes[code];

const toErrorBody = (error: GatewayError, exchangeId: string): WireErrorBody => ({
  type: 'error',
  error: { type: typeOf(error), message: error.message },
  request_id: exchangeId,
});

const encoder = new TextEncoder();

const retryAfter = (error: GatewayError): Record<string, string> => {
  const waitMs = error instanceof UpstreamError ? error.fault.retryAfterMs : undefined;
  return waitMs === undefined ? {} : { 'retry-after': String(Math.ceil(waitMs / 1000)) };
};

/** An error for a client. A caller's fault that the backend described in this dialect goes back as it came. */
export const encodeError = (error: GatewayError, exchangeId: string): WireError => {
  if (error instanceof UpstreamError && error.code === 'upstream_rejected') {
    const { dialect, body, contentType } = error.fault;
    if (dialect === 'anthropic-messages' && body !== undefined) {
      return { status: error.status, headers: { 'content-type': contentType ?? 'application/json' }, body };
    }
  }
  return {
    status: error.status,
    headers: { 'content-type': 'application/json', ...retryAfter(error) },
    body: encoder.encode(JSON.stringify(toErrorBody(error, exchangeId))),
  };
};

/** The error as the last frame of a stream. */
export const encodeErrorEvent = (error: GatewayError, exchangeId: string): Uint8Array =>
  formatFrame({ event: 'error', data: JSON.stringify(toErrorBody(error, exchangeId)) });
