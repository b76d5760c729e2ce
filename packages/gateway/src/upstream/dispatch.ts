import type { Call, Exchange, Loss, TransportResponse } from '@claudette/core';
import { GatewayError, openReply, UpstreamError } from '@claudette/core';
import type { Credentials } from '@claudette/credentials';
import { reveal } from '@claudette/credentials';
import type { Codec, RequestTarget } from '@claudette/protocol';
import { codecs, createFramer } from '@claudette/protocol';
import { requestUrl } from '@claudette/providers';

import type { Backend } from '../backend.js';
import { createFrameSource } from './frame-source.js';
import { passHeaders } from './pass-headers.js';
import { createWholeBodySource, readWhole } from './whole-body.js';

/** More than any model writes in one answer; a provider that sends more is broken. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;
const MAX_ERROR_BYTES = 1024 * 1024;

export interface DispatchOptions {
  readonly backends: ReadonlyMap<string, Backend>;
  readonly credentials: Credentials;
  readonly userAgent: string;
}

interface Outgoing {
  readonly body: Uint8Array;
  readonly losses: readonly Loss[];
}

/** The body for the target: the client's own bytes where both sides speak the same dialect, otherwise a translation. */
function bodyFor(call: Call, codec: Codec, target: RequestTarget): Outgoing {
  if (call.original?.dialect === codec.id) {
    return { body: codec.patchRequest(call.original.body, call.request, target), losses: [] };
  }
  const held = call.request.heldByProvider;
  if (held !== undefined) {
    throw new GatewayError(
      'translation_refused',
      `${held.path} refers to earlier turns that only ${held.dialect} backends hold`,
    );
  }
  return codec.encodeRequest(call.request, target);
}

async function headersFor(
  call: Call,
  { provider, config }: Backend,
  { credentials, userAgent }: DispatchOptions,
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: call.request.stream ? 'text/event-stream' : 'application/json',
    'accept-encoding': 'identity',
    'user-agent': userAgent,
  };
  Object.assign(headers, provider.headers);
  if (call.original?.dialect === (config.dialect ?? provider.dialect)) {
    for (const name of provider.forwardHeaders) {
      const value = call.original.headers[name];
      if (value !== undefined) headers[name] = value;
    }
  }
  if (config.apiKey !== undefined && provider.auth.scheme !== 'none') {
    const key = reveal(await credentials.take(config.apiKey));
    if (provider.auth.scheme === 'bearer') headers['authorization'] = `Bearer ${key}`;
    else headers[provider.auth.header ?? 'x-api-key'] = key;
  }
  for (const [name, value] of Object.entries(config.headers)) headers[name.toLowerCase()] = value;
  return headers;
}

const framingOf = (response: TransportResponse, stream: boolean): 'json' | 'sse' => {
  const type = response.headers['content-type'] ?? '';
  if (type.includes('event-stream')) return 'sse';
  return stream && !type.includes('json') ? 'sse' : 'json';
};

/** Faults found by scanners and sources do not know whose they are; errors shown to people should. */
const named = (thrown: unknown, backend: string): unknown =>
  thrown instanceof GatewayError && !(thrown instanceof UpstreamError) && thrown.domain === 'provider'
    ? new UpstreamError(thrown.code, `${backend}: ${thrown.detail}`, { backend }, { cause: thrown })
    : thrown;

/**
 * The end of the path: sends one attempt to the call's target and resolves when its first content is in hand.
 * @throws UpstreamError what the backend did wrong
 * @throws GatewayError `credential_missing`, `translation_refused`, or the signal's reason
 */
export const createDispatch =
  (options: DispatchOptions): Exchange =>
  async (call) => {
    const target = call.target;
    const backend = target && options.backends.get(target.backend);
    if (target === undefined || backend === undefined) {
      throw new GatewayError('internal', 'a call was dispatched without a configured target');
    }
    const { context } = call;
    const codec = codecs[target.dialect];
    const { body, losses } = bodyFor(call, codec, {
      model: target.model,
      options: backend.provider.options,
      defaultMaxOutputTokens: backend.config.maxTokens,
    });
    if (context.strict && losses.length > 0) {
      throw new GatewayError('translation_refused', losses.map((loss) => `${loss.path} (${loss.reason})`).join(', '));
    }
    const response = await backend.transport.send({
      backend: backend.name,
      method: 'POST',
      url: requestUrl(backend.provider, backend.baseUrl, codec.requestPath),
      headers: await headersFor(call, backend, options),
      body,
      signal: context.signal,
      connectTimeoutMs: backend.config.timeouts.connectMs,
    });
    try {
      if (response.status >= 400) {
        const error = await readWhole(response.body, MAX_ERROR_BYTES);
        throw codec.decodeError(response.status, response.headers, error, backend.name);
      }
      const framing = framingOf(response, call.request.stream);
      return await openReply({
        target,
        dialect: target.dialect,
        framing,
        status: response.status,
        headers: passHeaders(response.headers),
        frames:
          framing === 'sse'
            ? createFrameSource(response.body, createFramer())
            : createWholeBodySource(response.body, MAX_REPLY_BYTES),
        scanner: codec.createScanner(framing),
        signal: context.signal,
        losses,
      });
    } catch (thrown) {
      throw named(thrown, backend.name);
    }
  };
