import type { Call, DialectId } from '@claudette/core';
import type { Credentials } from '@claudette/credentials';
import { reveal } from '@claudette/credentials';
import { codecs } from '@claudette/protocol';

import type { Backend } from '../backend.js';

/** What a backend learns of whoever calls. */
export interface CallerOptions {
  readonly credentials: Credentials;
  readonly userAgent: string;
}

/** Adds how the backend knows us: its credential, by the key that is referred to, and what the configuration says. */
export async function addBackendHeaders(
  headers: Record<string, string>,
  { provider, config }: Backend,
  key: string | undefined,
  credentials: Credentials,
): Promise<Record<string, string>> {
  if (key !== undefined && provider.auth.scheme !== 'none') {
    const secret = reveal(await credentials.take(key));
    if (provider.auth.scheme === 'bearer') headers['authorization'] = `Bearer ${secret}`;
    else headers[provider.auth.header ?? 'x-api-key'] = secret;
  }
  for (const [name, value] of Object.entries(config.headers)) headers[name.toLowerCase()] = value;
  return headers;
}

/**
 * The headers of one attempt.
 * @param key a reference to the credential to use, e.g. `env:OPENAI_API_KEY`; undefined where the backend needs none
 * @throws GatewayError `credential_missing`
 */
export function requestHeaders(
  call: Pick<Call, 'original' | 'request'>,
  dialect: DialectId,
  backend: Backend,
  key: string | undefined,
  { credentials, userAgent }: CallerOptions,
): Promise<Record<string, string>> {
  const { provider } = backend;
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: call.request.stream ? 'text/event-stream' : 'application/json',
    'accept-encoding': 'identity',
    'user-agent': userAgent,
  };
  Object.assign(headers, codecs[dialect].requestHeaders, provider.headers);
  if (call.original?.dialect === dialect) {
    for (const name of provider.forwardHeaders) {
      const value = call.original.headers[name];
      if (value !== undefined) headers[name] = value;
    }
  }
  return addBackendHeaders(headers, backend, key, credentials);
}
