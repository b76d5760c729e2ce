import type {
  CacheMode,
  Call,
  CallContext,
  CallController,
  ChatRequest,
  DialectId,
  Money,
  Observe,
  Operation,
  Principal,
} from '@claudette/core';
import { GatewayError, parseMoney } from '@claudette/core';
import type { RequestAddress } from '@claudette/protocol';
import { codecs } from '@claudette/protocol';

import { readCacheControl } from './cache-control.js';

/** One request as a server received it. */
export interface ClientRequest {
  readonly dialect: DialectId;
  readonly operation: Operation;
  /** What the path says where the body does not (Gemini: the model, and whether to stream). */
  readonly address?: RequestAddress;
  /** A stream as one JSON array instead of events: Gemini's clients that do not ask for `alt=sse`. */
  readonly framing?: 'json-array';
  readonly body: Uint8Array;
  /** All headers, lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly principal: Principal;
  /** The server aborts it when the client leaves; the gateway when it shuts down. */
  readonly controller: CallController;
}

/** Headers that belong to a dialect and may go on to a backend of the same dialect. Credentials are not among them. */
const dialectHeaders = [
  'anthropic-version',
  'anthropic-beta',
  'openai-beta',
  'openai-organization',
  'openai-project',
  'x-codex-beta-features',
  'x-goog-api-client',
];

const cacheModes: readonly CacheMode[] = ['on', 'off', 'refresh', 'only'];

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

const refuse = (header: string, allowed: string, value: string): never => {
  throw new GatewayError(
    'invalid_request',
    `the header ${header} must be ${allowed}, but is ${JSON.stringify(value.slice(0, 60))}`,
  );
};

/** Our own header is the more exact one, so it wins over what HTTP has for all caches. */
function readCacheMode(value: string | undefined, onlyIfCached: boolean): CacheMode {
  if (value === undefined) return onlyIfCached ? 'only' : 'default';
  return (
    cacheModes.find((mode) => mode === value) ?? refuse('x-claudette-cache', `one of ${cacheModes.join(', ')}`, value)
  );
}

function readPace(value: string | undefined): CallContext['pace'] {
  if (value === undefined || value === 'original') return value;
  return refuse('x-claudette-cache-pace', 'original', value);
}

function readTimeoutMs(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const timeoutMs = Number(value);
  if (Number.isSafeInteger(timeoutMs) && timeoutMs > 0) return timeoutMs;
  return refuse('x-claudette-timeout-ms', 'a whole number of milliseconds above 0', value);
}

function readStrict(value: string | undefined, otherwise: boolean): boolean {
  if (value === undefined) return otherwise;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  return refuse('x-claudette-strict', 'true or false', value);
}

const MAX_SESSION_CHARACTERS = 200;

function readSession(value: string | undefined): string | undefined {
  if (value === undefined || (value !== '' && value.length <= MAX_SESSION_CHARACTERS)) return value;
  return refuse('x-claudette-session', `1 to ${MAX_SESSION_CHARACTERS} characters long`, value);
}

function readCostLimit(value: string | undefined): Money | undefined {
  if (value === undefined) return undefined;
  const limit = parseMoney(value, 'USD');
  return limit ?? refuse('x-claudette-cost-limit', 'an amount in USD such as 0.05, with at most 9 decimals', value);
}

const readTags = (value: string | undefined): readonly string[] =>
  value === undefined
    ? []
    : value
        .split(',')
        .map((tag) => tag.trim().slice(0, 64))
        .filter((tag) => tag !== '')
        .slice(0, 16);

/** What the client's dialect lacks is no route of it, so that only a server with a wrong route gets there. */
const lacks = (dialect: DialectId, what: string): never => {
  throw new GatewayError('invalid_request', `${dialect} has no way to ask for ${what}`);
};

function decodeRequest({ dialect, operation, body, address }: ClientRequest): ChatRequest {
  const codec = codecs[dialect];
  switch (operation) {
    case 'generate':
      return codec.decodeRequest(body, address);
    case 'count':
      return codec.counting?.decodeRequest(body, address) ?? lacks(dialect, 'a number of tokens');
    case 'embed':
      return codec.embedding?.decodeRequest(body) ?? lacks(dialect, 'vectors');
  }
}

/**
 * A client's bytes and headers as a call.
 * @throws GatewayError `invalid_request`
 */
export function decodeCall(
  request: ClientRequest,
  own: { readonly id: string; readonly observe: Observe; readonly strict: boolean },
): Call {
  const { headers, dialect, operation, body } = request;
  const header = (name: string): string | undefined => first(headers[name]);
  const pinnedBackend = header('x-claudette-backend');
  const timeoutMs = readTimeoutMs(header('x-claudette-timeout-ms'));
  const wishes = readCacheControl(header('cache-control'));
  const context: CallContext = {
    id: own.id,
    principal: request.principal,
    signal: request.controller.signal,
    observe: own.observe,
    cacheMode: readCacheMode(header('x-claudette-cache'), wishes.onlyIfCached),
    maxAgeMs: wishes.maxAgeMs,
    noStore: wishes.noStore,
    pace: readPace(header('x-claudette-cache-pace')),
    strict: readStrict(header('x-claudette-strict'), own.strict),
    tags: readTags(header('x-claudette-tags')),
    pinnedBackend,
    timeoutMs,
    deadlineAtMs: undefined,
    session: readSession(header('x-claudette-session')),
    costLimit: readCostLimit(header('x-claudette-cost-limit')),
    maxStaleMs: wishes.maxStaleMs,
  };
  // What every backend of the dialect is sent anyway says nothing, to the cache least of all.
  const usual = codecs[dialect].requestHeaders;
  const kept: Record<string, string> = {};
  for (const name of dialectHeaders) {
    const value = header(name);
    if (value !== undefined && value !== usual?.[name]) kept[name] = value;
  }
  return {
    original: { dialect, body, headers: kept },
    operation,
    request: decodeRequest(request),
    context,
    plan: undefined,
    target: undefined,
    commitWithinMs: undefined,
  };
}
