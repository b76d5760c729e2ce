import { UpstreamError } from '@claudette/core';
import type { GatewayError, GatewayErrorCode, UpstreamFault } from '@claudette/core';

import type { WireError } from '../codec.js';
import { compact } from '../json/fields.js';
import type { JsonObject } from '../json/fields.js';
import { asObject, asObjects, asText, tryParseReply } from '../json/parse-reply.js';
import { formatFrame } from '../sse/frames.js';
import { readProviderError } from './in-band-error.js';
import { quoteBeginning } from '../json/quote-beginning.js';

/** Google's canonical word for each HTTP status. */
const words: ReadonlyMap<number, string> = new Map([
  [400, 'INVALID_ARGUMENT'],
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [409, 'ABORTED'],
  [429, 'RESOURCE_EXHAUSTED'],
  [499, 'CANCELLED'],
  [500, 'INTERNAL'],
  [501, 'UNIMPLEMENTED'],
  [502, 'UNAVAILABLE'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
]);

const wordOf = ({ code, status }: GatewayError): string => {
  if (code === 'cache_only_miss') return 'FAILED_PRECONDITION';
  return words.get(status) ?? (status < 500 ? 'INVALID_ARGUMENT' : 'INTERNAL');
};

const detailType = (name: string): string => `type.googleapis.com/google.rpc.${name}`;

const faultOf = (error: GatewayError): UpstreamFault | undefined =>
  error instanceof UpstreamError ? error.fault : undefined;

const toSeconds = (waitMs: number): number => Math.ceil(waitMs / 1000);

/** Our own code is the `reason`, as Google gives one; how long to wait is where its clients look for it. */
const toBody = (error: GatewayError, exchangeId: string): string => {
  const waitMs = faultOf(error)?.retryAfterMs;
  const info = {
    '@type': detailType('ErrorInfo'),
    reason: error.code.toUpperCase(),
    domain: 'claudette',
    metadata: { exchange: exchangeId },
  };
  const retry = waitMs === undefined ? [] : [{ '@type': detailType('RetryInfo'), retryDelay: `${toSeconds(waitMs)}s` }];
  const { status: code, message } = error;
  return JSON.stringify({ error: { code, message, status: wordOf(error), details: [info, ...retry] } });
};

/** See `Codec.encodeError`. */
export const encodeError = (error: GatewayError, exchangeId: string): WireError => {
  const fault = faultOf(error);
  if (error.domain === 'caller' && fault?.dialect === 'gemini' && fault.body !== undefined) {
    const contentType = fault.contentType ?? 'application/json';
    return { status: error.status, headers: { 'content-type': contentType }, body: fault.body };
  }
  const waitMs = fault?.retryAfterMs;
  return {
    status: error.status,
    headers: {
      'content-type': 'application/json',
      ...(waitMs !== undefined && { 'retry-after': String(toSeconds(waitMs)) }),
    },
    body: Buffer.from(toBody(error, exchangeId)),
  };
};

/** See `Codec.encodeErrorEvent`. @google/genai raises at a chunk whose error has a number from 400 to 599. */
export const encodeErrorEvent = (error: GatewayError, exchangeId: string): Uint8Array =>
  formatFrame({ data: toBody(error, exchangeId) });

const codesByStatus: ReadonlyMap<number, GatewayErrorCode> = new Map([
  [401, 'upstream_unauthorized'],
  [403, 'upstream_unauthorized'],
  [408, 'upstream_timeout'],
  [409, 'upstream_failed'],
  [429, 'upstream_rate_limited'],
  [499, 'upstream_failed'],
  [503, 'upstream_overloaded'],
  [504, 'upstream_timeout'],
]);

/** A key that is wrong is status 400 at Google; only the reason tells. */
const badKeyReasons: readonly unknown[] = ['API_KEY_INVALID', 'API_KEY_EXPIRED'];

const toCode = (status: number, details: readonly JsonObject[]): GatewayErrorCode => {
  if (details.some(({ reason }) => badKeyReasons.includes(reason))) return 'upstream_unauthorized';
  return codesByStatus.get(status) ?? (status >= 400 && status < 500 ? 'upstream_rejected' : 'upstream_failed');
};

/** Seconds as text, with or without their unit; dates are left out, since there is no clock here. */
const toWaitMs = (seconds: string | undefined): number | undefined => {
  const digits = /^(\d+(?:\.\d+)?)s?$/.exec(seconds ?? '')?.[1];
  return digits === undefined ? undefined : Math.ceil(Number(digits) * 1000);
};

const readRetryAfterMs = (
  headers: Readonly<Record<string, string>>,
  details: readonly JsonObject[],
): number | undefined => {
  const retry = details.find((detail) => detail['@type'] === detailType('RetryInfo'));
  return toWaitMs(asText(retry?.['retryDelay'])) ?? toWaitMs(headers['retry-after']);
};

/** An error body. Streams that were not asked for as events tell their errors inside a list. */
const parseErrorBody = (text: string): JsonObject | undefined =>
  tryParseReply(text) ?? asObjects(tryParseReply(`{"list":${text}}`)?.['list'])[0];

const MAX_QUOTED_CHARACTERS = 200;

/** See `Codec.decodeError`. Only a JSON body counts as written in this dialect: proxies answer in HTML. */
export const decodeError = (
  status: number,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  backend: string,
): UpstreamError => {
  const text = Buffer.from(body).toString();
  const fields = parseErrorBody(text);
  const quoted = quoteBeginning(text, MAX_QUOTED_CHARACTERS).trim();
  const said = (fields === undefined ? undefined : readProviderError(fields)?.message) ?? quoted;
  const details = asObjects(asObject(fields?.['error'])?.['details']);
  const fault = compact({
    backend,
    status,
    body,
    retryAfterMs: readRetryAfterMs(headers, details),
    contentType: headers['content-type'],
    dialect: fields === undefined ? undefined : ('gemini' as const),
  });
  const message = `${backend} answered ${status}${said === '' ? '' : `: ${said}`}`;
  return new UpstreamError(toCode(status, details), message, fault);
};
